"""What became of an invented credential: when it was certified, renewed, inactive, expired."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final, Literal

from recert.policy import Rulebook
from recert.policy.cycles import (
    DAY,
    Cycle,
    days_before_submission,
    declaration_window,
    examination_needed_from,
    extended_cycle,
    first_cycle,
    next_cycle,
    reinstated_cycle,
    voluntary_cycle,
    years_after,
)
from recert.policy.standing import participation_in

EARLIEST: Final = date(2005, 1, 10)
"""Nobody here was certified before."""

MONTH: Final = 30.44
TRIES: Final = 40

Stage = Literal[
    "new",
    "first-cycle",
    "renewed",
    "due",
    "late",
    "expired",
    "long-expired",
    "inactive",
    "voluntary",
    "maintained",
    "designation-lapsed",
]

STAGES: Final[dict[Stage, int]] = {
    "new": 4,
    "first-cycle": 21,
    "renewed": 33,
    "due": 8,
    "late": 4,
    "expired": 8,
    "long-expired": 3,
    "inactive": 3,
    "voluntary": 6,
    "maintained": 8,
    "designation-lapsed": 2,
}
"""How many of a hundred credentials are at which stage."""

NAMES: Final = tuple(STAGES)
WEIGHTS: Final = tuple(accumulate(STAGES.values()))
VOLUNTARY: Final = frozenset[Stage]({"voluntary", "maintained", "designation-lapsed"})
ONCE_REINSTATED, ONCE_INACTIVE = 0.05, 0.1


@dataclass(slots=True)
class Span:
    """Days in which points were earned for one declaration.

    `share`: how much of what is asked was earned in them. `used_until`: the end of the cycle that
    used them up, or where none ran the day of the declaration; None while nothing has.
    """

    period: Cycle
    share: float
    used_until: date | None = None


@dataclass(slots=True)
class Life:
    """The facts of one credential, and the days in which points were earned for it."""

    category: str
    certified_on: date
    grants: list[tuple[Cycle, date]] = field(default_factory=list)
    inactive: list[tuple[date, date]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)


def draw_stage(chance: Random) -> Stage:
    """Draw where in its life a credential is."""
    return chance.choices(NAMES, cum_weights=WEIGHTS)[0]


def draw_life(
    chance: Random, book: Rulebook, *, category: str, stage: Stage, diligence: float, as_of: date
) -> Life:
    """Draw the life of a credential that is at a stage on a day, or near it where none can be.

    `diligence` is how much of what is asked its holder earns in a whole cycle.
    """
    required_from = book.categories[category].required_from
    if required_from is None:
        stage = stage if stage in VOLUNTARY else "voluntary"
    elif stage in VOLUNTARY and (required_from <= EARLIEST or required_from >= as_of):
        stage = "first-cycle"
    if stage in VOLUNTARY:
        return _draw_voluntary(
            chance, book, category=category, stage=stage, diligence=diligence, as_of=as_of
        )
    for _try in range(TRIES):
        found = _draw_required(
            chance, book, category=category, stage=stage, diligence=diligence, as_of=as_of
        )
        if found:
            return found
    return _newest(chance, book, category, diligence, as_of)


def _newest(chance: Random, book: Rulebook, category: str, diligence: float, as_of: date) -> Life:
    """Draw one that was certified in the last months, which is possible on any day."""
    life = Life(category, as_of - timedelta(days=int(chance.uniform(1, 100))))
    cycle = first_cycle(book, certified_on=life.certified_on)
    life.spans.append(_running(cycle, as_of, diligence))
    return life


def _running(cycle: Cycle, as_of: date, diligence: float, *, until: date | None = None) -> Span:
    """Answer the span of a cycle that is not declared yet: as much as its days have brought."""
    last = min(until or cycle.ends, as_of)
    # Most have what they need some months before the end.
    passed = (last - cycle.starts).days / max(1, (cycle.ends - cycle.starts).days)
    return Span(Cycle(starts=cycle.starts, ends=last), min(1.0, passed * 1.12) * diligence)


# What must be maintained


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a day lies: its distance to the end of the cycle, in days, and past renewals."""

    least: float
    most: float
    renewals: tuple[int, ...]


