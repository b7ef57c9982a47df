"""What invented people did to keep learning: activities over the days of their cycles."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any, Final

from recert.policy import NotInForce, Rulebook
from recert.policy.case import build_case
from recert.policy.cycles import Cycle, year_of
from recert.policy.rulebook import Kind, PerActivity, PerCredential, PerHour, PerPages
from recert.policy.terms import CapTerm, Terms, terms_of
from recert.seeding.lives import Span
from recert.seeding.people import Identity

QUARTER: Final = 25
"""Providers give quarters of a point or hour, in hundredths."""

MOST: Final = 150
"""So many activities bring a span to its share; it is some ten."""

WITHOUT_ALLOCATION: Final = 0.2
IN_TWO_AREAS: Final = 0.22
REPORTED_BY_PROVIDER: Final = 0.15
REPEATED: Final = 0.08
IN_QUARTERS: Final = 0.15
OF_A_WINDOW: Final = 0.2
APPROVED: Final = 0.85
"""How often these are met, of all that could."""

SLIPS: Final = (
    "none",
    "twice",
    "before the cycle",
    "too much of a kind",
    "in one area",
    "more than there is",
    "withdrawn",
)
SLIP_WEIGHTS: Final = tuple(accumulate((70, 5, 5, 6, 6, 4, 4)))


@dataclass(slots=True)
class Entry:
    """An activity of an invented person. Points and hours are hundredths."""

    kind: str
    title: str
    completed_on: date
    provider: str
    portions: dict[str, int] | None
    covers: tuple[str, ...]
    contact_hours: int | None = None
    earned: str = ""
    pages: int | None = None
    repeat: bool = False
    approved: bool = False
    from_on: date | None = None
    reported_by: str = ""
    withdrawn: bool = False


@cache
def _subjects() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("subjects.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _Choice:
    """The kinds of a rulebook, and how often each is met."""

    usual: tuple[str, ...]
    usual_weights: tuple[float, ...]
    in_a_window: tuple[str, ...]
    hourly: tuple[str, ...]


@cache
def _kinds_to_choose(book: Rulebook) -> _Choice:
    weights: dict[str, float] = {}
    for key, kind in book.kinds.items():
        if not kind.window:
            weights[key] = _how_often(kind)
    hourly = tuple(key for key, weight in weights.items() if weight >= OFTEN)
    return _Choice(
        tuple(weights),
        tuple(accumulate(weights.values())),
        tuple(key for key, kind in book.kinds.items() if kind.window),
        hourly or tuple(weights),
    )


OFTEN: Final = 30


def _how_often(kind: Kind) -> float:
    """Answer how often a kind is met, by what it earns: courses are daily bread, books are not."""
    match kind.earns:
        case PerHour():
            return 2.5 if kind.caps or kind.first_time_only else OFTEN
        case PerActivity():
            return 2.0 if kind.caps else 0.3
        case _:
            return 0.35


@cache
def _titles(book: Rulebook, kind: str, area: str, year: int) -> tuple[str, ...]:
    told = _subjects()
    form = told["kinds"].get(kind, told["other"])
    subjects = told["areas"].get(area, [book.areas[area].title])
    return tuple(
        title.replace("{subject}", subject)
        .replace("{kind}", book.kinds[kind].title)
        .replace("{year}", str(year))
        for title in form["titles"]
        for subject in subjects
    )


@cache
def _by_whom(kind: str) -> str:
    told = _subjects()
    return str(told["kinds"].get(kind, told["other"])["by"])


def asked_of(book: Rulebook, category: str, span: Span) -> Terms | None:
    """Answer what the declaration of a span asks for; None before the first rules."""
    day = span.used_until or span.period.ends
    case = build_case(
        book,
        category=category,
        purpose=next(iter(book.declarations)),
        cycle=Cycle(span.period.starts, day),
        as_of=day,
        activities=(),
    )
    try:
        return terms_of(book, case)
    except NotInForce:
        return None


class Writer:
    """Writes the transcript of one person."""

    def __init__(
        self, chance: Random, book: Rulebook, who: Identity, *, to_fill: float, as_of: date
    ) -> None:
        """Take what all entries share; `to_fill` is how many activities fill a whole cycle."""
        self.chance, self.book, self.who, self.as_of = chance, book, who, as_of
        self.to_fill = to_fill * chance.uniform(0.55, 1.6)  # many short ones, or few long ones
        self.kinds = _kinds_to_choose(book)
        self.once: set[str] = set()
        self.brought: dict[tuple[CapTerm, int], int] = {}
        self.entries: list[Entry] = []

    def fill(self, span: Span, terms: Terms, *, own_area: str, whole: bool) -> None:
        """Add the activities of a span: what each area asks for, and the rest anywhere.

        Where it is not the `whole`, only the areas: the rest is there for another credential.
        """
        chance = self.chance
        self.brought.clear()
        if span.share <= 0 or span.period.ends < span.period.starts:
            return
        usual = terms.total / self.to_fill
        wanted = [
            (chance.choice(need.areas), need.points)
            for need in terms.needs
            if chance.random() < span.share + 0.1
        ]
        left = int(terms.total * span.share) if whole else 0
        areas = self._areas_of(own_area, terms)
        for kind in self.kinds.in_a_window:
            left -= self._in_a_window(kind, span, terms)
        for area, points in wanted:
            while points > 0:
                brought = self._add(span, terms, area, usual, at_least=points)
                points -= brought  # noqa: PLW2901  # what this area still asks for
                left -= brought
        for _each in range(MOST):
            if left <= 0:
                break
            area = areas[int(chance.random() * len(areas))]
            left -= self._add(span, terms, area, usual)

    def fill_with(self, number: int, span: Span, terms: Terms, *, own_area: str) -> None:
        """Add a number of activities to a span, however much they bring."""
        areas = self._areas_of(own_area, terms)
        while len(self.entries) < number:
            self._add(span, terms, self.chance.choice(areas), terms.total / self.to_fill)

    def _areas_of(self, own_area: str, terms: Terms) -> list[str]:
        """Answer areas to choose from: the own one and those that are asked for more often."""
        asked = [area for need in terms.needs for area in need.areas]
        return [*self.book.areas, *asked, *([own_area] * 6 if own_area else [])]

    def _add(self, span: Span, terms: Terms, area: str, usual: float, *, at_least: int = 0) -> int:
        """Add an activity, and answer what it brings."""
        chance = self.chance
        day = self._day(span.period)
        key = self._kind(terms, span, day, hourly=bool(at_least))
        kind = self.book.kinds[key]
        if kind.areas and area not in kind.areas:
            area = kind.areas[0]
        entry = Entry(key, "", day, "", None, (area,))
        match kind.earns:
            case PerHour(points=rate):
                entry.contact_hours = self._hours(usual, int(rate), at_least)
                worth = entry.contact_hours * int(rate) // 100
            case PerActivity(points=points):
                worth = int(points)
            case PerPages(steps=steps):
                step = chance.choice(steps)
                entry.pages = step.from_pages + int(chance.random() * 150)
                worth = max(int(one.points) for one in steps if one.from_pages <= entry.pages)
            case PerCredential(classes=classes):
                one = chance.choice(classes)
                entry.earned = chance.choice(one.credentials)
                worth = int(one.points)
        if kind.first_time_only:
            entry.repeat = chance.random() < REPEATED
        self._name(entry, area)
        self._allocate(entry, area, worth, at_least)
        self.entries.append(entry)
        return 0 if entry.repeat else self._counting(terms, span, entry, worth)

    def _kind(self, terms: Terms, span: Span, day: date, *, hourly: bool) -> str:
        """Choose a kind, and another where its caps leave no room."""
        chance = self.chance
        if hourly:
            return self.kinds.hourly[int(chance.random() * len(self.kinds.hourly))]
        key: str = chance.choices(self.kinds.usual, cum_weights=self.kinds.usual_weights)[0]
        kind = self.book.kinds[key]
        if key in self.once or (kind.caps and not self._has_room(terms, span, key, day)):
            return self.kinds.hourly[int(chance.random() * len(self.kinds.hourly))]
        if isinstance(kind.earns, PerCredential | PerPages):
            self.once.add(key)  # of these, once in a life is enough
        return key

    def _has_room(self, terms: Terms, span: Span, key: str, day: date) -> bool:
        return all(
            self.brought.get((cap, self._year(cap, span, day)), 0) < cap.limit
            for cap in terms.kinds[key].caps
        )

    def _year(self, cap: CapTerm, span: Span, day: date) -> int:
        if not cap.per_year:
            return 0
        years = self.book.cycle.years.value
        return year_of(day, starts=span.period.starts, years=years)

    def _counting(self, terms: Terms, span: Span, entry: Entry, worth: int) -> int:
        """Answer what of an activity counts under the caps of its kind."""
        counting = worth
        caps = [
            (cap, self._year(cap, span, entry.completed_on)) for cap in terms.kinds[entry.kind].caps
        ]
        for place in caps:
            counting = min(counting, max(0, place[0].limit - self.brought.get(place, 0)))
        for place in caps:
            self.brought[place] = self.brought.get(place, 0) + counting
        return counting

    def _day(self, period: Cycle) -> date:
        days = (period.ends - period.starts).days
        return period.starts + timedelta(days=int(self.chance.random() * (days + 1)))

    def _hours(self, usual: float, rate: int, at_least: int) -> int:
        """Draw contact hours that bring at least so many points; quarters are rarer than halves."""
        chance = self.chance
        points = usual * (0.3 + 2.1 * chance.random() ** 2)  # some are long; as usual on average
        step = QUARTER if chance.random() < IN_QUARTERS else 2 * QUARTER
        steps = round(max(points, min(at_least, 4 * usual)) * 100 / rate / step)
        hours = max(step, steps * step)
        return hours if hours * rate >= at_least * 100 else hours + step

    def _name(self, entry: Entry, area: str) -> None:
        titles = _titles(self.book, entry.kind, area, entry.completed_on.year)
        title = titles[int(self.chance.random() * len(titles))]
        entry.title = title.replace("{earned}", entry.earned) if entry.earned else title
        match _by_whom(entry.kind):
            case "provider" if self.book.providers:
                offered = self.book.providers[int(self.chance.random() * len(self.book.providers))]
                entry.provider = offered.name
                if entry.contact_hours and self.chance.random() < REPORTED_BY_PROVIDER:
                    entry.reported_by = offered.name
            case "workplace":
                entry.provider = self.who.workplace
            case "university":
                entry.provider = self.who.university

    def _allocate(self, entry: Entry, area: str, worth: int, at_least: int) -> None:
        """Allocate the points; what is more than an area asks for may go to another."""
        chance, allowed = self.chance, self.book.kinds[entry.kind].areas
        roll = chance.random()
        if roll < WITHOUT_ALLOCATION:
            if not allowed and roll < WITHOUT_ALLOCATION / 2:
                entry.covers = tuple(dict.fromkeys((area, self._any_area())))
            return
        entry.portions = {area: worth}
        spare = worth - max(at_least, QUARTER)
        if not allowed and spare >= QUARTER and roll > 1 - IN_TWO_AREAS:
            other = self._any_area()
            if other != area:
                moved = (int(chance.random() * spare) // QUARTER + 1) * QUARTER
                moved = min(moved, spare)
                entry.portions = {area: worth - moved, other: moved}
                entry.covers = (area, other)

    def _any_area(self) -> str:
        areas = tuple(self.book.areas)
        return areas[int(self.chance.random() * len(areas))]

    def _in_a_window(self, key: str, span: Span, terms: Terms) -> int:
        """Add work of a kind that counts in some days only, now and then, once in a life."""
        chance, kind = self.chance, self.book.kinds[key]
        window = kind.window
        if window is None or key in self.once:
            return 0
        first = max(window.from_, span.period.starts)
        last = min(window.through, span.period.ends)
        if last <= first or chance.random() > OF_A_WINDOW:
            return 0
        self.once.add(key)
        day = self._day(Cycle(first, last))
        hours = chance.randrange(8, 60) * QUARTER
        rate = int(kind.earns.points) if isinstance(kind.earns, PerHour | PerActivity) else 100
        area = kind.areas[0] if kind.areas else self._any_area()
        entry = Entry(key, "", day, "", None, (area,))
        worth = rate
        if isinstance(kind.earns, PerHour):
            entry.contact_hours, worth = hours, hours * rate // 100
        entry.from_on = max(first, day - timedelta(days=int(chance.random() * 120)))
        entry.approved = bool(kind.approval) and chance.random() < APPROVED
        self._name(entry, area)
        entry.portions = {area: worth}
        self.entries.append(entry)
        return self._counting(terms, span, entry, worth) if entry.approved else 0

    # What goes wrong

    def slip(self, *, certified_on: date) -> None:
        """Let now and then go wrong what goes wrong for people."""
        chance = self.chance
        if not self.entries:
            return
        some = self.entries[int(chance.random() * len(self.entries))]
        match chance.choices(SLIPS, cum_weights=SLIP_WEIGHTS)[0]:
            case "twice":
                self.entries.append(replace(some, reported_by=""))
            case "before the cycle" if some.from_on is None:
                early = certified_on - timedelta(days=int(chance.uniform(10, 300)))
                self.entries.append(replace(some, completed_on=early, reported_by=""))
            case "too much of a kind":
                self._do_too_much()
            case "in one area":
                self._put_into_one_area(some)
            case "more than there is" if some.portions:
                area = next(iter(some.portions))
                some.portions = some.portions | {area: some.portions[area] + 2 * QUARTER}
            case "withdrawn":
                some.withdrawn = True

    def _do_too_much(self) -> None:
        kinds = self.book.kinds
        capped = [one for one in self.entries if kinds[one.kind].caps and not one.from_on]
        for some in capped[-1:]:
            for number in (2, 3):
                day = min(self.as_of, some.completed_on + timedelta(days=9 * number))
                title = f"{some.title} ({number})"
                self.entries.append(replace(some, title=title, completed_on=day))

    def _put_into_one_area(self, some: Entry) -> None:
        (area,) = some.covers[:1]
        if self.book.kinds[some.kind].areas:
            return
        for one in self.entries:
            allowed = self.book.kinds[one.kind].areas
            if one.completed_on.year == some.completed_on.year and one.portions and not allowed:
                one.portions = {area: sum(one.portions.values())}
                one.covers = (area,)


def portions_text(portions: dict[str, int] | None) -> str | None:
    """Write portions as they are stored."""
    return None if portions is None else json.dumps(portions)
