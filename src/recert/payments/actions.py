"""What changes orders, attempts to pay them, and refunds. The processor is asked elsewhere.

Each action notes what is known already, so that a process may be killed between any two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.journal.actions import Move, advance, record_event
from recert.payments.gateway import Card, Found, Refunding
from recert.payments.models import Attempt, Order, OrderLine, Payer, Refund
from recert.payments.queries import account_of, left_of
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.fees import Charge
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.queue.actions import end_assignment

MOVES = {
    "agree_refund": Move(
        "payment.refund-asked",
        frozenset({Refund.State.PROPOSED}),
        Refund.State.ASKED,
        Permission.REFUND,
    ),
    "decline_refund": Move(
        "payment.refund-declined",
        frozenset({Refund.State.PROPOSED}),
        Refund.State.DECLINED,
        Permission.REFUND,
    ),
    "succeed_attempt": Move(
        "payment.succeeded",
        frozenset({Attempt.State.OPEN}),
        Attempt.State.SUCCEEDED,
        Permission.SETTLE_PAYMENTS,
    ),
    "recover_attempt": Move(
        "payment.recovered",
        frozenset({Attempt.State.FAILED}),
        Attempt.State.SUCCEEDED,
        Permission.SETTLE_PAYMENTS,
    ),
    "fail_attempt": Move(
        "payment.failed",
        frozenset({Attempt.State.OPEN}),
        Attempt.State.FAILED,
        Permission.SETTLE_PAYMENTS,
    ),
    "finish_refund": Move(
        "payment.refunded",
        frozenset({Refund.State.ASKED}),
        Refund.State.DONE,
        Permission.SETTLE_PAYMENTS,
    ),
    "fail_refund": Move(
        "payment.refund-failed",
        frozenset({Refund.State.ASKED}),
        Refund.State.FAILED,
        Permission.SETTLE_PAYMENTS,
    ),
}
"""The lives of an attempt and of a refund."""


@transaction.atomic
def know_payer(
    person_id: int, *, customer: str, forgotten: str = "", by: Actor, at: datetime
) -> str:
    """Keep the processor's name of a person; answer the one that is kept, if there was one.

    `forgotten` is the one that it no longer knows, as after a change of keys; that is replaced.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    there = Payer.objects.filter(person=person).first()
    if there and there.customer != forgotten:
        return there.customer
    Payer.objects.update_or_create(person=person, defaults={"customer": customer})
    record_event("payer.known", subject=person.ref, about=person.ref, by=by, at=at)
    return customer


@transaction.atomic
def open_order(person: Person, charges: Sequence[Charge], *, by: Actor, at: datetime) -> Order:
    """Open an order for what the rulebook asks for; raises `ValueError` where it asks nothing."""
    if not charges:
        raise ValueError("An order is for something.")
    currency = charges[0].amount.currency.code
    order = Order.objects.create(person=person, currency=currency, ordered_at=at)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            subject=one.ref,
            fee=one.fee,
            title=one.title,
            amount=one.amount.amount,
            rule=one.rule,
            because=one.because,
        )
        for one in charges
    )
    facts = {"lines": [one.answer() for one in charges]}
    record_event("order.opened", subject=order.ref, about=person.ref, by=by, at=at, facts=facts)
    return order


def lock_order(order_id: int) -> Order:
    """Lock an order, so that what is paid for it stays as it is until the transaction ends."""
    return Order.objects.select_related("person").select_for_update(of=("self",)).get(pk=order_id)


@transaction.atomic
def start_attempt(order_id: int, *, card: Card, acted_on: date, by: Actor, at: datetime) -> Attempt:
    """Begin to pay what an order still owes, with a card that the processor has checked.

    Of attempts at one order one is open at a time: a second click, or another device, is refused
    until the first has ended.
    """
    order = lock_order(order_id)
    account = account_of(order)
    owed = account.owed - account.paid
    if owed.amount <= 0:
        raise Refused("paid-already", _("This has been paid already."))
    try:
        with transaction.atomic():
            attempt = Attempt.objects.create(
                order=order,
                amount=owed.amount,
                currency=order.currency,
                customer=card.customer,
                method=card.method,
                card_brand=card.brand,
                card_last4=card.last4,
                acted_on=acted_on,
                started_at=at,
            )
    except IntegrityError:
        raise Refused(
            "payment-under-way",
            _("A payment for this is under way already, perhaps in another window. Look there."),
        ) from None
    facts = {"order": order.ref, "amount": owed}
    record_event(
        "payment.started", subject=attempt.ref, about=order.person.ref, by=by, at=at, facts=facts
    )
    return attempt


