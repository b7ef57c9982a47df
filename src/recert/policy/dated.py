"""Values that change on a day.

Nothing in a rulebook is simply "the current rule": a value has steps, each in force from a day,
and it says which day of a declaration it goes by.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from typing import Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")

GoverningDay = Literal["cycle-end", "submission-day"]
Days = Mapping[GoverningDay, date]
"""The days of one declaration by which dated values are chosen."""


class NotInForce(LookupError):
    """A dated value was asked for a day before its first step."""


class Step(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A value that holds from a day on, and the rule that set it."""

    from_: date = msgspec.field(name="from")
    value: T
    rule: str


class Dated(msgspec.Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A value with dates: steps in the order of their days, and the day that governs."""

    governed_by: GoverningDay
    steps: tuple[Step[T], ...]

    def on(self, days: Days) -> Step[T]:
        """Answer the step in force on the governing one of `days`.

        Raises `NotInForce` when that day is before the first step.
        """
        day = days[self.governed_by]
        place = bisect_right(self.steps, day, key=lambda step: step.from_)
        if place == 0:
            first = self.steps[0]
            raise NotInForce(
                f"{first.rule} has no value on {day} ({self.governed_by}); "
                f"the first is from {first.from_}."
            )
        return self.steps[place - 1]
