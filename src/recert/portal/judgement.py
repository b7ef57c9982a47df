"""What an activity would bring to each credential, told while it is typed."""

from __future__ import annotations

from dataclasses import dataclass

from recert.board import the_rulebook
from recert.declarations.queries import Position, Positions, assessments_with
from recert.policy import Assessment
from recert.policy.assessment import Loss
from recert.policy.case import Activity


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement before and after. In hundredths."""

    title: str
    need: int
    before: int
    after: int

    @property
    def is_met_now(self) -> bool:
        """Whether this activity is what meets it."""
        return self.before < self.need <= self.after


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an activity brings to one credential. In hundredths."""

    title: str
    worth: int
    accepted: int
    counted: tuple[tuple[str, int], ...]
    lost: tuple[Loss, ...]
    unallocated: int
    changes: tuple[Change, ...]
    meets_all: bool


def judgements_of(positions: Positions, fact: Activity) -> list[Judgement]:
    """Answer what an activity, new or changed, would bring to each credential."""
    return [
        _judgement(position, assessment, fact)
        for position, assessment in assessments_with(positions, fact)
    ]


def _judgement(position: Position, after: Assessment, fact: Activity) -> Judgement:
    areas = the_rulebook().areas
    before = position.assessment or after
    ledger = next(one for one in after.ledgers() if one.activity == fact.id)
    both = zip(before.requirements(before.claimed), after.requirements(after.claimed), strict=True)
    changes = [
        Change(now.need.title, now.need.points, was.accepted, now.accepted)
        for was, now in both
        if was.accepted != now.accepted
    ]
    return Judgement(
        title=position.title,
        worth=ledger.recognised,
        accepted=sum(ledger.counted.values()),
        counted=tuple((areas[area].title, some) for area, some in ledger.counted.items() if some),
        lost=ledger.not_counted,
        unallocated=ledger.unallocated,
        changes=tuple(changes),
        meets_all=before.outcome == "not-met" and after.outcome == "met",
    )
