"""Cycles and their days: when one begins and ends, when a declaration opens, is due and is late."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from dateutil.relativedelta import relativedelta

from recert.policy.rulebook import Purpose, Rulebook, Table

DAY = timedelta(days=1)


class Cycle(Table, frozen=True, order=True):
    """Days from `starts` to `ends`, both inside."""

    starts: date
    ends: date

    def __contains__(self, day: date) -> bool:
        """Answer whether a day lies inside; the first and the last one do (CYC-5)."""
        return self.starts <= day <= self.ends


def months_after(day: date, months: int) -> date:
    """Answer the same day some months later (or earlier), or the last of a shorter month.

    >>> months_after(date(2025, 1, 31), -2)
    datetime.date(2024, 11, 30)
    """
    return day + relativedelta(months=months)


def years_after(day: date, years: int) -> date:
    """Answer the anniversary of a day; of 29 February it is the 28th in a common year."""
    return day + relativedelta(years=years)


def last_day_of_month(day: date) -> date:
    """Answer the last day of the month in which a day lies."""
    return day + relativedelta(day=31)


def _cycle_from(book: Rulebook, starts: date) -> Cycle:
    """Answer the whole cycle that begins on a day (CYC-1)."""
    anniversary = years_after(starts, book.cycle.years.value)
    if book.cycle.ends.value == "last-day-of-month":
        return Cycle(starts=starts, ends=last_day_of_month(anniversary))
    return Cycle(starts=starts, ends=anniversary - DAY)


def first_cycle(book: Rulebook, *, certified_on: date) -> Cycle:
    """Answer the first cycle of a certification, which begins on its day (CYC-1, CYC-3)."""
    return _cycle_from(book, certified_on)


def cycle_ending(book: Rulebook, ends: date) -> Cycle:
    """Answer the whole cycle that ends on a day, as a timely renewal brings it.

    Raises `ValueError` where none does, such as in the middle of a month.
    """
    years = book.cycle.years.value
    first = ends.replace(day=1) if book.cycle.ends.value == "last-day-of-month" else ends + DAY
    found = _cycle_from(book, years_after(first, -years))
    if found.ends != ends:
        raise ValueError(f"No cycle ends on {ends}; one ends on {found.ends}.")
    return found


def next_cycle(book: Rulebook, cycle: Cycle) -> Cycle:
    """Answer the cycle that a timely renewal begins (CYC-2).

    It never begins earlier than the rulebook says, however early the declaration was, and not
    later either when the decision came after the expiration (STA-6): no gap arises.
    """
    if book.cycle.next_begins.value == "first-day-of-expiry-month":
        return _cycle_from(book, cycle.ends.replace(day=1))
    return _cycle_from(book, cycle.ends + DAY)


def reinstated_cycle(book: Rulebook, *, approved_on: date) -> Cycle:
    """Answer the cycle after the reinstatement of an expired certification (CYC-8)."""
    return _cycle_from(book, approved_on)


def voluntary_cycle(book: Rulebook, *, approved_on: date) -> Cycle:
    """Answer how long the designation of a voluntary declaration lasts (PAR-3)."""
    return _cycle_from(book, approved_on)


def granted_cycle(
    book: Rulebook, purpose: Purpose, *, cycle: Cycle | None, approved_on: date
) -> Cycle:
    """Answer the cycle that an approved declaration brings (CYC-2, CYC-8, PAR-3).

    `cycle` is the one that the declaration is for: the cycle that runs, extended where it was
    inactive, the one that expired, or None for a voluntary one that nothing maintains yet.
    """
    if purpose == "reinstatement":
        return reinstated_cycle(book, approved_on=approved_on)
    if cycle is None:
        return voluntary_cycle(book, approved_on=approved_on)
    return next_cycle(book, cycle)


def extended_cycle(cycle: Cycle, *, until: date) -> Cycle:
    """Answer a cycle extended by inactive status (STA-1); its first day stays (STA-2).

    Raises `ValueError` when `until` is not after the end it has.
    """
    if until <= cycle.ends:
        raise ValueError(f"An extension must end after {cycle.ends}; {until} does not.")
    return Cycle(starts=cycle.starts, ends=until)


def examination_needed_from(book: Rulebook, *, expired_on: date) -> date:
    """Answer the first day on which no declaration can reinstate any more (STA-5)."""
    return years_after(expired_on, book.reinstatement.by_declaration_under_years.value)


def days_before_submission(years: int, *, submitted_on: date) -> Cycle:
    """Answer the days from which a voluntary declaration or a reinstatement draws (PAR-4, STA-4).

    >>> days_before_submission(3, submitted_on=date(2022, 5, 15)).starts
    datetime.date(2019, 5, 15)
    """
    return Cycle(starts=years_after(submitted_on, -years), ends=submitted_on)


@lru_cache(maxsize=4096)
def later_years_of(starts: date, years: int) -> tuple[date, ...]:
    """Answer the first days of the second and later twelve-month years of a cycle (ACT-3).

    Days past the last anniversary belong to the last year, so `bisect_right(later_years, day) + 1`
    is the year of a day.

    >>> later_years_of(date(2022, 1, 1), 3)
    (datetime.date(2023, 1, 1), datetime.date(2024, 1, 1))
    """
    return tuple(years_after(starts, number) for number in range(1, years))


def year_of(day: date, *, starts: date, years: int) -> int:
    """Answer in which twelve-month year of a cycle of so many years a day lies (ACT-3)."""
    return bisect_right(later_years_of(starts, years), day) + 1


class Window(Table, frozen=True):
    """The days of a cycle's declaration (CYC-4): opens, is due, and the last one, expiration."""

    opens_on: date
    due_on: date
    expires_on: date
    late_is_taken: bool

    def on(self, day: date) -> Literal["not-open", "open", "late", "closed"]:
        """Answer whether a renewal can be declared on a day."""
        if day < self.opens_on:
            return "not-open"
        if day <= self.due_on:
            return "open"
        return "late" if day <= self.expires_on and self.late_is_taken else "closed"


def declaration_window(book: Rulebook, cycle: Cycle) -> Window:
    """Answer when the declaration of a cycle opens, is due, and ends (CYC-4)."""
    return Window(
        opens_on=months_after(cycle.ends, -book.window.opens_months_before.value),
        due_on=months_after(cycle.ends, -book.window.due_months_before.value),
        expires_on=cycle.ends,
        late_is_taken=book.window.late.value == "taken-with-warning",
    )
