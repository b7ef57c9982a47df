"""Managers are told in the morning who of their staff is at risk, once a day, in one letter."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.employers.actions import close_risk_day, tell_of_risk
from recert.employers.risks import (
    days_to_do,
    employers_with_staff,
    falling_on,
    managers_of,
    told_on,
)
from recert.organisations.models import Organisation
from recert.policy.calendar import board_day

MORNING: Final = time(8)
"""The time from which on managers are written to, where the board is."""


@app.periodic(cron="13 * * * *")
@app.task(queueing_lock="tell-of-risks")
def tell_of_risks(timestamp: int) -> int:
    """Tell managers what falls on today, and on days that were missed; answer how many letters.

    What a crash left is told the next hour; who was told today already is not told again.
    """
    del timestamp
    book, at = the_rulebook(), clock.now()
    today = board_day(book, at=at)
    if at < datetime.combine(today, MORNING, ZoneInfo(book.calendar.time_zone.value)):
        return 0
    days = days_to_do(today)
    if not days:
        return 0
    done = told_on(today)
    told = sum(
        _tell_managers(one, days, done, today=today, at=at) for one in employers_with_staff()
    )
    for day in days:
        close_risk_day(day, at=at)
    return told


def _tell_managers(
    organisation: Organisation, days: list[date], done: set[int], *, today: date, at: datetime
) -> int:
    managers = [one for one in managers_of(organisation) if one.pk not in done]
    found = falling_on(organisation, days, today=today) if managers else {}
    if not found:
        return 0
    counts = {ahead: len(rows) for ahead, rows in found.items()}
    return sum(
        tell_of_risk(one.pk, counts, soon_days=max(counts), on=today, at=at) for one in managers
    )
