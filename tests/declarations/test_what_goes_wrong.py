"""What should not happen and does: late words, two windows, a processor that changes its mind."""

import logging
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connections
from moneyed import Money

from recert.casework import jobs as payment_jobs
from recert.declarations import jobs, paying
from recert.declarations.actions import keeping
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.decisions import approve_declaration, find_deficient
from recert.declarations.actions.drafts import leave_out, start_declaration
from recert.declarations.actions.submissions import (
    give_up_payment,
    settle_payment,
    start_payment,
)
from recert.declarations.declared import draft_of, idle_payments
from recert.declarations.models import Allocation, Declaration
from recert.declarations.queries import positions_of
from recert.journal.models import Event
from recert.payments.actions.attempts import keep_intent
from recert.payments.actions.refunds import ask_refund, settle_refund
from recert.payments.gateway import NotKnown, Refunding, Unreachable
from recert.payments.models import Attempt, Order, Refund
from recert.payments.queries import account_of, payer_of
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused
from recert.transcript.actions import withdraw_activity
from recert.transcript.models import Activity
from tests.declarations.stages import DECIDED, OPEN, State, declaration_in, failed_once, ready
from tests.declaring import (
    CARD,
    FINANCE,
    REVIEWER,
    asked_refund,
    at,
    begin_payment,
    charged,
    draft,
    enter,
    submit,
)
from tests.fakes import ASKS_FIRST, DECLINED, GOOD, FakeGateway
from tests.making import actor, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

EXPIRED = date(2025, 2, 3)
GATEWAY = FakeGateway()


def fresh(one):
    return type(one).objects.get(pk=one.pk)


def card_of(gateway, number=GOOD):
    return gateway.card_from(gateway.set_up(number))


def started(declaration, card=CARD, on=OPEN):
    by = actor(declaration.credential.person)
    return start_payment(declaration.pk, card=card, today=on, by=by, at=at(on))


# == Payments ======================================================================================


def test_an_old_word_about_an_earlier_attempt_says_nothing_of_the_next():
    declaration, first = failed_once()
    second = begin_payment(declaration, on=OPEN)
    assert second.order_id == first.order_id
    settle_payment(first.pk, found=charged(first, "failed"), at=at(OPEN))
    assert fresh(declaration).state == State.AWAITING_PAYMENT
    settle_payment(second.pk, found=charged(second), at=at(OPEN))
    assert fresh(declaration).state == State.SUBMITTED


def test_what_came_true_after_all_pays_and_the_next_attempt_charges_nothing():
    gateway, (declaration, first) = FakeGateway(), failed_once()
    day = OPEN + timedelta(days=3)
    second = started(declaration, card_of(gateway), day)
    settle_payment(first.pk, found=charged(first), at=at(day))
    declaration = fresh(declaration)
    assert declaration.state == State.SUBMITTED
    assert declaration.submitted_on == day  # when what is declared was as it is
    assert paying.reconcile(second.pk, gateway=gateway, at=at(day)).state == Attempt.State.FAILED
    assert gateway.charges_of(second.ref) == []
    assert account_of(declaration.order).surplus.amount == 0


def test_a_charge_that_came_late_pays_what_is_submitted_next():
    declaration, attempt = failed_once()
    settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    assert idle_payments(FINANCE) == [attempt]
    assert started(declaration, card=None) is None
    assert fresh(declaration).state == State.SUBMITTED
    assert idle_payments(FINANCE) == []


def test_but_not_what_costs_more_by_then():  # FEE-2
    declaration, attempt = failed_once()
    settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    again = draft(declaration.credential, on=EXPIRED)
    assert (again.pk, again.purpose) == (declaration.pk, "reinstatement")
    second = started(again, on=EXPIRED)
    assert second.money == Money(95 + 125, "USD")
    assert idle_payments(FINANCE) == [attempt]


@pytest.mark.parametrize("end", ["asked", "done"])
def test_nor_what_was_given_back(end):
    declaration, attempt = failed_once()
    settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    amount, because = attempt.amount, "It was called off."
    refund = asked_refund(attempt, amount=amount, because=because, on=OPEN)
    if end == "done":
        found = Refunding("re", "succeeded", refund.money, refund.ref)
        settle_refund(refund.pk, found=found, by=SYSTEM, at=at(OPEN))
    second = started(declaration)
    assert second.amount == attempt.amount
    assert fresh(declaration).state == State.AWAITING_PAYMENT


