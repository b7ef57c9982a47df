"""Which reminders fall on a day, and whose cycles they are about (PER-2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from recert.policy.cycles import (
    Cycle,
    declaration_window,
    first_cycle,
    last_day_of_month,
    months_after,
    years_after,
)
from recert.policy.rulebook import Key, Rulebook
from recert.policy.rulebook.reminders import Reminder

SLACK: Final = 4
"""Months differ by so many days at the most."""


def reminder_day(book: Rulebook, reminder: Reminder, cycle: Cycle) -> date:
    """Answer the day on which a reminder of a cycle falls."""
    window = declaration_window(book, cycle)
    day = {
        "begins": cycle.starts,
        "opens": window.opens_on,
        "due": window.due_on,
        "expires": cycle.ends,
    }[reminder.of]
    if reminder.months_before:
        day = months_after(day, -reminder.months_before)
    return day + timedelta(days=reminder.days_after - reminder.days_before)


def reminders_on(book: Rulebook, cycle: Cycle, *, as_of: date) -> list[Key]:
    """Answer the reminders of a cycle that fall on a day."""
    return [
        key
        for key, reminder in book.reminders.items()
        if reminder_day(book, reminder, cycle) == as_of
    ]


def ends_reminded_of(book: Rulebook, reminder: Reminder, *, as_of: date) -> Iterator[date]:
    """Answer the last days of the cycles of which a reminder falls on a day.

    Only of reminders that are counted from the end of a cycle, as all are but those of its
    beginning: from how a cycle begins nothing follows for its end.
    """
    months = reminder.months_before + {
        "opens": book.window.opens_months_before.value,
        "due": book.window.due_months_before.value,
    }.get(reminder.of, 0)
    near = months_after(as_of, months) + timedelta(days=reminder.days_before - reminder.days_after)
    for days in range(-SLACK, SLACK + 1):
        ends = near + timedelta(days=days)
        cycle = Cycle(starts=years_after(ends, -book.cycle.years.value), ends=ends)
        if reminder.of != "begins" and reminder_day(book, reminder, cycle) == as_of:
            yield ends


def certified_with_first_cycle_to(book: Rulebook, ends: date) -> Iterator[date]:
    """Answer the days of certification of which the first cycle ends on a day."""
    if book.cycle.ends.value == "last-day-of-month" and ends != last_day_of_month(ends):
        return
    near = years_after(ends, -book.cycle.years.value)
    for days in range(-31, SLACK + 1):
        certified_on = near + timedelta(days=days)
        if first_cycle(book, certified_on=certified_on).ends == ends:
            yield certified_on
