"""What Stripe answers, checked for its shape and turned into our words.

What is not what it should be is nonsense, of which nothing may be believed: `Unreachable`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal, TypeVar

import msgspec
import stripe
from moneyed import CurrencyDoesNotExist, Money, get_currency

from recert.payments.gateway import (
    ChargeStatus,
    ForgedEvent,
    Found,
    Refunding,
    RefundStatus,
    Unreachable,
)

OLDEST_EVENT: Final = 300
"""Seconds; an event that was signed earlier is one that somebody plays again."""

PECULIAR: Final = {"ISK": 100, "UGX": 100, "MGA": 1}
"""The currencies whose smallest unit is another one for Stripe than for everybody else."""

CHARGES: Final[dict[str, ChargeStatus]] = {
    "requires_confirmation": "to-confirm",
    "requires_action": "to-authenticate",
    "processing": "processing",
    "succeeded": "succeeded",
    "requires_payment_method": "failed",  # it had one when we made it
    "canceled": "cancelled",
}
REFUNDS: Final[dict[str, RefundStatus]] = {
    "succeeded": "succeeded",
    "pending": "pending",
    "requires_action": "pending",
    "failed": "failed",
    "canceled": "failed",
}
NOT_ACCEPTED: Final = "The card was not accepted. Please try again, or take another card."

Minor = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
"""An amount as a number of the smallest units of its currency."""


class Named(msgspec.Struct):
    """A thing of which we need the id only."""

    id: str


class Customer(msgspec.Struct):
    """Somebody whose cards can be charged."""

    id: str
    object: Literal["customer"]


class Reason(msgspec.Struct):
    """Why something was declined."""

    code: str | None = None
    message: str | None = None


class CardDetails(msgspec.Struct):
    """What people know a card by."""

    brand: str
    last4: str


class Method(msgspec.Struct):
    """A card."""

    id: str
    card: CardDetails
    customer: str | None = None


class SetUp(msgspec.Struct):
    """A SetupIntent: a form for a card."""

    id: str
    object: Literal["setup_intent"]
    client_secret: str
    status: Literal[
        "requires_payment_method",
        "requires_confirmation",
        "requires_action",
        "processing",
        "succeeded",
        "canceled",
    ]
    customer: str | None
    payment_method: str | Method | None = None
    last_setup_error: Reason | None = None


class Intent(msgspec.Struct):
    """A PaymentIntent: a charge, from before it is confirmed."""

    id: str
    object: Literal["payment_intent"]
    client_secret: str
    status: str
    amount: Minor
    currency: str
    latest_charge: str | Named | None
    last_payment_error: Reason | None = None

    def found(self) -> Found:
        """Say it in our words. Raises `Unreachable`."""
        status = _known(self.id, self.status, CHARGES)
        reason = Reason()
        if status in {"failed", "cancelled"} and self.last_payment_error:
            reason = self.last_payment_error
        elif status == "failed":
            reason = Reason("card-not-accepted", NOT_ACCEPTED)
        charge = self.latest_charge or ""
        return Found(
            intent=self.id,
            status=status,
            amount=money(self.amount, self.currency),
            client_secret=self.client_secret,
            charge=charge if isinstance(charge, str) else charge.id,
            code=reason.code or "",
            message=reason.message or "",
        )


class Refund(msgspec.Struct):
    """An amount that is given back."""

    id: str
    object: Literal["refund"]
    status: str
    amount: Minor
    currency: str
    metadata: dict[str, str] = {}

    def refunding(self) -> Refunding:
        """Say it in our words. Raises `Unreachable`."""
        return Refunding(
            ref=self.id,
            status=_known(self.id, self.status, REFUNDS),
            amount=money(self.amount, self.currency),
            reference=self.metadata.get("reference", ""),
        )


class Refunds(msgspec.Struct):
    """What was given back of a charge."""

    object: Literal["list"]
    data: list[Refund]


T = TypeVar("T")


def _known(what: str, status: str, words: dict[str, T]) -> T:
    """Answer our word for a status. Raises `Unreachable`."""
    if status not in words:
        raise Unreachable(f"the card processor says that {what[:40]} is {status[:40]!r}")
    return words[status]


def minor_units(amount: Money) -> int:
    """Answer an amount as Stripe counts it. Raises `ValueError` where that is no whole number.

    >>> minor_units(Money("95.00", "USD")), minor_units(Money(9500, "JPY"))
    (9500, 9500)
    """
    units = amount.amount * _units_in(amount.currency.code)
    if units != int(units) or units <= 0:
        raise ValueError(f"{amount!r} cannot be charged: it is no number of the smallest units")
    return int(units)


def money(units: int, currency: str) -> Money:
    """Read an amount as Stripe counts it. Raises `Unreachable`.

    >>> money(9500, "usd"), money(9500, "jpy")
    (Money('95', 'USD'), Money('9500', 'JPY'))
    """
    try:
        known = get_currency(currency.upper())
    except CurrencyDoesNotExist as error:
        raise Unreachable(f"the card processor names a currency {currency[:10]!r}") from error
    return Money(Decimal(units) / _units_in(known.code), known)


def _units_in(currency: str) -> int:
    return PECULIAR.get(currency) or int(get_currency(currency).sub_unit)


class Subject(msgspec.Struct):
    """What an event is about: an intent, or a thing that belongs to one."""

    id: str | None = None
    object: str | None = None
    payment_intent: str | Named | None = None


class EventData(msgspec.Struct):
    """What an event brings."""

    object: Subject = msgspec.field(default_factory=Subject)


class Event(msgspec.Struct):
    """What the processor tells us by itself."""

    data: EventData = msgspec.field(default_factory=EventData)


def intent_of_event(body: bytes, signature: str, *, secret: str) -> str | None:
    """Answer the charge that a signed event is about, or None. Raises `ForgedEvent`."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, OLDEST_EVENT)
        event = msgspec.json.decode(body, type=Event)
    except stripe.SignatureVerificationError as error:
        raise ForgedEvent(f"this event is not signed as ours: {error.user_message}") from error
    except (TypeError, ValueError) as error:
        # TypeError: a signature that is not ASCII; ValueError: a body that is no text or no event.
        raise ForgedEvent("this is not an event of the card processor") from error
    subject = event.data.object
    if subject.object == "payment_intent":
        return subject.id
    about = subject.payment_intent
    return about.id if isinstance(about, Named) else about
