"""Allowances: how much somebody may ask in a time, in a table of whoever limits it.

Each fills up evenly. One statement takes of it, or finds it empty; it holds across processes, and
needs no clock but the request's. What is kept is how far ahead what was asked so far has spent it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from django.db import connection, models
from psycopg import sql

TAKE: Final = """
    INSERT INTO {table} AS there (who, spent_until)
    VALUES (%(who)s, %(at)s + %(cost)s)
    ON CONFLICT (who) DO UPDATE
    SET spent_until = GREATEST(there.spent_until, %(at)s) + %(cost)s
    WHERE GREATEST(there.spent_until, %(at)s) + %(cost)s <= %(at)s + %(window)s
    RETURNING spent_until
"""
SPEND: Final = """
    UPDATE {table}
    SET spent_until = LEAST(GREATEST(spent_until, %(at)s) + %(cost)s, %(at)s + %(window)s)
    WHERE who = %(who)s
"""
LEFT: Final = "SELECT spent_until FROM {table} WHERE who = %(who)s"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an allowance. `again_in`: seconds until one more request may be made."""

    most: int
    window: int
    remaining: int
    full_in: int
    again_in: int
    enough: bool


def take(table: type[models.Model], who: str, *, most: int, seconds: int, at: datetime) -> Left:
    """Take one of an allowance of so many in so many seconds, and answer what is left.

    The table has `who`, its key, and `spent_until`.
    """
    window = timedelta(seconds=seconds)
    cost = window / most
    said: dict[str, Any] = {"who": who, "at": at, "cost": cost, "window": window}
    with connection.cursor() as cursor:
        cursor.execute(_of(table, TAKE), said)
        row = cursor.fetchone()
        enough = row is not None
        if row is None:
            cursor.execute(_of(table, LEFT), said)
            row = cursor.fetchone() or (at,)
    spent = max(row[0] - at, timedelta())
    return Left(
        most=most,
        window=seconds,
        remaining=int((window - spent) / cost),
        full_in=ceil(spent.total_seconds()),
        again_in=max(1, ceil((spent + cost - window).total_seconds())),
        enough=enough,
    )


def spend(
    table: type[models.Model], who: str, *, times: int, most: int, seconds: int, at: datetime
) -> None:
    """Take so many more of an allowance of which one was taken, as far as it goes."""
    window = timedelta(seconds=seconds)
    said: dict[str, Any] = {"who": who, "at": at, "cost": window / most * times, "window": window}
    with connection.cursor() as cursor:
        cursor.execute(_of(table, SPEND), said)


def _of(table: type[models.Model], statement: str) -> sql.Composed:
    named = sql.Identifier(table._meta.db_table)  # noqa: SLF001  # Django's own way in
    return sql.SQL(statement).format(table=named)
