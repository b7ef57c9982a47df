"""Which declarations are audited: a draw that nobody can guess, repeat or change (AUD-1).

The board declares a period beforehand, and publishes the commitment to a key: its SHA-256. Each
declaration is drawn when it is submitted, by the HMAC of its ref under the key. When the period is
over the key is published, and anybody can draw again and compare.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import msgspec

from recert.policy.rulebook import Key, Purpose, Table

BITS: Final = 64
"""Of the number that a declaration draws."""

WHOLE: Final = 10_000
"""A hundred percent, in hundredths of a percent."""


class Stratum(Table, frozen=True):
    """Declarations of which the same share is audited: `share` in hundredths of a percent.

    Empty conditions let all through; the first stratum that lets a declaration through is its own.
    """

    title: str
    share: int
    purposes: tuple[Purpose, ...] = ()
    categories: tuple[Key, ...] = ()
    late_only: bool = False

    def holds(self, *, purpose: str, category: str, late: bool) -> bool:
        """Answer whether a declaration belongs here."""
        return (
            (not self.purposes or purpose in self.purposes)
            and (not self.categories or category in self.categories)
            and (late or not self.late_only)
        )


class Drawn(msgspec.Struct, frozen=True):
    """What a declaration drew: `number` in hexadecimal, and whether it is selected."""

    number: str
    selected: bool


def commitment_to(key: bytes) -> str:
    """Answer what is published of a key before anybody is drawn with it.

    >>> commitment_to(b"invented")[:16]
    '80914f0274ced542'
    """
    return hashlib.sha256(key).hexdigest()


def draw(key: bytes, ref: str, *, share: int) -> Drawn:
    """Draw a declaration: selected where its number lies in the stratum's share of all numbers.

    >>> draw(b"invented", "DE-0000-0000-0000", share=WHOLE).selected
    True
    >>> draw(b"invented", "DE-0000-0000-0000", share=0).selected
    False
    """
    digest = hmac.new(key, ref.encode(), hashlib.sha256).hexdigest()[: BITS // 4]
    return Drawn(digest, int(digest, 16) * WHOLE < share << BITS)


def stratum_of(strata: Sequence[Stratum], *, purpose: str, category: str, late: bool) -> int | None:
    """Answer the place of the stratum to which a declaration belongs, or None."""
    for place, stratum in enumerate(strata):
        if stratum.holds(purpose=purpose, category=category, late=late):
            return place
    return None
