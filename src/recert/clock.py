"""The one place that asks the clock; everywhere else time is an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Tell the present instant.

    >>> now().tzinfo
    datetime.timezone.utc
    """
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    """Tell the present day in a place, because a deadline ends with the board's day.

    >>> today("Pacific/Kiritimati") > today("Pacific/Pago_Pago")
    True
    """
    return datetime.now(ZoneInfo(time_zone)).date()
