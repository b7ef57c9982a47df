"""A request to the board on its own page: documented, sent, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.drafts import (
    discard_request,
    remove_enclosure,
)
from recert.casework.actions.sending import (
    has_to_pay,
    lacking_in,
    send_request,
    withdraw_request,
)
from recert.casework.asked import (
    files_of,
    own_enclosure,
    own_request,
)
from recert.casework.asking import (
    charge_of,
    correction_in,
    ground_of,
    title_in_requests,
)
from recert.casework.forms import EnclosureForm
from recert.casework.models import Request as Asking
from recert.casework.wording import (
    TONES,
    kind_words,
    request_state_words,
)
from recert.journal.queries import history_of
from recert.payments.queries import lines_of_order, open_attempt, paying_attempt
from recert.people.access import Request, needs
from recert.policy.cycles import Cycle, declaration_window
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.enclosing import take_enclosures
from recert.portal.histories import lines_of_history
from recert.portal.papers import rule_of_no_refund
from recert.portal.templatetags.words import day
from recert.portal.uploads import attachment

Kind, State = Asking.Kind, Asking.State


@needs(Permission.DECLARE)
def show(request: Request, ref: str) -> HttpResponse:
    """Show a request: before it is sent, what lacks and what it costs; then what becomes of it."""
    asking = own_request(request.actor, ref)
    if request.htmx:  # asks again and again whether a payment has ended
        response = HttpResponse(status=204)
        if asking.state != State.AWAITING_PAYMENT:
            response["HX-Refresh"] = "true"
        return response
    is_draft = asking.state == State.DRAFT
    charge = charge_of(asking, today=request.today)
    ground = ground_of(asking)
    page = {
        "asking": asking,
        "title": kind_words()[asking.kind],
        "about": title_in_requests(asking.credential) if asking.credential else "",
        "state": request_state_words()[asking.state],
        "tone": TONES[asking.state],
        "rows": rows_of(asking, as_of=request.today),
        "files": files_of(asking),
        "form": EnclosureForm(),
        "lacking": lacking_in(asking, today=request.today) if is_draft else "",
        "ground": ground,
        "charge": charge,
        "to_pay": is_draft and has_to_pay(asking, today=request.today),
        "follows": follows_of(asking),
        "attempt": open_attempt(asking.order),
        "paid": paying_attempt(asking.order),
        "no_refund": rule_of_no_refund(lines_of_order(asking.order)) if asking.order else "",
        "rules": the_rulebook(),
        "history": lines_of_history(reversed(history_of(asking.ref))),
        "today": request.today,
    }
    return render(request, "portal/requests/request.html", page)


def rows_of(asking: Asking, *, as_of: date) -> list[tuple[str, str]]:
    """Answer what a request says, each with what it is called."""
    said, ground = asking.said, ground_of(asking)
    match asking.kind:
        case Kind.INACTIVE:
            return [
                (_("Ground"), ground.title if ground else ""),
                (_("Letter"), said.get("letter", "")),
            ]
        case Kind.NAME:
            name = f"{said.get('given_names', '')} {said.get('family_name', '')}".strip()
            return [(_("New name"), name), (_("Shown by"), said.get("shown_by", ""))]
        case Kind.ALIGNMENT:
            return [(_("To end on"), day(date.fromisoformat(said["ends_on"])))]
        case _correction:
            found = correction_in(asking, as_of=as_of)
            title = found.title if found else said.get("what", "")
            now = found.says if found else ""
            return [
                (_("What is wrong"), title),
                (_("In the record"), day(now) if isinstance(now, date) else now),
                (_("Right would be"), said.get("should_be", "")),
                (_("Shown by"), said.get("shown_by", "")),
            ]


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows inactive status: until when, and when one comes back by which days."""

    ends_on: date
    opens_on: date
    due_on: date


def follows_of(asking: Asking) -> Follows | None:
    """Answer what follows inactive status that was granted (STA-2, STA-3)."""
    if asking.kind != Kind.INACTIVE or asking.until_on is None or asking.submitted_on is None:
        return None
    extended = Cycle(starts=asking.submitted_on, ends=asking.until_on)
    window = declaration_window(the_rulebook(), extended)  # which goes by the end alone
    return Follows(asking.until_on, window.opens_on, window.due_on)


@needs(Permission.DECLARE)
def add_files(request: Request, ref: str) -> HttpResponse:
    """Keep the files that were sent with a request."""
    asking = own_request(request.actor, ref)
    if request.method == "POST":
        take_enclosures(request, asking)
    return redirect("portal:request", ref)


@needs(Permission.DECLARE)
def send(request: Request, ref: str) -> HttpResponse:
    """Send a request to the board, or lead to its payment."""
    asking = own_request(request.actor, ref)
    if request.method == "POST" and asking.state == State.DRAFT:
        if has_to_pay(asking, today=request.today):
            return redirect("portal:pay-request", ref)
        try:
            send_request(asking.pk, today=request.today, by=request.actor, at=request.at)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, _("Your request is with the board. You get a letter at each change.")
            )
    return redirect("portal:request", ref)


@needs(Permission.DECLARE)
def take_back(request: Request, ref: str) -> HttpResponse:
    """Ask whether a request is to be dropped or taken back; sent, do it."""
    asking = own_request(request.actor, ref)
    is_draft = asking.state == State.DRAFT
    if not is_draft and asking.state != State.SUBMITTED:
        return redirect("portal:request", ref)
    if request.method == "POST":
        if is_draft:
            discard_request(asking.pk, by=request.actor, at=request.at)
        else:
            withdraw_request(asking.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("You have taken it back. Nothing has changed."))
        return redirect("portal:requests")
    page = {
        "asking": asking,
        "title": kind_words()[asking.kind],
        "is_draft": is_draft,
        "paid": paying_attempt(asking.order),
        "no_refund": rule_of_no_refund(lines_of_order(asking.order)) if asking.order else "",
    }
    return render(request, "portal/requests/take_back.html", page)


@needs(Permission.DECLARE)
def download(request: Request, ref: str) -> HttpResponseBase:
    """Hand a file to whoever enclosed it, to be saved."""
    return attachment(own_enclosure(request.actor, ref))


@needs(Permission.DECLARE)
def remove_file(request: Request, ref: str) -> HttpResponse:
    """Take a file away, before what it came with is sent."""
    found = own_enclosure(request.actor, ref)
    if request.method == "POST":
        remove_enclosure(ref, by=request.actor, at=request.at)
        messages.success(request, _("%(name)s was removed.") % {"name": found.name})
    name = "portal:request" if found.request else "portal:appeal"
    return redirect(name, found.of.ref)
