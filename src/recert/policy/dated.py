"""Values that change on a day.

Nothing in a rulebook is simply "the current rule": a value has steps, each in force from a day,
and it says which day of a declaration it goes by.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Generic, Literal, Protocol, TypeVar

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
        return in_force(self.steps, days[self.governed_by], self.steps[0].rule)


class _FromDay(Protocol):
    @property
    def from_(self) -> date: ...


S = TypeVar("S", bound=_FromDay)


def in_force(steps: Sequence[S], day: date, rule: str) -> S:
    """Answer the step in force on a day, of steps in the order of their days.

    Raises `NotInForce`, which names the rule, when the day is before the first step.
    """
    place = bisect_right(steps, day, key=lambda step: step.from_)
    if place == 0:
        raise NotInForce(f"{rule} says nothing for {day}; it begins on {steps[0].from_}.")
    return steps[place - 1]
