"""Payments at the desk: each attempt, what needs looking at first, and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from moneyed import Money

from recert.casework.asked import idle_request_payments, request_called, request_of_order
from recert.declarations.declared import idle_payments
from recert.declarations.paying import give_back
from recert.declarations.waiting import paid_by
from recert.desk.cases import rows_of
from recert.desk.forms import PaymentFilter, RefundForm, payment_words
from recert.desk.rights import rights_of
from recert.journal.queries import history_of
from recert.payments.actions.refunds import ask_refund
from recert.payments.gateway import Unreachable, the_gateway
from recert.payments.models import Attempt, Refund
from recert.payments.queries import (
    account_of,
    attempt_seen_by,
    attempts_at,
    attempts_open_since,
    attempts_paid_twice,
    attempts_seen_by,
    left_of,
    lines_of_order,
    refund_at,
    refunds_of,
    refunds_unfinished,
)
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused
from recert.portal.histories import lines_of_history
from recert.portal.papers import rule_of_no_refund
from recert.refs import is_ref

PER_PAGE: Final = 50

LONG: Final = timedelta(hours=1)
"""An attempt that is open for longer than this is worth a look."""

TONES: Final = {"succeeded": "good", "open": "wait", "failed": "quiet"}
REFUND_TONES: Final = {
    "proposed": "wait",
    "done": "good",
    "asked": "wait",
    "failed": "bad",
    "declined": "quiet",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An attempt as a list shows it."""

    attempt: Attempt
    name: str
    amount: Money
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to look at first, and why."""

    ref: str
    name: str
    amount: Money
    since: datetime
    why: str


@needs(Permission.SEE_PAYMENTS)
def payments(request: Request) -> HttpResponse:
    """List attempts to pay, the latest first, under what needs looking at."""
    form = PaymentFilter(request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    before = request.GET.get("before", "")
    found = attempts_seen_by(
        request.actor,
        state=said.get("state", ""),
        before=before if is_ref(before) else "",
        most=PER_PAGE + 1,
    )
    rows = _rows(found[:PER_PAGE])
    query = request.GET.copy()
    query.pop("before", None)
    page = {
        "form": form,
        "rows": rows,
        "concerns": concerns_of(request.actor, at=request.at),
        "query": query.urlencode(),
        "before": rows[-1].attempt.ref if len(found) > PER_PAGE else "",
        "is_first": not before,
    }
    return render(request, "desk/payments.html", page)


def _rows(attempts: list[Attempt]) -> list[Row]:
    words = payment_words()
    return [
        Row(one, one.order.person.name, one.money, words[one.state], TONES[one.state])
        for one in attempts
    ]


def concerns_of(actor: Actor, *, at: datetime) -> list[Concern]:
    """Answer what needs looking at: money that should not be here, and what does not end."""
    twice, idle = attempts_paid_twice(actor), idle_payments(actor)
    seen = {one.pk for one in twice}
    found = [_concern(one, _("Paid more than was owed")) for one in twice]
    found += [
        _concern(one, _("Paid, and no declaration came of it"))
        for one in idle
        if one.pk not in seen
    ]
    found += [
        _concern(one, _("Paid, and no request came of it"))
        for one in idle_request_payments(actor)
        if one.pk not in seen
    ]
    found += [
        _concern(one, _("Open for long; it is asked about each minute"))
        for one in attempts_open_since(actor, before=at - LONG)
    ]
    for refund in refunds_unfinished(actor):
        attempt = refund.attempt
        found.append(
            Concern(
                ref=attempt.ref,
                name=attempt.order.person.name,
                amount=refund.money,
                since=refund.asked_at,
                why=_why(refund),
            )
        )
    return found


def _why(refund: Refund) -> str:
    words = {
        Refund.State.PROPOSED: _("A refund waits for a second person"),
        Refund.State.FAILED: _("A refund failed"),
    }
    return words.get(Refund.State(refund.state), _("A refund is under way"))


def _concern(attempt: Attempt, why: str) -> Concern:
    name = attempt.order.person.name
    return Concern(attempt.ref, name, attempt.money, attempt.settled_at or attempt.started_at, why)


@needs(Permission.SEE_PAYMENTS)
def payment(request: Request, ref: str) -> HttpResponse:
    """Show a payment with its order; sent, give money back."""
    found = attempt_seen_by(request.actor, ref)
    own = found.order.person_id == request.actor.person
    left = left_of(found)
    may_refund = request.actor.may(Permission.REFUND) and not own
    form = None
    if may_refund and left.amount:
        form = RefundForm(request.POST or kept_form(request), initial={"amount": left.amount})
    if request.method == "POST":
        if form is None:
            _refuse_refund(request, own=own)
        elif form.is_valid():
            try:
                refund = ask_refund(found.pk, **form.cleaned_data, by=request.actor, at=request.at)
            except Refused as refusal:
                form.add_error(None, refusal.message)
            else:
                pay_back(request, refund)
                return redirect("desk:payment", ref)
    status = 422 if form and form.is_bound and form.errors else 200
    return render(request, "desk/payment.html", _page(request, found, form, left), status=status)


def _refuse_refund(request: Request, *, own: bool) -> None:
    if not request.actor.may(Permission.REFUND):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if own:
        raise Refused("own-case", _("Somebody else must decide about a payment of your own."))
    raise Refused("nothing-left", _("Of this charge nothing is left that could be given back."))


def pay_back(request: Request, refund: Refund) -> None:
    """Ask the processor at once; where it does not answer, a job goes on with it."""
    if refund.state == Refund.State.PROPOSED:
        messages.info(request, _("It is proposed. Another person must agree before it is done."))
        return
    try:
        give_back(refund.pk, gateway=the_gateway(), at=request.at)
    except (Unreachable, Refused):
        message = _(
            "The refund is noted. The card processor does not answer now; it is asked again each "
            "minute, and nothing more is to be done here."
        )
        messages.info(request, message)
        return
    done = refund_at(refund.pk)
    if done.state == Refund.State.DONE:
        messages.success(request, _("It was given back. A letter says so."))
    elif done.state == Refund.State.FAILED:
        messages.error(request, done.failure)
    else:
        message = _("The refund is on its way; the card processor has not finished it yet.")
        messages.info(request, message)


def _page(
    request: Request, found: Attempt, form: RefundForm | None, left: Money
) -> dict[str, object]:
    order, words = found.order, refund_words()
    attempts, refunds = attempts_at(order), refunds_of(order)
    lines = lines_of_order(order)
    refs = [order.ref, *(one.ref for one in attempts), *(one.ref for one in refunds)]
    return {
        "attempt": found,
        "state": payment_words()[found.state],
        "tone": TONES[found.state],
        "person": order.person,
        "order": order,
        "account": account_of(order),
        "lines": [(one, Money(one.amount, order.currency)) for one in lines],
        "attempts": [
            (one, one.money, payment_words()[one.state], TONES[one.state], one.pk == found.pk)
            for one in attempts
        ],
        "refunds": [(one, one.money, words[one.state], REFUND_TONES[one.state]) for one in refunds],
        "declarations": rows_of(
            paid_by(order.pk), person=request.actor.person, today=request.today
        ),
        "asked": request_called(request_of_order(order.pk)),
        "form": form,
        "left": left,
        "rule": rule_of_no_refund(lines),
        "history": lines_of_history(history_of(*refs)),
        "may": rights_of(request.actor),
    }


def refund_words() -> dict[str, str]:
    """Answer what people call each state of a refund."""
    return {
        "proposed": _("For a second person"),
        "asked": _("Under way"),
        "done": _("Given back"),
        "failed": _("Failed"),
        "declined": _("Not agreed to"),
    }