def _place(book: Rulebook, stage: Stage) -> _Place:
    opens, due = book.window.opens_months_before.value, book.window.due_months_before.value
    years = book.cycle.years.value * 365.25
    limit = book.reinstatement.by_declaration_under_years.value * 365.25
    return {
        "new": _Place(years - 40, years, (0,)),
        "first-cycle": _Place(opens * MONTH, years - 40, (0,)),
        "renewed": _Place(opens * MONTH, years, (1, 1, 1, 2, 2, 3, 4)),
        "due": _Place(due * MONTH, opens * MONTH, (0, 1, 1, 2, 3)),
        "late": _Place(0, due * MONTH, (0, 1, 2)),
        "expired": _Place(-limit, -1, (0, 0, 1, 2)),
        "long-expired": _Place(-limit - 3 * 365, -limit, (0,)),
        "inactive": _Place(-5 * MONTH, 16 * MONTH, (0, 1, 2)),
    }[stage]


def _draw_required(
    chance: Random, book: Rulebook, *, category: str, stage: Stage, diligence: float, as_of: date
) -> Life | None:
    """Draw a life, and answer it where it comes out at the stage."""
    place, years = _place(book, stage), book.cycle.years.value
    renewals = chance.choice(place.renewals)
    twist = chance.random() if renewals else 1.0
    away = chance.uniform(40, 700) if twist < ONCE_REINSTATED + ONCE_INACTIVE else 0.0
    ends = as_of + timedelta(days=int(chance.uniform(place.least, place.most)))
    certified_on = years_after(ends - timedelta(days=int(away)), -years * (renewals + 1))
    certified_on = min(certified_on, as_of - DAY)
    if certified_on < EARLIEST:
        return None
    if participation_in(book, category, certified_on=certified_on) != "required":
        return None
    life = Life(category, certified_on)
    cycle = first_cycle(book, certified_on=certified_on)
    for number in range(renewals):
        is_last = number == renewals - 1
        if is_last and away and twist < ONCE_REINSTATED:
            cycle = _reinstate(chance, book, life, cycle, away)
        elif is_last and away:
            cycle = _rest(chance, life, cycle, away)
            cycle = _renew(chance, book, life, cycle)
        else:
            cycle = _renew(chance, book, life, cycle)
        if cycle.starts > as_of or life.grants[-1][1] > as_of:
            return None
    return _at_stage(chance, book, life, cycle, stage=stage, diligence=diligence, as_of=as_of)


def _renew(chance: Random, book: Rulebook, life: Life, cycle: Cycle) -> Cycle:
    """Let a cycle be declared in its window, and granted before its end."""
    opens_on = declaration_window(book, cycle).opens_on
    granted_on = cycle.ends - timedelta(days=int(chance.random() * (cycle.ends - opens_on).days))
    submitted_on = max(opens_on, granted_on - timedelta(days=int(chance.uniform(3, 40))))
    share = chance.uniform(1.0, 1.15)
    life.spans.append(Span(Cycle(cycle.starts, submitted_on), share, cycle.ends))
    following = next_cycle(book, cycle)
    life.grants.append((following, granted_on))
    return following


def _rest(chance: Random, life: Life, cycle: Cycle, away: float) -> Cycle:
    """Let inactive status extend a cycle."""
    granted_on = cycle.ends - timedelta(days=int(chance.uniform(30, 500)))
    extended = extended_cycle(cycle, until=cycle.ends + timedelta(days=int(away)))
    life.inactive.append((max(granted_on, cycle.starts), extended.ends))
    return extended


def _reinstate(chance: Random, book: Rulebook, life: Life, cycle: Cycle, away: float) -> Cycle:
    """Let a cycle end without a declaration, and be reinstated after some days."""
    if "reinstatement" not in book.declarations:
        return _renew(chance, book, life, cycle)
    share = chance.uniform(0.1, 0.6)
    life.spans.append(Span(cycle, share))
    approved_on = cycle.ends + timedelta(days=int(away))
    submitted_on = approved_on - timedelta(days=int(min(away, chance.uniform(3, 35))))
    since = Cycle(cycle.ends + DAY, max(cycle.ends + DAY, submitted_on))
    life.spans.append(Span(since, 1.05 - share / 2, submitted_on))
    reinstated = reinstated_cycle(book, approved_on=approved_on)
    life.grants.append((reinstated, approved_on))
    return reinstated


