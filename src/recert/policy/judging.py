"""Each activity by itself: what it is worth, and the first reason why it counts for nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

import msgspec

from recert.policy.case import Activity, Case
from recert.policy.cycles import later_years_of
from recert.policy.findings import Finding, kernel_finding, programme_finding
from recert.policy.points import points_text
from recert.policy.rulebook import PerCredential, Rulebook
from recert.policy.terms import KindTerms, Terms


class Entry(msgspec.Struct, eq=False):
    """One activity, judged. All points in hundredths.

    `claimed`: what the certificant puts forward (the sum of the allocation; without one, the
    whole worth). `worth`: what it may count for, 0 when a finding excludes it (`excluded`).
    `portions`: the claimed points by area, of the areas that the kind may go to; None without an
    allocation.
    `free`: the areas over which it may be split when it is free to move.
    """

    activity: Activity
    terms: KindTerms
    claimed: int
    worth: int = 0
    year: int = 1
    portions: dict[str, int] | None = {}
    free: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    excluded: bool = False  # an activity may be worth nothing and yet not be refused

    @property
    def unallocated(self) -> int:
        """What the activity is worth beyond what was allocated."""
        return 0 if self.portions is None else max(0, self.worth - sum(self.portions.values()))

    def exclude(self, finding: Finding) -> None:
        """Let the activity count for nothing."""
        self.worth, self.portions, self.free, self.findings = 0, {}, (), (finding,)
        self.excluded = True


def judge_activities(book: Rulebook, case: Case, terms: Terms) -> list[Entry]:
    """Judge each activity of a case by itself, in their order (ACT-1 to ACT-8, CYC-5)."""
    judge = _Judge(book, case, terms)
    entries = [judge.entry(activity) for activity in case.activities]
    claims: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.terms.kind.once_per_person:
            claims.setdefault(entry.terms.key, []).append(entry)
    for of_one_kind in claims.values():
        _keep_one(of_one_kind)
    return entries


class _Judge:
    """What one case's activities are judged by."""

    def __init__(self, book: Rulebook, case: Case, terms: Terms) -> None:
        """Gather what all of them share."""
        self.book, self.case, self.terms = book, case, terms
        self.default = (book.activities.default_area,)
        self.later_years = later_years_of(case.period.starts, terms.years)
        # Most activities lie between these, and need no closer look.
        self.first_day, self.last_day = case.period.starts, min(case.period.ends, case.as_of)
        self.first_of: dict[tuple[str, str, date], Activity] = {}

    def entry(self, activity: Activity) -> Entry:
        """Judge the next activity."""
        kind = self.terms.kinds[activity.kind]
        worth = kind.worth(activity)
        allocation = activity.allocation
        claimed = (worth or 0) if allocation is None else sum(allocation.values())
        first = self.first_of.setdefault(activity.identity, activity)
        refusal = self._refusal(activity, kind, claimed, first, known=worth is not None)
        if refusal is not None or worth is None:
            refused = (refusal,) if refusal else ()
            return Entry(activity, kind, claimed, findings=refused, excluded=bool(refused))
        year = bisect_right(self.later_years, activity.completed_on) + 1 if kind.caps else 1
        return self._counting(Entry(activity, kind, claimed, worth, year))

    def _refusal(
        self, activity: Activity, kind: KindTerms, claimed: int, first: Activity, *, known: bool
    ) -> Finding | None:
        """Answer the first reason, in the order of the case format, why it counts for nothing."""
        if not known:
            credentials = ", ".join(_credentials(kind))
            return kernel_finding(
                "unknown-credential",
                claimed,
                kind.kind.rule,
                earned=activity.earned,
                known=credentials,
            )
        day = activity.completed_on
        if not self.first_day <= day <= self.last_day or activity.from_ is not None:
            refusal = self._date_refusal(activity, claimed)
            if refusal is not None:
                return refusal
        if first is not activity or activity.used_in_cycle_ending is not None:
            return self._again(activity, first, claimed)
        return self._condition_refusal(activity, kind, claimed) if kind.has_conditions else None

    def _date_refusal(self, activity: Activity, claimed: int) -> Finding | None:
        """Refuse what was done outside the days that count, or after submission (CYC-5)."""
        case = self.case
        starts, ends = case.period.starts, case.period.ends
        day = activity.completed_on
        begun = activity.from_ or day
        if begun < starts or day > ends or day < starts or begun > ends:
            outside = begun if starts <= day <= ends else day
            kind = self.book.declarations[case.purpose]
            in_cycle = kind.points_from == "cycle"
            rule = self.book.activities.inside_cycle.rule if in_cycle else kind.rule
            return kernel_finding(
                "outside-cycle", claimed, rule, day=outside, starts=starts, ends=ends
            )
        if day > case.as_of:
            rule = self.book.activities.not_after_submission.rule
            return kernel_finding(
                "after-submission", claimed, rule, day=day, as_of=case.as_of, ends=ends
            )
        return None

    def _again(self, activity: Activity, first: Activity, claimed: int) -> Finding:
        """Refuse what counted before: in this transcript (ACT-8), or in another cycle (ACT-2)."""
        rules = self.book.activities
        if first is not activity:
            return kernel_finding("duplicate", claimed, rules.same_activity.rule, first=first.id)
        return kernel_finding(
            "used-in-earlier-cycle",
            claimed,
            rules.used_once.rule,
            cycle=activity.used_in_cycle_ending,
        )

    def _condition_refusal(
        self, activity: Activity, kind: KindTerms, claimed: int
    ) -> Finding | None:
        """Refuse by what only some kinds ask; "once per person" comes last, in `_keep_one`."""
        rules, window = kind.kind, kind.kind.window
        refusal = None
        if isinstance(rules.earns, PerCredential) and activity.earned in self.terms.own_credentials:
            return kernel_finding("own-category", claimed, rules.rule, earned=activity.earned)
        if rules.first_time_only and activity.repeat:
            refusal = rules.first_time_only
        elif window and not (
            window.from_ <= (activity.from_ or activity.completed_on)
            and activity.completed_on <= window.through
        ):
            refusal = window.finding
        elif rules.approval and not activity.approved:
            refusal = rules.approval
        return programme_finding(refusal, claimed) if refusal else None

    def _counting(self, entry: Entry) -> Entry:
        """Say where the points of an activity that nothing excludes were claimed and may go."""
        activity, worth, claimed = entry.activity, entry.worth, entry.claimed
        allocation, covers, allowed = activity.allocation, activity.covers, entry.terms.allowed
        if allocation is None:
            entry.portions = None
            entry.free = covers or self.default
        else:
            entry.portions = {area: int(points) for area, points in allocation.items() if points}
            entry.free = tuple(allocation)
            if covers:
                entry.free += tuple(area for area in covers if area not in allocation)
        usable = claimed
        if allowed is not None:
            usable = _keep_to(allowed, entry)
            if usable < claimed:
                entry.findings += (self._area_finding(entry, claimed - usable),)
        if usable > worth:
            finding = kernel_finding(
                "allocation-exceeds-worth",
                usable - worth,
                self.book.activities.allocation.rule,
                claimed=points_text(usable),
                worth=points_text(worth),
            )
            entry.findings += (finding,)
        documented, countable = activity.documented, min(usable, worth)
        if documented is not None and documented < countable:
            entry.findings += (self._document_finding(countable, documented),)
            entry.worth = int(documented)
        return entry

    def _document_finding(self, claimed: int, documented: int) -> Finding:
        """Say how much of an activity an audit found proven (AUD-2)."""
        rule = self.book.audit.documents_due.business_days.rule
        return kernel_finding(
            "not-documented",
            claimed - documented,
            rule,
            documented=points_text(documented),
            claimed=points_text(claimed),
        )

    def _area_finding(self, entry: Entry, lost: int) -> Finding:
        kind = entry.terms.kind
        titles = " or ".join(self.book.areas[area].title.lower() for area in sorted(kind.areas))
        rule = kind.areas_rule or kind.rule
        return kernel_finding(
            "area-not-allowed", lost, rule, allowed=titles, points=points_text(lost)
        )


def _keep_to(allowed: Iterable[str], entry: Entry) -> int:
    """Take away claims in areas to which the kind may not go; answer the points that are left."""
    entry.free = tuple(area for area in entry.free if area in allowed)
    if entry.portions is None:
        return entry.worth if entry.free else 0
    entry.portions = {area: points for area, points in entry.portions.items() if area in allowed}
    return sum(entry.portions.values())


def _credentials(kind: KindTerms) -> list[str]:
    earns = kind.kind.earns
    if not isinstance(earns, PerCredential):
        return []
    return [credential for one in earns.classes for credential in one.credentials]


def _keep_one(claims: list[Entry]) -> None:
    """Let one claim of a once-per-person kind serve; refuse the others (ACT-5).

    A claim that an earlier cycle has used was the one. Otherwise it is the first against which
    nothing else speaks.
    """
    text = claims[0].terms.kind.once_per_person
    taken = any(claim.activity.used_in_cycle_ending is not None for claim in claims)
    for claim in claims:
        if text is None or claim.excluded:
            continue
        if taken:
            claim.exclude(programme_finding(text, claim.claimed))
        taken = True
