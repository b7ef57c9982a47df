"""Reminders as they go out: in the morning, once, and only what is still true."""

from datetime import UTC, date, datetime, timedelta

import pytest

from recert import clock
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.reminders import jobs
from recert.reminders.actions import remind_person
from recert.reminders.models import ReminderDay
from recert.reminders.planning import due_on
from tests.declaring import earn_everything, submit
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db

DUE = date(2024, 12, 31)


@pytest.fixture
def person():
    someone = make_person(email="amina@example.org", time_zone="Asia/Manila")
    someone.credential = make_credential(someone, certified_on=date(2022, 1, 10))
    return someone


@pytest.fixture
def at(monkeypatch):
    """Let it be an instant, and the jobs that are given out be done at once."""

    def set_to(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)
        return instant

    monkeypatch.setattr(
        jobs.remind_people, "defer", lambda due: jobs.remind_people.func([tuple(o) for o in due])
    )
    return set_to


def instant(day, hour=18):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def remind(person, day, today=None):
    today = today or day
    return remind_person(person.pk, due=due_on(day), today=today, at=instant(today))


def test_a_letter_says_what_is_due_and_what_is_missing(person):
    assert remind(person, DUE)
    letter = letter_of(Notice.objects.get())
    assert letter.subject == "MLS(ASCPi): The declaration is due"
    assert "It holds until January 31, 2025." in letter.text
    assert "Laboratory or patient safety: 1" in letter.text


def test_what_fell_on_a_day_is_told_once(person):
    assert remind(person, DUE)
    assert not remind(person, DUE)
    assert Notice.objects.count() == 1


def test_several_credentials_share_a_letter(person):
    make_credential(person, category="PBT", certified_on=date(2022, 1, 12))
    assert remind(person, DUE)
    letter = letter_of(Notice.objects.get())
    assert "PBT(ASCPi): The declaration is due" in letter.text
    assert "MLS(ASCPi): The declaration is due" in letter.text


def test_a_courtesy_can_be_declined_and_a_deadline_cannot(person):  # PER-2
    person.courtesy_letters = False
    person.save()
    assert not remind(person, date(2024, 7, 31))
    assert remind(person, DUE)


def test_while_nothing_is_missing_but_waiting_there_is_no_letter(person):
    earn_everything(person, person.credential, on=date(2024, 7, 31))
    assert not remind(person, date(2024, 7, 31))
    assert remind(person, date(2024, 10, 31))  # now it can be declared


def test_what_was_missed_is_told_as_it_is_then(person, at):
    at(instant(date(2024, 12, 30)))
    jobs.plan_reminders.func(0)
    jobs.close_day(date(2024, 12, 30), at=instant(date(2024, 12, 30)))
    at(instant(date(2025, 1, 29)))  # a month off: due, two weeks and three days have passed
    jobs.plan_reminders.func(0)
    (notice,) = Notice.objects.all()
    assert [one["reminder"] for one in notice.event.facts["reminders"]] == ["three-days"]


def test_what_was_declared_meanwhile_is_not_told(person, at):
    earn_everything(person, person.credential, on=DUE)
    jobs.close_day(DUE - timedelta(days=1), at=instant(DUE))
    submit(person.credential, on=DUE + timedelta(days=2))
    at(instant(DUE + timedelta(days=4)))
    jobs.plan_reminders.func(0)
    assert not Event.objects.filter(kind="credential.reminded").exists()


def test_people_are_written_to_in_their_morning(person, at):
    jobs.close_day(DUE - timedelta(days=1), at=instant(DUE))
    person.time_zone = "America/Los_Angeles"
    person.save()
    at(datetime(2024, 12, 31, 15, 30, tzinfo=UTC))  # 7:30 there, 9:30 at the board
    assert jobs.plan_reminders.func(0) == 0
    at(datetime(2024, 12, 31, 16, 30, tzinfo=UTC))
    assert jobs.plan_reminders.func(0) == 1
    assert jobs.plan_reminders.func(0) == 0
    assert not ReminderDay.objects.filter(on=DUE).exists()
    at(datetime(2024, 12, 31, 20, 30, tzinfo=UTC))
    jobs.plan_reminders.func(0)
    assert ReminderDay.objects.filter(on=DUE).exists()
