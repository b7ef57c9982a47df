"""A case: the facts of one question, "does this transcript meet what this credential needs?"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

import msgspec

from recert.policy.cycles import Cycle, days_before_submission, examination_needed_from
from recert.policy.dated import Days
from recert.policy.decoding import decode
from recert.policy.loading import load_rulebook
from recert.policy.mistakes import Mistake, Place, Unusable, nearest
from recert.policy.points import Points
from recert.policy.rulebook import (
    Kind,
    Participation,
    PerCredential,
    PerHour,
    PerPages,
    Purpose,
    Rulebook,
    Table,
)

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside these are slips of the keyboard, and date arithmetic stays far from its ends."""


class Activity(Table, frozen=True):
    """Something that a certificant did, as they entered it. Points and hours in hundredths."""

    id: str
    kind: str
    title: str
    completed_on: date
    provider: str = ""
    contact_hours: Points | None = None
    earned: str | None = None
    pages: int | None = None
    repeat: bool = False
    approved: bool = False
    from_: date | None = msgspec.field(default=None, name="from")
    to: date | None = None
    allocation: dict[str, Points] | None = None
    covers: tuple[str, ...] | None = None
    used_in_cycle_ending: date | None = None
    documented: Points | None = None  # what an audit found proven, where it found less

    @property
    def identity(self) -> tuple[str, str, date]:
        """What makes two entries the same activity (ACT-8)."""
        return self.kind, self.title, self.completed_on


class Case(Table, frozen=True):
    """One credential's declaration as it would be on a day.

    `period` holds the days from which its activities may come, and `days` those by which dated
    rules are chosen: both follow from the purpose (PAR-4, STA-2, STA-4, REQ-8). `declared_on` is
    the day of the first submission where a deficient declaration is put right on `as_of` (DEC-6).
    """

    program: str
    category: str
    purpose: Purpose
    cycle: Cycle | None
    as_of: date
    activities: tuple[Activity, ...]
    period: Cycle
    days: Days
    declared_on: date | None = None


class _ActivityFields(Activity, frozen=True):
    """An activity as it stands in a file, where an id may be a number and a day be left out."""

    id: str | int  # type: ignore[assignment]  # read wider here, narrowed by `_activity`
    completed_on: date | None = None  # type: ignore[assignment]  # likewise; `to` may say it
    pages: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None


class _CaseFields(Table, frozen=True):
    """A case as it stands in a file."""

    program: str
    category: str
    as_of: date
    activities: tuple[_ActivityFields, ...]
    participation: Participation = "required"
    declaration: Purpose | None = None
    declared_on: date | None = None
    cycle: Cycle | None = None


def read_case(mapping: Mapping[str, object], rulebook: Rulebook | None = None) -> Case:
    """Read a case from plain data, in the case format (`docs/case-format.md`).

    `rulebook` left out is the shipped one whose key is the case's `program`. Numbers may be
    `int`, `Decimal`, `float` or text; days `date` or ISO text. Raises `Unusable` with every
    mistake, each with its place.
    """
    book = rulebook or load_rulebook(_program_of(mapping))
    decoded = decode(mapping, _CaseFields)
    fields = decoded.value
    in_sense = [*_case_mistakes(fields, book), *_activities_mistakes(fields, book)]
    if mistakes := decoded.all_mistakes(in_sense):
        raise Unusable(mistakes)
    return build_case(
        book,
        category=fields.category,
        purpose=_purpose_of(fields),
        cycle=fields.cycle,
        as_of=fields.as_of,
        activities=tuple(_activity(one) for one in fields.activities),
        declared_on=fields.declared_on,
    )


def read_activity(mapping: Mapping[str, object], book: Rulebook) -> Activity:
    """Read one activity from plain data, as it stands in a case.

    Raises `Unusable` with every mistake, each with its place in the activity.
    """
    decoded = decode(mapping, _ActivityFields)
    if mistakes := decoded.all_mistakes(_activity_mistakes((), decoded.value, book)):
        raise Unusable(mistakes)
    return _activity(decoded.value)


