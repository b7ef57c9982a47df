"""The gateway to Stripe against a processor that answers anything: nothing then is known."""

import json
import socket
import time
from contextlib import ExitStack, suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from moneyed import Money

from recert.payments.gateway import Card, CardRefused, NotKnown, Unreachable
from recert.payments.stripe_gateway import StripeGateway
from recert.policy.refusals import Refused
from tests.gateway.nonsense_server import (
    NonsenseServer,
    hangs_up,
    hangs_up_at_once,
    is_not_http,
    leads_elsewhere,
    refuses,
    says,
    speaks_slowly,
    stays_silent,
)

FEE = Money("95.00", "USD")
CARD = Card("pm_1", "cus_1", "visa", "4242")
KEY = "sk_test_sandbox"

CALLS = {
    "new_customer": lambda one: one.new_customer(reference="PE-1", once="once"),
    "set_up_card": lambda one: one.set_up_card(customer="cus_1", once="once"),
    "card_from": lambda one: one.card_from("seti_1", customer="cus_1"),
    "prepare_charge": lambda one: one.prepare_charge(FEE, card=CARD, reference="PA", once="once"),
    "confirm_charge": lambda one: one.confirm_charge("pi_1"),
    "charge": lambda one: one.charge("pi_1"),
    "cancel_charge": lambda one: one.cancel_charge("pi_1"),
    "refund": lambda one: one.refund("ch_1", FEE, reference="RF-1", once="once"),
    "refunds_of": lambda one: one.refunds_of("ch_1"),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture
def told():
    """Serve answers, and answer a gateway to them with what was asked."""
    with ExitStack() as servers:

        def tell(*answers, seconds=0.4):
            server = servers.enter_context(NonsenseServer(*answers))
            return gateway_to(server.server_port, seconds), server.asked

        yield tell


def gateway_to(port, seconds=0.4):
    address = f"http://127.0.0.1:{port}"
    return StripeGateway(key=KEY, webhook_secret="", address=address, seconds=seconds)


INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "client_secret": "pi_1_secret",
    "status": "requires_confirmation",
    "amount": 9500,
    "currency": "usd",
    "latest_charge": None,
}
HTML = b"<!doctype html><title>Bad gateway</title>"
NONSENSE = {
    "html": says(HTML, kind="text/html"),
    "html with a bad status": says(HTML, 502, "text/html"),
    "html for what is not there": says(HTML, 404, "text/html"),
    "nothing": says(b""),
    "nothing at all": says(b"", 204),
    "cut off": says(json.dumps(INTENT).encode()[:-9]),
    "cut off while it is sent": says(json.dumps(INTENT).encode(), length=5000),
    "not text": says(b"\xff\xfe\x00"),
    "null": says(None),
    "a number": says(7),
    "a text": says("pi_1"),
    "a list": says([INTENT]),
    "an object": says({}),
    "another object": says({"id": "pi_1", "object": "balance"}),
    "an object of no kind": says({"object": ["payment_intent"]}),
    "nested too deep": says(b"[" * 100_000),
    "an error that is none": says({"error": 5}, 400),
    "an error as a list": says({"error": []}, 402),
    "an error as text": says({"error": "invalid_client"}, 400),
    "out of order": refuses(500, message="Something went wrong."),
    "busy": refuses(429, message="Slow down."),
    "held by another": refuses(409, message="Locked."),
    "a key it does not take": refuses(401, message="Unauthorized"),
    "what we may not do": refuses(403, message="Forbidden"),
    "hangs up": hangs_up,
    "hangs up at once": hangs_up_at_once,
    "is not HTTP": is_not_http,
    "leads elsewhere, over and over": leads_elsewhere,
}


@every_call
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_of_nonsense_nothing_is_known(told, call, nonsense):
    gateway, _asked = told(nonsense)
    with pytest.raises(Unreachable, match=r"^the card processor ") as caught:
        call(gateway)
    assert not isinstance(caught.value, NotKnown)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@every_call
@pytest.mark.parametrize("slow", [stays_silent, speaks_slowly])
def test_a_slow_processor_is_not_waited_for(told, call, slow):
    gateway, asked = told(slow, seconds=0.2)
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"did not answer within 0\.2 seconds"):
        call(gateway)
    assert time.monotonic() - started < 2
    assert len(asked) == 1  # what may have been done is not asked for again


@every_call
def test_a_processor_that_is_not_there_is_not_reached(call):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="cannot be reached"):
        call(gateway_to(port))


