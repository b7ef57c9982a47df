"""What is wrong with an input, in words and all at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

LONGEST = 60
"""The most characters of a value that are quoted back."""

Place = tuple[str | int, ...]
"""Where a value stands in the data: ("activities", 3, "kind")."""


class Mistake(msgspec.Struct, frozen=True):
    """One thing that is wrong with an input: where it is, and what would be right."""

    place: Place
    message: str

    def __str__(self) -> str:
        """Print as `activities[3].kind: expected ...`."""
        where = place_text(self.place)
        return f"{where}: {self.message}" if where else self.message


class Unusable(ValueError):
    """An input cannot be used; `mistakes` holds everything that is wrong with it."""

    def __init__(self, mistakes: Iterable[Mistake], name: str = "") -> None:
        """Keep the mistakes, and the name of the input where it has one (a file)."""
        self.mistakes = tuple(mistakes)
        self.name = name
        lead = f"{name}: " if name else ""
        super().__init__("\n".join(f"{lead}{mistake}" for mistake in self.mistakes))


def place_text(place: Place) -> str:
    """Print a place as a path.

    >>> place_text(("activities", 3, "kind"))
    'activities[3].kind'
    """
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was perhaps meant, else list them all.

    >>> nearest("hematolgy", ["hematology", "chemistry"])
    'did you mean hematology?'
    """
    folded = {one.casefold(): one for one in sorted(known)}
    close = get_close_matches(word.casefold(), folded, n=1)
    if not close:
        parts = [one for one in folded if word and word.casefold() in one]
        close = parts if len(parts) == 1 else []
    if close:
        return f"did you mean {folded[close[0]]}?"
    return "expected one of: " + ", ".join(folded.values())
