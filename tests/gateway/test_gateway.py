"""What a gateway does: one suite over the fake, and over the sandbox by the SDK over HTTP."""

import inspect
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from recert.payments.gateway import (
    Card,
    CardRefused,
    ForgedEvent,
    Gateway,
    NotKnown,
    Unreachable,
    the_gateway,
)
from recert.payments.stripe_answers import minor_units, money
from recert.payments.stripe_gateway import StripeGateway
from recert.policy.refusals import Refused
from tests.fakes import (
    ASKS_FIRST,
    ASKS_FIRST_THEN_DECLINED,
    DECLINED,
    DECLINED_AT_ENTRY,
    GOOD,
    FakeGateway,
    fake_in,
    signed_event,
)

FEE = Money("95.00", "USD")
METHODS = [name for name in vars(Gateway) if not name.startswith("_")]


@pytest.fixture(params=["fake", "sandbox"])
def world(request):
    """Whoever plays the browser: the fake itself, or what stands beside the sandbox."""
    return FakeGateway() if request.param == "fake" else request.getfixturevalue("processor")


@pytest.fixture
def gateway(world) -> Gateway:
    return world if isinstance(world, FakeGateway) else world.gateway()


@pytest.fixture
def prepared(world, gateway, request):
    """Prepare charges of cards."""

    def prepare(number=GOOD, *, amount=FEE, reference=request.node.name):
        card = gateway.card_from(world.set_up(number))
        return gateway.prepare_charge(amount, card=card, reference=reference, once="charge")

    return prepare


@pytest.mark.parametrize("implementation", [StripeGateway, FakeGateway])
def test_who_plays_it_has_its_signatures(implementation):
    assert len(METHODS) == 10
    for name in METHODS:
        said, done = (
            inspect.signature(getattr(one, name), eval_str=True)
            for one in (Gateway, implementation)
        )
        assert done == said, name


def test_a_card_is_set_up_by_the_browser(world, gateway):
    customer = gateway.new_customer(reference="PE-1", once="one")
    opened = gateway.set_up_card(customer=customer, once="two")
    assert opened.ref.startswith("seti_")
    assert opened.client_secret.startswith(opened.ref)
    with pytest.raises(CardRefused) as caught:
        gateway.card_from(opened.ref)
    assert caught.value.code == "card-not-set-up"
    world.enter_card(opened.ref, GOOD)
    card = gateway.card_from(opened.ref, customer=customer)
    assert card == replace(card, customer=customer, brand="visa", last4="4242")
    assert card.method.startswith("pm_")
    assert gateway.card_from(opened.ref) == card


def test_a_card_is_that_of_its_customer_only(world, gateway):
    other = gateway.new_customer(reference="PE-2", once="other")
    with pytest.raises(CardRefused) as caught:
        gateway.card_from(world.set_up(GOOD), customer=other)
    assert caught.value.code == "card-not-ours"


def test_a_card_that_is_declined_when_entered_is_refused(world, gateway):
    with pytest.raises(CardRefused, match="not accepted") as caught:
        gateway.card_from(world.set_up(DECLINED_AT_ENTRY))
    assert (caught.value.code, caught.value.message) == ("card-not-set-up", str(caught.value))


@pytest.mark.parametrize(
    "ref", ["", "seti_", "seti_unknown", "pi_1", "seti_1/../../customers", "seti_1?x", "sëti_1"]
)
def test_what_is_no_set_up_of_ours_is_refused(gateway, ref):
    with pytest.raises(CardRefused) as caught:
        gateway.card_from(ref)
    assert caught.value.code == "card-not-ours"


def test_a_charge_happens_when_it_is_confirmed_and_not_before(world, gateway, prepared, request):
    found = prepared()
    assert (found.status, found.amount, found.charge) == ("to-confirm", FEE, "")
    assert found.intent.startswith("pi_")
    assert found.client_secret.startswith(found.intent)
    assert gateway.charge(found.intent) == found
    assert world.charges_of(request.node.name) == []
    done = gateway.confirm_charge(found.intent)
    assert done == replace(found, status="succeeded", charge=done.charge)
    assert done.charge.startswith("ch_")
    assert gateway.charge(found.intent) == done
    assert world.charges_of(request.node.name) == [done]


def test_a_charge_that_is_confirmed_twice_happens_once(world, gateway, prepared, request):
    intent = prepared().intent
    first = gateway.confirm_charge(intent)
    assert gateway.confirm_charge(intent) == first
    assert world.charges_of(request.node.name) == [first]