def build_case(
    book: Rulebook,
    *,
    category: str,
    purpose: Purpose,
    cycle: Cycle | None,
    as_of: date,
    activities: tuple[Activity, ...],
    declared_on: date | None = None,
) -> Case:
    """Put facts that are known to be sound together into a case.

    Put right on a later day than it was declared, a declaration goes by the rules of its first
    day, and what counted then still counts; what was done since counts too (DEC-6).
    """
    kind = book.declarations[purpose]
    declared = declared_on or as_of
    if kind.points_from == "cycle":
        if cycle is None:
            raise ValueError(f"A declaration of the kind {purpose} needs a cycle.")
        period, cycle_end = cycle, cycle.ends
    else:
        first = days_before_submission(kind.years or 0, submitted_on=declared).starts
        period = Cycle(starts=first, ends=as_of)
        cycle_end = declared
    if kind.dated_rules_by == "submission-day":
        cycle_end = declared
    return Case(
        program=book.key,
        category=category,
        purpose=purpose,
        cycle=cycle,
        as_of=as_of,
        activities=activities,
        period=period,
        days={"cycle-end": cycle_end, "submission-day": declared},
        declared_on=declared_on,
    )


def _program_of(mapping: Mapping[str, object]) -> str:
    if not isinstance(mapping, Mapping):
        raise Unusable([Mistake((), "expected a table of fields: program, category, ...")])
    program = mapping.get("program")
    if not isinstance(program, str):
        message = "missing; expected the key of a programme, such as ascp-international"
        raise Unusable([Mistake(("program",), message)])
    try:
        return load_rulebook(program).key
    except Unusable as unusable:
        message = unusable.mistakes[0].message
        raise Unusable([Mistake(("program",), message)]) from None


def _purpose_of(fields: _CaseFields) -> Purpose:
    if fields.declaration:
        return fields.declaration
    return "voluntary" if fields.participation == "voluntary" else "renewal"


def _activity(fields: _ActivityFields) -> Activity:
    values = {name: getattr(fields, name) for name in Activity.__struct_fields__}
    values["id"] = str(fields.id)
    values["completed_on"] = fields.completed_on or fields.to
    return Activity(**values)


def _case_mistakes(fields: _CaseFields, book: Rulebook) -> Iterator[Mistake]:
    if fields.program != book.key:
        message = f"expected {book.key}, the programme of this rulebook; found {fields.program!r}"
        yield Mistake(("program",), message)
    if fields.category not in book.categories:
        message = (
            f"unknown category {fields.category!r}; {nearest(fields.category, book.categories)}"
        )
        yield Mistake(("category",), message)
    yield from _day_mistakes(("as_of",), fields.as_of)
    yield from _day_mistakes(("declared_on",), fields.declared_on)
    declared_on = fields.declared_on or fields.as_of
    if declared_on > fields.as_of:
        message = f"expected {fields.as_of}, the day of `as_of`, or earlier; found {declared_on}"
        yield Mistake(("declared_on",), message)
    purpose = _purpose_of(fields)
    if purpose not in book.declarations:
        message = f"this programme takes no declaration of the kind {purpose}"
        yield Mistake(("declaration",), message)
        return
    if (purpose == "voluntary") != (fields.participation == "voluntary"):
        message = f"a {purpose} declaration does not go with {fields.participation} participation"
        yield Mistake(("declaration",), message)
    rules = book.declarations[purpose]
    if fields.cycle is None:
        if rules.points_from == "cycle":
            message = "missing; expected {starts: 2022-01-01, ends: 2025-01-31}"
            yield Mistake(("cycle",), message)
        return
    yield from _cycle_mistakes(book, fields, fields.cycle, purpose)


def _cycle_mistakes(
    book: Rulebook, fields: _CaseFields, cycle: Cycle, purpose: Purpose
) -> Iterator[Mistake]:
    if purpose == "voluntary":
        rule = book.declarations[purpose].rule
        message = f"a voluntary declaration has no cycle ({rule}); leave it out"
        yield Mistake(("cycle",), message)
    yield from _day_mistakes(("cycle", "starts"), cycle.starts)
    yield from _day_mistakes(("cycle", "ends"), cycle.ends)
    if cycle.ends < cycle.starts:
        message = f"ends before it starts; expected {cycle.starts} or later, found {cycle.ends}"
        yield Mistake(("cycle", "ends"), message)
    declared_on = fields.declared_on or fields.as_of
    if purpose == "reinstatement" and declared_on <= cycle.ends:
        message = f"not expired on {declared_on}; a reinstatement comes after {cycle.ends}"
        yield Mistake(("declaration",), message)
    last = book.reinstatement
    too_late = examination_needed_from(book, expired_on=cycle.ends)
    if purpose == "reinstatement" and declared_on >= too_late:
        rule = last.by_declaration_under_years.rule
        message = f"no declaration is taken from {too_late} on. {last.afterwards} ({rule})"
        yield Mistake(("declaration",), message)


