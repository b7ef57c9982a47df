"""Who would be reminded of what on a day, of any number of people, in one query.

The days are the kernel's; the query finds the cycles that end or begin on them, and leaves out
those that are renewed, extended, or with the board. Tests hold it against the kernel, day by day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db import connection

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.policy import Rulebook
from recert.policy.cycles import first_cycle
from recert.policy.reminders import certified_with_first_cycle_to, ends_reminded_of
from recert.policy.rulebook import Key


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that falls on a day."""

    person: int
    credential: int
    reminder: Key
    on: date


QUERY = """
WITH touched AS (
    -- Whatever may end on one of the days, or begin on this one.
    SELECT credential_id FROM credentials_grant
    WHERE ends_on = ANY(%(ends)s) OR starts_on = %(on)s
    UNION
    SELECT id FROM credentials_credential WHERE certified_on = ANY(%(certified)s)
    UNION
    SELECT credential_id FROM credentials_inactiveperiod WHERE until_on = ANY(%(ends)s)
    UNION
    SELECT credential_id FROM credentials_cyclechange WHERE ends_on = ANY(%(ends)s)
), last AS (
    -- The last cycle that was granted by this day, begun or not.
    SELECT DISTINCT ON (credential_id) credential_id, starts_on, ends_on
    FROM credentials_grant JOIN touched USING (credential_id)
    WHERE granted_on <= %(on)s AND (revoked_on IS NULL OR revoked_on > %(on)s)
    ORDER BY credential_id, starts_on DESC
), running AS (
    SELECT one.id, one.person_id, one.certified_on, last.ends_on AS granted_to,
        coalesce(last.starts_on, one.certified_on) AS starts_on,
        coalesce(one.certified_on >= asked.required_from, false) AS required
    FROM touched JOIN credentials_credential one ON one.id = touched.credential_id
    LEFT JOIN last ON last.credential_id = one.id
    LEFT JOIN unnest(%(categories)s::text[], %(required)s::date[])
      AS asked (category, required_from) ON asked.category = one.category
    WHERE one.program = %(program)s AND one.certified_on <= %(on)s
      -- Nothing that begins later was granted: else it is renewed.
      AND (last.starts_on IS NULL OR last.starts_on <= %(on)s)
      -- What was declared waits for the board, unless the time to put it right has passed.
      AND NOT EXISTS (
        SELECT 1 FROM declarations_declaration declared
        WHERE declared.credential_id = one.id AND declared.submitted_on <= %(on)s
          AND coalesce(declared.decided_on, 1 + CASE declared.state
            WHEN 'deficient' THEN declared.correct_by ELSE declared.answer_by END, 'infinity')
            > %(on)s)
)
SELECT person_id, id, certified_on, starts_on, granted_to,
    CASE WHEN required THEN (
        SELECT min(ends_on) FROM credentials_cyclechange
        WHERE credential_id = running.id AND cycle_starts_on = running.starts_on
          AND granted_on <= %(on)s) END,
    CASE WHEN required THEN (
        SELECT max(until_on) FROM credentials_inactiveperiod
        WHERE credential_id = running.id AND granted_on BETWEEN running.starts_on AND %(on)s) END
FROM running
-- What must be maintained, or is maintained although it need not be.
WHERE required OR granted_to IS NOT NULL
"""


def due_on(on: date) -> list[Due]:
    """Answer every reminder that falls on a day. One query."""
    book = the_rulebook()
    by_end = _reminders_by_end(book, on)
    begins = [key for key, one in book.reminders.items() if one.of == "begins"]
    certified = {day for ends in by_end for day in certified_with_first_cycle_to(book, ends)} | {on}
    required = {key: one.required_from for key, one in book.categories.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            QUERY,
            {
                "on": on,
                "ends": list(by_end),
                "certified": list(certified),
                "program": book.key,
                "categories": list(required),
                "required": list(required.values()),
            },
        )
        rows = cursor.fetchall()
    first_end = cache(lambda day: first_cycle(book, certified_on=day).ends)
    found = []
    for person, credential, certified_on, starts, granted_to, shortened_to, inactive_to in rows:
        ends = granted_to or first_end(certified_on)
        if shortened_to and shortened_to < ends:
            ends = shortened_to
        if inactive_to and inactive_to > ends:
            ends = inactive_to
        keys = by_end.get(ends, [])
        found += [Due(person, credential, key, on) for key in keys]
        if starts == on:
            found += [Due(person, credential, key, on) for key in begins]
    return found


def _reminders_by_end(book: Rulebook, on: date) -> dict[date, list[Key]]:
    """Answer by the last day of a cycle the reminders of it that fall on a day."""
    found: dict[date, list[Key]] = {}
    for key, reminder in book.reminders.items():
        for ends in ends_reminded_of(book, reminder, as_of=on):
            found.setdefault(ends, []).append(key)
    return found


def latest_of_each(due: list[Due]) -> list[Due]:
    """Answer of each credential the last reminder only: the earlier ones say what is past."""
    last: dict[int, Due] = {}
    for one in sorted(due, key=lambda one: one.on):
        last[one.credential] = one
    return list(last.values())


def told_of(due: Sequence[Due]) -> list[dict[str, str]]:
    """Answer reminders in words: whose, of which credential, and what. One query."""
    titles = {key: one.title for key, one in the_rulebook().reminders.items()}
    credentials = Credential.objects.select_related("person").in_bulk(
        [one.credential for one in due]
    )
    return [
        {
            "number": credentials[one.credential].person.customer_number,
            "credential": credentials[one.credential].category,
            "reminder": one.reminder,
            "title": titles[one.reminder],
        }
        for one in due
    ]
