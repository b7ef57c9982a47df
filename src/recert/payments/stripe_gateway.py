"""The gateway to Stripe, and to the sandbox that plays it, by Stripe's SDK."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
import stripe
from django.conf import settings
from moneyed import Money

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
from recert.payments.stripe_answers import (
    NOT_ACCEPTED,
    Customer,
    Intent,
    Method,
    Reason,
    Refund,
    Refunds,
    SetUp,
    intent_of_event,
    minor_units,
)
from recert.policy.refusals import Refused

stripe.enable_telemetry = False  # it would tell them of this machine

VERSION: Final = "2025-08-27.basil"
"""How Stripe reads what we ask and writes what it answers, whatever version the SDK is made for.

Since "endive" it takes no `payment_method_types`. Without these, confirming a charge may need an
address to come back to from elsewhere; and what has replaced them the sandbox does not take.
"""

CARDS_ONLY: Final = ["card"]

MOST_REFUNDS: Final = 100
"""Of one charge: as many as one answer holds, and far more than anybody makes."""

NOT_FOUND: Final = 404

STUMBLES: Final = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
"""What the SDK falls over when an answer is JSON of another shape."""

T = TypeVar("T")


class _No(Unreachable):
    """The processor said no, so that nothing was done; whoever cannot tell more knows nothing."""

    def __init__(self, error: stripe.StripeError) -> None:
        """Keep what the error says."""
        self.message = error.user_message or "it does not say why"
        super().__init__(f"the card processor said no: {self.message}")


class StripeGateway:
    """Stripe over HTTP. Each method does what `Gateway` says of it."""

    def __init__(self, *, key: str, webhook_secret: str, address: str, seconds: float) -> None:
        """Take the keys; `address` is that of a sandbox, and empty for Stripe itself.

        Nothing is tried again here: the sandbox would do it twice.
        """
        # A sandbox is on this machine, where no proxy of the environment leads.
        proxy: Any = {"http": "", "https": ""} if address else None
        self._api = stripe.StripeClient(
            key,
            stripe_version=VERSION,
            base_addresses={"api": address} if address else None,
            http_client=stripe.RequestsClient(timeout=seconds, proxy=proxy),
            max_network_retries=0,
        ).v1
        self._webhook_secret = webhook_secret
        self._seconds = seconds

    def new_customer(self, *, reference: str, once: str) -> str:
        """Make somebody whose cards can be charged."""
        made = self._asked(
            lambda: self._api.customers.create(
                {"metadata": {"reference": reference}}, {"idempotency_key": once}
            ),
            Customer,
        )
        return made.id

    def set_up_card(self, *, customer: str, once: str) -> CardSetup:
        """Open a form for a card."""
        wanted: Any = {  # of another version than the types
            "customer": customer,
            "usage": "on_session",
            "payment_method_types": CARDS_ONLY,
        }
        opened = self._asked(
            lambda: self._api.setup_intents.create(wanted, {"idempotency_key": once}), SetUp
        )
        return CardSetup(opened.id, opened.client_secret)

    def card_from(self, set_up: str, *, customer: str = "") -> Card:
        """Answer the card that the browser has set up."""
        if not re.fullmatch(r"seti_\w{1,200}", set_up, re.ASCII):
            raise _not_ours()
        try:
            found = self._asked(
                lambda: self._api.setup_intents.retrieve(set_up, {"expand": ["payment_method"]}),
                SetUp,
            )
        except NotKnown:
            raise _not_ours() from None
        if not found.customer or (customer and found.customer != customer):
            raise _not_ours()
        if found.status != "succeeded":
            why = found.last_setup_error or Reason()
            raise CardRefused(why.code or "card-not-set-up", why.message or NOT_ACCEPTED)
        method = found.payment_method
        if not isinstance(method, Method):
            raise Unreachable("the card processor answered a card without its details")
        if method.customer not in {None, found.customer}:
            raise _not_ours()
        return Card(method.id, found.customer, method.card.brand, method.card.last4)

    def prepare_charge(self, amount: Money, *, card: Card, reference: str, once: str) -> Found:
        """Make a charge that does nothing until it is confirmed."""
        wanted: Any = {  # of another version than the types
            "amount": minor_units(amount),
            "currency": amount.currency.code.lower(),
            "customer": card.customer,
            "payment_method": card.method,
            "payment_method_types": CARDS_ONLY,
            "metadata": {"reference": reference},
        }
        try:
            prepared = self._intent(
                lambda: self._api.payment_intents.create(wanted, {"idempotency_key": once})
            )
        except NotKnown:
            raise CardRefused(
                "card-not-known", "This card can no longer be charged. Please enter it again."
            ) from None
        if prepared.amount != amount:
            raise Unreachable(f"the card processor would charge {prepared.amount}, not {amount}")
        return prepared

    def confirm_charge(self, intent: str) -> Found:
        """Charge the card.

        It looks first, and lets the SDK draw a new key: to an old key Stripe repeats for a day
        what it answered then, which may be an error long gone. The id keeps it from charging twice.
        """
        found = self.charge(intent)
        if found.status != "to-confirm":
            return found
        try:
            return self._intent(lambda: self._api.payment_intents.confirm(intent), intent)
        except _No:
            # Declined, or confirmed by another process in between. The charge itself knows which.
            found = self.charge(intent)
            if found.status == "to-confirm":
                raise
            return found

    def charge(self, intent: str) -> Found:
        """Answer what the processor says of a charge."""
        return self._intent(lambda: self._api.payment_intents.retrieve(intent), intent)

    def cancel_charge(self, intent: str) -> Found:
        """Cancel a charge so that it never succeeds."""
        try:
            return self._intent(lambda: self._api.payment_intents.cancel(intent), intent)
        except _No:  # cancelled before, or too late
            found = self.charge(intent)
            if found.status not in {"cancelled", "processing", "succeeded"}:
                raise
            return found

    def refund(self, found_charge: str, amount: Money, *, reference: str, once: str) -> Refunding:
        """Give back an amount of a charge.

        It looks first, because the sandbox would give back the same twice.
        """
        wanted: Any = {
            "charge": found_charge,
            "amount": minor_units(amount),
            "metadata": {"reference": reference},
        }
        for one in self.refunds_of(found_charge):
            if one.reference == reference:
                return one
        try:
            made = self._asked(
                lambda: self._api.refunds.create(wanted, {"idempotency_key": once}), Refund
            )
        except _No as no:
            raise Refused(
                "not-refundable", f"The card processor does not refund this: {no.message}"
            ) from no
        return made.refunding()

    def refunds_of(self, charge: str) -> list[Refunding]:
        """Answer what was given back of a charge."""
        found = self._asked(
            lambda: self._api.refunds.list({"charge": charge, "limit": MOST_REFUNDS}), Refunds
        )
        return [one.refunding() for one in found.data]

    def intent_in(self, body: bytes, signature: str) -> str | None:
        """Answer the charge that an event is about."""
        return intent_of_event(body, signature, secret=self._webhook_secret)

    def _intent(self, call: Callable[[], stripe.StripeObject], intent: str = "") -> Found:
        """Make a call that answers a charge."""
        said = self._asked(call, Intent)
        if intent and said.id != intent:
            raise Unreachable(f"the card processor was asked for {intent}, and answered another")
        return said.found()

    def _asked(self, call: Callable[[], stripe.StripeObject], shape: type[T]) -> T:
        """Make a call, and answer what came if it has the shape. Raises `NotKnown` and `_No`.

        It is taken as it came, since nobody has checked what the SDK makes of it.
        """
        try:
            answer = call().last_response
            data = answer and answer.data
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            if error.http_status == NOT_FOUND or error.code == "resource_missing":
                raise NotKnown("the card processor knows no such thing") from error
            raise _No(error) from error
        except stripe.StripeError as error:
            raise Unreachable(self._reason(error)) from error
        except STUMBLES as error:
            raise Unreachable("the card processor answered nonsense") from error
        try:
            return msgspec.convert(data, shape)
        except msgspec.ValidationError as error:
            raise Unreachable(f"the card processor answered nonsense: {error}") from error

    def _reason(self, error: stripe.StripeError) -> str:
        """Say in a sentence why nothing is known."""
        match error:
            case stripe.APIConnectionError() if "timed out" in str(error):
                return f"the card processor did not answer within {self._seconds:g} seconds"
            case stripe.APIConnectionError():
                return "the card processor cannot be reached"
            case stripe.AuthenticationError() | stripe.PermissionError():
                return "the card processor does not take our key"
            case stripe.RateLimitError():
                return "the card processor has too much to do"
            case _:
                return f"the card processor answered nonsense, with HTTP status {error.http_status}"


def _not_ours() -> CardRefused:
    return CardRefused("card-not-ours", "This card was not entered here. Please enter it again.")


def gateway_of_settings() -> Gateway:
    """Answer the gateway to the processor of the settings. Raises `Refused` where there is none."""
    cards = settings.CARDS
    if not cards["key"]:
        raise Refused(
            "no-card-processor",
            "Nothing can be paid here by card at present. Please write to the board.",
        )
    return _gateway(cards["key"], cards["webhook_secret"], cards["address"], cards["seconds"])


@cache  # with its connections, which are kept open
def _gateway(key: str, webhook_secret: str, address: str, seconds: float) -> Gateway:
    return StripeGateway(key=key, webhook_secret=webhook_secret, address=address, seconds=seconds)