def _day_mistakes(place: Place, day: date | None) -> Iterator[Mistake]:
    if day is not None and not EARLIEST <= day <= LATEST:
        yield Mistake(place, f"expected a day from {EARLIEST} to {LATEST}, found {day}")


def _activities_mistakes(fields: _CaseFields, book: Rulebook) -> Iterator[Mistake]:
    first_place: dict[str, int] = {}
    for index, activity in enumerate(fields.activities):
        place: Place = ("activities", index)
        name = str(activity.id)
        if (first := first_place.setdefault(name, index)) != index:
            message = f"{name!r} is the id of activities[{first}] already; each needs its own"
            yield Mistake((*place, "id"), message)
        yield from _activity_mistakes(place, activity, book)


def _activity_mistakes(
    place: Place, activity: _ActivityFields, book: Rulebook
) -> Iterator[Mistake]:
    if not str(activity.id).strip():
        yield Mistake((*place, "id"), "expected a text that names the activity, found nothing")
    if not activity.title.strip():
        yield Mistake((*place, "title"), "expected the activity's title, found nothing")
    for field in ("completed_on", "from", "to", "used_in_cycle_ending"):
        value = getattr(activity, "from_" if field == "from" else field)
        yield from _day_mistakes((*place, field), value)
    yield from _area_mistakes(place, activity, book)
    kind = book.kinds.get(activity.kind)
    if kind is None:
        message = f"unknown kind {activity.kind!r}; {nearest(activity.kind, book.kinds)}"
        yield Mistake((*place, "kind"), message)
    else:
        yield from _field_mistakes(place, activity, kind)


def _area_mistakes(place: Place, activity: _ActivityFields, book: Rulebook) -> Iterator[Mistake]:
    for area in activity.allocation or ():
        if area not in book.areas:
            message = f"unknown area; {nearest(area, book.areas)}"
            yield Mistake((*place, "allocation", area), message)
    for number, area in enumerate(activity.covers or ()):
        if area not in book.areas:
            message = f"unknown area {area!r}; {nearest(area, book.areas)}"
            yield Mistake((*place, "covers", number), message)
    if activity.covers == ():
        message = f"expected at least one area; left out, it is {book.activities.default_area}"
        yield Mistake((*place, "covers"), message)


def _field_mistakes(place: Place, activity: _ActivityFields, kind: Kind) -> Iterator[Mistake]:
    """Whether an activity has the fields that its kind needs, and none of another kind."""
    belongs = fields_of(kind)
    present = {
        "contact_hours": activity.contact_hours is not None,
        "pages": activity.pages is not None,
        "earned": activity.earned is not None,
        "repeat": activity.repeat,
        "approved": activity.approved,
        "from": activity.from_ is not None,
        "to": activity.to is not None,
    }
    for field, is_there in present.items():
        if is_there and field not in belongs:
            message = f"does not belong to {activity.kind}; leave it out ({kind.rule})"
            yield Mistake((*place, field), message)
        if not is_there and belongs.get(field):
            message = f"missing; {activity.kind} needs it ({kind.rule})"
            yield Mistake((*place, field), message)
    if kind.window is None:
        if activity.completed_on is None:
            message = "missing; expected a date such as 2022-05-04"
            yield Mistake((*place, "completed_on"), message)
        return
    last = activity.to or activity.completed_on
    if last is None:
        message = "missing; expected a date such as 2022-05-04, the last day of the work"
        yield Mistake((*place, "to"), message)
    elif activity.completed_on not in (None, last):
        message = f"expected {last}, the same day as `to`; found {activity.completed_on}"
        yield Mistake((*place, "completed_on"), message)
    elif activity.from_ is not None and activity.from_ > last:
        message = f"expected {last} (the last day) or earlier, found {activity.from_}"
        yield Mistake((*place, "from"), message)


def fields_of(kind: Kind) -> dict[str, bool]:
    """Answer the fields that a kind has besides those of every activity: needed, or not.

    A form asks for these and no others.
    """
    fields: dict[str, bool] = {}
    match kind.earns:
        case PerHour():
            fields["contact_hours"] = True
        case PerPages():
            fields["pages"] = True
        case PerCredential():
            fields["earned"] = True
    if kind.first_time_only:
        fields["repeat"] = False
    if kind.approval:
        fields["approved"] = False
    if kind.window:
        fields |= {"from": False, "to": False}
    return fields
