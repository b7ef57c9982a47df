"""Each activity by itself: what it is worth, and the first reason why it counts for nothing."""

from __future__ import annotations

from bisect import bisect_right
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
    whole worth). `worth`: what it may count for, 0 when a finding excludes it. `portions`: the
    claimed points by area, of the areas that the kind may go to; None without an allocation.
    `free`: the areas over which it may be split when it is free to move.
    """

    activity: Activity
    terms: KindTerms
    year: int
    claimed: int
    worth: int
    portions: dict[str, int] | None
    free: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def judge_activities(book: Rulebook, case: Case, terms: Terms) -> list[Entry]:
    """Judge each activity of a case by itself, in their order (ACT-1 to ACT-8, CYC-5)."""
    default = (book.activities.default_area,)
    later_years = later_years_of(case.period.starts, terms.years)
    first_of: dict[tuple[str, str, date], Activity] = {}
    entries = []
    claims: dict[str, list[Entry]] = {}
    for activity in case.activities:
        kind = terms.kinds[activity.kind]
        nominal = kind.worth(activity)
        allocation = activity.allocation
        claimed = (nominal or 0) if allocation is None else sum(allocation.values())
        first = first_of.setdefault(activity.identity, activity)
        refusal = _refusal(book, case, terms, activity, kind, nominal, first, claimed)
        if refusal is not None or nominal is None:
            entry = Entry(activity, kind, 1, claimed, 0, {}, (), (refusal,) if refusal else ())
        else:
            year = bisect_right(later_years, activity.completed_on) + 1 if kind.caps else 1
            entry = _counting_entry(book, activity, kind, year, nominal, claimed, default)
        entries.append(entry)
        if kind.kind.once_per_person:
            claims.setdefault(kind.key, []).append(entry)
    for of_one_kind in claims.values():
        _keep_one(of_one_kind)
    return entries


def _refusal(
    book: Rulebook,
    case: Case,
    terms: Terms,
    activity: Activity,
    kind: KindTerms,
    nominal: int | None,
    first: Activity,
    claimed: int,
) -> Finding | None:
    """The first reason, in the order that the case format gives, why it counts for nothing."""
    day, period, rules = activity.completed_on, case.period, book.activities
    if nominal is None:
        known = ", ".join(_credentials(kind))
        return kernel_finding(
            "unknown-credential", claimed, kind.kind.rule, earned=activity.earned, known=known
        )
    begun = activity.from_ or day
    if not (period.starts <= day <= period.ends and period.starts <= begun <= period.ends):
        outside = day if not period.starts <= day <= period.ends else begun
        rule = book.declarations[case.purpose].rule
        if case.purpose == "renewal":
            rule = rules.inside_cycle.rule
        return kernel_finding(
            "outside-cycle", claimed, rule, day=outside, starts=period.starts, ends=period.ends
        )
    if day > case.as_of:
        rule = rules.not_after_submission.rule
        return kernel_finding(
            "after-submission", claimed, rule, day=day, as_of=case.as_of, ends=period.ends
        )
    if first is not activity:
        return kernel_finding("duplicate", claimed, rules.same_activity.rule, first=first.id)
    if activity.used_in_cycle_ending is not None:
        ended = activity.used_in_cycle_ending
        return kernel_finding("used-in-earlier-cycle", claimed, rules.used_once.rule, cycle=ended)
    if kind.has_conditions:
        return _condition_refusal(terms, activity, kind, begun, claimed)
    return None


def _condition_refusal(
    terms: Terms, activity: Activity, kind: KindTerms, begun: date, claimed: int
) -> Finding | None:
    """The conditions that only some kinds have, "once per person" excepted (see `_keep_one`)."""
    rules = kind.kind
    if isinstance(rules.earns, PerCredential) and activity.earned in terms.own_credentials:
        return kernel_finding("own-category", claimed, rules.rule, earned=activity.earned)
    if rules.first_time_only and activity.repeat:
        return programme_finding(rules.first_time_only, claimed)
    window = rules.window
    if window and (begun < window.from_ or activity.completed_on > window.through):
        return programme_finding(window.finding, claimed)
    if rules.approval and not activity.approved:
        return programme_finding(rules.approval, claimed)
    return None


def _credentials(kind: KindTerms) -> list[str]:
    earns = kind.kind.earns
    if not isinstance(earns, PerCredential):
        return []
    return [credential for one in earns.classes for credential in one.credentials]


def _counting_entry(
    book: Rulebook,
    activity: Activity,
    kind: KindTerms,
    year: int,
    worth: int,
    claimed: int,
    default: tuple[str, ...],
) -> Entry:
    """An activity that nothing excludes: where its points were claimed, and where they may go."""
    allocation, covers, allowed = activity.allocation, activity.covers, kind.allowed
    if allocation is None:
        portions = None
        free = covers or default
    else:
        portions = {area: int(points) for area, points in allocation.items() if points}
        free = tuple(allocation)
        if covers:
            free += tuple(area for area in covers if area not in allocation)
    if allowed is None and (portions is None or claimed <= worth):
        return Entry(activity, kind, year, claimed, worth, portions, free)
    findings = []
    usable = claimed
    if allowed is not None:
        free = tuple(area for area in free if area in allowed)
        if portions is None:
            usable = worth if free else 0
        else:
            portions = {area: points for area, points in portions.items() if area in allowed}
            usable = sum(portions.values())
        if usable < claimed:
            titles = " or ".join(book.areas[area].title.lower() for area in sorted(allowed))
            lost = claimed - usable
            rule = kind.kind.areas_rule or kind.kind.rule
            findings.append(
                kernel_finding(
                    "area-not-allowed", lost, rule, allowed=titles, points=points_text(lost)
                )
            )
    if usable > worth:
        findings.append(
            kernel_finding(
                "allocation-exceeds-worth",
                usable - worth,
                book.activities.allocation.rule,
                claimed=points_text(usable),
                worth=points_text(worth),
            )
        )
    return Entry(activity, kind, year, claimed, worth, portions, free, tuple(findings))


def _keep_one(claims: list[Entry]) -> None:
    """Let one claim of a once-per-person kind serve; refuse the others (ACT-5).

    A claim that an earlier cycle has used was the one. Otherwise it is the first against which
    nothing else speaks.
    """
    text = claims[0].terms.kind.once_per_person
    if text is None or len(claims) == 1:
        return
    taken = any(claim.activity.used_in_cycle_ending is not None for claim in claims)
    for claim in claims:
        if claim.worth == 0 and claim.findings:
            continue
        if taken:
            claim.findings = (programme_finding(text, claim.claimed),)
            claim.worth, claim.portions, claim.free = 0, {}, ()
        taken = True
