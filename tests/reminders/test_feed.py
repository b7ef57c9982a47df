"""The calendar of a person has the days of which reminders speak, and no others."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from recert import clock
from recert.board import the_rulebook
from recert.people.links import token_of
from recert.people.models import PrivateLink
from recert.policy.cycles import Cycle, first_cycle, months_after, next_cycle
from recert.reminders.planning import due_on
from tests.declaring import earn_everything, submit
from tests.making import AT, make_credential, make_person

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def credential(today):
    """Make one whose declaration opened a month ago, or so."""
    return make_credential(make_person(), certified_on=months_after(today, 2 - 36))


def feed(client, person):
    """Answer what the calendar says: each credential, what it is, and the day."""
    link = PrivateLink.objects.create(person=person, purpose="calendar", made_at=AT)
    answer = client.get(reverse("portal:calendar-feed", args=[f"{token_of(link)}.ics"]))
    return {
        (*str(event["uid"]).removesuffix("@recert").rsplit("-", 4)[:2], event["dtstart"].dt)
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }


def reminded(days):
    """Answer the same of reminders: what expires has one on the day after."""
    found = set()
    for one in [one for day in days for one in due_on(day)]:
        if one.reminder in {"opens", "due"}:
            found.add((one.credential, one.reminder, one.on))
        if one.reminder == "expired":
            found.add((one.credential, "expires", one.on - DAY))
    return found


def days_of(cycle):
    """Answer the days on which something of a cycle is said, if it is true."""
    opens_on, due_on_ = months_after(cycle.ends, -3), months_after(cycle.ends, -1)
    return {opens_on, due_on_, cycle.ends + DAY}


def extend(credential, today, cycle):
    until = months_after(cycle.ends.replace(day=28), 7)
    credential.inactive_periods.create(granted_on=today, until_on=until)
    return Cycle(cycle.starts, until)


def shorten(credential, today, cycle):
    ends = today + 20 * DAY
    credential.changes.create(cycle_starts_on=cycle.starts, ends_on=ends, granted_on=today)
    return Cycle(cycle.starts, ends)


def renew(credential, today, cycle):
    following = next_cycle(BOOK, cycle)
    credential.grants.create(starts_on=following.starts, ends_on=following.ends, granted_on=today)
    return following


def declare(credential, today, cycle):
    earn_everything(credential.person, credential, on=today)
    submit(credential, on=today)
    return cycle


def leave(credential, today, cycle):
    del credential, today
    return cycle


@pytest.mark.parametrize("happens", [leave, extend, shorten, renew, declare])
def test_the_calendar_has_the_days_of_the_reminders(client, credential, today, happens):
    cycle = first_cycle(BOOK, certified_on=credential.certified_on)
    now = happens(credential, today, cycle)
    days = {day for one in (cycle, now) for day in days_of(one) if day >= today}
    named = {(ref, name, on) for ref, name, on in feed(client, credential.person) if on >= today}
    expected = {(credential.ref, name, on) for _pk, name, on in reminded(days)}
    assert named == expected
    assert bool(named) == (happens is not declare)


def test_the_calendar_has_the_days_of_all_credentials(client, credential, today):
    other = make_credential(
        credential.person, category="PBT", certified_on=months_after(today, -10)
    )
    named = {ref for ref, _name, _on in feed(client, credential.person)}
    assert named == {credential.ref, other.ref}
