"""A second opinion: answers a case without recert, by a linear programme.

It shares nothing with what it judges. The numbers of the ASCP's booklet stand here once more,
copied by hand, and the allocation is left to a solver: as many points as the areas need, and with
those as many as can be. All points are in hundredths, except in `TABLES` and in the answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from scipy.optimize import linprog

# --- TABLES: the booklet, in points -----------------------------------------------------------

GENERALISTS = {"MLS", "CLM", "MLT", "MT"}
TECHNOLOGISTS = {"BB", "C", "CG", "CT", "CTgyn", "H", "HT", "HTL", "M", "MB"}
SPECIALISTS = {"SBB", "SC", "SCT", "SCYM", "SH", "SM", "SMB"}
PHLEBOTOMISTS = {"PBT"}
CATEGORIES = sorted(GENERALISTS | TECHNOLOGISTS | SPECIALISTS | PHLEBOTOMISTS)

CATEGORIES_BY_AREA = {
    "blood-banking": {"BB", "SBB"},
    "chemistry": {"C", "SC"},
    "cytogenetics": {"CG"},
    "cytology": {"CT", "CTgyn", "SCT"},
    "cytometry": {"SCYM"},
    "hematology": {"H", "SH"},
    "histology": {"HT", "HTL"},
    "microbiology": {"M", "SM"},
    "molecular-biology": {"MB", "SMB"},
    "phlebotomy": {"PBT"},
}

HOURLY = {
    "formal-course": 1,
    "employer-course": 1,
    "college-course": 1,
    "self-instruction": 1,
    "presentation": 3,
    "covid-claim": 1,
}
EACH = {
    "competence-assessment": 2,
    "clinical-teaching": 1,
    "journal-article": 5,
    "book-chapter": 7,
    "book-editing": 5,
    "doctoral-dissertation": 10,
    "masters-thesis": 4,
    "poster": 3,
    "committee": 3,
    "advisory-board": 2,
    "inspection": 2,
}
SHORT_BOOK, LONG_BOOK, PAGES_OF_A_SHORT_BOOK = 14, 21, 300
CREDENTIALS = dict.fromkeys(("SBB", "SC", "SCT", "SCYM", "SH", "SM", "SMB", "DLM"), 25)
CREDENTIALS |= dict.fromkeys(("BB", "C", "CG", "CTgyn", "H", "HTL", "M", "MB"), 12)
CREDENTIALS |= dict.fromkeys(("QIA", "QBRS", "QPD", "QIHC", "QLS"), 12)

PER_YEAR = {
    "competence-assessment": 2,
    "clinical-teaching": 1,
    "poster": 3,
    "committee": 3,
    "advisory-board": 2,
    "inspection": 2,
}
PER_CYCLE = {"competence-assessment": 4, "clinical-teaching": 3, "covid-claim": 12}
HALF_OF_THE_TOTAL = {"college-course", "presentation"}

ETHICS_FROM, EIGHT_FROM = date(2023, 1, 1), date(2024, 1, 1)
COVID_FROM, COVID_THROUGH = date(2020, 3, 1), date(2022, 12, 31)


def requirements(category: str, expires_on: date) -> tuple[int, dict[str, int]]:
    """Answer the total that a category needs, and what each area needs of it."""
    needs = {"safety": 1}
    if expires_on >= ETHICS_FROM:
        needs["ethics"] = 1
    if category in GENERALISTS:
        needs |= dict.fromkeys(("blood-banking", "chemistry", "hematology", "microbiology"), 2)
    else:
        [own] = [area for area, names in CATEGORIES_BY_AREA.items() if category in names]
        eight = category in TECHNOLOGISTS and expires_on >= EIGHT_FROM
        needs[own] = 10 if category in SPECIALISTS else 8 if eight else 2
    total = 9 if category in PHLEBOTOMISTS else 36
    return 100 * total, {area: 100 * points for area, points in needs.items()}


# --- plain data -------------------------------------------------------------------------------

Mapped = Mapping[str, Any]


def hundredths(value: object) -> int:
    return int(Decimal(str(value)) * 100)


def text(points: int) -> str:
    return f"{(Decimal(points) / 100).normalize():f}"


def day(value: str | date) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def years_later(start: date, years: int) -> date:
    """Answer an anniversary; of 29 February it is the 28th in a common year."""
    with suppress(ValueError):
        return start.replace(year=start.year + years)
    return start.replace(year=start.year + years, day=28)


def last_day_of(activity: Mapped) -> date:
    return day(activity.get("completed_on") or activity["to"])


def period_of(case: Mapped) -> tuple[date, date]:
    """Answer the first and the last day that count."""
    if case.get("participation") == "voluntary":
        submitted = day(case["as_of"])
        return years_later(submitted, -3), submitted
    return day(case["cycle"]["starts"]), day(case["cycle"]["ends"])


def year_of(completed: date, starts: date) -> int:
    return 1 + sum(completed >= years_later(starts, years) for years in (1, 2))


# --- each activity by itself ------------------------------------------------------------------


@dataclass
class Entry:
    """What an activity that counts may bring: in all, by area as claimed, and by area if moved."""

    kind: str
    year: int
    worth: int
    claimed: dict[str, int] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)


def worth_of(activity: Mapped) -> int | None:
    """Answer what an activity is worth by itself; None for a credential that nobody knows."""
    kind = activity["kind"]
    if kind in HOURLY:
        return HOURLY[kind] * hundredths(activity["contact_hours"])
    if kind == "book":
        long = activity["pages"] > PAGES_OF_A_SHORT_BOOK
        return 100 * (LONG_BOOK if long else SHORT_BOOK)
    if kind == "advanced-certification":
        points = CREDENTIALS.get(activity["earned"])
        return None if points is None else 100 * points
    return 100 * EACH[kind]


def exclusion(case: Mapped, activity: Mapped, *, again: bool) -> str:
    """Answer the first reason for which an activity counts for nothing, but for a second claim."""
    starts, ends = period_of(case)
    last = last_day_of(activity)
    first = day(activity.get("from") or last)
    is_claim = activity["kind"] == "covid-claim"
    own = {case["category"]} | ({"MLS"} if case["category"] == "MT" else set())
    reasons = {
        "unknown-credential": worth_of(activity) is None,
        "outside-cycle": not starts <= first <= last <= ends,
        "after-submission": last > day(case["as_of"]),
        "duplicate": again,
        "used-in-earlier-cycle": "used_in_cycle_ending" in activity,
        "own-category": activity.get("earned") in own,
        "repeat-presentation": activity.get("repeat", False),
        "covid-dates": is_claim and not COVID_FROM <= first <= last <= COVID_THROUGH,
        "covid-not-approved": is_claim and not activity.get("approved", False),
    }
    return next((code for code, applies in reasons.items() if applies), "")


def entry_of(activity: Mapped, year: int) -> tuple[Entry, list[str]]:
    """Answer what an activity that nothing excludes may bring, and what is wrong with its claim."""
    worth = worth_of(activity) or 0
    allocation, covers = activity.get("allocation"), activity.get("covers")
    if allocation is None:
        free = dict.fromkeys(covers or ["related"], worth)
        claimed = free
    else:
        free = dict.fromkeys([*allocation, *(covers or [])], worth)
        claimed = {area: hundredths(points) for area, points in allocation.items()}
    found = []
    if activity["kind"] == "covid-claim":
        lost = sum(points for area, points in claimed.items() if area != "related")
        if lost and (allocation is not None or "related" not in claimed):
            found.append("area-not-allowed")
        free, claimed = (
            {area: most for area, most in areas.items() if area == "related"}
            for areas in (free, claimed)
        )
    if allocation is not None and sum(claimed.values()) > worth:
        found.append("allocation-exceeds-worth")
    return Entry(activity["kind"], year, worth, claimed, free), found


def judge_each(case: Mapped) -> tuple[list[Entry], dict[str, list[str]]]:
    """Answer what counts, and the codes of what does not, by activity id."""
    starts, _ = period_of(case)
    codes: dict[str, list[str]] = {}
    entries = []
    seen = set()
    claim_serves = any(
        activity["kind"] == "covid-claim" and "used_in_cycle_ending" in activity
        for activity in case["activities"]
    )
    for activity in case["activities"]:
        identity = activity["kind"], activity["title"], last_day_of(activity)
        code = exclusion(case, activity, again=identity in seen)
        seen.add(identity)
        if not code and activity["kind"] == "covid-claim":
            code = "covid-more-than-one" if claim_serves else ""
            claim_serves = True
        if code:
            codes[activity["id"]] = [code]
            continue
        entry, found = entry_of(activity, year_of(last_day_of(activity), starts))
        entries.append(entry)
        if found:
            codes[activity["id"]] = found
    return entries, codes


# --- caps -------------------------------------------------------------------------------------


@dataclass
class Cap:
    """A limit on what some entries may bring together; what they brought, after inner caps."""

    code: str
    kind: str
    year: int | None
    limit: int
    members: list[int]
    brought: int

    @property
    def allowed(self) -> int:
        return min(self.brought, self.limit)


def caps_on(entries: Sequence[Entry], total: int) -> list[Cap]:
    """Answer every cap on a transcript: by kind and year, and around those by kind."""
    years = defaultdict[tuple[str, int], list[int]](list)
    for place, entry in enumerate(entries):
        years[entry.kind, entry.year].append(place)
    caps: list[Cap] = []
    kinds = defaultdict[str, list[tuple[list[int], int]]](list)
    for (kind, year), members in years.items():
        brought = sum(min(entries[m].worth, sum(entries[m].claimed.values())) for m in members)
        if kind in PER_YEAR:
            caps.append(Cap("cap-per-year", kind, year, 100 * PER_YEAR[kind], members, brought))
            brought = caps[-1].allowed
        kinds[kind].append((members, brought))
    for kind, parts in kinds.items():
        members = [member for some, _ in parts for member in some]
        brought = sum(points for _, points in parts)
        if kind in PER_CYCLE:
            limit = 100 * PER_CYCLE[kind]
            caps.append(Cap("cap-per-cycle", kind, None, limit, members, brought))
        elif kind in HALF_OF_THE_TOTAL:
            caps.append(Cap("cap-share-of-total", kind, None, total // 2, members, brought))
    return caps


# --- the allocation ---------------------------------------------------------------------------


def optimum(gain: Any, rows: list[Any], limits: list[int], bounds: list[Any]) -> int:
    """Answer the largest gain. The polytope's corners are whole, so it is a whole number."""
    found = linprog(-gain, A_ub=np.array(rows), b_ub=limits, bounds=bounds, method="highs")
    if found.status != 0:
        raise ArithmeticError(found.message)
    whole = int(np.rint(-found.fun))
    if abs(whole + found.fun) > 0.01:  # more than a solver's rounding
        raise ArithmeticError(f"{-found.fun} should be whole.")
    return whole


