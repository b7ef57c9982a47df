"""Requests at the desk: what waits, one of them on one page, and what is decided of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.decisions import (
    grant_correction,
    grant_inactive_status,
    grant_name,
    grant_shortening,
    refuse_request,
)
from recert.casework.actions.drafts import open_enclosure
from recert.casework.asked import (
    enclosure_seen_by,
    files_of,
    person_of,
    request_seen_by,
    requests_seen_by,
)
from recert.casework.asking import (
    correcting_in_the_way,
    correction_in,
    granting_in_the_way,
    ground_of,
    shortening_in,
    title_in_requests,
)
from recert.casework.models import Request as Asking
from recert.casework.wording import TONES, kind_words, request_state_words
from recert.declarations.queries import positions_of
from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.desk.request_forms import GrantForm, RefusalForm, RequestFilter
from recert.desk.rights import rights_of
from recert.journal.queries import history_of
from recert.payments.queries import paying_attempt
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.people.queries import former_names_of
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.asked import follows_of, rows_of
from recert.portal.cards import card_of
from recert.portal.histories import lines_of_history
from recert.portal.uploads import attachment

Kind, State = Asking.Kind, Asking.State


@dataclass(frozen=True, slots=True)
class Row:
    """A request in the list."""

    ref: str
    name: str
    kind: str
    about: str
    on: date | None
    state: str
    tone: str
    own: bool


@needs(Permission.DECIDE_REQUESTS)
def requests(request: Request) -> HttpResponse:
    """List requests; at first those that wait for us, the oldest first."""
    form = RequestFilter(request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    state = said.get("state") or State.SUBMITTED
    found = requests_seen_by(request.actor, state=state, kind=said.get("kind", ""))
    kinds, states = kind_words(), request_state_words()
    rows = [
        Row(
            ref=one.ref,
            name=one.person.name,
            kind=kinds[one.kind],
            about=title_in_requests(one.credential) if one.credential else "",
            on=one.submitted_on,
            state=states[one.state],
            tone=TONES[one.state],
            own=one.person_id == request.actor.person,
        )
        for one in found
    ]
    page = {"form": form, "rows": rows, "today": request.today}
    return render(request, "desk/requests/list.html", page)


@needs(Permission.DECIDE_REQUESTS)
def show(request: Request, ref: str) -> HttpResponse:
    """Show a request with all that is needed to decide; sent, decide."""
    asking = request_seen_by(request.actor, ref)
    found = correction_in(asking, as_of=request.today) if asking.kind == Kind.CORRECTION else None
    own = asking.person_id == request.actor.person
    waits = asking.state == State.SUBMITTED
    grant = refuse = None
    if waits and not own:
        data = request.POST or kept_form(request)
        granted = data is not None and "refuse" not in data
        grant = GrantForm(data if granted else None, request=asking, found=found)
        refuse = RefusalForm(data if data is not None and not granted else None)
    if request.method == "POST":
        if grant is None or refuse is None:
            _cannot(own=own)
        elif not is_untold(request, ref) and _decided(request, asking, grant, refuse):
            on_in_queue = next_in_queue(request, ref)
            if on_in_queue:
                return redirect(on_in_queue)
            following = requests_seen_by(request.actor, most=1)
            if following:
                return redirect("desk:request", following[0].ref)
            return redirect("desk:requests")
    credential = asking.credential
    position = None
    if credential:
        positions = positions_of(asking.person_id, as_of=request.today, planned=False)
        position = positions.of(credential)
    page = {
        "asking": asking,
        "person": asking.person,
        "former_names": former_names_of(asking.person) if asking.kind == Kind.NAME else [],
        "title": kind_words()[asking.kind],
        "about": title_in_requests(credential) if credential else "",
        "state": request_state_words()[asking.state],
        "tone": TONES[asking.state],
        "rows": rows_of(asking, as_of=request.today),
        "files": files_of(asking),
        "ground": ground_of(asking),
        "card": card_of(position, as_of=request.today) if position else None,
        "shortening": shortening_in(asking, as_of=request.today)
        if asking.kind == Kind.ALIGNMENT
        else None,
        "in_the_way": _in_the_way(asking, request.today) if waits else "",
        "paid": paying_attempt(asking.order),
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
        "follows": follows_of(asking),
        "form": grant,
        "refuse": refuse,
        "own": own and waits,
        "rules": the_rulebook(),
        "history": lines_of_history(history_of(asking.ref)),
        "may": rights_of(request.actor),
        "today": request.today,
    }
    invalid = any(form and form.is_bound and form.errors for form in (grant, refuse))
    return render(request, "desk/requests/request.html", page, status=422 if invalid else 200)


def _in_the_way(asking: Asking, today: date) -> str:
    """Answer why a request cannot be granted today, whatever is typed; or nothing."""
    match asking.kind:
        case Kind.INACTIVE:
            return granting_in_the_way(asking, until_on=None, as_of=today)
        case Kind.ALIGNMENT if shortening_in(asking, as_of=today) is None:
            return _("This cycle cannot be ended on that day any more.")
        case Kind.CORRECTION:
            found = correction_in(asking, as_of=today)
            if found is None:
                return _("The record does not have this any more.")
            return correcting_in_the_way(found, as_of=today)
    return ""


def _cannot(*, own: bool) -> None:
    if own:
        raise Refused("own-case", _("Somebody else must decide about a request of your own."))
    raise Refused("wrong-state", _("This does not wait for a decision, or not any more."))


def _decided(request: Request, asking: Asking, grant: GrantForm, refuse: RefusalForm) -> bool:
    """Decide as the form that was sent says; answer whether it was decided."""
    form = refuse if refuse.is_bound else grant
    if not form.is_valid():
        return False
    said = form.cleaned_data
    now: dict[str, Any] = {"today": request.today, "by": request.actor, "at": request.at}
    try:
        if form is refuse:
            refuse_request(asking.pk, because=said["because"], **now)
        elif asking.kind == Kind.INACTIVE:
            grant_inactive_status(asking.pk, **said, **now)
        elif asking.kind == Kind.NAME:
            grant_name(asking.pk, **said, **now)
        elif asking.kind == Kind.ALIGNMENT:
            grant_shortening(asking.pk, **said, **now)
        else:
            grant_correction(asking.pk, value=said.get("value", ""), because=said["because"], **now)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, _("%(ref)s is decided; a letter says so.") % {"ref": asking.ref})
    return True


@needs(Permission.DECIDE_REQUESTS)
def enclosure(request: Request, ref: str) -> HttpResponseBase:
    """Hand a file of a request to whoever decides about it; the journal notes each look."""
    return hand_over(request, ref)


def hand_over(request: Request, ref: str) -> HttpResponseBase:
    """Ask whether a file is to be opened; sent, note that and hand it over."""
    found = enclosure_seen_by(request.actor, ref)
    if request.method == "POST":
        return attachment(open_enclosure(found, by=request.actor, at=request.at))
    page = {"enclosure": found, "of": found.of, "person": person_of(found.of)}
    return render(request, "desk/requests/enclosure.html", page)
