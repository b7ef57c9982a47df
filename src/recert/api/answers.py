"""What the kernel answers, as the interface describes it: the case format and the plan."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

PointsText = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$",
        description="Points or hours, as a decimal text without trailing zeros.",
        examples=["1.25"],
    ),
]
Outcome = Literal["met", "not-met"]


class CycleDays(Schema):
    """A cycle; both ends are inside."""

    starts: date
    ends: date


class TotalPoints(Schema):
    """The total: what is required, and what counts."""

    required: PointsText
    accepted: PointsText
    short: PointsText
    rule: str


class Requirement(Schema):
    """Points that are required in an area."""

    key: str
    required: PointsText
    accepted: PointsText
    short: PointsText
    met: bool
    rule: str


class Finding(Schema):
    """Why points do not count: the rule, a sentence, and what would make them count."""

    code: str
    points: PointsText
    rule: str
    message: str
    remedy: str
    kind: str = ""
    group: str = ""
    year: int = 0


class Shortage(Schema):
    """Areas that lack points together, and the limits that hold others back."""

    areas: list[str]
    points: PointsText
    says: str
    held_back_by: list[Finding]


class Lost(Schema):
    """Points of an activity that do not count."""

    points: PointsText
    code: str


class ActivityAnswer(Schema):
    """What counts of an activity, where, and what does not."""

    id: str
    worth: PointsText
    accepted: PointsText
    allocation: dict[str, PointsText]
    findings: list[Finding]
    claimed: PointsText
    unallocated: PointsText
    not_counted: list[Lost]


class Best(Schema):
    """What re-allocating alone could reach."""

    accepted: PointsText
    short: PointsText
    area_short: PointsText
    outcome: Outcome
    allocation: dict[str, dict[str, PointsText]]


class AssessmentAnswer(Schema):
    """The answer to a case, as `recert assess --json` gives it."""

    program: str
    outcome: Outcome
    points: TotalPoints
    area_short: PointsText
    requirements: list[Requirement]
    shortages: list[Shortage]
    activities: list[ActivityAnswer]
    findings: list[Finding]
    best: Best
    rulebook: str = Field(description="The fingerprint of the rulebook that answered.")


class Move(Schema):
    """An activity whose points serve better elsewhere."""

    activity: str
    before: dict[str, PointsText]
    after: dict[str, PointsText]


class ToDo(Schema):
    """Points to earn in one area."""

    area: str
    points: PointsText
    rules: list[str]
    serves: list[str]


class Room(Schema):
    """What a kind of activity can still bring; null is without a limit."""

    kind: str
    points: PointsText | None
    rule: str
    because: str


class PlanDates(Schema):
    """The days that matter to a declaration."""

    opens_on: date | None = None
    due_on: date | None = None
    expires_on: date | None = None
    last_day: date | None = None
    counts_until: date | None = None
    no_declaration_from: date | None = None


class PlanAnswer(Schema):
    """What is still to do for one credential, as `recert plan --json` gives it."""

    category: str
    outcome: Outcome
    fewest: PointsText
    fewest_as_claimed: PointsText
    reallocating_wins: PointsText
    moves: list[Move]
    borrowed: list[str]
    spent_elsewhere: list[str]
    to_do: list[ToDo]
    anywhere: PointsText
    room: list[Room]
    dates: PlanDates
