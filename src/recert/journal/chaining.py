"""Chaining: each committed event gets its link soon, and no action ever waits for it.

One chainer works at a time, whoever it is; the next finds what it left. It takes events as it finds
them committed, so the chain's order is that in which they could first be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from recert.journal.chain import GENESIS, Head, Recorded, hash_of, words_of

AT_ONCE: Final = 5_000
"""So many links are made in one transaction."""

LOCK: Final = 0x7265636572740001
"""The advisory lock of whoever chains. No action takes it, but for an erasure."""

COLUMNS: Final = (
    "e.id, e.kind, e.subject, e.about, e.by, e.by_ref, e.at, e.because, e.facts::text, e.salt"
)


def chain_events() -> int:
    """Give each event that waits its link, and answer how many; none where another does it."""
    chained = 0
    while some := _chain_some():
        chained += some
    return chained


@transaction.atomic
def _chain_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return _chain(cursor, AT_ONCE) if cursor.fetchone()[0] else 0


def chain_all_that_waits() -> None:
    """Chain what waits in the caller's transaction, and let nobody else chain before its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        while _chain(cursor, AT_ONCE):
            pass


def _chain(cursor: CursorWrapper, most: int) -> int:
    events = _waiting(cursor, most)
    if not events:
        return 0
    head = _head(cursor)
    with cursor.copy("COPY journal_link (position, event, words, hash) FROM STDIN") as copy:
        for event in events:
            words = words_of(event)
            position = head.position + 1
            linked = hash_of(event, words=words, position=position, previous=head.hash)
            head = Head(position, linked)
            copy.write_row((position, event.id, words, linked))
    done = [event.id for event in events]
    cursor.execute("DELETE FROM journal_unchained WHERE event = ANY(%s)", [done])
    return len(events)


def _waiting(cursor: CursorWrapper, most: int) -> Sequence[Recorded]:
    """Answer events to chain; what somebody spoiled by hand stays for `verify` to tell."""
    cursor.execute(
        f"""
        SELECT {COLUMNS} FROM journal_unchained u JOIN journal_event e ON e.id = u.event
        WHERE e.salt IS NOT NULL AND NOT EXISTS (SELECT FROM journal_link l WHERE l.event = e.id)
        ORDER BY u.event LIMIT %s
        """,  # noqa: S608  # our own columns
        [most],
    )
    return [Recorded(*row) for row in cursor.fetchall()]


def _head(cursor: CursorWrapper) -> Head:
    cursor.execute("SELECT position, hash FROM journal_link ORDER BY position DESC LIMIT 1")
    row = cursor.fetchone()
    return Head(row[0], bytes(row[1])) if row else Head(0, GENESIS)


def head_of_chain() -> Head:
    """Answer the last link; of an empty chain, what stands before the first."""
    with connection.cursor() as cursor:
        return _head(cursor)
