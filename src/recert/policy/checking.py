"""Whether the values of a rulebook fit together: each name known, each date in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from recert.policy.answering import unknown_places
from recert.policy.dated import Dated
from recert.policy.mistakes import Mistake, Place, nearest
from recert.policy.points import Points
from recert.policy.rulebook import Fee, Kind, PerCredential, PerPages, RequirementSet, Rulebook


def mistakes_between(book: Rulebook) -> Iterator[Mistake]:
    """Yield every contradiction between the values of a well-formed rulebook."""
    yield from _unknown_rules(book)
    yield from _category_mistakes(book)
    for key, needed in book.requirements.items():
        yield from _requirement_mistakes(book, key, needed)
    for key, kind in book.kinds.items():
        yield from _kind_mistakes(book, key, kind)
    for key, group in book.cap_groups.items():
        yield from _unknown(("cap_groups", key, "kinds"), group.kinds, book.kinds, "kind")
        yield from _cap_mistakes(("cap_groups", key, "cap"), group.cap)
    yield from _overlapping_groups(book)
    for key, fee in book.fees.items():
        yield from _fee_mistakes(book, key, fee)
    yield from _declaration_mistakes(book)
    yield from _unknown(("inactive", "fee"), [book.inactive.fee], book.fees, "fee")
    if book.reduction:
        named = [book.reduction.fee, book.reduction.instead_of]
        yield from _unknown(("reduction",), named, book.fees, "fee")
    yield from _unknown(
        ("activities", "default_area"), [book.activities.default_area], book.areas, "area"
    )
    yield from _calendar_mistakes(book)
    for index, question in enumerate(book.questions):
        for unknown in unknown_places(book, question):
            message = f"no value stands at {unknown!r}; expected a place such as cycle.years"
            yield Mistake(("questions", index, "answer"), message)
    if "{category}" not in book.naming.pattern:
        yield Mistake(("naming", "pattern"), "expected a text that holds {category}")


def _unknown(
    place: Place, names: Iterable[str], known: Iterable[str], noun: str
) -> Iterator[Mistake]:
    known = set(known)
    for name in names:
        if name not in known:
            yield Mistake(place, f"unknown {noun} {name!r}; {nearest(name, known)}")


def _unknown_rules(book: Rulebook) -> Iterator[Mistake]:
    """Each value cites a rule that the file explains: found by walking the whole book."""

    def walk(value: object, place: Place) -> Iterator[Mistake]:
        if isinstance(value, msgspec.Struct):
            for name, written in _fields_of(type(value)):
                inner = getattr(value, name)
                if name == "rule" or (name.endswith("_rule") and inner):
                    yield from _unknown((*place, written), [inner], book.rules, "rule")
                elif isinstance(inner, (msgspec.Struct, dict, tuple)):
                    yield from walk(inner, (*place, written))
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, (*place, key))
        elif isinstance(value, tuple):
            for index, inner in enumerate(value):
                yield from walk(inner, (*place, index))

    yield from walk(book, ())


@cache
def _fields_of(table: type[msgspec.Struct]) -> list[tuple[str, str]]:
    """Answer the fields of a table: their names in Python and in the file."""
    return [(field.name, field.encode_name) for field in msgspec.structs.fields(table)]


def _category_mistakes(book: Rulebook) -> Iterator[Mistake]:
    for key, category in book.categories.items():
        place = ("categories", key)
        sets = book.requirements
        yield from _unknown(
            (*place, "requirements"), [category.requirements], sets, "requirement set"
        )
        if category.area:
            yield from _unknown((*place, "area"), [category.area], book.areas, "area")
        if category.maintained_as:
            named = [category.maintained_as]
            yield from _unknown((*place, "maintained_as"), named, book.categories, "category")
        needed = sets.get(category.requirements)
        if needed and not category.area and any(one.own_area for one in needed.areas):
            message = "missing; its requirement set asks for points in the category's own area"
            yield Mistake((*place, "area"), message)
        if needed and any(category.area in one.areas for one in needed.areas):
            message = f"{category.area!r} is asked of everyone in {category.requirements!r} already"
            yield Mistake((*place, "area"), message)


def _requirement_mistakes(book: Rulebook, key: str, needed: RequirementSet) -> Iterator[Mistake]:
    place = ("requirements", key)
    yield from _step_mistakes((*place, "total"), needed.total)
    taken: set[str] = set()
    for index, one in enumerate(needed.areas):
        here = (*place, "areas", index)
        yield from _step_mistakes((*here, "points"), one.points)
        yield from _unknown((*here, "areas"), one.areas, book.areas, "area")
        if one.own_area == bool(one.areas):
            yield Mistake(here, "expected either `areas` or `own_area = true`")
        for area in one.areas:
            if area in taken:
                message = (
                    f"{area!r} stands in two requirements; a point counts in one (allocate it once)"
                )
                yield Mistake((*here, "areas"), message)
            taken.add(area)


def _step_mistakes(place: Place, dated: Dated[Points]) -> Iterator[Mistake]:
    days = [step.from_ for step in dated.steps]
    yield from _day_order_mistakes(place, days)


def _day_order_mistakes(place: Place, days: list[date]) -> Iterator[Mistake]:
    if not days:
        yield Mistake((*place, "steps"), "expected at least one step")
    for index, (earlier, later) in enumerate(pairwise(days), start=1):
        if later <= earlier:
            message = f"expected a day after {earlier}, the step before it; found {later}"
            yield Mistake((*place, "steps", index, "from"), message)


def _kind_mistakes(book: Rulebook, key: str, kind: Kind) -> Iterator[Mistake]:
    place = ("kinds", key)
    yield from _unknown((*place, "areas"), kind.areas, book.areas, "area")
    yield from _unknown((*place, "documents"), kind.documents, book.documents, "document")
    if kind.signed_form:
        named = [kind.signed_form]
        yield from _unknown((*place, "signed_form"), named, book.signed_forms, "signed form")
    for index, cap in enumerate(kind.caps):
        yield from _cap_mistakes((*place, "caps", index), cap)
    if isinstance(kind.earns, PerPages):
        starts = [step.from_pages for step in kind.earns.steps]
        if starts != sorted(set(starts)) or not starts:
            yield Mistake((*place, "earns", "steps"), "expected steps of rising `from_pages`")
    if isinstance(kind.earns, PerCredential):
        seen: set[str] = set()
        for index, one in enumerate(kind.earns.classes):
            for credential in one.credentials:
                if credential in seen:
                    here = (*place, "earns", "classes", index, "credentials")
                    yield Mistake(here, f"{credential!r} stands in two classes")
                seen.add(credential)
    if kind.window and kind.window.through < kind.window.from_:
        message = f"expected {kind.window.from_} or later, found {kind.window.through}"
        yield Mistake((*place, "window", "through"), message)


def _cap_mistakes(place: Place, cap: object) -> Iterator[Mistake]:
    points = getattr(cap, "points", None)
    percent = getattr(cap, "percent_of_total", None)
    if (points is None) == (percent is None):
        yield Mistake(place, "expected either `points` or `percent_of_total`")
    if percent is not None and getattr(cap, "per", None) == "year":
        yield Mistake((*place, "per"), "a share of the total is a cap per cycle")


def _overlapping_groups(book: Rulebook) -> Iterator[Mistake]:
    """Caps nest: year in kind in group. A kind in two groups would break the nesting."""
    owner: dict[str, str] = {}
    for key, group in book.cap_groups.items():
        if group.cap.per == "year":
            yield Mistake(("cap_groups", key, "cap", "per"), "a group is capped per cycle")
        for kind in group.kinds:
            if kind in owner:
                message = (
                    f"{kind!r} is in the group {owner[kind]!r} already; a kind is in one group"
                )
                yield Mistake(("cap_groups", key, "kinds"), message)
            owner[kind] = key


def _fee_mistakes(book: Rulebook, key: str, fee: Fee) -> Iterator[Mistake]:
    place = ("fees", key)
    yield from _day_order_mistakes(place, [step.from_ for step in fee.steps])
    for index, step in enumerate(fee.steps):
        here = (*place, "steps", index)
        amounts: list[tuple[Place, str]] = [((*here, "amount"), step.amount)]
        for other, special in enumerate(step.instead):
            inside = (*here, "instead", other)
            amounts.append(((*inside, "amount"), special.amount))
            named = [special.countries]
            yield from _unknown((*inside, "countries"), named, book.country_groups, "country group")
        for where, amount in amounts:
            if not _is_amount(amount):
                yield Mistake(where, f'expected an amount such as "95.00", found {amount!r}')


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0 and amount == round(amount, 2)


def _declaration_mistakes(book: Rulebook) -> Iterator[Mistake]:
    for purpose, kind in book.declarations.items():
        place = ("declarations", purpose)
        yield from _unknown((*place, "fees"), kind.fees, book.fees, "fee")
        if (kind.points_from == "years-before-submission") != (kind.years is not None):
            message = 'expected with `points_from = "years-before-submission"`, and only with it'
            yield Mistake((*place, "years"), message)
        if kind.points_from != "cycle" and kind.dated_rules_by == "cycle-end":
            message = "there is no cycle whose end could decide; expected submission-day"
            yield Mistake((*place, "dated_rules_by"), message)
    if "renewal" not in book.declarations:
        yield Mistake(("declarations", "renewal"), "missing; a programme needs renewals at least")


def _calendar_mistakes(book: Rulebook) -> Iterator[Mistake]:
    calendar = book.calendar
    if calendar.known_through < calendar.known_from:
        message = f"expected {calendar.known_from} or later, found {calendar.known_through}"
        yield Mistake(("calendar", "known_through"), message)
    try:
        ZoneInfo(calendar.time_zone.value)
    except (ZoneInfoNotFoundError, ValueError):
        message = (
            f"unknown time zone {calendar.time_zone.value!r}; expected one such as Europe/Paris"
        )
        yield Mistake(("calendar", "time_zone", "value"), message)
