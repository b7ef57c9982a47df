"""What a programme asks of one category on given days: the rulebook, with its dates decided.

Everything that does not depend on the certificant's activities is worked out here, once for each
category and pair of days, and kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from functools import lru_cache

import msgspec

from recert.policy.case import Activity, Case
from recert.policy.dated import Days
from recert.policy.rulebook import (
    Cap,
    Earns,
    Kind,
    PerActivity,
    PerCredential,
    PerHour,
    PerPages,
    RequirementSet,
    Rulebook,
)


class Need(msgspec.Struct, frozen=True):
    """Points that one requirement asks for, in any of its areas."""

    key: str
    title: str
    areas: tuple[str, ...]
    points: int
    rule: str


class CapTerm(msgspec.Struct, frozen=True, eq=False):
    """A cap with its share of the total worked out. Caps nest: years in a kind in a group."""

    owner: str  # the key of the kind or of the group
    title: str
    of_group: bool
    per_year: bool
    limit: int
    code: str
    rule: str
    rank: int  # inner caps first
    percent: int | None  # of the total, where the rulebook says it so


class KindTerms(msgspec.Struct, frozen=True, eq=False):
    """A kind of activity, ready to be applied to many entries."""

    key: str
    kind: Kind
    worth: Callable[[Activity], int | None]  # hundredths; None: an unknown credential
    caps: tuple[CapTerm, ...]  # innermost first
    allowed: frozenset[str] | None  # None: every area
    has_conditions: bool  # a window, an approval, "first time only", "once", "not its own"


class Terms(msgspec.Struct, frozen=True, eq=False):
    """What one category must show: a total, needs by area, and what each kind is worth."""

    total: int
    total_rule: str
    needs: tuple[Need, ...]
    need_of: dict[str, int]  # the place in `needs` of an area that a need names
    kinds: dict[str, KindTerms]
    own_credentials: frozenset[str]  # credentials that are this category's own
    years: int


def terms_of(book: Rulebook, case: Case) -> Terms:
    """Answer what the programme asks for a case's category on its days.

    Raises `NotInForce` when the programme has no rule yet on those days.
    """
    return _terms(book, case.category, case.days["cycle-end"], case.days["submission-day"])


@lru_cache(maxsize=4096)
def _terms(book: Rulebook, category_key: str, cycle_end: date, submission_day: date) -> Terms:
    by_day: Days = {"cycle-end": cycle_end, "submission-day": submission_day}
    category = book.categories[category_key]
    asked = book.requirements[category.requirements]
    total = asked.total.on(by_day)
    needs = _needs(book, category.area, asked, by_day)
    own = {category_key, category.maintained_as} - {""}
    return Terms(
        total=int(total.value),
        total_rule=total.rule,
        needs=needs,
        need_of={area: place for place, need in enumerate(needs) for area in need.areas},
        kinds=_kinds_terms(book, int(total.value)),
        own_credentials=frozenset(own),
        years=book.cycle.years.value,
    )


def _needs(book: Rulebook, own_area: str, asked: RequirementSet, days: Days) -> tuple[Need, ...]:
    found = []
    for one in asked.areas:
        step = one.points.on(days)
        areas = (own_area,) if one.own_area else one.areas
        if step.value:
            title = one.title or book.areas[areas[0]].title
            key = one.key or areas[0]
            found.append(Need(key, title, areas, int(step.value), step.rule))
    return tuple(found)


def _kinds_terms(book: Rulebook, total: int) -> dict[str, KindTerms]:
    of_group: dict[str, list[CapTerm]] = {}
    for key, group in book.cap_groups.items():
        shared = _cap_term(key, group.title, group.cap, total, of_group=True)
        of_group |= {kind: [shared] for kind in group.kinds}
    return {
        key: _kind_terms(
            key,
            kind,
            [_cap_term(key, kind.title, cap, total) for cap in kind.caps] + of_group.get(key, []),
        )
        for key, kind in book.kinds.items()
    }


def _kind_terms(key: str, kind: Kind, caps: list[CapTerm]) -> KindTerms:
    return KindTerms(
        key=key,
        kind=kind,
        worth=_worth(kind.earns),
        caps=tuple(sorted(caps, key=lambda cap: cap.rank)),
        allowed=frozenset(kind.areas) or None,
        has_conditions=bool(
            kind.window
            or kind.approval
            or kind.first_time_only
            or kind.once_per_person
            or isinstance(kind.earns, PerCredential)
        ),
    )


def _cap_term(owner: str, title: str, cap: Cap, total: int, *, of_group: bool = False) -> CapTerm:
    if cap.percent_of_total is not None:
        limit, code = total * cap.percent_of_total // 100, "cap-share-of-total"
    else:
        limit, code = int(cap.points or 0), f"cap-per-{cap.per}"
    per_year = cap.per == "year"
    rank = 3 if of_group else 0 if per_year else 2 if cap.percent_of_total else 1
    return CapTerm(
        owner, title, of_group, per_year, limit, code, cap.rule, rank, cap.percent_of_total
    )


def _worth(earns: Earns) -> Callable[[Activity], int | None]:
    """Answer how to work out what an activity is worth by itself, before any rule excludes it."""
    match earns:
        case PerHour(points=rate):
            # Both are hundredths; what is finer than a hundredth is dropped (ACT-4).
            return lambda activity: (activity.contact_hours or 0) * rate // 100
        case PerActivity(points=points):
            fixed = int(points)
            return lambda _activity: fixed
        case PerPages(steps=steps):
            starts = [step.from_pages for step in steps]
            return lambda activity: (
                int(steps[place - 1].points)
                if (place := bisect_right(starts, activity.pages or 0))
                else 0
            )
        case PerCredential(classes=classes):
            worths = {
                credential: int(one.points) for one in classes for credential in one.credentials
            }
            return lambda activity: worths.get(activity.earned or "")