@pytest.mark.parametrize("success", [True, False])
def test_a_bank_may_ask_the_holder_first(world, gateway, prepared, success):
    reference = f"PA-{success}"
    intent = prepared(ASKS_FIRST, reference=reference).intent
    asked = gateway.confirm_charge(intent)
    assert (asked.status, asked.charge, asked.code) == ("to-authenticate", "", "")
    assert gateway.confirm_charge(intent) == asked
    world.authenticate(intent, success=success)
    found = gateway.charge(intent)
    if success:
        assert (found.status, found.code, found.message) == ("succeeded", "", "")
        assert world.charges_of(reference) == [found]
    else:
        assert found.status == "failed"
        assert found.code == "payment_intent_authentication_failure"
        assert found.message
        assert world.charges_of(reference) == []
    assert gateway.confirm_charge(intent) == found


def test_a_decline_is_an_answer_and_stays(world, gateway, prepared, request):
    intent = prepared(DECLINED).intent
    found = gateway.confirm_charge(intent)
    assert (found.status, found.code) == ("failed", "card_declined")
    assert found.message == "Your card was declined."
    assert gateway.charge(intent) == gateway.confirm_charge(intent) == found
    assert world.charges_of(request.node.name) == []


def test_a_decline_may_come_after_the_bank_asked(world, gateway, prepared):
    intent = prepared(ASKS_FIRST_THEN_DECLINED).intent
    assert gateway.confirm_charge(intent).status == "to-authenticate"
    world.authenticate(intent, success=True)
    found = gateway.charge(intent)
    assert (found.status, found.code) == ("failed", "card_declined")


@pytest.mark.parametrize(("number", "confirmed"), [(GOOD, False), (ASKS_FIRST, True)])
def test_a_cancelled_charge_never_happens(world, gateway, prepared, number, confirmed):
    intent = prepared(number, reference=number).intent
    if confirmed:
        gateway.confirm_charge(intent)
    cancelled = gateway.cancel_charge(intent)
    assert (cancelled.status, cancelled.code) == ("cancelled", "")
    assert gateway.cancel_charge(intent) == gateway.confirm_charge(intent) == cancelled
    assert gateway.charge(intent) == cancelled
    assert world.charges_of(number) == []


def test_a_failed_charge_is_cancelled_and_still_says_why(gateway, prepared):
    failed = gateway.confirm_charge(prepared(DECLINED).intent)
    assert gateway.cancel_charge(failed.intent) == replace(failed, status="cancelled")


def test_it_may_be_too_late_to_cancel(world, gateway, prepared, request):
    done = gateway.confirm_charge(prepared().intent)
    assert gateway.cancel_charge(done.intent) == done
    assert world.charges_of(request.node.name) == [done]


@pytest.mark.parametrize("amount", ["0.01 USD", "95 USD", "1234.56 EUR", "9500 JPY", "5.120 KWD"])
def test_any_amount_comes_back_as_it_was(gateway, prepared, amount):
    number, currency = amount.split()
    assert prepared(amount=Money(number, currency)).amount == Money(number, currency)


def test_what_is_not_known_is_said(gateway):
    for ask in (gateway.charge, gateway.confirm_charge, gateway.cancel_charge):
        with pytest.raises(NotKnown):
            ask("pi_00000000000000")
    with pytest.raises(NotKnown):
        gateway.refunds_of("ch_00000000000000")


def test_a_card_that_is_not_known_is_not_charged(gateway):
    card = Card("pm_00000000000000", "cus_00000000000000", "visa", "4242")
    with pytest.raises(CardRefused) as caught:
        gateway.prepare_charge(FEE, card=card, reference="PA-1", once="one")
    assert caught.value.code == "card-not-known"


def test_money_is_given_back_once_for_each_reason(gateway, prepared):
    charge = gateway.confirm_charge(prepared().intent).charge
    assert gateway.refunds_of(charge) == []
    part = Money("15.00", "USD")
    first = gateway.refund(charge, part, reference="RF-1", once="one")
    assert (first.status, first.amount, first.reference) == ("succeeded", part, "RF-1")
    assert first.ref.startswith("re_")
    assert gateway.refund(charge, part, reference="RF-1", once="one") == first
    second = gateway.refund(charge, FEE - part, reference="RF-2", once="two")
    found = gateway.refunds_of(charge)
    assert sorted(found, key=lambda one: one.reference) == [first, second]


def test_what_was_not_paid_is_not_given_back(gateway, prepared):
    charge = gateway.confirm_charge(prepared(DECLINED).intent).charge
    with pytest.raises(Refused) as caught:
        gateway.refund(charge, FEE, reference="RF-1", once="one")
    assert caught.value.code == "not-refundable"
    assert gateway.refunds_of(charge) == []


# Events


def test_an_event_names_its_charge(world, gateway):
    assert gateway.intent_in(*world.event_about("pi_1")) == "pi_1"


def changed(body, signature):
    yield body.replace(b"pi_1", b"pi_2"), signature
    yield body + b" ", signature
    yield b"", signature
    yield b"\xff", signature
    yield body, ""
    yield body, "t=1,v1=1"
    yield body, "nonsense"
    yield body, signature.replace("v1=", "v0=")
    yield body, f"{signature[:-1]}é"
    yield body, signature.replace("t=", "t=1")


