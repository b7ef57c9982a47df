"""Cases for properties to hold on, as plain data in the case format.

`loose_cases` are of every sort. `tight_cases` have few kinds, days and areas and points that
barely suffice: only there do activities compete for room under a cap and for areas in need.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.policy import oracle

T = TypeVar("T")
Data = dict[str, Any]

KINDS = (*sorted({*oracle.HOURLY, *oracle.EACH}), "book", "advanced-certification")
CAPPED = tuple(sorted({*oracle.PER_YEAR, *oracle.HALF_OF_THE_TOTAL}))
AREAS = ("safety", "ethics", "management", "immunology", "related", *oracle.CATEGORIES_BY_AREA)
EARNED = (*oracle.CREDENTIALS, "CT", "MLS", "MT", "PhD")

# Days on which rules change, first and last days of months, and leap days.
STARTS = tuple(map(date.fromisoformat, ("2020-02-29", "2022-01-01", "2019-08-31", "2020-01-01")))
ENDS = ("2022-12-31", "2023-01-01", "2023-12-31", "2024-01-01", "2025-01-31", "2024-02-29")
SUBMITTED = ("2022-05-15", "2022-12-31", "2023-01-01", "2024-02-29", "2024-01-01")
COVID_EDGES = oracle.COVID_FROM, oracle.COVID_THROUGH
COVID_DAYS = tuple(map(date.fromisoformat, ("2022-02-01", "2022-12-31", "2023-01-01")))
DAY = timedelta(days=1)

SMALL = ("1", "2", "0.5", "3", "1.5", "0.25", "0.75", "2.25", "4", "0.01", "1.99", "0")
OF_ANY_SIZE = (*SMALL, "8", "10", "18", "18.01", "36", "4.5", "12", "12.01", "25", "5.99", "17.75")
GAPS = (0, 0, 100, 50, 200, 75, 1, 250)
"""By how many hundredths a course may miss what an area asks for."""

CATEGORIES_WITH_MANY_NEEDS = ("MLS", "MLT", "CLM", "MT", "PBT")

NOW_AND_THEN = (False,) * 7 + (True,)
RARELY = (False,) * 23 + (True,)


@cache
def _any_of(options: tuple[T, ...]) -> st.SearchStrategy[T]:
    return st.sampled_from(options)


def pick(draw: st.DrawFn, options: Iterable[T]) -> T:
    """Draw one of some options, simpler ones first."""
    chosen: T = draw(_any_of(tuple(options)))
    return chosen


def pick_some(draw: st.DrawFn, options: Iterable[T], most: int) -> list[T]:
    """Draw one option or more, perhaps the same one twice."""
    options = tuple(options)
    return [pick(draw, options) for _ in range(pick(draw, range(1, most + 1)))]


def days_near(edges: Iterable[date]) -> list[date]:
    """Answer each edge, with the day before it and the day after it."""
    return sorted({edge + step for edge in edges for step in (-DAY, 0 * DAY, DAY)})


def _claim(draw: st.DrawFn, areas: Iterable[str], points: Iterable[str]) -> Data:
    """Draw an allocation, what the content covers, both or neither."""
    how = pick(draw, ("covers", "allocation", "covers", "allocation", "both", "neither"))
    claim: Data = {}
    if how in ("covers", "both"):
        claim["covers"] = pick_some(draw, areas, 3)
    if how in ("allocation", "both"):
        claimed = [] if pick(draw, RARELY) else pick_some(draw, areas, 3)
        claim["allocation"] = {area: pick(draw, points) for area in claimed}
    return claim


def _covid_fields(draw: st.DrawFn, last: date) -> Data:
    """Draw the days of a claim, said in any way one may, and its approval."""
    first = pick(draw, (None, last, last - 9 * DAY, *days_near(COVID_EDGES)))
    said = pick(draw, (("to",), ("completed_on",), ("completed_on", "to")))
    fields: Data = dict.fromkeys(said, last.isoformat())
    if first is not None:
        fields["from"] = min(first, last).isoformat()
    return fields if pick(draw, NOW_AND_THEN) else fields | {"approved": True}


def _activity(
    draw: st.DrawFn,
    name: str,
    *,
    kinds: Iterable[str],
    days: Iterable[date],
    areas: Iterable[str],
    points: Iterable[str],
) -> Data:
    kind, day = pick(draw, kinds), pick(draw, days)
    claim = _claim(draw, areas, points)
    activity: Data = {"id": name, "kind": kind, "title": f"Course {name}"}
    if kind == "covid-claim":
        activity |= _covid_fields(draw, day)
    else:
        activity["completed_on"] = day.isoformat()
    if kind in oracle.HOURLY:
        hours = pick(draw, points)
        if claim.get("allocation") and pick(draw, (True, False)):
            hours = str(sum(map(Decimal, claim["allocation"].values())))
        activity["contact_hours"] = hours
    elif kind == "book":
        activity["pages"] = pick(draw, (300, 301, 1, 900))
    elif kind == "advanced-certification":
        activity["earned"] = pick(draw, EARNED)
    if kind == "presentation" and pick(draw, NOW_AND_THEN):
        activity["repeat"] = True
    if pick(draw, RARELY):
        activity["used_in_cycle_ending"] = "2020-01-31"
    return activity | claim


def _frame(draw: st.DrawFn) -> Data:
    """Draw a case without its activities."""
    frame: Data = {"program": "ascp-international", "category": pick(draw, oracle.CATEGORIES)}
    if pick(draw, NOW_AND_THEN):
        return frame | {"participation": "voluntary", "as_of": pick(draw, SUBMITTED)}
    starts, ends = pick(draw, STARTS), pick(draw, ENDS)
    as_of = date.fromisoformat(ends) - pick(draw, (0, 90, 1, 300, -1)) * DAY
    cycle = {"starts": starts.isoformat(), "ends": ends}
    return frame | {"cycle": cycle, "as_of": as_of.isoformat()}


def _days_of(frame: Data) -> list[date]:
    """Answer the days near the edges of what counts, years included."""
    starts, ends = oracle.period_of(frame)
    years = [oracle.years_later(starts, number) for number in (0, 1, 2, 3)]
    return days_near([*years, ends, oracle.day(frame["as_of"])])


def _needs_of(frame: Data) -> tuple[int, dict[str, int]]:
    return oracle.requirements(frame["category"], oracle.period_of(frame)[1])


@st.composite
def loose_cases(draw: st.DrawFn) -> Data:
    """Draw a case of any sort: all kinds, days on both sides of every edge, entries made twice."""
    frame = _frame(draw)
    _, needs = _needs_of(frame)
    days, areas = _days_of(frame), [*needs, "related", *needs, *AREAS]
    activities: list[Data] = [
        _activity(draw, f"a{number}", kinds=KINDS, days=days, areas=areas, points=OF_ANY_SIZE)
        for number in range(pick(draw, range(9)))
    ]
    if pick(draw, NOW_AND_THEN) and activities:
        again = pick(draw, range(len(activities)))
        activities.append(activities[again] | {"id": "again"} | _claim(draw, areas, OF_ANY_SIZE))
    if pick(draw, NOW_AND_THEN):
        kinds, few_areas = ("covid-claim",), ("related", "related", "safety")
        activities += [
            _activity(draw, name, kinds=kinds, days=COVID_DAYS, areas=few_areas, points=OF_ANY_SIZE)
            for name in ("claim 1", "claim 2")
        ]
    return frame | {"activities": activities}


def _last_day(frame: Data) -> date:
    """Answer the last day that counts."""
    return min(oracle.period_of(frame)[1], oracle.day(frame["as_of"]))


def _most_of_it(draw: st.DrawFn, frame: Data, gaps: Iterable[int]) -> tuple[list[str], Data]:
    """Draw a course that brings almost all that is needed, and the areas where it falls short."""
    total, needs = _needs_of(frame)
    allocation = {area: max(0, needed - pick(draw, gaps)) for area, needed in needs.items()}
    in_need = [area for area, needed in needs.items() if allocation[area] < needed]
    allocation["related"] = total - sum(needs.values()) - pick(draw, gaps)
    course = {
        "id": "most",
        "kind": "formal-course",
        "title": "Most of it",
        "completed_on": _last_day(frame).isoformat(),
        "contact_hours": oracle.text(sum(allocation.values())),
        "allocation": {area: oracle.text(points) for area, points in allocation.items()},
    }
    return in_need, course


@st.composite
def tight_cases(draw: st.DrawFn) -> Data:
    """Draw a case where activities of few kinds and days may make up for what one leaves open."""
    frame = _frame(draw)
    in_need, course = _most_of_it(draw, frame, GAPS)
    starts, last = oracle.period_of(frame)[0], _last_day(frame)
    days = pick_some(draw, [day for day in _days_of(frame) if starts <= day <= last], 4)
    kinds = pick_some(draw, CAPPED, 2) + pick_some(draw, ("formal-course", *CAPPED), 1)
    areas = [*in_need, "related"]
    activities = [
        _activity(draw, f"a{number}", kinds=kinds, days=days, areas=areas, points=SMALL)
        for number in range(pick(draw, range(2, 9)))
    ]
    return frame | {"activities": [*activities, course]}


@st.composite
def contested_cases(draw: st.DrawFn) -> Data:
    """Draw a tight case whose activities each serve two areas in need, and barely suffice."""
    frame = _frame(draw) | {"category": pick(draw, CATEGORIES_WITH_MANY_NEEDS)}
    in_need, course = _most_of_it(draw, frame, (100, 200, 50, 150))
    starts, last = oracle.period_of(frame)[0], _last_day(frame)
    second_year = oracle.years_later(starts, 1)
    days, capped = pick(
        draw,
        (
            ((last,), "poster"),
            ((second_year, second_year - DAY), "committee"),
            ((starts, second_year, last), "competence-assessment"),
            ((last,), "presentation"),
        ),
    )
    activities = [course]
    for number in range(pick(draw, range(3, 9))):
        kind = pick(draw, (capped, "formal-course"))
        activity: Data = {"id": f"a{number}", "kind": kind, "title": f"Course {number}"}
        activity["completed_on"] = days[number % len(days)].isoformat()
        areas = [pick(draw, in_need), pick(draw, in_need)]
        if pick(draw, (False, False, True)):
            activity["allocation"] = {area: pick(draw, ("2", "1", "1.5")) for area in areas}
        else:
            activity["covers"] = areas
        if kind in oracle.HOURLY:
            activity["contact_hours"] = pick(draw, ("1", "2", "0.5"))
        activities.append(activity)
    return frame | {"activities": activities}


def cases() -> st.SearchStrategy[Data]:
    """Draw cases of every sort."""
    return st.one_of(contested_cases(), tight_cases(), loose_cases())
