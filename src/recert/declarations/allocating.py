"""The points of a draft by area, as they can be allocated, and what another split would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from recert.board import the_rulebook
from recert.declarations.declared import Draft
from recert.policy import Assessment, assess
from recert.policy.points import Points, points_text

Portions = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """An activity of a draft, and how its points lie. In hundredths.

    `allocated` holds for this credential: None leaves it to the rules where points serve best.
    `own` is what the activity itself says. `areas` are those that it covers or was allocated to,
    `others` those to which it could go besides.
    """

    ref: str
    title: str
    kind: str
    completed_on: date
    worth: int
    allocated: dict[str, int] | None
    own: dict[str, int] | None
    areas: tuple[str, ...]
    others: tuple[str, ...]
    counted: dict[str, int]


def shares_of(draft: Draft) -> list[Share]:
    """Answer the activities of a draft that can count, the latest first."""
    book, assessment = the_rulebook(), draft.assessment
    found = []
    for entry, counted in zip(assessment.entries, assessment.claimed.counted, strict=True):
        if entry.excluded:
            continue
        fact, kind = entry.activity, entry.terms.kind
        allocated = _some(fact.allocation)
        allowed = kind.areas or tuple(book.areas)
        covered = (*(fact.covers or ()), *(allocated or ()))
        areas = tuple(dict.fromkeys(covered)) or tuple(
            area for area in (book.activities.default_area,) if area in allowed
        )
        found.append(
            Share(
                ref=fact.id,
                title=fact.title,
                kind=kind.title,
                completed_on=fact.completed_on,
                worth=entry.worth,
                allocated=allocated,
                own=_some(draft.positions.activities[fact.id].portions),
                areas=areas,
                others=tuple(area for area in allowed if area not in areas),
                counted={area: some for area, some in counted.items() if some},
            )
        )
    return sorted(found, key=lambda share: (share.completed_on, share.ref), reverse=True)


def _some(portions: Portions | None) -> dict[str, int] | None:
    if portions is None:
        return None
    return {area: int(some) for area, some in portions.items() if some}


def portions_text(portions: Portions | None) -> str:
    """Write how points lie, so that a form can tell whether it changed since it was opened.

    >>> portions_text({"safety": 100, "chemistry": 50}), portions_text({}), portions_text(None)
    ('chemistry 0.5, safety 1', 'nothing', '')
    """
    if portions is None:
        return ""
    texts = [f"{area} {points_text(some)}" for area, some in sorted(portions.items())]
    return ", ".join(texts) or "nothing"


def assessed_with(draft: Draft, portions: Mapping[str, Portions | None]) -> Assessment:
    """Assess a draft as it would be with other allocations, by the refs of activities."""
    case = draft.assessment.case
    activities = tuple(
        msgspec.structs.replace(one, allocation=_as_points(portions[one.id]))
        if one.id in portions
        else one
        for one in case.activities
    )
    return assess(the_rulebook(), msgspec.structs.replace(case, activities=activities))


def _as_points(portions: Portions | None) -> dict[str, Points] | None:
    if portions is None:
        return None
    return {area: Points(some) for area, some in portions.items()}


def best_moves(draft: Draft) -> dict[str, Portions]:
    """Answer what to allocate otherwise so that points serve best, by the refs of activities."""
    best = draft.assessment.best.counted
    found: dict[str, Portions] = {}
    for entry, counted in zip(draft.assessment.entries, best, strict=True):
        some = _some(counted)
        if some and some != _some(entry.activity.allocation):
            found[entry.activity.id] = some
    return found


def back_from(draft: Draft, moves: Mapping[str, object]) -> dict[str, dict[str, int] | None]:
    """Answer what puts points back to where they lie now, by the refs of activities."""
    return {
        share.ref: None if share.allocated == share.own else share.allocated
        for share in shares_of(draft)
        if share.ref in moves
    }