def test_a_changed_event_is_forged(world, gateway):
    for body, signature in changed(*world.event_about("pi_1")):
        with pytest.raises(ForgedEvent):
            gateway.intent_in(body, signature)


def test_an_event_of_another_secret_is_forged(gateway):
    with pytest.raises(ForgedEvent):
        gateway.intent_in(*signed_event({"object": "payment_intent", "id": "pi_1"}, "whsec_other"))


def test_an_event_that_is_played_again_later_is_forged(world, gateway):
    now = int(time.time())  # noqa: TID251  # what the signature is compared with
    assert gateway.intent_in(*world.event_about("pi_1", at=now - 290)) == "pi_1"
    with pytest.raises(ForgedEvent, match="tolerance"):
        gateway.intent_in(*world.event_about("pi_1", at=now - 310))


@pytest.mark.parametrize(
    ("subject", "intent"),
    [
        ({"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, "pi_1"),
        ({"object": "refund", "id": "re_1", "payment_intent": {"id": "pi_1"}}, "pi_1"),
        ({"object": "charge", "id": "ch_1", "payment_intent": None}, None),
        ({"object": "customer", "id": "cus_1"}, None),
        ({}, None),
    ],
)
def test_an_event_may_be_about_something_else(world, gateway, subject, intent):
    assert gateway.intent_in(*signed_event(subject, world.secret)) == intent


@pytest.mark.parametrize("subject", [[], 1, "pi_1", None, {"object": "payment_intent", "id": 1}])
def test_a_signed_event_of_another_shape_is_none(world, gateway, subject):
    with pytest.raises(ForgedEvent, match="not an event"):
        gateway.intent_in(*signed_event(subject, world.secret))


def test_without_a_secret_every_event_is_forged():
    one = StripeGateway(key="sk_test_1", webhook_secret="", address="", seconds=1)
    with pytest.raises(ForgedEvent):
        one.intent_in(*signed_event({"object": "payment_intent", "id": "pi_1"}, ""))


# Amounts


@given(st.integers(1, 10**12), st.sampled_from(["USD", "EUR", "JPY", "KWD", "MGA", "ISK", "UGX"]))
def test_amounts_are_exact(units, currency):
    assert minor_units(money(units, currency.lower())) == units


@pytest.mark.parametrize(
    ("amount", "units"),
    [("95.00 USD", 9500), ("500 JPY", 500), ("5 ISK", 500), ("5 UGX", 500), ("7 MGA", 7)],
)
def test_units_are_those_of_the_processor(amount, units):
    assert minor_units(Money(*amount.split())) == units


@pytest.mark.parametrize("amount", ["0 USD", "-1 USD", "0.005 USD", "1.5 JPY"])
def test_what_is_no_amount_is_a_mistake_of_ours(amount):
    with pytest.raises(ValueError, match="cannot be charged"):
        minor_units(Money(*amount.split()))


# The one of the settings


def test_without_keys_there_is_none(settings):
    settings.CARDS = settings.CARDS | {"key": ""}
    with pytest.raises(Refused) as caught:
        the_gateway()
    assert caught.value.code == "no-card-processor"


def test_it_is_made_once_for_its_settings(settings, processor):
    settings.CARDS = processor.cards()
    first = the_gateway()
    assert first is the_gateway()
    assert first.new_customer(reference="PE-1", once="one").startswith("cus_")
    settings.CARDS = settings.CARDS | {"seconds": 9.0}
    assert the_gateway() is not first


def test_a_test_may_put_the_fake_in_its_place(settings):
    fake = fake_in(settings)
    assert the_gateway() is fake


# The fake's own


def test_the_fake_fails_as_it_is_told():
    fake = FakeGateway()
    card = fake.card_from(fake.set_up(GOOD))
    intent = fake.prepare_charge(FEE, card=card, reference="PA-1", once="one").intent
    for fault in ("down", "slow"):
        setattr(fake, fault, True)
        with pytest.raises(Unreachable):
            fake.confirm_charge(intent)
        fake.work()
        assert fake.charge(intent).status == "to-confirm"
    fake.lost_answer = {"confirm_charge"}
    with pytest.raises(Unreachable, match="did not answer"):
        fake.confirm_charge(intent)
    assert fake.charge(intent).status == "succeeded"
    fake.nonsense = True
    with pytest.raises(Unreachable, match="nonsense"):
        fake.charge(intent)
    fake.forget()
    fake.work()
    with pytest.raises(NotKnown):
        fake.charge(intent)
    assert fake.calls.count("confirm_charge") == 3


@pytest.mark.parametrize("heeds_keys", [True, False])
def test_the_fake_heeds_keys_where_it_is_told_to(heeds_keys):
    fake = FakeGateway(heeds_keys=heeds_keys)
    one, other = (fake.new_customer(reference="PE-1", once="one") for _each in "12")
    assert (one == other) is heeds_keys
