"""From a draft to a declaration that the board has: paid, kept as it was, and due on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.draws import draw_submitted
from recert.declarations.actions.keeping import keep_declared
from recert.declarations.actions.locking import iso, locked, own
from recert.declarations.declared import (
    Draft,
    attestations_lacking,
    charges_of,
    declarations_of_order,
    draft_of,
    is_paid,
)
from recert.declarations.letters import facts_of, paid_facts
from recert.declarations.lives import MOVES
from recert.declarations.models import PREFIX, Declaration
from recert.journal.actions import advance
from recert.payments.actions.attempts import (
    abandon_attempt,
    lock_order,
    open_order,
    settle_attempt,
    start_attempt,
)
from recert.payments.gateway import Card, Found
from recert.payments.models import Attempt, Order
from recert.payments.queries import attempt_at, is_untouched, last_attempt, lines_of_order
from recert.people.queries import reader_of
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import declaration_window
from recert.policy.fees import Charge
from recert.policy.permissions import SYSTEM, Actor
from recert.policy.refusals import Refused
from recert.policy.standing import declarable_on
from recert.transcript.actions import release_activities

State = Declaration.State


@transaction.atomic
def start_payment(
    declaration_id: int, *, card: Card | None, today: date, by: Actor, at: datetime
) -> Attempt | None:
    """Submit a declaration as it is now, and begin to pay what it costs today (DEC-3).

    From here on what is declared is kept as it is, and its activities cannot change, until the
    payment has ended: then it is submitted, as of this day, or a draft again. Where there is
    nothing to pay (any more) it is submitted at once, and the answer is None.

    Raises `Refused` where something is missing, it is no longer of this kind, or another
    declaration of the person is being paid.
    """
    declaration = own(declaration_id, by)
    if declaration.state != State.DRAFT:
        raise Refused(
            "declared-already", _("This was submitted already, perhaps in another window.")
        )
    draft = _complete(declaration, today)
    charges = charges_of(declaration, today=today)
    if declaration.order_id:
        lock_order(declaration.order_id)
    keep_declared(declaration, draft.assessment)
    if not any(one.amount.amount for one in charges) or is_paid(declaration, charges):
        _submit(declaration, "submit_declaration", on=today, submitted_at=at, by=by, at=at)
        return None
    if card is None:
        raise Refused("no-card", _("Enter a card first."))
    _must_be_alone(declaration)
    order = _order_for(declaration, charges, by, at)
    about = declaration.credential.person.ref
    advance(declaration, MOVES["start_payment"], about=about, by=by, at=at, order=order)
    return start_attempt(order.pk, card=card, acted_on=today, by=by, at=at)


@transaction.atomic
def settle_payment(attempt_id: int, *, found: Found, at: datetime) -> Attempt:
    """Note what the processor says of a charge, and what follows for what it pays.

    Paid, the declaration is submitted, as of the day of the click; failed, it is a draft again.
    What is known already changes nothing, so the word may come twice, or late.
    """
    declarations = _paid_by(attempt_id)
    attempt = settle_attempt(attempt_id, found=found, by=SYSTEM, at=at)
    _follow(attempt, declarations, at)
    return attempt


@transaction.atomic
def give_up_payment(attempt_id: int, *, intent: str, because: str, at: datetime) -> Attempt:
    """End an attempt of which the processor knows no charge; `intent` is what we called it."""
    declarations = _paid_by(attempt_id)
    attempt = abandon_attempt(attempt_id, intent=intent, because=because, by=SYSTEM, at=at)
    _follow(attempt, declarations, at)
    return attempt


def _paid_by(attempt_id: int) -> list[Declaration]:
    """Lock what an attempt pays: one declaration, or none where another order took its place.

    Raises `ValueError` for an order of something else, which this would leave behind.
    """
    order = attempt_at(attempt_id).order
    if any(not one.subject.startswith(PREFIX) for one in lines_of_order(order)):
        raise ValueError(f"{order.ref} is not for a declaration")
    return [locked(one) for one in declarations_of_order(order.pk)]


def _follow(attempt: Attempt, declarations: Sequence[Declaration], at: datetime) -> None:
    """Submit what an attempt has paid, or let it be a draft again.

    What is declared is what it was when the latest attempt began. So that an earlier one failed
    says nothing of it, in whatever order the words come; that it was paid after all does.
    """
    latest = last_attempt(attempt.order) or attempt
    for declaration in declarations:
        if declaration.state != State.AWAITING_PAYMENT:
            continue
        if attempt.state == Attempt.State.SUCCEEDED:
            _submit(
                declaration,
                "take_payment",
                on=latest.acted_on,
                submitted_at=latest.started_at,
                by=SYSTEM,
                at=at,
                card=attempt.card_last4,
            )
        elif attempt.state == Attempt.State.FAILED and attempt.pk == latest.pk:
            advance(
                declaration,
                MOVES["give_up_payment"],
                about=declaration.credential.person.ref,
                by=SYSTEM,
                at=at,
                because=attempt.failure,
            )
            release_activities(holder=declaration.ref)


@transaction.atomic
def correct_declaration(
    declaration_id: int, *, today: date, by: Actor, at: datetime
) -> Declaration:
    """Submit a deficient declaration again, put right, without paying (DEC-6)."""
    declaration = own(declaration_id, by)
    if declaration.is_over(as_of=today):
        raise Refused(
            "too-late",
            _("The time to put this right ended on %(day)s. Begin a new declaration.")
            % {"day": iso(declaration.correct_by)},
        )
    if declaration.state != State.DEFICIENT:
        raise Refused("wrong-state", _("There is nothing to put right here."))
    draft = draft_of(declaration, as_of=today)
    _must_be_met(draft)
    _must_be_attested(declaration)
    keep_declared(declaration, draft.assessment)
    due_on = _due_on(today)
    advance(
        declaration,
        MOVES["correct_declaration"],
        about=declaration.credential.person.ref,
        by=by,
        at=at,
        tell=reader_of(declaration.credential.person),
        facts=facts_of(declaration) | {"corrected_on": iso(today), "due_on": iso(due_on)},
        corrected_on=today,
        correct_by=None,
        due_on=due_on,
    )
    return declaration


def _complete(declaration: Declaration, today: date) -> Draft:
    """Answer what is in a draft, once nothing is missing and it is still taken today."""
    draft = draft_of(declaration, as_of=today)
    position, book = draft.position, the_rulebook()
    declarable = declarable_on(book, position.holding, as_of=today)
    if declarable.purpose is None:
        raise Refused("not-declarable", declarable.says)
    if (declarable.purpose, position.standing.cycle) != (declaration.purpose, declaration.cycle):
        raise Refused(
            "another-purpose",
            _("What is declared for this certification has changed with the day: %(says)s")
            % {"says": declarable.says},
        )
    _must_be_met(draft)
    _must_be_attested(declaration)
    return draft


def _must_be_met(draft: Draft) -> None:
    if draft.assessment.outcome != "met":
        raise Refused(
            "not-met",
            _("The requirements are not met yet, so this cannot be submitted; see what lacks."),
        )


def _must_be_attested(declaration: Declaration) -> None:
    if attestations_lacking(declaration):
        raise Refused("not-attested", _("Read each sentence, and put your name to it."))


def _must_be_alone(declaration: Declaration) -> None:
    """Let one declaration of a person be paid at a time: what one costs depends on the other."""
    others = Declaration.objects.filter(
        credential__person=declaration.credential.person, state=State.AWAITING_PAYMENT
    )
    if others.exclude(pk=declaration.pk).exists():
        raise Refused(
            "another-is-paid",
            _("The payment of another declaration of yours is under way. Finish that one first."),
        )


def _order_for(declaration: Declaration, charges: list[Charge], by: Actor, at: datetime) -> Order:
    """Answer the order that a draft has, where it still asks for the same; else a new one."""
    if declaration.order and is_untouched(declaration.order):
        lines = [(one.fee, one.amount) for one in lines_of_order(declaration.order)]
        if lines == [(one.fee, one.amount.amount) for one in charges]:
            return declaration.order
    return open_order(declaration.credential.person, charges, by=by, at=at)


def _due_on(today: date) -> date:
    """Answer by when the board decides (CYC-7)."""
    book = the_rulebook()
    days = book.processing.business_days.value
    return BusinessDays(book).after(today, business_days=days)


def _submit(
    declaration: Declaration,
    move: str,
    *,
    on: date,
    submitted_at: datetime,
    by: Actor,
    at: datetime,
    card: str = "",
) -> None:
    """Let the board have a declaration, as of a day (CYC-4, CYC-6, CYC-7)."""
    person, due_on = declaration.credential.person, _due_on(on)
    late = _is_late(declaration, on)
    facts = facts_of(declaration) | paid_facts(declaration.order, card=card)
    facts |= {
        "expires_on": iso(declaration.cycle_ends_on) if late else None,
        "stays_valid": the_rulebook().standing.pending_keeps_valid.value,
        "rulebook": declaration.rulebook,
    }
    advance(
        declaration,
        MOVES[move],
        about=person.ref,
        by=by,
        at=at,
        tell=reader_of(person),
        facts=facts,
        submitted_on=on,
        submitted_at=submitted_at,
        due_on=due_on,
        late=late,
    )
    draw_submitted(declaration, on=on, at=at)


def _is_late(declaration: Declaration, on: date) -> bool:
    """Answer whether a day is after the one by which this was due; others than these have none."""
    in_window = declaration.purpose in {"renewal", "return-from-inactive"}
    if not in_window or declaration.cycle is None:
        return False
    return declaration_window(the_rulebook(), declaration.cycle).on(on) == "late"
