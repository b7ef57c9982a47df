"""Reminders go out in the morning of whoever gets them; what was missed goes out as it is then."""

from __future__ import annotations

import logging
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
from recert.reminders.actions import close_day, drop_reminder, remind_people
from recert.reminders.planning import Due, due_on
from recert.reminders.queries import last_day_done, reminded_already, reminders_to_look_at

logger = logging.getLogger(__name__)

MORNING: Final = time(8)
"""The time from which on people are written to, where they are."""

LAST_CALL: Final = time(22, 30)
"""The time of the board at which it counts as morning everywhere, so that no day ends unsaid."""

ON_THIS_MINUTE: Final = 1
"""Of an hour, all that still waits is looked at: just before more is given out."""

TOGETHER: Final = 200
"""So many people are reminded by one job."""

MOST_MISSED: Final = timedelta(days=45)
"""After a longer time off nobody is told what was due before."""


@app.periodic(cron="3 * * * *")
@app.task(queueing_lock="plan-reminders")
def plan_reminders(timestamp: int) -> int:
    """Give out what is due today, and on days that were missed; answer how many people that are.

    Each hour those whose morning has come, and those again whose job was lost: who has been told
    is not told twice. A day is done once nobody is left of it.
    """
    del timestamp
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    days = days_to_do(today)
    due = due_by_person(days)
    zones = time_zones_of(due)
    ready = [one for one in due if at >= morning_of(zones[one], today)]
    for start in range(0, len(ready), TOGETHER):
        some = ready[start : start + TOGETHER]
        remind_some.defer(
            due=[
                (one.person, one.credential, one.reminder, one.on.isoformat())
                for person in some
                for one in due[person]
            ]
        )
    left = {one.on for each in due.values() for one in each}
    for day in days:
        if day in left or (day == today and at < last_call(today)):
            break
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


def morning_of(zone: str, day: date) -> datetime:
    """Answer when it is first morning somewhere on a day of the board.

    In Tokyo that is on the next day of the calendar there: when it is morning in Tokyo on the day
    itself, it is the evening before at the board, where nothing of that day is true yet.
    """
    board = ZoneInfo(the_rulebook().calendar.time_zone.value)
    begins = datetime.combine(day, time(), board)
    there = _zone_called(zone) or board
    morning = datetime.combine(begins.astimezone(there), MORNING, there)
    if morning < begins:
        morning = datetime.combine(morning.date() + DAY, MORNING, there)
    return min(morning, last_call(day))


def last_call(day: date) -> datetime:
    """Answer the instant of a day from which on it counts as morning everywhere."""
    return datetime.combine(day, LAST_CALL, ZoneInfo(the_rulebook().calendar.time_zone.value))


def _zone_called(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return None


@app.task
def remind_some(due: list[tuple[int, int, str, str]]) -> int:
    """Remind some people, each by one letter; answer how many got one.

    Where something is wrong with one of them, the others are reminded all the same.
    """
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    each = [
        Due(person, credential, reminder, date.fromisoformat(on))
        for person, credential, reminder, on in due
    ]
    try:
        return remind_people(each, today=today, at=at)
    except Exception:
        logger.exception("some people could not be reminded together; each is tried alone")
    told = 0
    for person in sorted({one.person for one in each}):
        try:
            told += remind_people([one for one in each if one.person == person], today=today, at=at)
        except Exception:
            logger.exception("person %s could not be reminded; it is tried again", person)
    return told


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="drop-reminders")
def drop_untrue_reminders(timestamp: int) -> int:
    """Drop reminders that wait to be sent and are not true any more; answer how many.

    Each minute those to whose reader something has happened since; each hour all that are owed
    from an earlier day, because the mail server was away for so long.
    """
    at = clock.now()
    book = the_rulebook()
    today = board_day(book, at=at)
    begun = datetime.combine(today, time(), ZoneInfo(book.calendar.time_zone.value))
    all_of_them = timestamp // 60 % 60 == ON_THIS_MINUTE
    found = reminders_to_look_at(owed_before=begun if all_of_them else None)
    return sum(drop_reminder(one, today=today, at=at) for one in found)
