"""What stands outside, played in memory."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar

import stripe
from moneyed import Money

from recert.payments.gateway import (
    Card,
    CardRefused,
    CardSetup,
    Found,
    NotKnown,
    Refunding,
    Unreachable,
)
from recert.payments.stripe_answers import NOT_ACCEPTED, intent_of_event
from recert.policy.refusals import Refused

GOOD = "4242424242424242"
ASKS_FIRST = "4000002500003155"
DECLINED_AT_ENTRY = "4000000000000002"
DECLINED = "4000000000000341"
ASKS_FIRST_THEN_DECLINED = "4000008260003178"

P = ParamSpec("P")
T = TypeVar("T")

Fault = bool | set[str]
"""Whether it happens: at every call, or at those of the methods that are named."""


def over_the_wire(
    method: Callable[Concatenate["FakeGateway", P], T],
) -> Callable[Concatenate["FakeGateway", P], T]:
    """Let a method fail as what is asked over a network does."""
    name = method.__name__

    def happens(fault: Fault) -> bool:
        return fault if isinstance(fault, bool) else name in fault

    @wraps(method)
    def call(gateway: "FakeGateway", /, *args: P.args, **named: P.kwargs) -> T:
        with gateway.lock:
            gateway.calls.append(name)
            if happens(gateway.down):
                raise Unreachable("the card processor cannot be reached")
            if happens(gateway.slow):
                raise Unreachable("the card processor did not answer within 10 seconds")
            key = (name, named.get("once"))
            try:
                if key not in gateway.answered:
                    answer = method(gateway, *args, **named)
                    if gateway.heeds_keys and "once" in named:
                        gateway.answered[key] = answer
                else:
                    answer = gateway.answered[key]
            finally:  # what was done is done, and what was refused is refused
                if happens(gateway.lost_answer):
                    raise Unreachable("the card processor did not answer within 10 seconds")
                if happens(gateway.nonsense):
                    raise Unreachable("the card processor answered nonsense")
            return answer

    return call


@dataclass
class _SetUp:
    customer: str
    number: str = ""
    succeeded: bool = False


@dataclass
class _Method:
    customer: str
    number: str


class FakeGateway:
    """A card processor in memory: the test cards of the sandbox, the same ids in each run.

    `down` and `slow` fail before anything is done; `lost_answer` and `nonsense` do it first. Like
    the sandbox it heeds no idempotency keys, unless told to. `calls` names what was asked of it.
    """

    secret = "whsec_fake"
    """What its events are signed with."""

    def __init__(self, *, heeds_keys: bool = False) -> None:
        self.heeds_keys = heeds_keys
        self.down: Fault = False
        self.slow: Fault = False
        self.lost_answer: Fault = False
        self.nonsense: Fault = False
        self.calls: list[str] = []
        self.lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Lose all that is remembered, as a sandbox whose folder was deleted."""
        self.numbers = count(1)
        self.answered: dict[tuple[str, Any], Any] = {}
        self.customers: dict[str, str] = {}
        self.set_ups: dict[str, _SetUp] = {}
        self.methods: dict[str, _Method] = {}
        self.intents: dict[str, Found] = {}
        self.cards: dict[str, str] = {}
        self.references: dict[str, str] = {}
        self.refunds: dict[str, list[Refunding]] = {}

    def work(self) -> None:
        """End all faults."""
        self.down = self.slow = self.lost_answer = self.nonsense = False

    # What the browser does

    def enter_card(self, set_up: str, number: str) -> None:
        """Type a card, and say yes where its bank asks."""
        with self.lock:
            form = self.set_ups[set_up]
            form.number, form.succeeded = number, number != DECLINED_AT_ENTRY

    def set_up(self, number: str, *, customer: str = "") -> str:
        """Answer a set-up in which a card was entered."""
        customer = customer or self.new_customer(reference="PE-SOMEBODY", once="customer")
        ref = self.set_up_card(customer=customer, once="set-up").ref
        self.enter_card(ref, number)
        return ref

    def authenticate(self, intent: str, *, success: bool) -> None:
        """Answer what the bank asks the holder."""
        with self.lock:
            assert self.intents[intent].status == "to-authenticate"
            if success:
                self._charge(intent)
            else:
                self._fail(intent, "payment_intent_authentication_failure", "You said no.")

    # What a test looks at

    def charges_of(self, reference: str) -> list[Found]:
        """Answer the charges that succeeded."""
        with self.lock:
            mine = [
                found for ref, found in self.intents.items() if self.references[ref] == reference
            ]
            return [found for found in mine if found.status == "succeeded"]

    def event_about(self, intent: str, *, at: int | None = None) -> tuple[bytes, str]:
        """Answer the body of an event and its signature."""
        return signed_event({"object": "payment_intent", "id": intent}, self.secret, at=at)

    # What we ask of it

    @over_the_wire
    def new_customer(self, *, reference: str, once: str) -> str:
        del once
        ref = self._new("cus")
        self.customers[ref] = reference
        return ref

    @over_the_wire
    def set_up_card(self, *, customer: str, once: str) -> CardSetup:
        del once
        if customer not in self.customers:
            raise NotKnown("the card processor knows no such thing")
        ref = self._new("seti")
        self.set_ups[ref] = _SetUp(customer)
        return CardSetup(ref, f"{ref}_secret")

    @over_the_wire
    def card_from(self, set_up: str, *, customer: str = "") -> Card:
        form = self.set_ups.get(set_up)
        if form is None or (customer and form.customer != customer):
            raise CardRefused("card-not-ours", "This card was not entered here.")
        if not form.succeeded:
            raise CardRefused("card-not-set-up", NOT_ACCEPTED)
        method = set_up.replace("seti", "pm")
        self.methods[method] = _Method(form.customer, form.number)
        return Card(method, form.customer, "visa", form.number[-4:])

    @over_the_wire
    def prepare_charge(self, amount: Money, *, card: Card, reference: str, once: str) -> Found:
        del once
        if card.method not in self.methods or card.customer not in self.customers:
            raise CardRefused("card-not-known", "This card can no longer be charged.")
        intent = self._new("pi")
        self.cards[intent], self.references[intent] = self.methods[card.method].number, reference
        self.intents[intent] = Found(intent, "to-confirm", amount, f"{intent}_secret")
        return self.intents[intent]

    @over_the_wire
    def confirm_charge(self, intent: str) -> Found:
        if self._found(intent).status == "to-confirm":
            if self.cards[intent] in {ASKS_FIRST, ASKS_FIRST_THEN_DECLINED}:
                self._becomes(intent, status="to-authenticate")
            else:
                self._charge(intent)
        return self.intents[intent]

    @over_the_wire
    def charge(self, intent: str) -> Found:
        return self._found(intent)

    @over_the_wire
    def cancel_charge(self, intent: str) -> Found:
        if self._found(intent).status not in {"processing", "succeeded"}:
            self._becomes(intent, status="cancelled")
        return self.intents[intent]

    @over_the_wire
    def refund(self, found_charge: str, amount: Money, *, reference: str, once: str) -> Refunding:
        del once
        made = self._refunds(found_charge)
        for one in made:
            if one.reference == reference:
                return one
        (found,) = [one for one in self.intents.values() if one.charge == found_charge]
        left = found.amount - sum((one.amount for one in made), amount * 0)
        if found.status != "succeeded" or amount > left:
            raise Refused("not-refundable", f"The card processor does not refund this: {left} left")
        made.append(Refunding(self._new("re"), "succeeded", amount, reference))
        return made[-1]

    @over_the_wire
    def refunds_of(self, charge: str) -> list[Refunding]:
        return list(self._refunds(charge))

    def intent_in(self, body: bytes, signature: str) -> str | None:
        return intent_of_event(body, signature, secret=self.secret)

    # How

    def _new(self, prefix: str) -> str:
        return f"{prefix}_{next(self.numbers):014}"

    def _found(self, intent: str) -> Found:
        if intent not in self.intents:
            raise NotKnown("the card processor knows no such thing")
        return self.intents[intent]

    def _refunds(self, charge: str) -> list[Refunding]:
        if charge not in self.refunds:
            raise NotKnown("the card processor knows no such thing")
        return self.refunds[charge]

    def _becomes(self, intent: str, **changes: Any) -> None:
        self.intents[intent] = replace(self.intents[intent], **changes)

    def _charge(self, intent: str) -> None:
        charge = self._new("ch")
        self.refunds[charge] = []
        self._becomes(intent, charge=charge)
        if self.cards[intent] in {DECLINED, ASKS_FIRST_THEN_DECLINED}:
            self._fail(intent, "card_declined", "Your card was declined.")
        else:
            self._becomes(intent, status="succeeded")

    def _fail(self, intent: str, code: str, message: str) -> None:
        self._becomes(intent, status="failed", code=code, message=message)


def signed_event(subject: object, secret: str, *, at: int | None = None) -> tuple[bytes, str]:
    """Answer an event about something as the processor sends it, and its signature."""
    event = {"object": "event", "type": "payment_intent.succeeded", "data": {"object": subject}}
    body = json.dumps(event)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, at)


SHARED: list[FakeGateway] = []


def the_fake() -> FakeGateway:
    """Answer the latest fake that was put in place."""
    return SHARED[-1]


def fake_in(settings: Any) -> FakeGateway:
    """Put a new fake in the place of the processor, until the test ends."""
    SHARED[:] = [FakeGateway()]
    settings.GATEWAY = "tests.fakes.the_fake"
    return the_fake()
