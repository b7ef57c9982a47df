"""What takes the lines of a file: some at a time, each in a transaction that notes how far it came.

Killed anywhere, it goes on after the last line that is noted. Most lines are new, or were sent
before as they are; statements take those. The few others are settled one by one, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString

from django.db import connection, transaction
from psycopg import sql

from recert.intake import statements
from recert.intake.actions.settling import settle_line
from recert.intake.models import Intake, Line
from recert.intake.reporting import sender_of
from recert.journal.actions import Move, advance, record_events_selected
from recert.policy.permissions import Actor, Permission

MOVES = {
    "take_some": Move(
        "intake.taken",
        frozenset({Intake.State.TAKING}),
        Intake.State.TAKEN,
        Permission.REPORT_COMPLETIONS,
    ),
}
"""How the life of a file ends."""

AT_ONCE: Final = 20_000
"""So many lines are taken in one transaction."""


@transaction.atomic
def take_some(intake_id: int, *, at: datetime, at_once: int = AT_ONCE) -> bool:
    """Take the next lines of a file; answer whether there are more."""
    rows = Intake.objects.select_related("organisation").select_for_update(of=("self",))
    intake = rows.get(pk=intake_id)
    if intake.state != Intake.State.TAKING:
        return False
    until = min(intake.done + at_once, intake.lines)
    take_lines(intake, until=until, by=sender_of(intake), at=at)
    return intake.state == Intake.State.TAKING


def take_lines(intake: Intake, *, until: int, by: Actor, at: datetime) -> None:
    """Take the lines up to a number, in the caller's transaction, and note that they are."""
    values = {
        "intake": intake.pk,
        "intake_ref": intake.ref,
        "organisation": intake.organisation_id,
        "provider": intake.organisation.name,
        "after": intake.done,
        "until": until,
        "at": at,
    }
    _run(statements.LOCK, values)
    for table in (statements.TABLE, statements.INDEX_FRESH, statements.OTHERS):
        _run(table, values)
    _run("TRUNCATE intake_fresh, intake_other", values)  # two chunks in one transaction
    _run(statements.FRESH, values)
    _run(statements.ACTIVITIES, values)
    _run(statements.COMPLETIONS, values)
    _run(statements.CANDIDATES.format(wanted=statements.ALL_FRESH), values)
    _run(statements.UNCLEAR.format(numbers=statements.FRESH_NUMBERS), values)
    for kind, rows in (
        ("activity.reported", statements.EVENTS),
        ("completion.taken", statements.TAKEN_EVENTS),
    ):
        record_events_selected(kind, sql.SQL(rows), values, by=by, at=at)
    _run(statements.TOO_EARLY, values)
    _run(statements.FIND_OTHERS, values)
    _run(statements.UNCHANGED, values)
    for (number,) in _all(statements.LEFT, values):
        line = Line.objects.get(intake=intake, number=number)
        line.fate = settle_line(line, intake, by=by, at=at)
        line.save(update_fields=["fate"])
    for fate, count in _all(statements.FATES, values):
        intake.fates[fate] = intake.fates.get(fate, 0) + count
    intake.done = until
    intake.save(update_fields=["done", "fates"])
    if until >= intake.lines:
        advance(
            intake, MOVES["take_some"], by=by, at=at, facts={"fates": intake.fates}, taken_at=at
        )


def _run(statement: LiteralString, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _all(statement: LiteralString, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
