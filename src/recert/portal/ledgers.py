"""What became of each activity for one credential, as its page lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from recert.board import the_rulebook
from recert.declarations.queries import Position, Positions
from recert.policy.assessment import Loss
from recert.transcript.models import Activity


@dataclass(frozen=True, slots=True)
class Line:
    """An activity beside what counts of it, by area, and what does not. In hundredths."""

    ref: str
    title: str
    kind: str
    completed_on: date
    claimed: int
    accepted: int
    counted: tuple[tuple[str, int], ...]
    lost: tuple[Loss, ...]
    unallocated: int


def lines_of(position: Position, activities: Mapping[str, Activity]) -> list[Line]:
    """Answer what became of each activity, the latest first."""
    book, assessment = the_rulebook(), position.assessment
    if assessment is None:
        return []
    lines = [
        Line(
            ref=ledger.activity,
            title=ledger.title,
            kind=book.kinds[activities[ledger.activity].kind].title,
            completed_on=activities[ledger.activity].completed_on,
            claimed=ledger.claimed,
            accepted=sum(ledger.counted.values()),
            counted=tuple(
                (book.areas[area].title, some) for area, some in ledger.counted.items() if some
            ),
            lost=ledger.not_counted,
            unallocated=ledger.unallocated,
        )
        for ledger in assessment.ledgers()
    ]
    return sorted(lines, key=lambda line: (line.completed_on, line.ref), reverse=True)


def serves_by_activity(positions: Positions) -> dict[str, list[tuple[str, int, int]]]:
    """Answer by activity what counts of it for each credential, of what was put forward."""
    serves: dict[str, list[tuple[str, int, int]]] = {}
    for position in positions.each:
        if position.assessment is None:
            continue
        judged = zip(position.assessment.entries, position.assessment.claimed.counted, strict=True)
        for entry, counted in judged:
            claim = (position.title, sum(counted.values()), entry.claimed)
            serves.setdefault(entry.activity.id, []).append(claim)
    return serves
