"""The refs by which people and pages call a thing, beside the id that nobody sees."""

from __future__ import annotations

import re
import secrets
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which are misread or make words."""

GROUPS: Final = 3
"""Groups of four letters: 60 bits, so that twenty million refs are neither guessed nor drawn twice.
"""

SHAPE: Final = rf"[A-Z]{{2}}(?:-[{LETTERS}]{{4}}){{{GROUPS}}}"
MISREAD: Final = str.maketrans("OIL", "011")


def new_ref(prefix: str) -> str:
    """Draw a ref; the two letters of `prefix` say what it names.

    >>> len(new_ref("AC"))
    17
    """
    return ref_from(prefix, secrets.randbits(4 * 5 * GROUPS))


def ref_from(prefix: str, number: int) -> str:
    """Write a number of 60 bits as a ref.

    >>> ref_from("AC", 2**59 + 31)
    'AC-G000-0000-000Z'
    """
    letters = [LETTERS[number >> shift & 31] for shift in range(20 * GROUPS - 5, -5, -5)]
    words = ["".join(letters[start : start + 4]) for start in range(0, 4 * GROUPS, 4)]
    return "-".join([prefix, *words])


def read_ref(text: str) -> str:
    """Read a ref as people write it: any case, and O for 0, I and L for 1.

    >>> read_ref(" ac-g0oo-0000-00lz ")
    'AC-G000-0000-001Z'
    """
    prefix, dash, rest = text.strip().upper().partition("-")
    return prefix + dash + rest.translate(MISREAD)


def is_ref(text: str) -> bool:
    """Answer whether a text could be a ref, as it stands in an address.

    >>> is_ref("AC-G000-0000-000Z"), is_ref("AC-G000")
    (True, False)
    """
    return re.fullmatch(SHAPE, text) is not None


class RefConverter:
    """A ref in a URL; whatever else stands there names nothing."""

    regex = SHAPE

    def to_python(self, value: str) -> str:
        """Take it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it stands."""
        return value
