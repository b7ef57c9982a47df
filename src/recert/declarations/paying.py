"""A payment from the click to its end, by asking the processor between actions.

Any process may be killed between any two lines here, and any other may go on: what was done is
kept before the next thing is begun, and a charge is confirmed only by the name that is kept.

What follows a payment is decided by what its order is for. Here that is a declaration; whoever
pays for other things too says what then follows, by a `Following`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from django.utils.translation import gettext as _

from recert.declarations.actions.submissions import (
    give_up_payment,
    settle_payment,
    start_payment,
)
from recert.declarations.models import Declaration
from recert.payments.actions.attempts import keep_intent, know_payer
from recert.payments.actions.refunds import settle_refund
from recert.payments.gateway import (
    Card,
    CardRefused,
    CardSetup,
    Found,
    Gateway,
    NotKnown,
    Refunding,
    Unreachable,
)
from recert.payments.models import Attempt, Refund
from recert.payments.queries import account_of, attempt_at, payer_of, refund_at
from recert.people.models import Person
from recert.policy.permissions import SYSTEM, Actor
from recert.policy.refusals import Refused


class Settles(Protocol):
    """What notes the word of the processor on a charge, and what follows."""

    def __call__(self, attempt_id: int, /, *, found: Found, at: datetime) -> Attempt:
        """Note it."""


class GivesUp(Protocol):
    """What ends an attempt of which no charge can come, and says what follows."""

    def __call__(self, attempt_id: int, /, *, intent: str, because: str, at: datetime) -> Attempt:
        """End it."""


class Following(NamedTuple):
    """What follows a payment: the two actions that know what an order is for."""

    settle: Settles
    give_up: GivesUp


OF_DECLARATIONS: Final = Following(settle_payment, give_up_payment)

PATIENCE: Final = timedelta(hours=24)
"""How long an attempt may wait for its card holder, or for a processor that does not answer.

