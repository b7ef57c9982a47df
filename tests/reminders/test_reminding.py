"""Reminders as they go out: in the morning, once, and only what is still true."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from recert import clock
from recert.board import the_rulebook
from recert.credentials.actions import grant_inactive, shorten_cycle
from recert.declarations.actions.decisions import approve_declaration
from recert.journal.actions import record_event
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.people.models import Person
from recert.policy.cycles import first_cycle
from recert.policy.permissions import SYSTEM, Actor, Role
from recert.reminders import actions, jobs
from recert.reminders.actions import remind_people
from recert.reminders.models import ReminderDay
from recert.reminders.planning import due_on
from tests.declaring import REVIEWER, earn_everything, submit
from tests.making import make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()
REGISTRAR = Actor(ref="AN-G", name="Gina Registrar", roles=frozenset({Role.REGISTRAR}))
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
        jobs.remind_some, "defer", lambda due: jobs.remind_some.func([tuple(o) for o in due])
    )
    return set_to


def instant(day, hour=18):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def morning_in_manila(day):
    """Answer when it is morning there and that day still at the board."""
    return instant(day + timedelta(days=1), hour=1)


def remind(person, day, today=None):
    today = today or day
    due = [one for one in due_on(day) if one.person == person.pk]
    return remind_people(due, today=today, at=instant(today))


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
    at(
        morning_in_manila(date(2025, 1, 29))
    )  # a month off: due, two weeks and three days have passed
    jobs.plan_reminders.func(0)
    (notice,) = Notice.objects.all()
    assert [one["reminder"] for one in notice.event.facts["reminders"]] == ["three-days"]
    letter = letter_of(notice)  # there are two days left, so it does not say three
    assert letter.subject == "MLS(ASCPi): what is due, and what is missing"
    assert "Three days" not in letter.text
    assert "It holds until January 31, 2025." in letter.text


def test_what_was_declared_meanwhile_is_not_told(person, at):
    earn_everything(person, person.credential, on=DUE)
    jobs.close_day(DUE - timedelta(days=1), at=instant(DUE))
    submit(person.credential, on=DUE + timedelta(days=2))
    at(morning_in_manila(DUE + timedelta(days=4)))
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
    at(datetime(2025, 1, 1, 5, 3, tzinfo=UTC))  # 23:03 at the board: the day is nearly over
    jobs.plan_reminders.func(0)
    assert ReminderDay.objects.filter(on=DUE).exists()


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/Chicago", "2024-12-31 08:00-06:00"),
        ("America/Los_Angeles", "2024-12-31 08:00-08:00"),
        ("Europe/Berlin", "2024-12-31 08:00+01:00"),
        ("Asia/Tokyo", "2025-01-01 08:00+09:00"),
        ("Pacific/Auckland", "2025-01-01 08:00+13:00"),
        ("Pacific/Marquesas", "2024-12-31 08:00-09:30"),
        ("Asia/Kathmandu", "2025-01-01 08:00+05:45"),
        ("Nowhere/Atall", "2024-12-31 08:00-06:00"),
    ],
)
def test_everybody_has_one_morning_in_each_day_of_the_board(zone, first):
    begins = datetime(2024, 12, 31, 6, tzinfo=UTC)  # midnight at the board
    found = jobs.morning_of(zone, DUE)
    assert begins <= found <= begins + timedelta(hours=22, minutes=30)
    if found < jobs.last_call(DUE):
        assert found == datetime.fromisoformat(first)


def _lose(due):
    del due


def test_somebody_whose_job_was_lost_is_reminded_again(person, at, monkeypatch):
    jobs.close_day(DUE - timedelta(days=1), at=instant(DUE))
    with monkeypatch.context() as patched:
        patched.setattr(jobs.remind_some, "defer", _lose)
        at(morning_in_manila(DUE))
        assert jobs.plan_reminders.func(0) == 1
    at(instant(DUE + timedelta(days=1), hour=5))  # 23:00 at the board
    assert jobs.plan_reminders.func(0) == 1
    assert Notice.objects.count() == 1
    assert not ReminderDay.objects.filter(on=DUE).exists()
    jobs.plan_reminders.func(0)
    assert ReminderDay.objects.filter(on=DUE).exists()


def test_one_who_cannot_be_reminded_keeps_nobody_from_it(person, at, monkeypatch):
    other = make_person("Boris Alone", email="boris@example.org")
    make_credential(other, certified_on=date(2022, 1, 11))
    jobs.close_day(DUE - timedelta(days=1), at=instant(DUE))
    right = actions.reader_of
    monkeypatch.setattr(actions, "reader_of", lambda one: 1 / 0 if one == person else right(one))
    at(morning_in_manila(DUE))
    jobs.plan_reminders.func(0)
    assert Notice.objects.get().person == other.ref
    monkeypatch.setattr(actions, "reader_of", right)
    jobs.plan_reminders.func(0)
    assert Notice.objects.count() == 2


@pytest.mark.parametrize("what", ["extended", "shortened", "renewed"])
def test_what_has_another_date_by_the_time_of_writing_is_not_told(person, what):  # PER-2
    day, later = date(2024, 7, 31), date(2024, 8, 3)
    planned = due_on(day)
    assert [one.reminder for one in planned] == ["six-months"]
    credential = person.credential
    if what == "extended":
        credential.inactive_periods.create(granted_on=later, until_on=date(2026, 1, 31))
    elif what == "shortened":
        credential.changes.create(
            cycle_starts_on=date(2022, 1, 10), ends_on=date(2024, 12, 31), granted_on=later
        )
    else:
        credential.grants.create(
            starts_on=date(2025, 1, 1), ends_on=date(2028, 1, 31), granted_on=later
        )
    assert not remind_people(planned, today=later, at=instant(later))
    assert not Notice.objects.exists()


def test_reminding_many_takes_hardly_more_queries_than_one(django_assert_max_num_queries):
    several = [make_person(email=f"p{n}@example.org") for n in range(8)]
    for one in several:
        make_credential(one, certified_on=date(2022, 1, 10))
    with django_assert_max_num_queries(20 + 4 * len(several)):
        assert remind_people(due_on(DUE), today=DUE, at=instant(DUE)) == len(several)


def test_of_a_record_that_was_erased_nobody_is_reminded(person):
    Person.objects.filter(pk=person.pk).update(
        erased_at=instant(DUE), born_on=None, email="", account=None
    )
    assert not remind(person, DUE)


def owe(person, day=DUE):
    assert remind(person, day)
    return Notice.objects.get()


def look_again(at, instant_then, *, minute=0):
    at(instant_then)
    return jobs.drop_untrue_reminders.func(60 * minute)


@pytest.mark.parametrize("what", ["declared", "extended", "shortened", "renewed", "declined"])
def test_what_waits_to_be_sent_is_dropped_once_it_is_not_true_any_more(person, at, what):  # PER-2
    day = date(2024, 10, 31)
    later = day + timedelta(days=2)
    credential, notice = person.credential, owe(person, day)
    assert look_again(at, instant(day, hour=19)) == 0
    if what == "declared":
        earn_everything(person, credential, on=later)
        submit(credential, on=later)
    elif what == "extended":
        grant_inactive(
            credential.pk,
            until_on=date(2026, 1, 31),
            because="An illness.",
            on=later,
            by=REGISTRAR,
            at=instant(later),
        )
    elif what == "shortened":
        running = first_cycle(BOOK, certified_on=credential.certified_on)
        shorten_cycle(
            credential.pk,
            cycle=running,
            ends_on=date(2024, 12, 31),
            because="To end together.",
            on=later,
            by=REGISTRAR,
            at=instant(later),
        )
    elif what == "renewed":
        earn_everything(person, credential, on=later)
        declaration = submit(credential, on=later)
        approve_declaration(declaration.pk, today=later, by=REVIEWER, at=instant(later))
    else:
        change_details(person, later)
    assert look_again(at, instant(later)) == 1
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failed_at, notice.settled_at) == (
        None,
        instant(later),
        instant(later),
    )
    assert notice.last_error == actions.NOT_TRUE_ANY_MORE
    assert look_again(at, instant(later)) == 0
    reminded = Notice.objects.filter(event__kind="credential.reminded")
    assert list(reminded) == [notice]  # and nothing else instead


def test_what_of_a_digest_is_true_still_goes_out_by_itself(person, at):
    other = make_credential(person, category="PBT", certified_on=date(2022, 1, 12))
    notice, later = owe(person), DUE + timedelta(days=1)
    earn_everything(person, other, on=later)
    submit(other, on=later)
    assert look_again(at, instant(later)) == 1
    reminded = Notice.objects.filter(event__kind="credential.reminded")
    assert [one["ref"] for one in reminded.latest("id").event.facts["reminders"]] == [
        person.credential.ref
    ]
    assert reminded.get(sent_at=None, failed_at=None) != notice


def test_what_time_alone_made_untrue_is_dropped_within_an_hour(person, at):
    owe(person)
    after = date(2025, 2, 3)  # the mail server was away for a month
    assert look_again(at, instant(after)) == 0
    assert look_again(at, instant(after), minute=jobs.ON_THIS_MINUTE) == 1


def test_what_waits_and_is_true_still_goes_on_waiting(person, at):
    notice = owe(person)
    make_activity(person)
    later = DUE + timedelta(days=3)
    assert look_again(at, instant(later), minute=jobs.ON_THIS_MINUTE) == 0
    notice.refresh_from_db()
    assert notice.failed_at is None


def change_details(person, day):
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(courtesy_letters=False)
        record_event(
            "person.details-changed",
            subject=person.ref,
            about=person.ref,
            by=SYSTEM,
            at=instant(day),
        )
