"""What all tables of a rulebook are made of."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

import msgspec

T = TypeVar("T")

Key = str
"""A name that a rulebook gives to a thing of its own: an area, a kind, a category."""

Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Purpose = Literal["renewal", "voluntary", "reinstatement", "return-from-inactive"]
Participation = Literal["required", "voluntary"]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: a field that it does not know is a mistake, never ignored."""


class Setting(Table, Generic[T], frozen=True):
    """One value, and the rule that set it."""

    value: T
    rule: str


class Rule(Table, frozen=True):
    """A rule in the programme's own words, where it stands, and how we read it where it is open."""

    text: str
    source: str
    reading: str = ""


class Unit(Table, frozen=True):
    """What the programme calls what it counts: one point, two points."""

    one: str
    many: str
