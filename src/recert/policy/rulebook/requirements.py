"""Who takes part, and the points that a cycle asks for."""

from __future__ import annotations

from datetime import date

from recert.policy.dated import Dated
from recert.policy.points import Points
from recert.policy.rulebook.table import Key, Table


class Area(Table, frozen=True):
    """A subject to which points are allocated."""

    title: str
    rule: str
    examples: str = ""


class Category(Table, frozen=True):
    """A certification: what is required to keep it, and what its own area is."""

    title: str
    requirements: Key
    rule: str
    area: Key = ""
    maintained_as: Key = ""  # PAR-6: an old title is maintained under the current one
    required_from: date | None = None  # None: participation is always voluntary


class AreaRequirement(Table, frozen=True):
    """Points required in one area, or in any of several together."""

    points: Dated[Points]
    areas: tuple[Key, ...] = ()
    own_area: bool = False  # the area of the category, instead of naming `areas`
    key: Key = ""  # the name in answers; left out: the (first) area
    title: str = ""  # for people; left out: the area's title


class RequirementSet(Table, frozen=True):
    """The points required in a cycle: a total, and how much of it in which areas."""

    title: str
    total: Dated[Points]
    areas: tuple[AreaRequirement, ...]
    rest: str  # in words: where the remaining points may lie
