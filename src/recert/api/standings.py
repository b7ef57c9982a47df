"""A standing, as the interface tells it."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from recert.api.answers import CycleDays
from recert.policy.standing import Standing, State


class StandingAnswer(Schema):
    """What a certification is worth on a day, and the rule that says so."""

    on: date
    state: State
    valid: bool
    until: date | None = Field(description="The last day of this; null where it has none.")
    rule: str
    says: str
    cycle: CycleDays | None
    title: str = Field(description="How it may be written on that day; empty where it may not.")


def standing_answer(standing: Standing, *, on: date) -> dict[str, object]:
    """Answer a standing as plain data."""
    cycle = standing.cycle
    return {
        "on": on,
        "state": standing.state,
        "valid": standing.valid,
        "until": standing.until,
        "rule": standing.rule,
        "says": standing.says,
        "cycle": {"starts": cycle.starts, "ends": cycle.ends} if cycle else None,
        "title": standing.title.plain,
    }
