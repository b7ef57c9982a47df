"""What a provider says of an activity, as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recert.board import the_rulebook


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported activity in words."""

    title: str
    kind: str
    completed_on: date
    contact_hours: int
    areas: tuple[str, ...]


def reported_activity(said: Mapping[str, Any]) -> Reported | None:
    """Answer what is said; None where it is nothing (any more)."""
    if not said:
        return None
    book = the_rulebook()
    return Reported(
        title=said["title"],
        kind=book.kinds[said["kind"]].title,
        completed_on=date.fromisoformat(said["completed_on"]),
        contact_hours=said["contact_hours"],
        areas=tuple(book.areas[one].title for one in said["covers"]),
    )
