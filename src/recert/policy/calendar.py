"""The board's days: its midnight (CYC-6), and its business days (CYC-7)."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from recert.policy.cycles import DAY
from recert.policy.rulebook import Calendar, Rulebook

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class UnknownYear(LookupError):
    """A business day was asked for in a year for which the rulebook vouches for no holidays."""


@lru_cache(maxsize=1024)
def _holidays(country: str, year: int) -> frozenset[date]:
    # Inside, because it takes longer to import than an assessment to run, and that never asks.
    from holidays import country_holidays  # noqa: PLC0415  # slow to import

    return frozenset(country_holidays(country, years=year))


def board_day(book: Rulebook, *, at: datetime) -> date:
    """Answer which day an instant is for the board: a deadline ends at its midnight (CYC-6).

    Raises `ValueError` for an instant without a time zone, which could be any of two days.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone.")
    return at.astimezone(ZoneInfo(book.calendar.time_zone.value)).date()


class BusinessDays:
    """Which days are business days, for one rulebook and the closures that its board entered."""

    def __init__(self, book: Rulebook, closures: frozenset[date] = frozenset()) -> None:
        """Take the rulebook's calendar, and closures entered since."""
        self._rules: Calendar = book.calendar
        self._weekend = {WEEK.index(day) for day in book.calendar.weekend.value}
        self._closures = closures.union(book.calendar.closures)

    def __contains__(self, day: date) -> bool:
        """Answer whether a day is a business day. Raises `UnknownYear`."""
        first, last = self._rules.known_from, self._rules.known_through
        if not first <= day.year <= last:
            raise UnknownYear(
                f"{day}: the holidays of the calendar are known from {first} through {last} "
                f"({self._rules.holidays.rule})."
            )
        if day.weekday() in self._weekend or day in self._closures:
            return False
        return day not in _holidays(self._rules.holidays.value, day.year)

    def on_or_after(self, day: date) -> date:
        """Answer the business day with which a day counts: itself, or the next one (FEE-3)."""
        while day not in self:
            day += DAY
        return day

    def between(self, first: date, last: date) -> int:
        """Answer how many business days come after `first`, up to `last`; or less than none.

        >>> from recert.policy import load_rulebook
        >>> days = BusinessDays(load_rulebook("ascp-international"))
        >>> days.between(date(2024, 12, 24), date(2024, 12, 27))  # Christmas is none
        2
        >>> days.between(date(2024, 12, 27), date(2024, 12, 24))
        -2
        """
        if last < first:
            return -self.between(last, first)
        length = (last - first).days
        return sum(1 for away in range(1, length + 1) if first + away * DAY in self)

    def after(self, day: date, *, business_days: int) -> date:
        """Answer the day on which a number of business days after `day` has passed.

        The day itself is not counted: one business day after a Friday is the Monday.
        """
        for _ in range(business_days):
            day = self.on_or_after(day + DAY)
        return day
