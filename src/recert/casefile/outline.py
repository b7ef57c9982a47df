"""What YAML and JSON share: the line of every place, the limits, and exact numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal, InvalidOperation
from typing import Final

from recert.casefile.files import NO_TEXT, UnreadableFile, no_text_message, quoted
from recert.policy.mistakes import Place

DEEPEST: Final = 20
"""How deep tables and lists may stand in one another; a case needs four."""

MOST_VALUES: Final = 100_000
"""How many values a file may hold; a case of forty activities has some four hundred."""

LONGEST_NUMBER: Final = 40
"""The characters beyond which a number is left as text, for the kernel to refuse."""


class Outline:
    """What has been read of a document so far: the line of each place, within limits."""

    def __init__(self, name: str, text: str) -> None:
        """Begin with nothing read."""
        self.name = name
        self.text = text
        self.lines: dict[Place, int] = {}
        self._ends = [end.start() for end in re.finditer("\n", text)]
        self._last = len(text.rstrip())

    def line_of(self, index: int) -> int:
        """Answer the line on which a character stands; what lies behind the end is its last."""
        return bisect_left(self._ends, min(index, self._last)) + 1

    def refusal(self, message: str, index: int) -> UnreadableFile:
        """Answer the exception for what is wrong at a character."""
        return UnreadableFile(self.name, message, self.line_of(index))

    def note(self, place: Place, index: int) -> None:
        """Keep the line of a place, before the value there is read."""
        if first := self.lines.get(place):
            field = quoted(str(place[-1]))
            message = f"{field} stands here a second time, after line {first}; keep one"
            raise self.refusal(message, index)
        if len(place) > DEEPEST:
            message = f"more than {DEEPEST} tables or lists, each inside the next"
            raise self.refusal(message, index)
        if len(self.lines) == MOST_VALUES:
            message = f"more than {MOST_VALUES:,} values; a case has some hundred"
            raise self.refusal(message, index)
        self.lines[place] = self.line_of(index)

    def checked(self, text: str, index: int) -> str:
        r"""Answer a text, once it is one: an escape such as `\u0007` may stand for anything."""
        if odd := NO_TEXT.search(text):
            raise self.refusal(no_text_message(odd), index)
        return text


def exact_number(text: str) -> int | Decimal | str:
    """Read a number as it is written; a binary fraction would make 2.10 something else.

    >>> exact_number("6"), exact_number("2.10"), exact_number("9" * 5000)[:3]
    (6, Decimal('2.10'), '999')
    """
    if len(text) > LONGEST_NUMBER:
        return text
    try:
        return Decimal(text) if set(text) & set(".eE") else int(text)
    except InvalidOperation:  # an exponent beyond those that there are
        return text
