"""Reminders go out in the morning of whoever gets them; what was missed goes out as it is then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.people.queries import time_zones_of
from recert.policy.calendar import board_day
from recert.policy.cycles import DAY
from recert.reminders.actions import close_day, remind_person
from recert.reminders.planning import Due, due_on
from recert.reminders.queries import last_day_done, reminded_already

MORNING: Final = time(8)
"""The time from which on people are written to, where they are."""

LAST_MORNING: Final = ZoneInfo("Etc/GMT+12")
"""Where morning comes last."""

TOGETHER: Final = 200
"""So many people are reminded by one job."""

MOST_MISSED: Final = timedelta(days=45)
"""After a longer time off nobody is told what was due before."""


@app.periodic(cron="3 * * * *")
@app.task(queueing_lock="plan-reminders")
def plan_reminders(timestamp: int) -> int:
    """Give out what is due today, and on days that were missed; answer how many people that are.

    Each hour those whose morning has come. A day is done once it was morning everywhere.
    """
    del timestamp
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    days = days_to_do(today)
    due = due_by_person(days)
    zones = time_zones_of(due)
    ready = [one for one in due if is_morning(zones[one], today, at)]
    for start in range(0, len(ready), TOGETHER):
        some = ready[start : start + TOGETHER]
        remind_people.defer(
            due=[
                (one.person, one.credential, one.reminder, one.on.isoformat())
                for person in some
                for one in due[person]
            ]
        )
    if at >= datetime.combine(today, MORNING, LAST_MORNING):
        for day in days:
            close_day(day, at=at)
    return len(ready)


def days_to_do(today: date) -> list[date]:
    """Answer the days whose reminders have not all been given out, today's among them."""
    last = last_day_done() or today - DAY
    first = max(last + DAY, today - MOST_MISSED)
    return [first + timedelta(days=number) for number in range((today - first).days + 1)]


def due_by_person(days: Sequence[date]) -> dict[int, list[Due]]:
    """Answer by person what fell on some days, and was not given out yet."""
    found: dict[int, list[Due]] = {}
    for day in days:
        done = reminded_already(day)
        for one in due_on(day):
            if one.person not in done:
                found.setdefault(one.person, []).append(one)
    return found


def is_morning(zone: str, today: date, at: datetime) -> bool:
    """Answer whether it is morning where somebody is, on the day that it is for the board."""
    return at >= datetime.combine(today, MORNING, ZoneInfo(zone))


@app.task
def remind_people(due: list[tuple[int, int, str, str]]) -> int:
    """Remind some people, each by one letter; answer how many got one."""
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    by_person: dict[int, list[Due]] = {}
    for person, credential, reminder, on in due:
        one = Due(person, credential, reminder, date.fromisoformat(on))
        by_person.setdefault(person, []).append(one)
    return sum(
        remind_person(person, due=each, today=today, at=at) for person, each in by_person.items()
    )