@transaction.atomic
def keep_intent(attempt_id: int, *, intent: str, by: Actor, at: datetime) -> str:
    """Keep the processor's name of an attempt's charge; answer the one that holds.

    Where two processes prepared a charge at once, the first one holds, and the other is never
    confirmed. Where the attempt was ended meanwhile none holds, and the answer is empty.
    """
    attempt = _locked(attempt_id)
    if attempt.state != Attempt.State.OPEN:
        return ""
    if attempt.intent:
        return attempt.intent
    attempt.intent = intent
    attempt.save(update_fields=["intent"])
    record_event(
        "payment.prepared", subject=attempt.ref, about=attempt.order.person.ref, by=by, at=at
    )
    return intent


@transaction.atomic
def settle_attempt(attempt_id: int, *, found: Found, by: Actor, at: datetime) -> Attempt:
    """Note what the processor says of a charge; what is known already changes nothing.

    What it takes although it said before that it would not is money all the same: the attempt
    then counts as paid, and what is too much can be given back.
    """
    attempt = _locked(attempt_id)
    if found.intent != attempt.intent or found.amount != attempt.money:
        raise ValueError(f"{found.intent} is not the charge of {attempt.ref}")
    about = attempt.order.person.ref
    if found.status == "succeeded" and attempt.state != Attempt.State.SUCCEEDED:
        name = "succeed_attempt" if attempt.state == Attempt.State.OPEN else "recover_attempt"
        advance(
            attempt,
            MOVES[name],
            about=about,
            by=by,
            at=at,
            charge=found.charge,
            settled_at=at,
            failure="",
            failure_code="",
        )
    elif found.status in {"failed", "cancelled"} and attempt.state == Attempt.State.OPEN:
        advance(
            attempt,
            MOVES["fail_attempt"],
            about=about,
            by=by,
            at=at,
            failure_code=found.code,
            failure=found.message,
            settled_at=at,
        )
    return attempt


@transaction.atomic
def abandon_attempt(
    attempt_id: int, *, intent: str, because: str, by: Actor, at: datetime
) -> Attempt:
    """End an attempt of which the processor knows no charge, so that none can come of it.

    `intent` is what the attempt called its charge when that was found. Raises `Refused` where
    another process has prepared one since.
    """
    attempt = _locked(attempt_id)
    if attempt.intent != intent:
        raise Refused(
            "payment-under-way", _("This payment goes on just now. Look again in a minute.")
        )
    advance(
        attempt,
        MOVES["fail_attempt"],
        about=attempt.order.person.ref,
        by=by,
        at=at,
        failure=because,
        failure_code="abandoned",
        settled_at=at,
    )
    return attempt


@transaction.atomic
def ask_refund(
    attempt_id: int, *, amount: Decimal, because: str, by: Actor, at: datetime
) -> Refund:
    """Ask for money to be given back of a charge; with a reason, and never more than was taken.

    Fees are not refunded (FEE-1): this is for what was charged twice, or by mistake. Where the
    rulebook wants a second person, it is proposed only, until another agrees.
    """
    if not by.may(Permission.REFUND):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    order = Attempt.objects.filter(pk=attempt_id).values_list("order", flat=True).first()
    if order is None:
        raise not_found()
    lock_order(order)  # so that it is not counted as paid for something at the same moment
    attempt = _locked(attempt_id)
    if attempt.order.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a payment of your own."))
    if attempt.state != Attempt.State.SUCCEEDED:
        raise Refused("wrong-state", _("Nothing was charged here, so nothing can be given back."))
    left = left_of(attempt).amount
    if not because.strip():
        raise Refused("no-reason", _("Say why this is given back."))
    if not 0 < amount <= left:
        raise Refused(
            "too-much",
            _("Of this charge %(left)s %(currency)s can be given back at most.")
            % {"left": left, "currency": attempt.currency},
        )
    proposed = "refund" in the_rulebook().desk.second_person.value
    try:
        with transaction.atomic():
            refund = Refund.objects.create(
                attempt=attempt,
                state=Refund.State.PROPOSED if proposed else Refund.State.ASKED,
                amount=amount,
                because=because.strip(),
                asked_by=by.name,
                asked_by_ref=by.ref,
                asked_at=at,
            )
    except IntegrityError:
        raise Refused(
            "refund-under-way", _("A refund of this charge is under way already.")
        ) from None
    record_event(
        "payment.refund-proposed" if proposed else "payment.refund-asked",
        subject=refund.ref,
        about=attempt.order.person.ref,
        by=by,
        at=at,
        because=because.strip(),
        facts={"attempt": attempt.ref, "amount": refund.money},
    )
    return refund


