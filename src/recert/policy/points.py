"""Points, as whole hundredths.

Boards count in quarters and halves, and never finer than a hundredth (ACT-4). Inside the kernel a
number of points is therefore an `int` of hundredths, so that sums are exact and fast; outside it
is a decimal text. `Points` is the border between the two.
"""

from __future__ import annotations

import re
from decimal import Decimal
from textwrap import shorten
from typing import Final, Self

MOST: Final = 10_000
"""The most points, or hours, that one entry may name. More is a slip of the keyboard."""

HUNDREDTH: Final = Decimal("0.01")
PLAIN: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class Points(int):
    """A number of points in hundredths that reads and prints as a decimal.

    >>> Points.parse("1.25") + Points.parse("0.75") == Points.parse("2")
    True
    >>> str(Points(125)), str(Points(200)), str(Points(50))
    ('1.25', '2', '0.5')
    """

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read points from a number or a decimal text.

        Raises `ValueError` with a sentence that says what is wrong and what would be right.
        """
        if isinstance(value, cls):
            return value
        found = shorten(
            repr(value) if isinstance(value, str) else str(value), 40, placeholder="..."
        )
        if isinstance(value, str) and not PLAIN.fullmatch(value):
            raise ValueError(f"expected a number such as 1.25, found {found}")
        if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
            raise ValueError(  # noqa: TRY004  # one kind of error for whatever was typed
                f"expected a number such as 1.25, found {found}"
            )
        # A float arrives here only from a caller's own Python; its repr is what they typed.
        number = Decimal(repr(value) if isinstance(value, float) else value)
        if not number.is_finite():
            raise ValueError(f"expected a number such as 1.25, found {found}")
        if number < 0:
            raise ValueError(f"expected 0 or more, found {found}")
        if number > MOST:
            raise ValueError(f"expected at most {MOST:,}, found {found}")
        hundredths = number.quantize(HUNDREDTH)
        if hundredths != number:
            raise ValueError(f"expected hundredths at the finest, such as 1.25, found {found}")
        return cls(hundredths.scaleb(2))

    def __str__(self) -> str:
        """Print as a decimal without trailing zeros."""
        whole, rest = divmod(int(self), 100)
        return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)

    def __repr__(self) -> str:
        """Print as code that makes it again."""
        return f"Points({int(self)})"


def points_text(hundredths: int) -> str:
    """Print a number of hundredths as a decimal.

    >>> points_text(575)
    '5.75'
    """
    return str(Points(hundredths))