def allocate(
    ways: Sequence[Mapping[str, int]],
    worths: Sequence[int],
    caps: Iterable[Cap],
    needs: Mapping[str, int],
) -> tuple[int, int]:
    """Answer how many points fill needs, and how many count in all, when allocated best.

    `ways`: of each entry, the most that each area may take.
    """
    spots = [(place, area) for place, areas in enumerate(ways) for area in areas]
    bounds = [(0, ways[place][area]) for place, area in spots]
    bounds += [(0, points) for points in needs.values()]
    filled = np.array([0.0] * len(spots) + [1.0] * len(needs))
    counted = 1 - filled
    rows, limits = [], []
    for place, worth in enumerate(worths):
        rows.append([one == place for one, _ in spots] + [0] * len(needs))
        limits.append(worth)
    for cap in caps:
        rows.append([one in cap.members for one, _ in spots] + [0] * len(needs))
        limits.append(cap.limit)
    for need in needs:
        # What fills a need was allocated to it.
        rows.append([-(area == need) for _, area in spots] + [other == need for other in needs])
        limits.append(0)
    most_filled = optimum(filled, rows, limits, bounds)
    return most_filled, optimum(counted, [*rows, -filled], [*limits, -most_filled], bounds)


def area_short(case: Mapped, *, with_caps: bool) -> int:
    """Answer how much the areas lack together, as claimed, with the caps or without them."""
    total, needs = requirements(case["category"], period_of(case)[1])
    entries, _ = judge_each(case)
    caps = caps_on(entries, total) if with_caps else []
    ways, worths = [entry.claimed for entry in entries], [entry.worth for entry in entries]
    return sum(needs.values()) - allocate(ways, worths, caps, needs)[0]


def answer(case: Mapped) -> dict[str, Any]:
    """Answer a case, in as much of the case format as has only one right answer."""
    _, ends = period_of(case)
    total, needs = requirements(case["category"], ends)
    entries, codes = judge_each(case)
    caps = caps_on(entries, total)

    def result(ways: Sequence[Mapping[str, int]]) -> tuple[str, str, str, str]:
        filled, accepted = allocate(ways, [entry.worth for entry in entries], caps, needs)
        short, area_short = max(0, total - accepted), sum(needs.values()) - filled
        outcome = "not-met" if short or area_short else "met"
        return outcome, text(accepted), text(short), text(area_short)

    outcome, accepted, short, area_short = result([entry.claimed for entry in entries])
    best = result([entry.free for entry in entries])
    return {
        "outcome": outcome,
        "points": {"required": text(total), "accepted": accepted, "short": short},
        "area_short": area_short,
        "best": dict(zip(("outcome", "accepted", "short", "area_short"), best, strict=True)),
        "activity_findings": codes,
        "cap_findings": {
            (cap.code, cap.kind, cap.year): text(cap.brought - cap.limit)
            for cap in caps
            if cap.brought > cap.limit
        },
    }