After it nobody expects to be charged any more, so it is called off.
"""


def set_up_card(person: Person, *, gateway: Gateway, once: str, at: datetime) -> CardSetup:
    """Let the processor check a card of a person; the card itself never comes here.

    A processor that has forgotten them, as after a change of keys, knows them anew. Raises
    `Unreachable`.
    """
    customer = payer_of(person.pk) or _known_anew(person, gateway, at)
    try:
        return gateway.set_up_card(customer=customer, once=once)
    except NotKnown:
        anew = _known_anew(person, gateway, at, forgotten=customer)
        return gateway.set_up_card(customer=anew, once=once)


def card_from(person: Person, set_up: str, *, gateway: Gateway) -> Card:
    """Answer the card that the processor has checked for a person.

    Raises `CardRefused` where it has not, or for somebody else; and `Unreachable`.
    """
    return gateway.card_from(set_up, customer=payer_of(person.pk))


def _known_anew(person: Person, gateway: Gateway, at: datetime, *, forgotten: str = "") -> str:
    customer = gateway.new_customer(reference=person.ref, once=person.ref + forgotten)
    return know_payer(person.pk, customer=customer, forgotten=forgotten, by=SYSTEM, at=at)


def pay_declaration(
    declaration: Declaration,
    *,
    card: Card | None,
    gateway: Gateway,
    today: date,
    by: Actor,
    at: datetime,
) -> Attempt | None:
    """Submit a declaration, and pay what it costs; None where nothing is to be paid.

    Raises `Refused` where it cannot be submitted. A processor that does not answer is no error:
    the attempt is open then, and goes on by itself.
    """
    attempt = start_payment(declaration.pk, card=card, today=today, by=by, at=at)
    if attempt is None:
        return None
    try:
        return pursue(attempt.pk, gateway=gateway, at=at)
    except Unreachable:
        return attempt_at(attempt.pk)


def pursue(
    attempt_id: int, *, gateway: Gateway, at: datetime, following: Following = OF_DECLARATIONS
) -> Attempt:
    """Bring an attempt to its end, or as far as it goes without its card holder.

    Whoever finds it goes on where another stopped. Raises `Unreachable`.
    """
    attempt = attempt_at(attempt_id)
    if attempt.state != Attempt.State.OPEN:
        return attempt
    if account_of(attempt.order).is_settled:  # an earlier attempt came true after all
        because = _("It was paid already.")
        return call_off(attempt_id, because=because, gateway=gateway, at=at, following=following)
    try:
        intent = attempt.intent or _prepared(attempt, gateway, at)
    except CardRefused as refused:
        return following.give_up(attempt.pk, intent="", because=refused.message, at=at)
    if not intent:  # called off while it was being prepared
        return attempt_at(attempt_id)
    found = gateway.charge(intent)
    if found.status == "to-confirm":
        found = gateway.confirm_charge(intent)
    if found.status == "failed":
        found = _ended(found, gateway)
    return following.settle(attempt.pk, found=found, at=at)


def _ended(found: Found, gateway: Gateway) -> Found:
    """Answer a charge that failed once it can never succeed any more, say by another card."""
    now = gateway.cancel_charge(found.intent)
    if now.status in {"succeeded", "processing"}:
        return now
    return replace(now, code=found.code, message=found.message)


def _prepared(attempt: Attempt, gateway: Gateway, at: datetime) -> str:
    """Have a charge prepared, and keep its name before anything comes of it; answer which holds."""
    card = Card(
        method=attempt.method,
        customer=attempt.customer,
        brand=attempt.card_brand,
        last4=attempt.card_last4,
    )
    found = gateway.prepare_charge(
        attempt.money, card=card, reference=attempt.ref, once=attempt.ref
    )
    return keep_intent(attempt.pk, intent=found.intent, by=SYSTEM, at=at)


def call_off(
    attempt_id: int,
    *,
    because: str,
    gateway: Gateway,
    at: datetime,
    following: Following = OF_DECLARATIONS,
) -> Attempt:
    """End an attempt that has not ended, so that no charge can come of it.

    Where one came of it already, it counts. Raises `Unreachable`.
    """
    attempt = attempt_at(attempt_id)
    if attempt.state != Attempt.State.OPEN:
        return attempt
    intent = attempt.intent
    if not intent:
        return following.give_up(attempt.pk, intent=intent, because=because, at=at)
    try:
        found = gateway.cancel_charge(intent)
    except NotKnown:  # its memory is another one, and the charge is not in it
        return following.give_up(attempt.pk, intent=intent, because=because, at=at)
    found = replace(found, message=found.message or because)
    return following.settle(attempt.pk, found=found, at=at)


def reconcile(
    attempt_id: int, *, gateway: Gateway, at: datetime, following: Following = OF_DECLARATIONS
) -> Attempt:
    """Ask what became of an attempt without an end, and go on with it, or call it off.

    Raises `Unreachable`.
    """
    attempt = attempt_at(attempt_id)
    if at - attempt.started_at <= PATIENCE:
        return pursue(attempt_id, gateway=gateway, at=at, following=following)
    because = _("It was not confirmed in time, so it was called off; nothing was charged.")
    return call_off(attempt_id, because=because, gateway=gateway, at=at, following=following)


def waiting_charge(attempt: Attempt, *, gateway: Gateway) -> Found:
    """Answer a charge as the processor knows it, for its card holder to confirm.

    Raises `Unreachable`.
    """
    return gateway.charge(attempt.intent)


def give_back(refund_id: int, *, gateway: Gateway, at: datetime) -> None:
    """Have the processor give back what was asked for, once. Raises `Unreachable`.

    Where it will not, or knows no such charge, the refund has failed, and the reason is kept.
    """
    refund = refund_at(refund_id)
    if refund.state != Refund.State.ASKED:  # a second person must agree first, or it is over
        return
    charge, because = refund.attempt.charge, ""
    found = Refunding("", "failed", refund.money, refund.ref)
    try:
        done = [one for one in gateway.refunds_of(charge) if one.reference == refund.ref]
        found = (
            done[0]
            if done
            else gateway.refund(charge, refund.money, reference=refund.ref, once=refund.ref)
        )
    except Refused as refusal:
        because = refusal.message
    except NotKnown:  # its memory is another one, and the charge is not in it
        because = _("The card processor knows no such charge, so it was not given back.")
    settle_refund(refund.pk, found=found, because=because, by=SYSTEM, at=at)