@every_call
def test_no_proxy_of_the_environment_leads_to_a_sandbox(told, call, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    gateway, asked = told(says({}))
    with pytest.raises(Unreachable, match="nonsense"):
        call(gateway)
    assert asked


@every_call
def test_it_asks_with_the_key_and_the_version_and_a_key_of_its_own(told, call):
    found = INTENT | {"object": "list", "data": []}
    gateway, asked = told(says(INTENT), says(found))
    with suppress(Unreachable, CardRefused, Refused):
        call(gateway)
    for method, _path, headers in asked:
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert headers["Stripe-Version"] == "2025-08-27.basil"
        assert "platform" not in headers["X-Stripe-Client-User-Agent"]  # of this machine
        assert (method == "POST") == bool(headers.get("Idempotency-Key"))


@pytest.mark.parametrize("name", ["new_customer", "set_up_card", "prepare_charge", "refund"])
def test_what_makes_something_new_is_asked_with_the_key_it_is_given(told, name):
    gateway, asked = told(
        says({"object": "list", "data": []} if name == "refund" else {}), says({})
    )
    with pytest.raises(Unreachable):
        CALLS[name](gateway)
    assert asked[-1][0] == "POST"
    assert asked[-1][2]["Idempotency-Key"] == "once"


# Answers that are nearly right

NEEDED = ["id", "object", "client_secret", "status", "amount", "currency", "latest_charge"]


@pytest.mark.parametrize("field", NEEDED)
def test_a_charge_without_a_field_is_none(told, field):
    gateway, _asked = told(says({name: one for name, one in INTENT.items() if name != field}))
    with pytest.raises(Unreachable, match=f"missing required field `{field}`"):
        gateway.charge("pi_1")


NO_TEXT: list[object] = [5, 1.5, True, [], {}]
NO_AMOUNT: list[object] = ["", "9500", -1, 1.5, True, [], {}, 10**30]
WRONG: list[tuple[str, object]] = [
    *((field, wrong) for field in NEEDED if field != "amount" for wrong in NO_TEXT),
    *((field, None) for field in NEEDED if field != "latest_charge"),
    *((field, "x" * 300) for field in ("id", "object", "status", "currency")),
    *(("amount", wrong) for wrong in NO_AMOUNT),
]


@pytest.mark.parametrize(("field", "wrong"), WRONG, ids=repr)
def test_a_charge_with_a_wrong_field_is_none(told, field, wrong):
    gateway, _asked = told(says(INTENT | {field: wrong}))
    with pytest.raises(Unreachable):
        gateway.charge("pi_1")


def test_a_charge_of_another_status_is_none(told):
    gateway, _asked = told(says(INTENT | {"status": "requires_capture"}))
    with pytest.raises(Unreachable, match="says that pi_1 is 'requires_capture'"):
        gateway.charge("pi_1")


def test_another_charge_is_none(told):
    gateway, _asked = told(says(INTENT | {"id": "pi_2"}))
    with pytest.raises(Unreachable, match="was asked for pi_1, and answered another"):
        gateway.charge("pi_1")


@pytest.mark.parametrize("wrong", [{"amount": 9501}, {"currency": "eur"}, {"currency": "zzz"}])
def test_a_charge_of_another_amount_is_not_prepared(told, wrong):
    gateway, _asked = told(says(INTENT | wrong))
    with pytest.raises(Unreachable):
        CALLS["prepare_charge"](gateway)


METHOD = {"id": "pm_1", "customer": "cus_1", "card": {"brand": "visa", "last4": "4242"}}
SET_UP = {
    "id": "seti_1",
    "object": "setup_intent",
    "client_secret": "seti_1_secret",
    "status": "succeeded",
    "customer": "cus_1",
    "payment_method": METHOD,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "unheard_of"},
        {"payment_method": "pm_1"},
        {"payment_method": None},
        {"payment_method": {"id": "pm_1", "sepa_debit": {}}},
        {"customer": 1},
    ],
)
def test_a_card_of_another_shape_is_none(told, wrong):
    gateway, _asked = told(says(SET_UP | wrong))
    with pytest.raises(Unreachable):
        gateway.card_from("seti_1")


@pytest.mark.parametrize(
    "others",
    [
        {"customer": None},
        {"customer": "cus_2"},
        {"payment_method": METHOD | {"customer": "cus_2"}},
    ],
)
def test_a_card_of_somebody_else_is_refused(told, others):
    gateway, _asked = told(says(SET_UP | others))
    with pytest.raises(CardRefused) as caught:
        gateway.card_from("seti_1", customer="cus_1")
    assert caught.value.code == "card-not-ours"


def test_a_card_of_nobody_is_refused(told):
    gateway, _asked = told(
        says(SET_UP | {"customer": None, "payment_method": METHOD | {"customer": None}})
    )
    with pytest.raises(CardRefused):
        gateway.card_from("seti_1")