def test_what_is_called_off_while_it_is_prepared_is_never_charged(monkeypatch):
    gateway, (declaration, _attempt) = FakeGateway(), declaration_in(State.DRAFT)
    attempt = started(declaration, card_of(gateway))
    prepare = gateway.prepare_charge

    def slowly(*args, **named):
        found = prepare(*args, **named)
        paying.call_off(attempt.pk, because="It took too long.", gateway=gateway, at=at(OPEN))
        return found

    monkeypatch.setattr(gateway, "prepare_charge", slowly)
    ended = paying.pursue(attempt.pk, gateway=gateway, at=at(OPEN))
    assert (ended.state, ended.intent) == (Attempt.State.FAILED, "")
    assert gateway.charges_of(attempt.ref) == []
    assert fresh(declaration).state == State.DRAFT


def test_what_is_prepared_while_it_is_given_up_goes_on():
    attempt = started(declaration_in(State.DRAFT)[0])
    keep_intent(attempt.pk, intent="pi_other", by=SYSTEM, at=at(OPEN))
    with pytest.raises(Refused, match="goes on"):
        give_up_payment(attempt.pk, intent="", because="It took too long.", at=at(OPEN))
    assert fresh(attempt).state == Attempt.State.OPEN


def test_a_processor_that_forgot_a_charge_ends_it_once_nobody_waits_any_more():
    gateway, (declaration, _attempt) = FakeGateway(), declaration_in(State.DRAFT)
    attempt = started(declaration, card_of(gateway, ASKS_FIRST))
    paying.pursue(attempt.pk, gateway=gateway, at=at(OPEN))
    gateway.forget()
    late = at(OPEN) + paying.PATIENCE + timedelta(seconds=1)
    assert paying.reconcile(attempt.pk, gateway=gateway, at=late).state == Attempt.State.FAILED
    assert fresh(declaration).state == State.DRAFT


def test_a_processor_that_forgot_a_person_knows_them_anew():
    gateway, person = FakeGateway(), make_person()
    paying.set_up_card(person, gateway=gateway, once="first", at=at(OPEN))
    before = payer_of(person.pk)
    gateway.forget()
    gateway.numbers = count(100)  # another memory gives other names
    opened = paying.set_up_card(person, gateway=gateway, once="second", at=at(OPEN))
    assert payer_of(person.pk) != before
    assert gateway.set_ups[opened.ref].customer == payer_of(person.pk)
    assert Event.objects.filter(kind="payer.known", subject=person.ref).count() == 2


def forgets(**_named):
    raise NotKnown("no such customer")


def test_and_one_that_forgets_everybody_is_out_of_reach(monkeypatch):
    gateway, person = FakeGateway(), make_person()
    paying.set_up_card(person, gateway=gateway, once="first", at=at(OPEN))
    monkeypatch.setattr(gateway, "set_up_card", forgets)
    with pytest.raises(Unreachable):
        paying.set_up_card(person, gateway=gateway, once="second", at=at(OPEN))


def test_what_the_rulebook_of_today_does_not_know_is_said_and_nothing_is_done():
    declaration, _attempt = declaration_in(State.SUBMITTED)
    declaration.case["activities"][0]["kind"] = "seance"
    declaration.save(update_fields=["case"])
    with pytest.raises(Refused, match=r"(?s)puts that back.*seance"):
        approve_declaration(declaration.pk, today=OPEN, by=REVIEWER, at=at(OPEN))
    assert fresh(declaration).state == State.SUBMITTED


def test_a_declined_card_can_never_be_charged_later():
    gateway, (declaration, _attempt) = FakeGateway(), declaration_in(State.DRAFT)
    attempt = started(declaration, card_of(gateway, DECLINED))
    ended = paying.pursue(attempt.pk, gateway=gateway, at=at(OPEN))
    assert (ended.state, ended.failure) == (Attempt.State.FAILED, "Your card was declined.")
    assert gateway.intents[ended.intent].status == "cancelled"


