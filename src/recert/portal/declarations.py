"""A declaration after it was begun: where it is, what is next, and the ways out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from moneyed import Money

from recert.board import the_rulebook
from recert.declarations.actions.decisions import withdraw_declaration
from recert.declarations.actions.drafts import discard_declaration
from recert.declarations.auditing import audit_of, draw_of
from recert.declarations.declared import (
    assessment_declared,
    declarations_of,
    declared_activities,
    own_declaration,
)
from recert.declarations.models import Declaration
from recert.declarations.prices import Price, prices_today
from recert.declarations.queries import Position, Positions, positions_of
from recert.declarations.waiting import state_words
from recert.journal.models import Event
from recert.journal.queries import history_of
from recert.payments.models import Attempt, OrderLine, Refund
from recert.payments.queries import lines_of_order, open_attempt, paying_attempt, refunds_of
from recert.people.access import Request, needs, own_record
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import Permission
from recert.policy.standing import title_of
from recert.portal.histories import HistoryLine, lines_of_history
from recert.portal.ledgers import Line, lines_in
from recert.portal.papers import rule_of_no_refund
from recert.portal.steps import Sums, next_address, sums_of

State = Declaration.State

TONES: Final = {
    State.DRAFT: "wait",
    State.AWAITING_PAYMENT: "wait",
    State.SUBMITTED: "wait",
    State.DEFICIENT: "bad",
    State.UNDER_AUDIT: "wait",
    State.APPROVED: "good",
    State.DENIED: "bad",
    State.DELETED: "bad",
}

TOLD: Final = frozenset(
    f"declaration.{what}"
    for what in (
        "started",
        "turned",
        "payment-started",
        "payment-failed",
        "submitted",
        "deficient",
        "corrected",
        "under-audit",
        "approved",
        "denied",
        "withdrawn",
        "deleted",
        "discarded",
    )
)
"""What the time line of a declaration tells; the rest is what one did to a draft."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What a declaration cost, with what, and what was given back of it."""

    lines: list[tuple[OrderLine, Money]]
    total: Money
    attempt: Attempt | None
    refunds: list[Refund]
    no_refund: str  # the rule by which fees are not refunded


@dataclass(frozen=True, slots=True)
class Declared:
    """An activity as it was declared, and what the board found lacking in it."""

    line: Line
    lacking: str


@needs(Permission.DECLARE)
def status(request: Request, ref: str) -> HttpResponse:
    """Show where a declaration is and what is next; a draft goes on at its next step."""
    declaration = own_declaration(request.actor, ref)
    if declaration.state == State.DRAFT:
        return redirect(next_address(request, declaration))
    if request.htmx:  # asks again and again whether a payment has ended
        response = HttpResponse(status=204)
        if declaration.state != State.AWAITING_PAYMENT:
            response["HX-Refresh"] = "true"
        return response
    person = own_record(request)
    positions = positions_of(person.pk, as_of=request.today, planned=False)
    position = positions.of(declaration.credential)
    book = the_rulebook()
    state = declaration.state_on(request.today)
    page = {
        "declaration": declaration,
        "state": state,
        "state_word": state_words()[state],
        "tone": TONES.get(state, "quiet"),
        "title": title_of(book, declaration.credential.category, maintained=False),
        "category": book.categories[declaration.credential.category].title,
        "purpose": book.declarations[declaration.for_purpose].title,
        "position": position,
        "again": position.declarable.purpose is not None and position.declaration is None,
        "audit": audit_of(declaration),
        "draw": draw_of(declaration),
        "attempt": open_attempt(declaration.order),
        "paid": _paid(declaration),
        "history": _history(declaration),
        "next_ones": _next_ones(request, positions, declaration),
        "rules": book,
        "today": request.today,
        **_declared(declaration),
        **_days_left(declaration, request.today),
    }
    return render(request, "portal/declaration/status.html", page)


def _declared(declaration: Declaration) -> dict[str, object]:
    """Answer what was declared, with what the board found lacking in it."""
    if not declaration.case:
        return {"declared": [], "sums": None}
    assessment = assessment_declared(declaration)
    lacking = {one.activity.ref: one.deficiency for one in declared_activities(declaration)}
    lines = [Declared(line, lacking.get(line.ref, "")) for line in lines_in(assessment)]
    sums: Sums = sums_of(assessment)
    return {
        "declared": lines,
        "sums": sums,
        "lacking": [one for one in lines if one.lacking],
        "because": _because(declaration),
    }


