"""Who would be reminded of what on a day, of any number of people, in one query.

The days are the kernel's; the query finds the cycles that end or begin on them, and leaves out
those that are renewed, extended, or with the board. Tests hold it against the kernel, day by day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
WITH ending AS (
    -- Cycles that end on one of the days, or begin on this one; each with its first day.
    SELECT credential_id, starts_on, ends_on, NULL::date AS extends FROM credentials_grant
    WHERE (ends_on = ANY(%(ends)s) OR starts_on = %(on)s)
      AND granted_on <= %(on)s AND (revoked_on IS NULL OR revoked_on > %(on)s)
    UNION ALL
    SELECT one.id, one.certified_on, first.ends_on, NULL
    FROM credentials_credential one
    JOIN unnest(%(certified)s::date[], %(first_ends)s::date[]) AS first (certified_on, ends_on)
      ON one.certified_on = first.certified_on
    UNION ALL
    -- Extended by inactive status: the cycle that it extends is the last that had begun.
    SELECT inactive.credential_id, coalesce(last.starts_on, one.certified_on), inactive.until_on,
           coalesce(last.ends_on, one.certified_on)
    FROM credentials_inactiveperiod inactive
    JOIN credentials_credential one ON one.id = inactive.credential_id
    LEFT JOIN LATERAL (
        SELECT starts_on, ends_on FROM credentials_grant known
        WHERE known.credential_id = inactive.credential_id AND known.granted_on <= %(on)s
          AND known.starts_on <= %(on)s
          AND (known.revoked_on IS NULL OR known.revoked_on > %(on)s)
        ORDER BY starts_on DESC LIMIT 1
    ) last ON true
    WHERE inactive.until_on = ANY(%(ends)s) AND inactive.granted_on <= %(on)s
      AND inactive.granted_on >= coalesce(last.starts_on, one.certified_on)
)
SELECT DISTINCT one.person_id, one.id, ending.starts_on, ending.ends_on, ending.extends
FROM ending JOIN credentials_credential one ON one.id = ending.credential_id
LEFT JOIN unnest(%(categories)s::text[], %(required)s::date[]) AS asked (category, required_from)
  ON asked.category = one.category
WHERE one.program = %(program)s
  -- Nothing later was granted: else this cycle is over, or renewed.
  AND NOT EXISTS (
    SELECT 1 FROM credentials_grant later
    WHERE later.credential_id = one.id AND later.starts_on > ending.starts_on
      AND later.granted_on <= %(on)s
      AND (later.revoked_on IS NULL OR later.revoked_on > %(on)s))
  -- Nothing extends it further.
  AND NOT EXISTS (
    SELECT 1 FROM credentials_inactiveperiod longer
    WHERE longer.credential_id = one.id AND longer.granted_on >= ending.starts_on
      AND longer.granted_on <= %(on)s AND longer.until_on > ending.ends_on)
  -- What was declared waits for the board.
  AND NOT EXISTS (
    SELECT 1 FROM declarations_declaration declared
    WHERE declared.credential_id = one.id AND declared.submitted_on <= %(on)s
      AND (declared.decided_on IS NULL OR declared.decided_on > %(on)s)
      AND NOT (declared.state = 'deficient' AND declared.correct_by < %(on)s)
      AND NOT coalesce(declared.answer_by < %(on)s, false))
  -- What must be maintained, or is maintained although it need not be.
  AND (one.certified_on >= asked.required_from OR ending.starts_on > one.certified_on)
"""


def due_on(on: date) -> list[Due]:
    """Answer every reminder that falls on a day. One query."""
    book = the_rulebook()
    by_end = _reminders_by_end(book, on)
    begins = [key for key, one in book.reminders.items() if one.of == "begins"]
    first = dict(_first_cycles(book, by_end, on))
    required = {key: one.required_from for key, one in book.categories.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            QUERY,
            {
                "on": on,
                "ends": list(by_end),
                "certified": list(first),
                "first_ends": list(first.values()),
                "program": book.key,
                "categories": list(required),
                "required": list(required.values()),
            },
        )
        rows = cursor.fetchall()
    return [
        Due(person, credential, key, on)
        for person, credential, starts, ends, extends in rows
        if extends is None or _does_extend(book, starts, ends, extends)
        for key in [*by_end.get(ends, ()), *(begins if starts == on else ())]
    ]


def _does_extend(book: Rulebook, starts: date, ends: date, extends: date) -> bool:
    """Answer whether inactive status lasts longer than the cycle that it is about."""
    base = first_cycle(book, certified_on=starts).ends if extends == starts else extends
    return ends > base


def _reminders_by_end(book: Rulebook, on: date) -> dict[date, list[Key]]:
    """Answer by the last day of a cycle the reminders of it that fall on a day."""
    found: dict[date, list[Key]] = {}
    for key, reminder in book.reminders.items():
        for ends in ends_reminded_of(book, reminder, as_of=on):
            found.setdefault(ends, []).append(key)
    return found


def _first_cycles(
    book: Rulebook, by_end: Mapping[date, object], on: date
) -> Iterator[tuple[date, date]]:
    """Answer the days of certification whose first cycle ends on one of the days, or begins now."""
    yield on, first_cycle(book, certified_on=on).ends
    for ends in by_end:
        for certified_on in certified_with_first_cycle_to(book, ends):
            yield certified_on, ends


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