def test_a_refund_that_the_processor_will_not_make_has_failed():
    gateway, (declaration, _attempt) = FakeGateway(), declaration_in(State.DRAFT)
    attempt = started(declaration, card_of(gateway))
    paying.pursue(attempt.pk, gateway=gateway, at=at(OPEN))
    charge = fresh(attempt).charge
    gateway.refund(charge, attempt.money, reference="by hand", once="by hand")
    refund = asked_refund(attempt, amount=Decimal(5), because="By mistake.", on=OPEN)
    paying.give_back(refund.pk, gateway=gateway, at=at(OPEN))
    assert fresh(refund).state == Refund.State.FAILED


def test_one_that_cannot_be_settled_keeps_no_other_from_it(monkeypatch, caplog):
    first, second = (declaration_in(State.AWAITING_PAYMENT)[1] for _ in range(2))
    settled = []

    def reconcile(attempt, *, gateway, at):
        if attempt == first.pk:
            raise ValueError("nonsense")
        settled.append(attempt)

    monkeypatch.setattr(payment_jobs, "reconcile", reconcile)
    monkeypatch.setattr(payment_jobs, "the_gateway", lambda: GATEWAY)
    with caplog.at_level(logging.ERROR):
        payment_jobs.reconcile_payments(0)
    assert settled == [second.pk]
    assert f"attempt {first.pk} cannot be settled" in caplog.text


def test_one_that_cannot_be_ended_keeps_no_other_from_it(monkeypatch, caplog):
    first, second = (declaration_in(State.DEFICIENT)[0] for _ in range(2))
    delete = jobs.delete_declaration

    def broken(declaration, **named):
        if declaration == first.pk:
            raise ValueError("nonsense")
        delete(declaration, **named)

    monkeypatch.setattr(jobs, "delete_declaration", broken)
    with caplog.at_level(logging.ERROR):
        jobs.note_what_is_over(0)
    assert fresh(second).state == State.DELETED
    assert f"of {first.pk} did not come to its end" in caplog.text


# == What is in a declaration ======================================================================


def test_only_ones_own_activities_can_be_left_out():
    declaration, _attempt = declaration_in(State.DRAFT)
    by, other = actor(declaration.credential.person), make_activity(make_person("Somebody Else"))
    for refs in ([other.ref], ["AC-NONSENSE"]):
        with pytest.raises(Refused):
            leave_out(declaration.pk, refs=refs, by=by, at=at(OPEN))
    assert fresh(declaration).left_out == []


def covid_claim(person, title, day):
    return make_activity(
        person,
        title,
        kind="covid-claim",
        completed_on=day,
        from_on=day,
        contact_hours=100,
        covers=["related"],
        portions={"related": 100},
        approved=True,
    )


def counted_in(assessment):
    return {ledger.activity for ledger in assessment.ledgers() if any(ledger.counted.values())}


def test_a_claim_made_once_is_not_made_again_by_leaving_the_first_out():  # ACT-5
    person = make_person()
    credential = ready(person=person)
    first = covid_claim(person, "First", date(2022, 3, 1))
    second = covid_claim(person, "Second", date(2022, 4, 1))
    declaration = submit(credential, on=OPEN)
    assert first.ref in counted_in(positions_of(person.pk, as_of=OPEN).of(credential).assessment)
    other = ready(person=person, certified_on=date(2022, 1, 20))
    again = draft(other, on=OPEN)
    leave_out(again.pk, refs=[first.ref], by=actor(person), at=at(OPEN))
    assert second.ref not in counted_in(draft_of(fresh(again), as_of=OPEN).assessment)
    assert declaration.state == State.SUBMITTED


def test_what_was_used_is_not_used_again_by_its_duplicate():  # ACT-2, ACT-8
    person = make_person()
    credential = ready(person=person)
    shared = date(2025, 1, 10)  # in the month in which two cycles overlap
    used = enter(person, "related", 100, shared)
    declaration = submit(credential, on=date(2025, 1, 15))
    approve_declaration(
        declaration.pk, today=date(2025, 1, 20), by=REVIEWER, at=at(date(2025, 1, 20))
    )
    again = enter(person, "related", 100, shared)
    assert (used.title, used.kind) == (again.title, again.kind)
    later = date(2027, 12, 1)
    following = draft(credential, on=later)
    leave_out(following.pk, refs=[used.ref], by=actor(person), at=at(later))
    assert counted_in(draft_of(fresh(following), as_of=later).assessment) == set()


