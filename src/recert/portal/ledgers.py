"""What became of each activity for one credential, as its page lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from recert.board import the_rulebook
from recert.declarations.queries import Position, Positions
from recert.policy import Assessment
from recert.policy.assessment import Loss


@dataclass(frozen=True, slots=True)
class Line:
    """An activity beside what counts of it, by area, and what does not. In hundredths."""

    ref: str
    title: str
    kind: str
    provider: str
    completed_on: date
    claimed: int
    accepted: int
    counted: tuple[tuple[str, int], ...]
    lost: tuple[Loss, ...]
    unallocated: int


def lines_of(position: Position) -> list[Line]:
    """Answer what became of each activity for a credential, the latest first."""
    return lines_in(position.assessment) if position.assessment else []


def lines_in(assessment: Assessment) -> list[Line]:
    """Answer what became of each activity of an assessment, the latest first."""
    book = the_rulebook()
    facts = {one.id: one for one in assessment.case.activities}
    lines = [
        Line(
            ref=ledger.activity,
            title=ledger.title,
            kind=book.kinds[facts[ledger.activity].kind].title,
            provider=facts[ledger.activity].provider,
            completed_on=facts[ledger.activity].completed_on,
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