@pytest.mark.parametrize("ref", ["", "pi_1", "seti_1/cancel", "seti_1 ", "seti_\u0661", "SETI_1"])
def test_for_what_is_no_set_up_it_is_not_even_asked(told, ref):
    gateway, asked = told(says(SET_UP))
    with pytest.raises(CardRefused):
        gateway.card_from(ref)
    assert asked == []


def test_why_a_card_was_not_set_up_is_told(told):
    error = {"code": "expired_card", "message": "Your card has expired."}
    failed = {"status": "requires_payment_method", "last_setup_error": error}
    gateway, _asked = told(says(SET_UP | failed))
    with pytest.raises(CardRefused, match=r"Your card has expired\.") as caught:
        gateway.card_from("seti_1")
    assert caught.value.code == "expired_card"


def test_a_charge_that_failed_for_no_reason_has_a_sentence(told):
    gateway, _asked = told(says(INTENT | {"status": "requires_payment_method"}))
    found = gateway.charge("pi_1")
    assert (found.status, found.code) == ("failed", "card-not-accepted")
    assert found.message.startswith("The card was not accepted.")


def test_an_error_of_before_is_not_told_of_what_succeeded(told):
    later = {"status": "succeeded", "last_payment_error": {"code": "card_declined"}}
    gateway, _asked = told(says(INTENT | later))
    found = gateway.charge("pi_1")
    assert (found.status, found.code) == ("succeeded", "")


def test_a_processor_without_the_customer_says_so(told):
    gateway, _asked = told(refuses(400, code="resource_missing", param="customer"))
    with pytest.raises(NotKnown):
        gateway.set_up_card(customer="cus_1", once="once")


@pytest.mark.parametrize("wrong", [{"status": "unheard_of"}, {"status": None}, {"currency": "zzz"}])
def test_a_refund_of_another_shape_is_none(told, wrong):
    refund = {"id": "re_1", "object": "refund", "status": "pending", "amount": 1, "currency": "usd"}
    gateway, _asked = told(says({"object": "list", "data": [refund]}))
    assert gateway.refunds_of("ch_1")[0].status == "pending"
    gateway, _asked = told(says({"object": "list", "data": [refund | wrong]}))
    with pytest.raises(Unreachable):
        gateway.refunds_of("ch_1")


# In the middle of it


@pytest.mark.parametrize("status", ["processing", "requires_action", "succeeded", "canceled"])
def test_what_is_not_to_be_confirmed_is_asked_for_only(told, status):
    gateway, asked = told(says(INTENT | {"status": status}))
    assert gateway.confirm_charge("pi_1") == gateway.charge("pi_1")
    assert [method for method, *_ in asked] == ["GET", "GET"]


def test_a_charge_that_is_confirmed_by_another_in_between_is_answered_as_it_is(told):
    done = INTENT | {"status": "succeeded", "latest_charge": "ch_1"}
    gateway, asked = told(says(INTENT), refuses(400, code="unexpected_state"), says(done))
    assert gateway.confirm_charge("pi_1").status == "succeeded"
    assert [method for method, *_ in asked] == ["GET", "POST", "GET"]


@pytest.mark.parametrize("status", [400, 402])
def test_a_charge_that_is_not_confirmed_is_not_said_to_have_failed(told, status):
    gateway, _asked = told(says(INTENT), refuses(status, message="No."), says(INTENT))
    with pytest.raises(Unreachable, match=r"said no: No\."):
        gateway.confirm_charge("pi_1")


@pytest.mark.parametrize("status", ["requires_action", "requires_payment_method"])
def test_a_charge_that_is_not_cancelled_is_not_said_to_be(told, status):
    gateway, _asked = told(refuses(400, message="No."), says(INTENT | {"status": status}))
    with pytest.raises(Unreachable, match=r"said no: No\."):
        gateway.cancel_charge("pi_1")


@pytest.mark.parametrize("lost", [hangs_up, stays_silent, is_not_http])
def test_of_a_confirmation_whose_answer_is_lost_nothing_is_known(told, lost):
    gateway, asked = told(says(INTENT), lost)
    with pytest.raises(Unreachable):
        gateway.confirm_charge("pi_1")
    assert len(asked) == 2


# Anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NEEDED, "error", "code", "message", "data", "metadata", "customer"]),
            inner | st.sampled_from(list(INTENT.values())),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@every_call
def test_whatever_it_answers_there_is_no_traceback(call):
    with NonsenseServer() as server:
        gateway = gateway_to(server.server_port, seconds=5)

        @given(json_values, st.sampled_from([200, 200, 400, 402, 404, 409, 500]))
        @example({"error": {"message": 5, "code": [], "type": {}}}, 400)
        @example({"error": {"error": {"payment_intent": 1}}}, 402)
        def anything(value, status):
            server.answers, server.asked = (says(value, status),), []
            with suppress(Unreachable, CardRefused, Refused):
                call(gateway)

        anything()