def test_what_was_not_put_right_in_time_is_free_though_no_job_ran():  # DEC-6, ACT-1.5
    person = make_person()
    credential = ready(person=person)
    award = make_activity(
        person,
        "An award",
        kind="advanced-certification",
        completed_on=date(2024, 1, 1),
        contact_hours=None,
        earned="QLS",
        portions={"related": 1200},
    )
    declaration = submit(credential, on=OPEN)
    other = make_credential(person, category="PBT", certified_on=date(2022, 2, 10))

    def serves(day):
        return award.ref in counted_in(positions_of(person.pk, as_of=day).of(other).assessment)

    assert not serves(OPEN)
    find_deficient(
        declaration.pk, reasons={}, because="A page.", today=DECIDED, by=REVIEWER, at=at(DECIDED)
    )
    last = fresh(declaration).correct_by
    assert not serves(last)
    assert serves(last + timedelta(days=1))


# == Two windows ===================================================================================


def meanwhile(monkeypatch, act):
    """Do something in another window just before the activities of a declaration are held."""
    hold, pool = keeping.hold_activities, ThreadPoolExecutor(1)
    outcome = []

    def other_window():
        try:
            act()
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    def interrupted(*args, **named):
        monkeypatch.undo()  # the other window is not interrupted
        outcome.append(pool.submit(other_window))
        with suppress(NotYet):  # it waits, as it should
            outcome[0].result(timeout=0.5)
        hold(*args, **named)

    monkeypatch.setattr(keeping, "hold_activities", interrupted)
    return lambda: outcome[0].result(timeout=10)


@pytest.mark.django_db(transaction=True)
def test_no_activity_is_withdrawn_while_it_is_declared(monkeypatch):
    declaration, _attempt = declaration_in(State.DRAFT)
    person = declaration.credential.person
    activity, by = person.activities.first(), actor(person)
    ended = meanwhile(monkeypatch, lambda: withdraw_activity(activity.pk, by=by, at=at(OPEN)))
    started(declaration)
    assert ended() == "held"
    assert fresh(activity).state == Activity.State.ENTERED


@pytest.mark.django_db(transaction=True)
def test_no_points_are_allocated_while_they_are_declared(monkeypatch):
    declaration, _attempt = declaration_in(State.DRAFT)
    credential = declaration.credential
    activity, by = credential.person.activities.first(), actor(credential.person)
    moves = {activity.ref: {"related": 100}}
    ended = meanwhile(
        monkeypatch, lambda: allocate_points(credential.pk, moves=moves, by=by, at=at(OPEN))
    )
    started(declaration)
    assert ended() == "declared"
    assert not Allocation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_used_and_given_back_at_one_moment_is_the_one_or_the_other(monkeypatch):
    declaration, attempt = failed_once()
    settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    ended = meanwhile(
        monkeypatch,
        lambda: ask_refund(attempt.pk, amount=attempt.amount, because="?", by=FINANCE, at=at(OPEN)),
    )
    assert started(declaration, card=None) is None
    submitted = Event.objects.get(kind="declaration.submitted", subject=declaration.ref)
    assert ended() == "done"  # whoever agrees to it sees by then that it is used
    assert Event.objects.get(kind="payment.refund-proposed").pk > submitted.pk


@pytest.mark.django_db(transaction=True)
def test_two_credentials_are_not_paid_at_once(monkeypatch):  # FEE-3
    person = make_person()
    first = draft(ready(person=person), on=OPEN)
    second = draft(ready(person=person, certified_on=date(2022, 1, 20)), on=OPEN)
    ended = meanwhile(monkeypatch, lambda: started(second))
    started(first)
    assert ended() == "another-is-paid"
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_windows_begin_one_declaration():
    credential = ready()
    by = actor(credential.person)

    def begin(_):
        try:
            return start_declaration(credential.pk, today=OPEN, by=by, at=at(OPEN)).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(begin, range(3)))) == 1
    assert Declaration.objects.count() == 1
