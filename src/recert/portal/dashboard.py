"""The dashboard: where each credential stands, and the one next thing to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.board import the_rulebook
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.prices import prices_today
from recert.declarations.queries import Position, Positions, positions_of
from recert.journal.stopping import stop_of
from recert.organisations.queries import works_for_somebody
from recert.people.access import Request, needs, own_record, public
from recert.people.queries import reader_of
from recert.policy.permissions import Permission, Role
from recert.policy.planned import Move
from recert.policy.refusals import Refused, not_found
from recert.portal.cards import cards_of
from recert.portal.ledgers import lines_of
from recert.portal.ways_back import way_back
from recert.transcript.evidence import lacking_documents

UNDO = "undo-allocation"
"""Where the session keeps how the points lay before the last allocation."""


@public
def home(request: Request) -> HttpResponse:
    """Show whoever comes what is theirs: the dashboard, the desk, or how to sign in."""
    if Role.CERTIFICANT in request.actor.roles:
        return redirect("portal:dashboard")
    if request.actor.is_staff:
        return redirect("desk:home")
    if request.actor.is_known:
        works = works_for_somebody(request.account)
        return redirect("portal:organisations" if works else "portal:bind")
    return render(request, "portal/front.html")


@public
def health(request: Request) -> HttpResponse:
    """Answer whether the system and its database work."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@needs(Permission.KEEP_OWN_RECORD)
def dashboard(request: Request) -> HttpResponse:
    """Show where all credentials stand."""
    person = own_record(request)
    positions = positions_of(person.pk, as_of=request.today)
    counting = {
        entry.activity.id
        for position in positions.each
        if position.assessment
        for entry in position.assessment.entries
        if not entry.excluded
    }
    activities = [one for ref, one in positions.activities.items() if ref in counting]
    to = reader_of(person).email
    page = {
        "person": person,
        "cards": cards_of(positions, prices_today(person, positions.each, today=request.today)),
        "together": positions.together,
        "lacking": lacking_documents(activities),
        "today": request.today,
        "to": to,
        "stop": stop_of(to),
    }
    return render(request, "portal/dashboard.html", page)


@needs(Permission.KEEP_OWN_RECORD)
def credential(request: Request, ref: str) -> HttpResponse:
    """Show one credential: each point, where it counts, and why another does not."""
    position, positions = _own_position(request, ref)
    prices = prices_today(own_record(request), positions.each, today=request.today)
    card = next(one for one in cards_of(positions, prices) if one.ref == ref)
    page = {
        "card": card,
        "lines": lines_of(position),
        "undo": request.session.get(UNDO, {}).get("credential") == ref,
        "today": request.today,
    }
    return render(request, "portal/credential.html", page)


@needs(Permission.KEEP_OWN_RECORD)
def reallocate(request: Request, ref: str) -> HttpResponse:
    """Show what allocating as the plan says would change; sent, do it."""
    position, _positions = _own_position(request, ref)
    moves = position.plan.moves if position.plan else ()
    if request.method == "POST":
        if not moves:
            raise Refused("nothing-to-do", _("Your points lie where they serve best already."))
        allocate_points(
            position.credential.pk,
            moves={move.activity: {k: v for k, v in move.after.items() if v} for move in moves},
            by=request.actor,
            at=request.at,
        )
        undo = {move.activity: dict(move.before) for move in moves}
        request.session[UNDO] = {"credential": ref, "moves": undo}
        said = ngettext(
            "The points of %(count)s activity were allocated anew.",
            "The points of %(count)s activities were allocated anew.",
            len(moves),
        )
        messages.success(request, said % {"count": len(moves)})
        return redirect("portal:credential", ref)
    page = {"position": position, "ref": ref, "moves": _moves_in_words(position)}
    return render(request, "portal/reallocate.html", page)


@needs(Permission.KEEP_OWN_RECORD)
def undo_allocation(request: Request, ref: str) -> HttpResponse:
    """Put the points back where they were before the last allocation in this session."""
    position, _positions = _own_position(request, ref)
    undo = request.session.get(UNDO)
    if request.method != "POST" or not undo or undo["credential"] != ref:
        raise Refused("nothing-to-undo", _("There is nothing to undo here any more."))
    del request.session[UNDO]
    allocate_points(position.credential.pk, moves=undo["moves"], by=request.actor, at=request.at)
    messages.success(request, _("The points are back where they were."))
    return redirect(way_back(request) or reverse("portal:credential", args=[ref]))


def _own_position(request: Request, ref: str) -> tuple[Position, Positions]:
    positions = positions_of(own_record(request).pk, as_of=request.today)
    found = next((one for one in positions.each if one.credential.ref == ref), None)
    if found is None:
        raise not_found()
    return found, positions


@dataclass(frozen=True, slots=True)
class MoveInWords:
    """An activity that serves better elsewhere: points by the title of the area."""

    activity: str
    title: str
    before: list[tuple[str, int]]
    after: list[tuple[str, int]]


def _moves_in_words(position: Position) -> list[MoveInWords]:
    areas = the_rulebook().areas

    def named(points: dict[str, int]) -> list[tuple[str, int]]:
        return [(areas[area].title, some) for area, some in points.items() if some]

    def words(move: Move) -> MoveInWords:
        return MoveInWords(move.activity, move.title, named(move.before), named(move.after))

    return [words(move) for move in position.plan.moves] if position.plan else []
