"""The gateway to the card processor: what we ask of it, and what it says.

A charge is prepared, its id is stored, and only then is it confirmed by that id. However often it
is then confirmed, by whichever process, it happens at most once, even where the processor heeds
no idempotency keys.

The number of a card never comes here: the browser gives it to the processor, and we learn a name
for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from moneyed import Money

ChargeStatus = Literal[
    "to-confirm", "to-authenticate", "processing", "succeeded", "failed", "cancelled"
]
RefundStatus = Literal["succeeded", "pending", "failed"]


class Unreachable(Exception):
    """The processor is down, slow or answers nonsense; the text says which.

    Nothing is known of what was done: ask again later.
    """


class NotKnown(Unreachable):
    """The processor has no such thing: its memory is another one, as after a change of keys."""


class CardRefused(Exception):
    """A card was not set up, or is not one of ours: a code for machines, a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code
        self.message = message


class ForgedEvent(Exception):
    """An event does not come from the processor, or is too old; the text says why."""


@dataclass(frozen=True, slots=True)
class CardSetup:
    """A form for a card, which the browser fills in at the processor."""

    ref: str
    client_secret: str  # with which the browser may do so; for nobody else


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was set up: the processor's name for it, and what people know it by."""

    method: str
    customer: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the processor says of a charge, as it is now.

    `charge` names it for refunds. `code` and `message` say why the card was declined. A failed
    charge may still succeed where the browser tries another card; a cancelled one never does.
    """

    intent: str
    status: ChargeStatus
    amount: Money
    client_secret: str  # with which the browser may authenticate it; for nobody else
    charge: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Refunding:
    """What the processor says of a refund; `reference` is what it was asked with."""

    ref: str
    status: RefundStatus
    amount: Money
    reference: str = ""


class Gateway(Protocol):
    """What we ask of a card processor. Everything here may raise `Unreachable`.

    `once` is the idempotency key of what makes something new: where the processor heeds them,
    the same key never makes it twice. `reference` is our name for it, which the processor keeps.
    """

    def new_customer(self, *, reference: str, once: str) -> str:
        """Make somebody whose cards can be charged, and answer the processor's id for them.

        The processor learns our reference and nothing else of the person.
        """

    def set_up_card(self, *, customer: str, once: str) -> CardSetup:
        """Open a form for a card of a customer. Raises `NotKnown`."""

    def card_from(self, set_up: str, *, customer: str = "") -> Card:
        """Answer the card that the browser has set up.

        Raises `CardRefused` where it has not, or where that was not for `customer`, if one is
        named. The ref of the set-up may come from the browser.
        """

    def prepare_charge(self, amount: Money, *, card: Card, reference: str, once: str) -> Found:
        """Make a charge that does nothing until it is confirmed.

        Raises `CardRefused` where the card cannot be charged any more.
        """

    def confirm_charge(self, intent: str) -> Found:
        """Charge the card, and answer what became of it; a decline is an answer too.

        What is not to be confirmed (any more) is answered as it is.
        """

    def charge(self, intent: str) -> Found:
        """Answer what the processor says of a charge. Raises `NotKnown`."""

    def cancel_charge(self, intent: str) -> Found:
        """Cancel a charge so that it never succeeds, and answer what it is then.

        That may be "succeeded" or "processing": it was too late.
        """

    def refund(self, found_charge: str, amount: Money, *, reference: str, once: str) -> Refunding:
        """Give back an amount of a charge; the same reference never gives back twice.

        Raises `Refused` where the processor will not, and nothing was given back.
        """

    def refunds_of(self, charge: str) -> list[Refunding]:
        """Answer what was given back of a charge, or is on its way. Raises `NotKnown`."""

    def intent_in(self, body: bytes, signature: str) -> str | None:
        """Answer the charge that an event of the processor is about; None for other events.

        An event is a reason to ask and no more: it may come late, twice, and out of order. Raises
        `ForgedEvent`.
        """


def the_gateway() -> Gateway:
    """Answer the gateway that the settings name. Raises `Refused` where no processor is set up."""
    made: Gateway = import_string(settings.GATEWAY)()
    return made
