"""Requests on their way to the board: sent, paid where they cost something, and withdrawn."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.locking import own_request_locked
from recert.casework.asked import files_of
from recert.casework.asking import charge_of, correction_in, inactive_choice, shortening_in
from recert.casework.letters import facts_of
from recert.casework.lives import REQUEST_MOVES
from recert.casework.models import Request
from recert.journal.actions import advance
from recert.payments.actions.attempts import lock_order, open_order, start_attempt
from recert.payments.gateway import Card
from recert.payments.models import Attempt, Order
from recert.payments.queries import kept_of, lines_of_order
from recert.people.queries import reader_of
from recert.policy.fees import Charge
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused
from recert.queue.actions import end_assignment

Kind, State = Request.Kind, Request.State


@transaction.atomic
def send_request(request_id: int, *, today: date, by: Actor, at: datetime) -> Request:
    """Send a request for which nothing is to be paid (any more).

    Raises `Refused` where something is missing, or where it cannot be asked for any more.
    """
    request = own_request_locked(request_id, by)
    if request.order_id:
        lock_order(request.order_id)
    _must_be_complete(request, today)
    if has_to_pay(request, today=today):
        raise Refused("no-card", _("Enter a card first."))
    submit(request, "send_request", on=today, by=by, at=at)
    return request


@transaction.atomic
def pay_request(request_id: int, *, card: Card, today: date, by: Actor, at: datetime) -> Attempt:
    """Begin to pay what a request costs today (FEE-4); it is sent once that has succeeded."""
    request = own_request_locked(request_id, by)
    _must_be_complete(request, today)
    charge = charge_of(request, today=today)
    if charge is None or not has_to_pay(request, today=today):
        raise Refused("paid-already", _("Nothing is to be paid for this."))
    order = _order_for(request, charge, by, at)
    about = request.person.ref
    advance(request, REQUEST_MOVES["pay_request"], about=about, by=by, at=at, order=order)
    return start_attempt(order.pk, card=card, acted_on=today, by=by, at=at)


@transaction.atomic
def withdraw_request(request_id: int, *, today: date, by: Actor, at: datetime) -> Request:
    """Take a request back before the board decides; a fee for it is spent (FEE-4)."""
    request = own_request_locked(request_id, by)
    advance(
        request,
        REQUEST_MOVES["withdraw_request"],
        about=request.person.ref,
        by=by,
        at=at,
        tell=reader_of(request.person),
        facts=facts_of(request),
        decided_on=today,
    )
    end_assignment(request.ref, at=at)
    return request


def has_to_pay(request: Request, *, today: date) -> bool:
    """Answer whether something is to be paid for a request before it is sent."""
    charge = charge_of(request, today=today)
    if charge is None or not charge.amount.amount:
        return False
    return request.order is None or kept_of(request.order) < charge.amount


def lacking_in(request: Request, *, today: date) -> str:
    """Answer what stands in the way of sending a request, in a sentence; or nothing."""
    match request.kind:
        case Kind.INACTIVE if request.credential:
            return inactive_choice(request.credential, as_of=today).why_not
        case Kind.ALIGNMENT if shortening_in(request, as_of=today) is None:
            return _("This cycle cannot be ended on that day any more; choose another.")
        case Kind.NAME if (
            the_rulebook().naming.name_changes.value == "with-document" and not files_of(request)
        ):
            return _("Add the official document that shows the new name.")
        case Kind.CORRECTION if correction_in(request, as_of=today) is None:
            return _("The record does not have this any more; choose anew.")
        case Kind.CORRECTION if not files_of(request):
            return _("Add a document that shows what is right.")
    return ""


def _must_be_complete(request: Request, today: date) -> None:
    if request.state != State.DRAFT:
        raise Refused("wrong-state", _("This was sent already, perhaps in another window."))
    lacking = lacking_in(request, today=today)
    if lacking:
        raise Refused("incomplete", lacking)


def _order_for(request: Request, charge: Charge, by: Actor, at: datetime) -> Order:
    """Answer the order that a draft has, where it still asks for the same; else a new one."""
    if request.order:
        lines = [(one.fee, one.amount) for one in lines_of_order(request.order)]
        if lines == [(charge.fee, charge.amount.amount)]:
            return request.order
    return open_order(request.person, [charge], by=by, at=at)


def submit(
    request: Request, move: str, *, on: date, by: Actor, at: datetime, card: str = ""
) -> None:
    """Let the board have a request, as of a day."""
    lines = lines_of_order(request.order) if request.order else []
    paid = [one for one in lines if one.amount]
    currency = request.order.currency if request.order else the_rulebook().currency
    facts = facts_of(request)
    if paid and request.order:
        total = sum(one.amount for one in paid)
        facts |= {"fee": f"{total} {currency}", "card": card}
    advance(
        request,
        REQUEST_MOVES[move],
        about=request.person.ref,
        by=by,
        at=at,
        tell=reader_of(request.person),
        facts=facts,
        submitted_on=on,
    )
