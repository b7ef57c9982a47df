"""Payments at the desk: each attempt, what to look at first, and refunds."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recert import clock
from recert.casework.jobs import reconcile_payments
from recert.desk import payments as desk
from recert.journal.models import Event
from recert.payments.gateway import NotKnown, Refunding, Unreachable
from recert.payments.models import Attempt, Refund
from recert.payments.queries import paying_attempt
from recert.policy.permissions import Role
from recert.policy.refusals import Refused
from tests.declaring import BOOK, begin_payment, declared, draft
from tests.making import make_account

pytestmark = pytest.mark.django_db

LIST = "/desk/payments"
DOWN, REFUSES, SLOW, FORGOT = "down", "refuses", "slow", "forgot"


class Processor:
    """A card processor that gives money back, or does not."""

    fault = ""

    def __init__(self):
        self.given_back = []

    def refunds_of(self, charge):
        if self.fault == DOWN:
            raise Unreachable("it is down")
        if self.fault == FORGOT:
            raise NotKnown("no such thing")
        return [one for one, of in self.given_back if of == charge]

    def refund(self, charge, amount, *, reference, once):
        if self.fault == REFUSES:
            raise Refused("not-refundable", "The bank has closed this account.")
        status = "pending" if self.fault == SLOW else "succeeded"
        found = Refunding(f"re_{once}", status, amount, reference)
        self.given_back.append((found, charge))
        return found


@pytest.fixture
def processor(monkeypatch):
    made = Processor()
    for module in ("recert.desk.payments", "recert.casework.jobs"):
        monkeypatch.setattr(f"{module}.the_gateway", lambda: made)
    return made


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def finance(client):
    client.force_login(make_account("finn@example.org", staff=[Role.FINANCE]))
    return client


@pytest.fixture
def attempt(today):
    return paying_attempt(declared(on=today, name="Śliwa Nowak").order)


def page_of(attempt):
    return reverse("desk:payment", args=[attempt.ref])


def said(answer):
    return [str(one) for one in answer.context["messages"]]


def propose(client, attempt, amount="95.00", because="Charged twice"):
    return client.post(page_of(attempt), {"amount": amount, "because": because}, follow=True)


def ask(client, attempt, amount="95.00", because="Charged twice"):
    """Propose to give money back, and let a second person agree where it came to that."""
    answer = propose(client, attempt, amount, because)
    proposed = Refund.objects.filter(state="proposed").first()
    if proposed is None:
        return answer
    second = Client()
    second.force_login(make_account(staff=[Role.FINANCE]))
    return second.post(reverse("desk:refund", args=[proposed.ref]), {"agree": "yes"}, follow=True)


# What was paid


def test_nobody_has_paid(finance):
    assert "Nobody has paid yet" in finance.get(LIST).text


def test_each_attempt_is_there_the_latest_first(finance, attempt, today):
    other = declared(on=today, name="Later One")
    failed = paying_attempt(other.order)
    Attempt.objects.filter(pk=failed.pk).update(state="failed", failure="Your card was declined.")
    answer = finance.get(LIST)
    assert [row.name for row in answer.context["rows"]] == ["Later One", "Śliwa Nowak"]
    assert "Your card was declined." in answer.text
    assert "$95.00" in answer.text
    for query, names in {
        "state=failed": ["Later One"],
        "state=open": [],
        "state=nonsense": ["Later One", "Śliwa Nowak"],
        "before=nonsense%00": ["Later One", "Śliwa Nowak"],
        f"before={failed.ref}": ["Śliwa Nowak"],
    }.items():
        answer = finance.get(f"{LIST}?{query}")
        assert [row.name for row in answer.context["rows"]] == names, query


def test_page_after_page(finance, today, monkeypatch):
    monkeypatch.setattr(desk, "PER_PAGE", 2)
    for number in range(3):
        declared(on=today, name=f"Number {number}")
    first = finance.get(LIST)
    assert [row.name for row in first.context["rows"]] == ["Number 2", "Number 1"]
    second = finance.get(f"{LIST}?before={first.context['before']}")
    assert [row.name for row in second.context["rows"]] == ["Number 0"]
    assert second.context["before"] == ""


@pytest.mark.parametrize("path", [LIST, "/desk/"])
def test_as_many_queries_for_one_as_for_three(finance, today, path):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert finance.get(path).status_code == 200
        return len(captured)

    declared(on=today)
    finance.get(path)
    one = count()
    declared(on=today)
    declared(on=today)
    assert count() == one


def test_all_of_a_payment_stands_on_one_page(finance, attempt):
    text = finance.get(page_of(attempt)).text
    declaration = attempt.order.declarations.get()
    for words in (
        attempt.ref,
        attempt.order.ref,
        attempt.charge,
        "Śliwa Nowak",
        "Application fee",
        "FEE-1",
        "Fees are not refunded",
        "Visa, ending in 4242",
        reverse("desk:declaration", args=[declaration.ref]),
    ):
        assert words in text, words


# What to look at first


def test_nothing_needs_a_look(finance, attempt):
    assert finance.get(LIST).context["concerns"] == []
    assert finance.get("/desk/").context["concerns"] == 0


def test_what_was_paid_twice_needs_a_look_until_it_is_given_back(finance, attempt, processor):
    again = Attempt.objects.create(
        order=attempt.order,
        state="succeeded",
        amount=attempt.amount,
        currency=attempt.currency,
        charge="ch_again",
        acted_on=attempt.acted_on,
        started_at=attempt.started_at,
        settled_at=attempt.settled_at,
    )
    (concern,) = finance.get(LIST).context["concerns"]
    assert (concern.ref, concern.why) == (again.ref, "Paid more than was owed")
    text = finance.get(page_of(again)).text
    assert "$95.00 were paid beyond what was owed" in text
    assert page_of(attempt) in text
    ask(finance, again)
    assert finance.get(LIST).context["concerns"] == []


def test_what_serves_no_declaration_needs_a_look(finance, attempt):
    attempt.order.declarations.update(state="discarded", submitted_on=None, submitted_at=None)
    (concern,) = finance.get(LIST).context["concerns"]
    assert concern.why == "Paid, and no declaration came of it"


def test_what_is_open_for_long_needs_a_look(finance, today):
    credential = declared(on=today).credential
    credential.declarations.update(
        state="withdrawn", decided_on=today - timedelta(days=1), submitted_on=today
    )
    attempt = begin_payment(draft(credential, on=today), on=today)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=clock.now() - timedelta(minutes=59))
    assert finance.get(LIST).context["concerns"] == []
    Attempt.objects.filter(pk=attempt.pk).update(started_at=clock.now() - timedelta(minutes=61))
    (concern,) = finance.get(LIST).context["concerns"]
    assert concern.ref == attempt.ref
    assert "Open for long" in concern.why
    assert finance.get(page_of(attempt)).context["form"] is None


# Refunds


def test_money_is_given_back_once_with_the_reason(finance, attempt, processor):  # FEE-1
    answer = ask(finance, attempt, "40.00")
    assert said(answer) == ["It was given back. A letter says so."]
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.asked_by) == (
        "done",
        Decimal("40.00"),
        "finn@example.org",
    )
    assert [one.amount.amount for one, _charge in processor.given_back] == [Decimal("40.00")]
    assert Event.objects.get(kind="payment.refunded").facts["why"] == "Charged twice"
    assert "Charged twice" in answer.text
    assert "$55.00 can be given back at most" in answer.text
    assert ask(finance, attempt, "55.01").status_code == 422
    ask(finance, attempt, "55.00")
    answer = finance.get(page_of(attempt))
    assert answer.context["form"] is None
    assert ask(finance, attempt, "0.01").status_code == 409


def test_two_people_give_money_back(client, finance, attempt, processor):  # AUD-6
    answer = propose(finance, attempt)
    assert "Another person must agree" in said(answer)[0]
    refund = Refund.objects.get()
    assert (refund.state, processor.given_back) == ("proposed", [])
    reconcile_payments(timestamp=0)
    assert processor.given_back == []
    (concern,) = finance.get(LIST).context["concerns"]
    assert concern.why == "A refund waits for a second person"
    page = reverse("desk:refund", args=[refund.ref])
    assert "You proposed this" in finance.get(page).text
    answer = finance.post(page, {"agree": "yes"}, follow=True)
    assert said(answer) == ["You proposed this; somebody else must agree to it."]
    assert Refund.objects.get().state == "proposed"
    client.force_login(make_account("else@example.org", staff=[Role.FINANCE]))
    assert client.post(page, {"because": " "}).status_code == 422
    client.post(page, {"because": "It was charged once only."})
    refund.refresh_from_db()
    assert (refund.state, refund.agreed_by) == ("declined", "else@example.org")
    assert processor.given_back == []
    assert client.get(page).status_code == 302  # nothing is to be agreed to any more
    assert "It was charged once only." in client.get(page_of(attempt)).text
    assert finance.get(page_of(attempt)).context["left"].amount == attempt.amount


@pytest.mark.parametrize("amount", ["", "0", "-1", "0.001", "95.01", "much", "NaN", "1e3"])
def test_never_more_than_was_charged_and_never_nothing(finance, attempt, processor, amount):
    answer = ask(finance, attempt, amount)
    assert answer.status_code == 422
    assert not Refund.objects.exists()


def test_never_without_a_reason(finance, attempt, processor):
    assert ask(finance, attempt, because="  ").status_code == 422
    assert not Refund.objects.exists()


def test_a_processor_that_does_not_answer_is_asked_again_by_itself(finance, attempt, processor):
    processor.fault = DOWN
    answer = ask(finance, attempt)
    assert "asked again each minute" in said(answer)[0]
    assert Refund.objects.get().state == "asked"
    (concern,) = finance.get(LIST).context["concerns"]
    assert concern.why == "A refund is under way"
    processor.fault = ""
    reconcile_payments(timestamp=0)
    assert Refund.objects.get().state == "done"
    assert len(processor.given_back) == 1
    assert finance.get(LIST).context["concerns"] == []


def test_a_refund_on_its_way_is_said_to_be(finance, attempt, processor):
    processor.fault = SLOW
    assert "on its way" in said(ask(finance, attempt))[0]
    assert ask(finance, attempt, "1.00").status_code in {409, 422}
    reconcile_payments(timestamp=0)
    assert len(processor.given_back) == 1


def test_a_refund_that_the_processor_will_not_make_has_failed(finance, attempt, processor):
    processor.fault = REFUSES
    answer = ask(finance, attempt)
    assert said(answer) == ["The bank has closed this account."]
    refund = Refund.objects.get()
    assert (refund.state, refund.failure) == ("failed", "The bank has closed this account.")
    (concern,) = finance.get(LIST).context["concerns"]
    assert concern.why == "A refund failed"
    processor.fault = ""
    ask(finance, attempt)
    assert finance.get(LIST).context["concerns"] == []


def test_a_refund_of_a_charge_that_nobody_knows_has_failed(finance, attempt, processor):
    processor.fault = FORGOT
    assert "knows no such charge" in said(ask(finance, attempt))[0]
    assert Refund.objects.get().state == "failed"


def test_nobody_refunds_a_payment_of_their_own(client, attempt, processor):
    account = attempt.order.person.account
    account.staff_roles.create(role=Role.FINANCE)
    account.authenticator_set.create(type="totp", data={"secret": "invented"})
    client.force_login(account)
    assert client.get(page_of(attempt)).context["form"] is None
    answer = ask(client, attempt)
    assert answer.status_code == 409
    assert "Somebody else must decide" in answer.text
    assert not Refund.objects.exists()
