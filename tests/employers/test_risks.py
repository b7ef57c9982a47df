"""Managers are told 180, 90 and 30 days ahead, in one letter a day, and of nobody by name."""

from datetime import UTC, datetime, time, timedelta

import pytest

from recert import clock
from recert.board import the_rulebook
from recert.employers import jobs
from recert.employers.models import RiskDay, ToldOfRisk
from recert.employers.risks import MOST_MISSED, days_to_do
from recert.employers.staff import rows_of
from recert.journal.letters import letter_of
from recert.journal.models import Notice
from recert.policy.cycles import DAY
from tests.declaring import certified_for, earn_everything, submit
from tests.employing import consent, make_member, make_organisation
from tests.making import make_credential, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

NOON = time(18, tzinfo=UTC)


@pytest.fixture
def lakeside():
    return make_organisation()


@pytest.fixture
def manager(lakeside):
    return make_member(lakeside)


@pytest.fixture
def ends_on(lakeside):
    """Make somebody who consented, and answer when their credential ends."""
    return end_of(make_staff(lakeside))


def make_staff(lakeside, name="Amina Benali", **fields):
    person = make_person(name)
    consent(person, lakeside)
    return make_credential(person, **({"cycles": 2} | fields))


def end_of(credential):
    grant = credential.grants.order_by("-ends_on").first()
    return grant.ends_on


def run_on(monkeypatch, day, at=NOON):
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(day, at))
    return jobs.tell_of_risks(0)


def told():
    return Notice.objects.filter(event__kind="staff.at-risk").select_related("event")


@pytest.mark.parametrize("days", [180, 90, 30])
def test_told_on_each_of_the_days(monkeypatch, manager, ends_on, days):
    assert run_on(monkeypatch, ends_on - timedelta(days=days)) == 1
    letter = letter_of(told().get())
    assert f"1 credential ends in about {days} days" in letter.text
    assert "Amina" not in letter.text + str(told().get().event.facts)
    assert told().get().to == manager.account.email


def test_not_on_the_days_around(monkeypatch, manager, ends_on):
    del manager
    for days in (181, 179, 91, 89, 31, 29):
        RiskDay.objects.all().delete()
        assert run_on(monkeypatch, ends_on - timedelta(days=days)) == 0


def test_once_a_day_each_manager_and_no_member(monkeypatch, lakeside, manager, ends_on):
    make_member(lakeside)
    make_member(lakeside, role="member")
    make_staff(lakeside, "Bo Lund")
    day = ends_on - timedelta(days=30)
    assert run_on(monkeypatch, day) == 2
    RiskDay.objects.all().delete()  # as if it had crashed before the end
    assert run_on(monkeypatch, day) == 0
    assert {one.event.facts["ahead"][0]["count"] for one in told()} == {2}
    assert ToldOfRisk.objects.filter(member=manager).count() == 1


def test_not_before_the_morning(monkeypatch, manager, ends_on):
    del manager
    day = ends_on - timedelta(days=30)
    assert run_on(monkeypatch, day, time(12, tzinfo=UTC)) == 0
    assert not RiskDay.objects.exists()
    assert run_on(monkeypatch, day) == 1


def test_what_was_missed_is_told_as_it_is_then(monkeypatch, manager, ends_on):
    del manager
    RiskDay.objects.create(on=ends_on - timedelta(days=33), done_at=clock.now())
    assert run_on(monkeypatch, ends_on - timedelta(days=28)) == 1
    assert (
        days_to_do(ends_on + timedelta(days=400))[0] == ends_on + timedelta(days=400) - MOST_MISSED
    )


def test_not_of_who_withdrew_or_declared(monkeypatch, lakeside, manager):
    del manager
    at = clock.now()
    today = clock.today(the_rulebook().calendar.time_zone.value)
    declared = make_staff(lakeside, "Wanda Waits", certified_on=certified_for(today), cycles=0)
    (row,) = rows_of({declared.person_id: declared.person}, as_of=today)
    earn_everything(declared.person, declared, on=today)
    submit(declared, on=today)
    gone = make_staff(lakeside)
    gone.person.consents.update(withdrawn_at=at)
    for end in (row.ends_on, end_of(gone)):
        for days in (180, 90, 30):
            day = end - timedelta(days=days)
            if day > today or end != row.ends_on:
                RiskDay.objects.all().delete()
                assert run_on(monkeypatch, day) == 0


def test_the_days_are_a_setting(monkeypatch, settings, manager, ends_on):
    del manager
    settings.STAFF_AT_RISK_DAYS = [7]
    assert run_on(monkeypatch, ends_on - timedelta(days=30)) == 0
    assert run_on(monkeypatch, ends_on - 7 * DAY) == 1