def _because(declaration: Declaration) -> str:
    """Answer what the board said of the whole when it found a declaration deficient."""
    events = history_of(declaration.ref)
    found = (one.because for one in events if one.kind == "declaration.deficient")
    return next(found, "")


def _days_left(declaration: Declaration, today: date) -> dict[str, object]:
    """Answer how many business days the board has left, or the certificant."""
    by = {State.SUBMITTED: declaration.due_on, State.DEFICIENT: declaration.correct_by}
    last = by.get(State(declaration.state))
    if last is None:
        return {"left": None}
    return {"left": BusinessDays(the_rulebook()).between(today, last)}


def _paid(declaration: Declaration) -> Paid | None:
    order = declaration.order
    if order is None:
        return None
    lines = lines_of_order(order)
    amounts = [(one, Money(one.amount, order.currency)) for one in lines]
    return Paid(
        lines=amounts,
        total=sum((amount for _line, amount in amounts), Money(0, order.currency)),
        attempt=paying_attempt(order),
        refunds=[one for one in refunds_of(order) if one.state == Refund.State.DONE],
        no_refund=rule_of_no_refund(lines),
    )


def _history(declaration: Declaration) -> list[HistoryLine]:
    """Answer what happened to a declaration, in its order."""
    events: list[Event] = [one for one in history_of(declaration.ref) if one.kind in TOLD]
    return lines_of_history(reversed(events))


@dataclass(frozen=True, slots=True)
class NextOne:
    """Another credential that can be declared today, and what it costs then."""

    position: Position
    price: Price


def _next_ones(request: Request, positions: Positions, declaration: Declaration) -> list[NextOne]:
    """Answer what else costs less today, because of what was submitted today (FEE-3)."""
    if declaration.state != State.SUBMITTED:
        return []
    prices = prices_today(own_record(request), positions.each, today=request.today)
    return [
        NextOne(one, prices[one.credential.pk])
        for one in positions.each
        if one.credential.pk in prices
        and prices[one.credential.pk].is_reduced
        and (one.declaration is None or one.declaration.state == State.DRAFT)
    ]


@needs(Permission.DECLARE)
def withdraw(request: Request, ref: str) -> HttpResponse:
    """Ask whether a declaration is to be withdrawn; sent, withdraw it."""
    declaration = own_declaration(request.actor, ref)
    if declaration.state != State.SUBMITTED:
        return redirect("portal:declaration", ref)
    if request.method == "POST":
        withdraw_declaration(declaration.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("Your declaration is withdrawn."))
        return redirect("portal:declaration", ref)
    person = own_record(request)
    positions = positions_of(person.pk, as_of=request.today, planned=False)
    page = {
        "declaration": declaration,
        "title": title_of(the_rulebook(), declaration.credential.category, maintained=False),
        "standing": positions.of(declaration.credential).standing,
        "paid": _paid(declaration),
    }
    return render(request, "portal/declaration/withdraw.html", page)


@needs(Permission.DECLARE)
def discard(request: Request, ref: str) -> HttpResponse:
    """Ask whether a draft is to be discarded; sent, discard it."""
    declaration = own_declaration(request.actor, ref)
    if declaration.state != State.DRAFT:
        return redirect("portal:declaration", ref)
    if request.method == "POST":
        discard_declaration(declaration.pk, by=request.actor, at=request.at)
        messages.success(request, _("The draft is discarded. Your transcript is as it was."))
        return redirect("portal:declare")
    page = {
        "declaration": declaration,
        "title": title_of(the_rulebook(), declaration.credential.category, maintained=False),
    }
    return render(request, "portal/declaration/discard.html", page)


@dataclass(frozen=True, slots=True)
class Mine:
    """A declaration in the list of one's own."""

    declaration: Declaration
    title: str
    purpose: str
    state: str
    tone: str
    has_receipt: bool


def own_declarations(person: int, *, today: date) -> list[Mine]:
    """Answer what a person declared, the latest first, as their account lists it."""
    book = the_rulebook()
    return [
        _mine(one, book.declarations[one.for_purpose].title, today)
        for one in declarations_of(person)
    ]


def _mine(declaration: Declaration, purpose: str, today: date) -> Mine:
    state = declaration.state_on(today)
    return Mine(
        declaration=declaration,
        title=title_of(the_rulebook(), declaration.credential.category, maintained=False).text,
        purpose=purpose,
        state=state_words()[state],
        tone=TONES.get(state, "quiet"),
        has_receipt=declaration.order_id is not None and declaration.submitted_on is not None,
    )
