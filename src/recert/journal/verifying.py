"""Verifying the chain: what was changed, taken out, put in or moved in the journal, by its row.

It reads one snapshot, and trusts nothing that the database works out: each hash is worked out anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from recert.journal.chain import ERASED, GENESIS, Head, Recorded, hash_of, words_of
from recert.journal.chaining import COLUMNS

AT_ONCE: Final = 10_000

MOST_TOLD: Final = 500
"""So many events that do not fit are told one by one; and asked whether they changed places."""

Fault = Literal["changed", "missing", "inserted", "reordered", "erased", "broken", "cut"]


class Finding(NamedTuple):
    """Something that is not as it was written. `position` and `event` are 0 where there is none."""

    fault: Fault
    position: int
    event: int
    what: str


@dataclass(slots=True)
class Verified:
    """What a look at the whole journal found."""

    chained: int = 0
    erased: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    head: Head = field(default_factory=lambda: Head(0, GENESIS))
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    """Findings beyond those that are told one by one."""

    @property
    def is_whole(self) -> bool:
        """Whether all is as it was written."""
        return not self.findings

    def tell(self, finding: Finding) -> None:
        """Take a finding; beyond so many they are only counted."""
        if len(self.findings) < MOST_TOLD:
            self.findings.append(finding)
        else:
            self.more += 1


class _Row(NamedTuple):
    """A link, and the event that stands at it, if one does."""

    position: int
    words: bytes
    hash: bytes
    event: Recorded | None
    id: int
    previous: bytes  # the hash of the link before, as it is written there


class _Erasure(NamedTuple):
    refs: frozenset[str]
    at: datetime


@dataclass(slots=True)
class _Seen:
    """What is judged only once all is read."""

    misfits: list[tuple[_Row, bool]] = field(default_factory=list)  # and whether it changed itself
    blank: list[_Row] = field(default_factory=list)
    erasures: list[_Erasure] = field(default_factory=list)
    last_fits: bool = True


Progress = Callable[[int, int], None]


@transaction.atomic
def verify_journal(*, against: Head | None = None, progress: Progress | None = None) -> Verified:
    """Look at every event and every link, and answer what is not as it was written.

    `against` is a head that was kept elsewhere: whatever came before it must still be so, even for
    somebody who could write the whole chain anew. `progress` is told how far it is.
    """
    found, seen = Verified(), _Seen()
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for row in _rows(cursor, progress):
            _check(row, found, seen)
            if against and row.position == against.position and row.hash != against.hash:
                found.tell(_rewritten(against))
        if against and found.head.position < against.position:
            what = f"the chain ends before {against.position}, where the head that was kept stands"
            found.tell(Finding("cut", found.head.position, 0, what))
        _look_at_the_rest(cursor, found, seen)
    for one in _misfits(seen.misfits):
        found.tell(one)
    for row in seen.blank:
        if not _may_be_gone(row, seen.erasures):
            found.tell(_gone(row))
    found.findings.sort(key=lambda one: (one.position, one.event))
    return found


def _rewritten(against: Head) -> Finding:
    what = "the chain up to here is not the one of which the head was kept"
    return Finding("broken", against.position, 0, what)


def _rows(cursor: CursorWrapper, progress: Progress | None) -> Iterator[_Row]:
    """Yield the links in their order; of each batch one query."""
    cursor.execute("SELECT coalesce(max(position), 0) FROM journal_link")
    last = cursor.fetchone()[0]
    position, previous = 0, GENESIS
    while True:
        cursor.execute(
            f"""
            SELECT l.position, l.event, l.words, l.hash, {COLUMNS}
            FROM journal_link l LEFT JOIN journal_event e ON e.id = l.event
            WHERE l.position > %s ORDER BY l.position LIMIT %s
            """,  # noqa: S608  # our own columns
            [position, AT_ONCE],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        for position, key, words, linked, *columns in rows:
            event = None if columns[0] is None else Recorded(*columns)
            yield _Row(position, bytes(words), bytes(linked), event, key, previous)
            previous = bytes(linked)
        if progress:
            progress(position, last)


def _check(row: _Row, found: Verified, seen: _Seen) -> None:
    expected, event = found.head.position + 1, row.event
    is_next = row.position == expected
    if not is_next:
        gap = f"{expected}" if row.position == expected + 1 else f"{expected} to {row.position - 1}"
        what = f"the chain has no link {gap}"
        found.tell(Finding("missing", expected, 0, what))
    found.head = Head(row.position, row.hash)
    found.chained += 1
    fits = event is not None and _fits(row, event)
    follows = is_next and seen.last_fits
    seen.last_fits = fits or event is None  # its hash may be right all the same
    if event is None:
        what = f"the event {row.id} that stood here is gone"
        found.tell(Finding("missing", row.position, row.id, what))
    elif not fits:
        told = follows or not _words_fit(row, event)
        if len(seen.misfits) >= MOST_TOLD:
            found.more += 1
        elif told or is_next:
            seen.misfits.append((row, told))
    elif event.salt is None:
        found.erased += 1
        seen.blank.append(row)
    elif event.kind == ERASED:
        seen.erasures.append(_erasure(event))


def _fits(row: _Row, event: Recorded) -> bool:
    """Answer whether an event is the one of which the link was made, at this place."""
    return _words_fit(row, event) and row.hash == hash_of(
        event, words=row.words, position=row.position, previous=row.previous
    )


def _words_fit(row: _Row, event: Recorded) -> bool:
    if event.salt is None:  # what they were cannot be asked any more; the hash still covers it
        return (event.by, event.because, event.facts) == ("", "", "{}")
    return words_of(event) == row.words


def _misfits(rows: list[tuple[_Row, bool]]) -> Iterator[Finding]:
    """Tell what changed places from what changed, and from what only follows something changed."""
    for row, itself in rows:
        event = row.event
        if event is None:
            continue
        name = _name(event)
        other = next((to for to, _its in rows if to is not row and _moved(row, event, to)), None)
        if other is not None:
            what = f"{name} belongs to position {other.position}"
            yield Finding("reordered", row.position, row.id, what)
        elif itself:
            yield Finding("changed", row.position, row.id, f"{name} is not as written")
        else:
            what = f"{name} cannot be checked: what stands before it was changed"
            yield Finding("broken", row.position, row.id, what)


def _moved(row: _Row, event: Recorded, to: _Row) -> bool:
    """Answer whether the event of one place was at another.

    The links name each other's events, or the rows took each other's ids, or the links took each
    other's places, perhaps of neighbours.
    """
    if _words_fit(to, event) and (_fits(to, event) or _fits(to, event._replace(id=to.id))):
        return True
    return _words_fit(row, event) and any(
        row.hash == hash_of(event, words=row.words, position=to.position, previous=previous)
        for previous in (to.previous, to.hash, row.previous)
    )


def _may_be_gone(row: _Row, erasures: list[_Erasure]) -> bool:
    event = row.event
    return event is not None and any(
        {event.about, event.subject} & one.refs and event.at <= one.at for one in erasures
    )


def _gone(row: _Row) -> Finding:
    name = _name(row.event) if row.event else ""
    return Finding(
        "erased", row.position, row.id, f"the words of {name} are gone, and no erasure says so"
    )


def _look_at_the_rest(cursor: CursorWrapper, found: Verified, seen: _Seen) -> None:
    """Look at the events without a link: they wait for it, or nobody let them in."""
    cursor.execute(
        f"""
        SELECT u.event IS NOT NULL, {COLUMNS}
        FROM journal_event e LEFT JOIN journal_link l ON l.event = e.id
        LEFT JOIN journal_unchained u ON u.event = e.id
        WHERE l.event IS NULL ORDER BY e.id
        """  # noqa: S608  # our own columns
    )
    while rows := cursor.fetchmany(AT_ONCE):
        for waits, *columns in rows:
            event = Recorded(*columns)
            if not waits:
                what = f"{_name(event)} was never let into the chain"
                found.tell(Finding("inserted", 0, event.id, what))
            elif event.salt is None:
                what = f"the words of {_name(event)} went before it was chained"
                found.tell(Finding("erased", 0, event.id, what))
            else:
                found.waiting += 1
                found.waiting_since = min(found.waiting_since or event.at, event.at)
                if event.kind == ERASED:
                    seen.erasures.append(_erasure(event))
    cursor.execute(
        """
        SELECT u.event FROM journal_unchained u LEFT JOIN journal_event e ON e.id = u.event
        WHERE e.id IS NULL ORDER BY u.event
        """
    )
    for (key,) in cursor.fetchall():
        what = f"the event {key} went before it was chained"
        found.tell(Finding("missing", 0, key, what))


def _erasure(event: Recorded) -> _Erasure:
    refs = json.loads(event.facts).get("refs", [])
    return _Erasure(frozenset(refs), event.at)


def _name(event: Recorded) -> str:
    return f"event {event.id} ({event.kind} {event.subject}, {event.at.isoformat()})"
