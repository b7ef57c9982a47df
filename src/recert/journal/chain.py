"""The chain of the journal: what is hashed of an event, and how one hash follows from another.

Nothing here reads or writes: a script of forty lines can do the same from a copy of the two tables
(see decision 14).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

GENESIS: Final = bytes(32)
"""What stands before the first event."""


ERASED: Final = "person.erased"
"""The kind of event that lets words be gone, of all that happened to its `refs` until then."""


class Recorded(NamedTuple):
    """An event as PostgreSQL has it: `facts` is its JSON as text; erased, it has no salt."""

    id: int
    kind: str
    subject: str
    about: str
    by: str
    by_ref: str
    at: datetime
    because: str
    facts: str
    salt: UUID | None


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: to be kept elsewhere, it holds all that came before it."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        """Print as `1200:5b…`.

        >>> str(Head(2, bytes(32)))[:6]
        '2:0000'
        """
        return f"{self.position}:{self.hash.hex()}"


HEAD: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def read_head(text: str) -> Head | None:
    """Read a head as it is printed; None for what is none.

    >>> read_head("12:ab") is None
    True
    """
    found = HEAD.fullmatch(text.strip().lower())
    return Head(int(found[1]), bytes.fromhex(found[2])) if found else None


def words_of(event: Recorded) -> bytes:
    """Answer the digest of what may be erased of an event: who, why, and its facts.

    The salt is the event's own. Without it nobody can find out by trying what the words were.
    """
    if event.salt is None:
        raise AssertionError(f"the words of event {event.id} were erased")
    return _digest([event.salt.bytes, *map(_text, (event.by, event.because, event.facts))])


def hash_of(event: Recorded, *, words: bytes, position: int, previous: bytes) -> bytes:
    """Answer the hash of a link: all of the event, and all that came before it."""
    numbers = [position.to_bytes(8), event.id.to_bytes(8)]
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    texts = map(_text, (event.kind, event.subject, event.about, event.by_ref, at))
    return _digest([previous, *numbers, *texts, words])


def _text(text: str) -> bytes:
    """Answer a text with its length before it, so that no two lists of texts are written alike."""
    written = text.encode()
    return len(written).to_bytes(8) + written


def _digest(parts: Iterable[bytes]) -> bytes:
    return sha256(b"".join(parts)).digest()
