"""Paying: what the browser brings back, what the processor says, and what one is told of it."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.casework.jobs import reconcile_payments
from recert.declarations.models import Declaration
from recert.journal.models import Event
from recert.payments.models import Attempt, Order
from recert.payments.queries import payer_of
from recert.transcript.models import Activity
from tests.declaring import begin_payment, certified_for, draft, earn_everything, submit
from tests.fakes import (
    ASKS_FIRST,
    ASKS_FIRST_THEN_DECLINED,
    DECLINED,
    DECLINED_AT_ENTRY,
    GOOD,
    fake_in,
)
from tests.making import make_credential, make_person
from tests.pages.test_every_form import HOSTILE

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()


def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def gateway(settings):
    return fake_in(settings)


@pytest.fixture
def person(client):
    someone = make_person("Amina Benali")
    client.force_login(someone.account)
    return someone


@pytest.fixture
def declaration(person):
    credential = make_credential(person, certified_on=certified_for(today()))
    earn_everything(person, credential, on=today())
    return draft(credential, on=today())


def path(declaration, name="pay"):
    return reverse(f"portal:declaration-{name}", args=[declaration.ref])


def status_of(declaration):
    return reverse("portal:declaration", args=[declaration.ref])


def enter(client, gateway, declaration, number):
    """Open the page, type a card, and send what the browser sends."""
    answer = client.get(path(declaration))
    ref = answer.context["set_up"].ref
    gateway.enter_card(ref, number)
    return client.post(path(declaration), {"set-up": ref})


def now(declaration):
    return Declaration.objects.get(pk=declaration.pk)


def charges(gateway):
    return [one for one in gateway.intents.values() if one.status == "succeeded"]


def test_the_page_shows_the_price_and_takes_a_card(client, gateway, declaration):
    answer = client.get(path(declaration))
    assert answer.status_code == 200
    assert "Pay $95.00 and submit" in answer.text
    assert f'data-secret="{answer.context["set_up"].client_secret}"' in answer.text
    assert "<noscript>" in answer.text
    assert "Fees are not refunded." in answer.text
    assert payer_of(declaration.credential.person_id)


def test_it_and_no_other_page_may_load_what_the_card_form_needs(client, gateway, declaration):
    policy = client.get(path(declaration))["Content-Security-Policy"]
    assert "https://js.stripe.com" in policy
    assert "unsafe" not in policy
    assert "stripe" not in client.get(path(declaration, "check"))["Content-Security-Policy"]


def test_test_cards_are_shown_where_nothing_is_charged(client, gateway, declaration, settings):
    assert "4242" not in client.get(path(declaration)).text
    settings.CARDS = django_settings.CARDS | {"address": "http://127.0.0.1:1"}
    answer = client.get(path(declaration))
    for number in (GOOD, ASKS_FIRST, DECLINED, DECLINED_AT_ENTRY):
        assert number in answer.text.replace(" ", "")


def test_paid_it_is_submitted_and_its_number_is_told(client, gateway, declaration):  # DEC-3
    answer = enter(client, gateway, declaration, GOOD)
    assert answer.url == status_of(declaration)
    answer = client.get(answer.url)
    assert declaration.ref in answer.text
    assert "Nothing to do: the board decides" in answer.text
    assert "$95.00 paid with Visa, ending in 4242" in answer.text
    assert now(declaration).state == "submitted"
    assert len(charges(gateway)) == 1


def test_a_card_that_is_declined_is_told_and_another_one_does(client, gateway, declaration):
    answer = enter(client, gateway, declaration, DECLINED)
    assert answer.url == path(declaration)
    answer = client.get(answer.url)
    assert "Your card was declined." in answer.text
    assert "Nothing was charged." in answer.text
    assert "ending in 0341" in answer.text
    assert now(declaration).state == "draft"
    assert enter(client, gateway, declaration, GOOD).url == status_of(declaration)
    assert len(charges(gateway)) == 1
    assert Order.objects.count() == 1


def test_a_card_that_was_not_set_up_is_told(client, gateway, declaration):
    answer = enter(client, gateway, declaration, DECLINED_AT_ENTRY)
    assert answer.status_code == 422
    assert "The card was not accepted." in answer.text
    assert not Attempt.objects.exists()


def test_a_card_of_somebody_else_is_not_taken(client, gateway, declaration):
    client.get(path(declaration))
    answer = client.post(path(declaration), {"set-up": gateway.set_up(GOOD)})
    assert answer.status_code == 422
    assert "This card was not entered here." in answer.text
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_card_is_told(client, gateway, declaration, what):
    answer = client.post(path(declaration), {"set-up": HOSTILE[what]})
    assert answer.status_code == 422
    assert "<img src=x" not in answer.text
    assert not Attempt.objects.exists()


# Its bank asks first


def test_its_bank_asks_and_it_is_paid(client, gateway, declaration):
    answer = enter(client, gateway, declaration, ASKS_FIRST)
    assert answer.url == path(declaration)
    answer = client.get(answer.url)
    attempt = Attempt.objects.get()
    assert "Your bank asks you to confirm" in answer.text
    assert f"{attempt.intent}_secret" in answer.text
    assert "https://js.stripe.com" in answer["Content-Security-Policy"]
    assert now(declaration).state == "awaiting-payment"
    gateway.authenticate(attempt.intent, success=True)
    assert client.post(path(declaration)).url == status_of(declaration)
    assert now(declaration).state == "submitted"
    assert len(charges(gateway)) == 1


def test_who_does_not_answer_the_bank_is_asked_again(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    assert "data-again" not in client.get(path(declaration)).text
    answer = client.post(path(declaration))
    assert "data-again" in answer.text  # and not by itself, or it would never end
    assert "It is not confirmed yet." in answer.text


@pytest.mark.parametrize("number", [ASKS_FIRST, ASKS_FIRST_THEN_DECLINED])
def test_a_no_of_the_bank_or_its_holder_is_told(client, gateway, declaration, number):
    enter(client, gateway, declaration, number)
    attempt = Attempt.objects.get()
    gateway.authenticate(attempt.intent, success=number != ASKS_FIRST)
    assert client.post(path(declaration)).url == path(declaration)
    answer = client.get(path(declaration))
    assert "It was not paid" in answer.text
    assert Attempt.objects.get().failure in answer.text
    assert now(declaration).state == "draft"


# It does not answer


def test_a_processor_that_is_down_is_told_and_nothing_is_lost(client, gateway, declaration):
    gateway.down = True
    answer = client.get(path(declaration))
    assert answer.status_code == 503
    assert "nothing is lost" in answer.text
    assert "pay.js" not in answer.text


def test_a_card_that_cannot_be_looked_up_charges_nothing(client, gateway, declaration):
    ref = client.get(path(declaration)).context["set_up"].ref
    gateway.enter_card(ref, GOOD)
    gateway.down = {"card_from"}
    answer = client.post(path(declaration), {"set-up": ref})
    assert answer.status_code == 422
    assert "Nothing was charged." in answer.text
    assert now(declaration).state == "draft"


FAULTS = [
    (fault, call)
    for fault in ("down", "slow", "lost_answer", "nonsense")
    for call in ("prepare_charge", "confirm_charge", "charge")
]


@pytest.mark.parametrize("happens", FAULTS, ids=" ".join)
def test_a_payment_whose_end_is_not_known_goes_on_by_itself(
    client, gateway, declaration, happens, monkeypatch
):
    fault, call = happens
    setattr(gateway, fault, {call})
    assert enter(client, gateway, declaration, GOOD).url == path(declaration)
    answer = client.get(path(declaration))
    assert answer.url == status_of(declaration)
    answer = client.get(answer.url)
    assert "Your payment is under way" in answer.text
    assert "Nothing is lost" in answer.text
    assert 'hx-trigger="every' in answer.text
    gateway.work()
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    reconcile_payments(0)
    assert now(declaration).state == "submitted"
    assert len(charges(gateway)) == 1


def test_the_page_that_waits_sees_when_it_has_ended(client, gateway, declaration):
    gateway.down = {"charge"}
    enter(client, gateway, declaration, GOOD)
    asked = client.get(status_of(declaration), headers={"hx-request": "true"})
    assert (asked.status_code, asked.headers.get("HX-Refresh")) == (204, None)
    gateway.work()
    assert client.post(path(declaration)).url == status_of(declaration)
    asked = client.get(status_of(declaration), headers={"hx-request": "true"})
    assert (asked.status_code, asked.headers["HX-Refresh"]) == (204, "true")


# Called off


def test_a_payment_can_be_called_off(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    answer = client.post(path(declaration, "call-off"), follow=True)
    assert answer.redirect_chain[-1][0] == path(declaration, "check")
    assert "The payment was called off. Nothing was charged." in answer.text
    assert now(declaration).state == "draft"
    assert enter(client, gateway, declaration, GOOD).url == status_of(declaration)
    assert len(charges(gateway)) == 1


def test_it_cannot_be_called_off_while_nobody_answers(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    gateway.down = True
    answer = client.post(path(declaration, "call-off"), follow=True)
    assert "it cannot be called off just now" in answer.text
    assert now(declaration).state == "awaiting-payment"


def test_it_is_told_when_it_was_too_late_to_call_it_off(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    gateway.authenticate(Attempt.objects.get().intent, success=True)
    answer = client.post(path(declaration, "call-off"), follow=True)
    assert "It was too late to call it off." in answer.text
    assert now(declaration).state == "submitted"


def test_there_is_nothing_to_call_off(client, gateway, declaration):
    answer = client.post(path(declaration, "call-off"))
    assert answer.url == status_of(declaration)


# Two windows


def test_the_second_window_is_led_to_the_first_one_s_payment(client, gateway, declaration):
    ref = client.get(path(declaration)).context["set_up"].ref
    gateway.enter_card(ref, GOOD)
    enter(client, gateway, declaration, GOOD)
    answer = client.post(path(declaration), {"set-up": ref})
    assert answer.url == status_of(declaration)
    assert len(charges(gateway)) == 1


def test_one_declaration_is_paid_at_a_time(client, gateway, person, declaration):
    earn = make_credential(person, category="MLT", certified_on=certified_for(today()))
    earn_everything(person, earn, on=today())
    other = draft(earn, on=today())
    begin_payment(other, on=today())
    answer = enter(client, gateway, declaration, GOOD)
    assert answer.status_code == 422
    assert "Finish that one first." in answer.text
    assert status_of(other) in answer.text


def test_what_lacks_since_is_told_on_the_page_that_shows_it(client, gateway, declaration):
    ref = client.get(path(declaration)).context["set_up"].ref
    gateway.enter_card(ref, GOOD)
    Activity.objects.filter(covers=["safety"]).delete()
    answer = client.post(path(declaration), {"set-up": ref})
    assert answer.url == path(declaration, "check")
    assert not Attempt.objects.exists()


def test_what_is_paid_already_is_submitted_without_a_card(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    attempt = Attempt.objects.get()
    client.post(path(declaration, "call-off"))
    Attempt.objects.filter(pk=attempt.pk).update(state="succeeded", charge="ch_1")  # after all
    answer = client.get(path(declaration))
    assert "There is nothing to pay any more." in answer.text
    assert "There is nothing to pay any more." in client.get(path(declaration, "check")).text
    assert client.post(path(declaration)).url == status_of(declaration)
    assert now(declaration).state == "submitted"


# The second one on a day


def test_the_next_one_is_proposed_at_its_price(client, gateway, person, declaration):  # FEE-3
    other = make_credential(person, category="MLT", certified_on=certified_for(today()))
    earn_everything(person, other, on=today())
    enter(client, gateway, declaration, GOOD)
    answer = client.get(status_of(declaration))
    assert "Declare MLT(ASCPi) too?" in answer.text
    assert "Declared today it costs $15.00 only." in answer.text
    second = draft(other, on=today())
    enter(client, gateway, second, GOOD)
    assert [str(one.amount) for one in Attempt.objects.order_by("id")] == ["95.00", "15.00"]
    assert "too?" not in client.get(status_of(second)).text


def test_no_processor_at_all_is_told(client, declaration):
    answer = client.get(path(declaration))
    assert answer.status_code == 503
    assert "write to the board" in answer.text


# The processor's word


def tell(gateway, intent, *, signature=None):
    """Send an event as the processor does, which has no session."""
    body, signed = gateway.event_about(intent)
    return Client(enforce_csrf_checks=True).post(
        reverse("portal:webhook"),
        body,
        content_type="application/json",
        headers={"stripe-signature": signed if signature is None else signature},
    )


def test_its_word_settles_what_a_closed_browser_left(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    intent = Attempt.objects.get().intent
    assert tell(gateway, intent).status_code == 200  # that it waits
    gateway.authenticate(intent, success=True)
    for _each in range(3):  # however often
        assert tell(gateway, intent).status_code == 200
    assert now(declaration).state == "submitted"
    assert Event.objects.filter(kind="declaration.submitted").count() == 1
    assert client.get(path(declaration)).url == status_of(declaration)


def test_a_late_word_changes_nothing(client, gateway, declaration):
    enter(client, gateway, declaration, GOOD)
    before = Event.objects.count()
    assert tell(gateway, Attempt.objects.get().intent).status_code == 200
    assert Event.objects.count() == before


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "münchen"])
def test_a_forged_word_is_refused(client, gateway, declaration, signature):
    enter(client, gateway, declaration, ASKS_FIRST)
    intent = Attempt.objects.get().intent
    gateway.authenticate(intent, success=True)
    assert tell(gateway, intent, signature=signature).status_code == 400
    assert now(declaration).state == "awaiting-payment"


def test_what_is_not_ours_is_taken_and_forgotten(gateway):
    assert tell(gateway, "pi_of_somebody_else").status_code == 200


def test_where_it_cannot_be_asked_it_is_to_say_it_again(client, gateway, declaration):
    enter(client, gateway, declaration, ASKS_FIRST)
    gateway.down = True
    assert tell(gateway, Attempt.objects.get().intent).status_code == 503


def test_a_submitted_one_has_no_card_page(client, gateway, person, declaration):
    submit(declaration.credential, on=today())
    assert client.get(path(declaration)).url == status_of(declaration)
