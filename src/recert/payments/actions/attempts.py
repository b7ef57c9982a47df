"""What changes orders and attempts to pay them. The processor is asked elsewhere.

Each action notes what is known already, so that a process may be killed between any two of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.journal.actions import Move, advance, record_event
from recert.payments.gateway import Card, Found
from recert.payments.models import Attempt, Order, OrderLine, Payer
from recert.payments.queries import account_of
from recert.people.models import Person
from recert.policy.fees import Charge
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found

MOVES = {
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
}
"""The life of an attempt."""


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
    attempt = attempt_locked(attempt_id)
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
    attempt = attempt_locked(attempt_id)
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
    attempt = attempt_locked(attempt_id)
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


def attempt_locked(attempt_id: int) -> Attempt:
    """Lock an attempt, and read it as it is then. Raises `Refused` where there is none."""
    rows = Attempt.objects.select_related("order__person").select_for_update(of=("self",))
    found = rows.filter(pk=attempt_id).first()
    if found is None:
        raise not_found()
    return found
