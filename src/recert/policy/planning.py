"""The plan: what is still to do, the least of it, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import permutations

import msgspec

from recert.policy.allocation import Placement, place_points
from recert.policy.assessment import Assessment, assess
from recert.policy.case import Activity, build_case
from recert.policy.cycles import declaration_window, examination_needed_from, year_of, years_after
from recert.policy.joint_days import days_together
from recert.policy.planned import CredentialPlan, Dates, Move, Plan, Room, ToDo
from recert.policy.rulebook import Key
from recert.policy.terms import CapTerm, KindTerms

MOST_ORDERS = 4
"""Up to so many credentials are planned in every order; it is 24 orders for four."""


def plan(assessments: Assessment | Sequence[Assessment], *, as_of: date) -> Plan:
    """Answer what is still to do on a day, for one credential or for several of one person.

    For one credential the number of points is the least there is: what its minimum cut lacks, or
    what its total lacks, whichever is more. For several, they are planned one after another, each
    with what the others need already, in every order of up to four of them, and the least is
    taken. That is enough for each; where activities that cover several areas compete, a little
    less might do.
    An award that serves one declaration only (ACT-1.5) goes where it saves most.

    The cases are assessed again where `as_of` is not their day of submission. Raises
    `NotInForce` as `assess` does.
    """
    given = [assessments] if isinstance(assessments, Assessment) else list(assessments)
    own = [_on_day(one, as_of) for one in given]
    drafts = [_Draft(one) for one in own]
    for draft in drafts:
        draft.borrow(other.own for other in drafts if other is not draft)
    _spend_once(drafts)
    further = _least_further(drafts)
    anywhere = max(draft.total_short(further) for draft in drafts)
    return Plan(
        as_of=as_of,
        credentials=tuple(_credential_plan(draft, as_of) for draft in drafts),
        to_do=_to_do(drafts, further),
        anywhere=anywhere,
        together=days_together([one.case for one in own], own[0].rulebook, as_of=as_of),
    )


def _on_day(assessment: Assessment, as_of: date) -> Assessment:
    case = assessment.case
    if case.as_of == as_of:
        return assessment
    book = assessment.rulebook
    moved = build_case(
        book,
        category=case.category,
        purpose=case.purpose,
        cycle=case.cycle,
        as_of=as_of,
        activities=case.activities,
    )
    return assess(book, moved)


class _Draft:
    """One credential while its plan is made: with activities lent to it, or spent elsewhere."""

    def __init__(self, own: Assessment) -> None:
        """Begin with the case as it is."""
        self.own = self.assessed = own
        self.borrowed: list[Activity] = []
        self.spent: list[Activity] = []

    def assess_with(self, activities: Iterable[Activity]) -> Assessment:
        """Assess the case with other activities than its own."""
        case = msgspec.structs.replace(self.own.case, activities=tuple(activities))
        return assess(self.own.rulebook, case)

    def borrow(self, others: Iterable[Assessment]) -> None:
        """Take what was entered for another credential and would serve this one too (ACT-2)."""
        if not self.fewest(self.assessed):
            return
        known = {activity.identity for activity in self.own.case.activities}
        for other in others:
            for entry in other.entries:
                activity = entry.activity
                serves_one = entry.terms.kind.spent_by_one_declaration
                if entry.excluded or serves_one or activity.identity in known:
                    continue
                known.add(activity.identity)
                areas = tuple(activity.allocation or activity.covers or ())
                lent = msgspec.structs.replace(
                    activity,
                    id=f"{other.case.category}/{activity.id}",
                    allocation=None,
                    covers=areas or None,
                    used_in_cycle_ending=None,
                )
                with_it = self.assess_with([*self.assessed.case.activities, lent])
                if self.fewest(with_it) < self.fewest(self.assessed):
                    self.assessed = with_it
                    self.borrowed.append(lent)

    def without(self, identity: object) -> Assessment:
        """Assess the case without an activity."""
        kept = [one for one in self.assessed.case.activities if one.identity != identity]
        return self.assess_with(kept)

    @staticmethod
    def fewest(assessment: Assessment, *, as_claimed: bool = False) -> int:
        """Answer the fewest further points with which an assessment is met."""
        placement = assessment.claimed if as_claimed else assessment.best
        return max(assessment.area_short(placement), assessment.total_short(placement))

    def placed_with(self, further: Mapping[Key, int]) -> Placement:
        """Place the points as they serve best, beside further ones by area."""
        return place_points(self.assessed.terms, self.assessed.entries, free=True, further=further)

    def lacking(self, further: Mapping[Key, int]) -> dict[Key, int]:
        """Answer what is lacking by area, beside further points."""
        placement = self.placed_with(further)
        return {
            need.areas[0]: lack
            for place, need in enumerate(self.assessed.terms.needs)
            if (lack := placement.lack(place)) > 0
        }

    def total_short(self, further: Mapping[Key, int]) -> int:
        """Answer what the total lacks, beside further points."""
        return self.assessed.total_short(self.placed_with(further))


def _spend_once(drafts: Sequence[_Draft]) -> None:
    """Let an award that serves one declaration only serve where it saves most (ACT-1.5).

    Most of what there is to earn for all together; of equals, for each by itself.
    """
    wanted: dict[object, list[_Draft]] = {}
    for draft in drafts:
        for entry in draft.own.entries:
            if entry.terms.kind.spent_by_one_declaration and not entry.excluded:
                wanted.setdefault(entry.activity.identity, []).append(draft)
    for identity, wanting in wanted.items():
        with_it = {draft: draft.assessed for draft in wanting}
        without = {draft: draft.without(identity) for draft in wanting}

        def let_keep(
            keeper: _Draft,
            with_it: dict[_Draft, Assessment] = with_it,
            without: dict[_Draft, Assessment] = without,
        ) -> tuple[int, int]:
            """Give it to one of them, and answer what there is to earn then."""
            for draft, kept in with_it.items():
                draft.assessed = kept if draft is keeper else without[draft]
            apart = sum(draft.fewest(draft.assessed) for draft in drafts)
            return _fewest_with(drafts, _least_further(drafts)), apart

        keeper = min(wanting, key=let_keep)
        let_keep(keeper)
        for draft in wanting:
            if draft is not keeper:
                activities = draft.own.case.activities
                draft.spent += [one for one in activities if one.identity == identity]


def _least_further(drafts: Sequence[_Draft]) -> dict[Key, int]:
    """Find the fewest further points by area with which no credential lacks any in an area."""
    orders = permutations(drafts) if len(drafts) <= MOST_ORDERS else [tuple(drafts)]
    found = []
    for order in orders:
        further: dict[Key, int] = {}
        for draft in order:
            for area, points in draft.lacking(further).items():
                further[area] = further.get(area, 0) + points
        found.append((_fewest_with(drafts, further), sorted(further.items())))
    return dict(min(found)[1])


def _fewest_with(drafts: Sequence[_Draft], further: Mapping[Key, int]) -> int:
    """Add up further points by area, and what a total lacks besides."""
    return sum(further.values()) + max(draft.total_short(further) for draft in drafts)


def _to_do(drafts: Sequence[_Draft], further: Mapping[Key, int]) -> tuple[ToDo, ...]:
    found = []
    areas = drafts[0].own.rulebook.areas
    for area, points in further.items():
        without = {other: more for other, more in further.items() if other != area}
        rules: dict[str, None] = {}
        serves = []
        for draft in drafts:
            terms = draft.assessed.terms
            placement = draft.placed_with(without)
            need = terms.need_of.get(area)
            if need is not None and placement.lack(need) > 0:
                serves.append(draft.own.title)
                rules[terms.needs[need].rule] = None
        found.append(ToDo(area, areas[area].title, points, tuple(rules), tuple(serves)))
    return tuple(found)


def _credential_plan(draft: _Draft, as_of: date) -> CredentialPlan:
    assessed = draft.assessed
    alone = draft.lacking({})
    return CredentialPlan(
        name=draft.own.title,
        assessment=draft.own,
        fewest_as_claimed=draft.fewest(assessed, as_claimed=True),
        fewest=draft.fewest(assessed),
        reallocating_wins=_wins(assessed),
        moves=_moves(assessed) if _wins(assessed) else (),
        borrowed=tuple(draft.borrowed),
        spent_elsewhere=tuple(draft.spent),
        to_do=_to_do([draft], alone),
        anywhere=draft.total_short(alone),
        room=tuple(_rooms(assessed, as_of)),
        dates=_dates(assessed),
    )


def _wins(assessment: Assessment) -> int:
    """Answer what the areas or the total lack as claimed, and would not after allocating anew."""
    claimed, best = assessment.claimed, assessment.best
    in_areas = assessment.area_short(claimed) - assessment.area_short(best)
    return max(in_areas, assessment.total_short(claimed) - assessment.total_short(best))


def _moves(assessment: Assessment) -> tuple[Move, ...]:
    """Say what to allocate otherwise."""
    both = zip(assessment.entries, assessment.claimed.counted, assessment.best.counted, strict=True)
    return tuple(
        Move(entry.activity.id, entry.activity.title, before, after)
        for entry, before, after in both
        if before != after and entry.activity.allocation is not None
    )


def _rooms(assessment: Assessment, as_of: date) -> Iterable[Room]:
    """Answer for each kind what it can still bring from a day on."""
    case, terms = assessment.case, assessment.terms
    used = {(cap.term, cap.year): min(cap.brought, cap.term.limit) for cap in assessment.best.caps}
    last_day = max(case.period.ends, as_of)
    years = range(
        year_of(as_of, starts=case.period.starts, years=terms.years),
        year_of(last_day, starts=case.period.starts, years=terms.years) + 1,
    )
    claimed = {entry.terms.key for entry in assessment.entries if not entry.excluded}
    for key, kind in terms.kinds.items():
        window, once = kind.kind.window, kind.kind.once_per_person
        if window and window.through < as_of:
            yield Room(key, kind.kind.title, 0, window.finding.rule, window.finding.says)
        elif once and key in claimed:
            yield Room(key, kind.kind.title, 0, once.rule, once.says)
        else:
            yield _room_under_caps(kind, used, years)


def _room_under_caps(
    kind: KindTerms, used: Mapping[tuple[CapTerm, int | None], int], years: range
) -> Room:
    room, rule = None, kind.kind.rule
    for cap in kind.caps:
        if cap.per_year:
            left = sum(cap.limit - used.get((cap, year), 0) for year in years)
        else:
            left = cap.limit - used.get((cap, None), 0)
        if room is None or left < room:
            room, rule = left, cap.rule
    return Room(kind.key, kind.kind.title, room, rule)


def _dates(assessment: Assessment) -> Dates:
    case = assessment.case
    book = assessment.rulebook
    kind = book.declarations[case.purpose]
    examination = None
    if case.cycle and case.as_of > case.cycle.ends and "reinstatement" in book.declarations:
        examination = examination_needed_from(book, expired_on=case.cycle.ends)
    if kind.points_from == "cycle" and case.cycle:
        window = declaration_window(book, case.cycle)
        return Dates(last_day=case.cycle.ends, window=window, no_declaration_from=examination)
    counting = [
        entry.activity.completed_on
        for entry, counted in zip(assessment.entries, assessment.best.counted, strict=True)
        if counted
    ]
    return Dates(
        counts_until=years_after(min(counting), kind.years or 0) if counting else None,
        no_declaration_from=examination,
    )
