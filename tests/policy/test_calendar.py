"""The board's midnight (CYC-6), and its business days (CYC-7): weekends, holidays, closures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.policy import load_rulebook
from recert.policy.calendar import BusinessDays, UnknownYear, board_day

BOOK = load_rulebook("ascp-international")
DAYS = BusinessDays(BOOK)
KNOWN = st.dates(date(2013, 1, 1), date(2044, 1, 1))


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2024, 12, 24), True),
        (date(2024, 12, 25), False),  # Christmas Day
        (date(2024, 12, 28), False),  # a Saturday
        (date(2024, 12, 29), False),  # a Sunday
        (date(2021, 7, 5), False),  # Independence Day, observed on the Monday
        (date(2020, 6, 19), True),  # Juneteenth became a holiday in 2021
        (date(2025, 6, 19), False),
    ],
)
def test_weekends_and_federal_holidays_are_no_business_days(day, is_one):
    assert (day in DAYS) is is_one


def test_thirty_business_days_leave_out_weekends_and_holidays():
    # From 2024-12-02: 22 weekdays in December less Christmas, then New Year, King's birthday.
    assert DAYS.after(date(2024, 12, 2), business_days=30) == date(2025, 1, 15)


def test_the_day_itself_is_not_counted():
    friday, monday = date(2024, 11, 15), date(2024, 11, 18)
    assert DAYS.after(friday, business_days=1) == monday
    assert DAYS.after(friday + timedelta(days=1), business_days=1) == monday


def test_a_closure_that_the_board_enters_counts():
    closed = BusinessDays(BOOK, frozenset({date(2024, 11, 18)}))
    assert closed.after(date(2024, 11, 15), business_days=1) == date(2024, 11, 19)
    assert closed.on_or_after(date(2024, 11, 16)) == date(2024, 11, 19)


@pytest.mark.parametrize("year", [2011, 2046])
def test_a_year_that_the_rulebook_does_not_vouch_for_is_an_error(year):
    with pytest.raises(UnknownYear, match=rf"{year}-03-03.*2012 through 2045 \(CYC-7\)"):
        DAYS.after(date(year, 3, 2), business_days=1)


@given(KNOWN, st.integers(0, 40), st.integers(0, 40))
def test_business_days_add_up(day, some, more):
    at_once = DAYS.after(day, business_days=some + more)
    assert DAYS.after(DAYS.after(day, business_days=some), business_days=more) == at_once


@given(KNOWN, st.integers(1, 40))
def test_as_many_business_days_lie_between_as_were_asked_for(day, count):
    end = DAYS.after(day, business_days=count)
    between = (day + timedelta(days=one) for one in range(1, (end - day).days + 1))
    assert sum(one in DAYS for one in between) == count
    assert end in DAYS
    assert DAYS.between(day, end) == count
    assert DAYS.between(end, day) == -count


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2025, 1, 31, 5, 59, tzinfo=UTC), date(2025, 1, 30)),
        (datetime(2025, 1, 31, 6, 0, tzinfo=UTC), date(2025, 1, 31)),
        (datetime(2025, 2, 1, 5, 59, tzinfo=UTC), date(2025, 1, 31)),
        (datetime(2025, 7, 1, 4, 59, tzinfo=UTC), date(2025, 6, 30)),  # summer time
        (datetime(2025, 7, 1, 5, 0, tzinfo=UTC), date(2025, 7, 1)),
    ],
)
def test_a_day_ends_at_midnight_where_the_board_sits(at, day):  # CYC-6
    assert board_day(BOOK, at=at) == day


def test_an_instant_without_a_time_zone_is_refused():  # CYC-6
    with pytest.raises(ValueError, match="has no time zone"):
        board_day(BOOK, at=datetime(2025, 1, 31, 12, 0))  # noqa: DTZ001  # that is the point
