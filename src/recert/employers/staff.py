"""Where the staff of an employer stand: of those who consented, and what the consent is about.

It is standing and dates of each credential, and the points that are still missing: no activity, no
document, no address. Standings come in a handful of queries, however many people there are; points
take longer, and are worked out for those that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.queries import held_by_each, positions_of_each
from recert.organisations.consents import staff_by_id
from recert.organisations.models import Organisation
from recert.people.models import Person
from recert.policy.cycles import declaration_window
from recert.policy.standing import Standing, Title, standing_on, title_of

Group = Literal["ended", "soon", "later", "waits", "calm"]
"""How pressing something is: ended; ends soon; ends later; waits for the board; nothing to do."""

GROUPS: Final[tuple[Group, ...]] = ("ended", "soon", "later", "waits", "calm")

SOON_DAYS: Final = 90
"""So many days ahead an end is near; it only sorts and colours, and no rule asks for it."""

TOGETHER: Final = 200
"""So many people are assessed at a time, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One credential of somebody who consented. Points in hundredths.

    `ends_on`: the last day on which it is valid, as far as is known; None where it has none.
    `short`: the fewest points that are missing, None where none are asked for or counted yet.
    """

    person: Person
    credential: Credential
    title: Title
    standing: Standing
    group: Group
    ends_on: date | None
    due_on: date | None
    days_left: int | None
    short: int | None = None
    counted: bool = False

    @property
    def is_at_risk(self) -> bool:
        """Whether it ends, and nothing was declared that waits or renews it."""
        return self.group in {"soon", "later"}


def staff_of(organisation: Organisation, *, as_of: date) -> list[StaffRow]:
    """Answer the credentials of all who consented, worst first. Six queries, without points."""
    return rows_of(staff_by_id(organisation), as_of=as_of)


def rows_of(people: Mapping[int, Person], *, as_of: date) -> list[StaffRow]:
    """Answer the credentials of some people, worst first. Five queries, without points."""
    found = [
        _row(people[person], one.credential, standing, as_of)
        for person, held in held_by_each(list(people), as_of).items()
        for one, _declaration in held
        for standing in [standing_on(the_rulebook(), one.holding, as_of=as_of)]
        if standing.state != "not-certified"
    ]
    return sorted(found, key=_how_bad)


def with_points(rows: Sequence[StaffRow], *, as_of: date) -> list[StaffRow]:
    """Answer rows with the points that are missing: ten queries for each `TOGETHER` people."""
    people = list(dict.fromkeys(one.person.pk for one in rows))
    short: dict[int, int | None] = {}
    for start in range(0, len(people), TOGETHER):
        some = people[start : start + TOGETHER]
        for positions in positions_of_each(some, as_of=as_of).values():
            for one in positions.each:
                short[one.credential.pk] = one.plan.fewest if one.plan else None
    return [replace(one, short=short.get(one.credential.pk), counted=True) for one in rows]


def ending_by_month(
    rows: Iterable[StaffRow], *, as_of: date, months: int
) -> list[tuple[date, int, int]]:
    """Answer by month ahead how many credentials end in it: not renewed yet, and all others."""
    first = as_of.replace(day=1)
    starts = [_month_after(first, number) for number in range(months)]
    found = {one: [0, 0] for one in starts}
    for row in rows:
        if row.ends_on is None or row.ends_on < as_of:
            continue
        month = row.ends_on.replace(day=1)
        if month in found:
            found[month][0 if row.is_at_risk else 1] += 1
    return [(month, open_ones, others) for month, (open_ones, others) in found.items()]


def _month_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _row(person: Person, credential: Credential, standing: Standing, as_of: date) -> StaffRow:
    book = the_rulebook()
    ends_on = standing.until
    if not standing.valid and standing.cycle:
        ends_on = standing.cycle.ends
    days_left = (ends_on - as_of).days if ends_on else None
    running = standing.cycle if standing.valid and not standing.renewed else None
    due = declaration_window(book, running).due_on if running and not standing.pending else None
    title = standing.title
    if not title.text:
        title = title_of(book, credential.category, maintained=False)
    return StaffRow(
        person=person,
        credential=credential,
        title=title,
        standing=standing,
        group=_group(standing, days_left),
        ends_on=ends_on,
        due_on=due,
        days_left=days_left,
    )


def _group(standing: Standing, days_left: int | None) -> Group:
    if not standing.valid:
        return "ended"
    if standing.pending:
        return "waits"
    if standing.participation == "voluntary" or standing.renewed or days_left is None:
        return "calm"
    return "soon" if days_left <= SOON_DAYS else "later"


def _how_bad(row: StaffRow) -> tuple[int, date, str, int]:
    ends = row.ends_on or date.max
    return (GROUPS.index(row.group), ends, row.person.name.casefold(), row.credential.pk)