def _at_stage(
    chance: Random,
    book: Rulebook,
    life: Life,
    cycle: Cycle,
    *,
    stage: Stage,
    diligence: float,
    as_of: date,
) -> Life | None:
    """Let the last cycle run up to the day; None where it is not at the stage then."""
    window = declaration_window(book, cycle)
    if stage == "inactive":
        granted_on = cycle.starts + (min(cycle.ends, as_of) - cycle.starts) * chance.random()
        until = max(as_of, cycle.ends) + timedelta(days=int(chance.uniform(40, 500)))
        life.inactive.append((granted_on, until))
        life.spans.append(_running(cycle, as_of, diligence * chance.uniform(0.2, 0.8)))
        return life
    if stage in {"expired", "long-expired"}:
        if as_of <= cycle.ends:
            return None
        needs_examination = as_of >= examination_needed_from(book, expired_on=cycle.ends)
        if needs_examination != (stage == "long-expired"):
            return None
        life.spans.append(Span(cycle, chance.uniform(0, 0.7)))
        since = Cycle(max(cycle.ends + DAY, years_after(as_of, -2)), as_of)
        if stage == "expired" and since.starts <= as_of:
            life.spans.append(Span(since, chance.choice([0, 0, 0.2, 0.5, 1.0])))
        return life
    fits = {
        "new": as_of < window.opens_on,
        "first-cycle": as_of < window.opens_on,
        "renewed": as_of < window.opens_on,
        "due": window.opens_on <= as_of <= window.due_on,
        "late": window.due_on < as_of <= window.expires_on,
    }
    if not fits[stage]:
        return None
    if stage == "late":
        diligence *= chance.uniform(0.5, 1.0)
    life.spans.append(_running(cycle, as_of, diligence if stage != "new" else diligence / 2))
    return life


# What may be maintained


def _draw_voluntary(
    chance: Random, book: Rulebook, *, category: str, stage: Stage, diligence: float, as_of: date
) -> Life:
    required_from = book.categories[category].required_from
    last = min(required_from - DAY if required_from else as_of, years_after(as_of, -1))
    life = Life(category, EARLIEST + (max(EARLIEST, last) - EARLIEST) * chance.random())
    rules, length = book.declarations.get("voluntary"), book.cycle.years.value
    if rules is None or stage == "voluntary":
        life.spans.append(_running(Cycle(years_after(as_of, -2), as_of), as_of, diligence / 8))
        return life
    # One declaration after another, each a little after the designation has lapsed.
    approved_on = as_of - timedelta(days=int(chance.uniform(5, length * 355)))
    if stage == "designation-lapsed":
        approved_on -= timedelta(days=int(length * 370 + chance.uniform(0, 900)))
    else:
        life.spans.append(Span(Cycle(approved_on, as_of), diligence * 0.4))
    in_force = book.requirements[book.categories[category].requirements].total.steps[0].from_
    for _each in range(chance.choice([1, 1, 2, 3])):
        submitted_on = approved_on - timedelta(days=int(chance.uniform(3, 40)))
        if min(submitted_on, years_after(submitted_on, -1)) < max(life.certified_on, in_force):
            break
        designation = voluntary_cycle(book, approved_on=approved_on)
        drawn = days_before_submission(rules.years or length, submitted_on=submitted_on)
        # What an earlier declaration used is not there any more, so it comes after that.
        period = Cycle(drawn.starts + timedelta(days=60), drawn.ends)
        life.spans.insert(0, Span(period, 1.08))
        life.grants.insert(0, (designation, approved_on))
        approved_on = years_after(approved_on, -length) - timedelta(
            days=int(chance.uniform(40, 200))
        )
    return life