@transaction.atomic
def agree_refund(refund_id: int, *, by: Actor, at: datetime) -> Refund:
    """Agree, as a second person, that money is given back; from then on it is asked for."""
    refund = _second_look(refund_id, by)
    facts = {
        "attempt": refund.attempt.ref,
        "amount": refund.money,
        "proposed_by": refund.asked_by,
    }
    about = refund.attempt.order.person.ref
    advance(
        refund,
        MOVES["agree_refund"],
        about=about,
        by=by,
        at=at,
        because=refund.because,
        facts=facts,
        agreed_by=by.name,
    )
    end_assignment(refund.ref, at=at)
    return refund


@transaction.atomic
def decline_refund(refund_id: int, *, because: str, by: Actor, at: datetime) -> Refund:
    """Refuse, as a second person, that money is given back, and say why."""
    refund = _second_look(refund_id, by)
    if not because.strip():
        raise Refused("no-reason", _("Say why this is not given back."))
    advance(
        refund,
        MOVES["decline_refund"],
        about=refund.attempt.order.person.ref,
        by=by,
        at=at,
        because=because.strip(),
        agreed_by=by.name,
        failure=because.strip(),
        settled_at=at,
    )
    end_assignment(refund.ref, at=at)
    return refund


def _second_look(refund_id: int, by: Actor) -> Refund:
    """Lock a refund for whoever agrees: neither who proposed it nor whose money it is."""
    rows = Refund.objects.select_related("attempt__order__person").select_for_update(of=("self",))
    refund = rows.filter(pk=refund_id).first()
    if refund is None or not by.may(Permission.REFUND):
        raise not_found()
    if refund.attempt.order.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a payment of your own."))
    if refund.asked_by_ref == by.ref:
        raise Refused("second-person", _("You proposed this; somebody else must agree to it."))
    return refund


@transaction.atomic
def settle_refund(
    refund_id: int, *, found: Refunding, because: str = "", by: Actor, at: datetime
) -> Refund:
    """Note what the processor says of a refund; what is known already changes nothing.

    `because` is why it will not give it back, where it says so.
    """
    rows = Refund.objects.select_related("attempt__order__person").select_for_update(of=("self",))
    refund = rows.get(pk=refund_id)
    if refund.state != Refund.State.ASKED or found.status == "pending":
        return refund
    person = refund.attempt.order.person
    if found.status == "succeeded":
        facts = {
            "amount": refund.money,
            "card": refund.attempt.card_last4,
            "why": refund.because,
        }
        advance(
            refund,
            MOVES["finish_refund"],
            about=person.ref,
            by=by,
            at=at,
            tell=reader_of(person),
            facts=facts,
            processor_ref=found.ref,
            settled_at=at,
        )
    else:
        failure = because or _("The card processor could not give it back.")
        advance(
            refund,
            MOVES["fail_refund"],
            about=person.ref,
            by=by,
            at=at,
            failure=failure,
            processor_ref=found.ref,
            settled_at=at,
        )
    return refund


def _locked(attempt_id: int) -> Attempt:
    rows = Attempt.objects.select_related("order__person").select_for_update(of=("self",))
    found = rows.filter(pk=attempt_id).first()
    if found is None:
        raise not_found()
    return found
