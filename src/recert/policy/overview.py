"""A programme for people: the rows of the tables that explain it, in plain words.

Commands, guides and pages print these; the rules run on the same values (PER-5).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from recert.policy.cycles import DAY
from recert.policy.dated import NotInForce
from recert.policy.points import points_text
from recert.policy.rulebook import (
    Cap,
    Earns,
    PerActivity,
    PerCredential,
    PerHour,
    PerPages,
    RequirementSet,
    Rulebook,
)
from recert.policy.standing import title_of


class RequirementRow(msgspec.Struct, frozen=True):
    """What a set of categories needs in one area (or in all: the total), by period.

    `points` has a text for each day of `turning_days`, empty where nothing is asked yet.
    """

    title: str
    points: tuple[str, ...]
    rules: tuple[str, ...]


class RequirementTable(msgspec.Struct, frozen=True):
    """What some categories need; `days` are the first days of the periods, by expiration."""

    title: str
    categories: tuple[str, ...]
    days: tuple[date, ...]
    rows: tuple[RequirementRow, ...]
    rest: str


class KindRow(msgspec.Struct, frozen=True):
    """What a kind of activity earns, and up to what."""

    key: str
    title: str
    earns: str
    caps: str
    rule: str
    conditions: tuple[str, ...]


class CategoryRow(msgspec.Struct, frozen=True):
    """Who takes part: a category as it is written, and from which certifications on it must.

    `required_from` is None where taking part is always voluntary; `maintained_as` is the title
    under which an old one is maintained, empty where it keeps its own.
    """

    key: str
    title: str
    written: str
    required_from: date | None
    maintained_as: str
    rule: str


class FeeRow(msgspec.Struct, frozen=True):
    """A fee from a day on; `who` says for whom, where that matters."""

    title: str
    from_: date
    amount: str
    who: str
    rule: str


def category_rows(book: Rulebook) -> list[CategoryRow]:
    """Answer each category, and whether it must take part."""
    return [
        CategoryRow(
            key=key,
            title=one.title,
            written=title_of(book, key, maintained=False).text,
            required_from=one.required_from,
            maintained_as=title_of(book, key, maintained=True).text if one.maintained_as else "",
            rule=one.rule,
        )
        for key, one in book.categories.items()
    ]


def requirement_tables(book: Rulebook) -> list[RequirementTable]:
    """Answer what each set of categories needs, by expiration date."""
    return [
        RequirementTable(
            title=needed.title,
            categories=tuple(
                key for key, category in book.categories.items() if category.requirements == name
            ),
            days=_turning_days(needed),
            rows=tuple(_requirement_rows(book, needed)),
            rest=needed.rest,
        )
        for name, needed in book.requirements.items()
    ]


def _turning_days(needed: RequirementSet) -> tuple[date, ...]:
    dated = [needed.total, *(one.points for one in needed.areas)]
    return tuple(sorted({step.from_ for each in dated for step in each.steps}))


def _requirement_rows(book: Rulebook, needed: RequirementSet) -> Iterator[RequirementRow]:
    days = _turning_days(needed)
    asked = [("Total", needed.total)]
    for one in needed.areas:
        own = "Area of certification" if one.own_area else ""
        titles = " or ".join(book.areas[area].title for area in one.areas)
        asked.append((one.title or own or titles, one.points))
    for title, dated in asked:
        points, rules = [], dict[str, None]()
        for day in days:
            try:
                step = dated.on({"cycle-end": day, "submission-day": day})
            except NotInForce:
                points.append("")
                continue
            points.append(points_text(step.value) if step.value else "")
            rules[step.rule] = None
        by_submission = dated.governed_by == "submission-day"
        name = f"{title} (by the day of submission)" if by_submission else title
        yield RequirementRow(name, tuple(points), tuple(rules))


def period_titles(days: tuple[date, ...]) -> list[str]:
    """Say for each period when a cycle expires that it means.

    >>> period_titles((date(2012, 1, 1), date(2023, 1, 1), date(2024, 1, 1)))
    ['until 2022-12-31', 'until 2023-12-31', 'from 2024-01-01']
    """
    return [*(f"until {day - DAY}" for day in days[1:]), f"from {days[-1]}"]


def kind_rows(book: Rulebook) -> list[KindRow]:
    """Answer the table of points: each kind of activity, what it earns and its caps."""
    return [
        KindRow(
            key=key,
            title=kind.title,
            earns=earns_text(book, kind.earns),
            caps="; ".join(
                [
                    *(cap_text(book, cap) for cap in kind.caps),
                    *(
                        f"{cap_text(book, group.cap)}, together with others of: {group.title}"
                        for group in book.cap_groups.values()
                        if key in group.kinds
                    ),
                ]
            ),
            rule=kind.rule,
            conditions=kind.conditions,
        )
        for key, kind in book.kinds.items()
    ]


def points_in_words(book: Rulebook, points: int) -> str:
    """Print a number of points with the programme's word for them.

    `1 point`, `2.5 points`.
    """
    unit = book.unit.one if points == ONE else book.unit.many
    return f"{points_text(points)} {unit}"


ONE = 100


def earns_text(book: Rulebook, earns: Earns) -> str:
    """Say in words what a kind earns."""
    match earns:
        case PerHour():
            return f"{points_in_words(book, earns.points)} for each contact hour"
        case PerActivity():
            return f"{points_in_words(book, earns.points)} each"
        case PerPages():
            steps = (
                f"{points_in_words(book, step.points)} from {step.from_pages} pages"
                if step.from_pages > 1
                else points_in_words(book, step.points)
                for step in earns.steps
            )
            return ", ".join(steps)
        case PerCredential():
            classes = (
                f"{points_in_words(book, one.points)} for {', '.join(one.credentials)}"
                for one in earns.classes
            )
            return "; ".join(classes)


def cap_text(book: Rulebook, cap: Cap) -> str:
    """Say in words what a cap lets through at most."""
    if cap.points is None:
        return f"{cap.percent_of_total} % of the total required"
    return f"{points_in_words(book, cap.points)} in a {cap.per}"


def fee_rows(book: Rulebook) -> list[FeeRow]:
    """Answer each fee with its dates, amounts that differ by country after the general one."""
    rows = []
    for fee in book.fees.values():
        for step in fee.steps:
            rows.append(
                FeeRow(fee.title, step.from_, f"{step.amount} {book.currency}", "", fee.rule)
            )
            for special in step.instead:
                countries = ", ".join(book.country_groups[special.countries])
                amount = f"{special.amount} {book.currency}"
                who = f"residents of: {countries}"
                rows.append(FeeRow(fee.title, step.from_, amount, who, fee.rule))
    return rows
