"""What happened, day by day and in words, for whoever may read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from recert.journal.models import Event
from recert.people.queries import names_of_accounts, names_of_refs
from recert.policy.permissions import SYSTEM
from recert.portal.histories import field_words, lines_of_history
from recert.portal.templatetags.words import points

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "person": (
        "person.",
        "record.",
        "link.",
        "key.",
        "webhook.",
        "invitation.",
        "acting.",
        "erasure.",
    ),
    "transcript": ("activity.", "document.", "points."),
    "declarations": ("declaration.", "credential."),
    "audits": ("audit.",),
    "payments": ("payment.", "payer.", "order."),
    "staff": ("role.",),
}
"""Kinds of event that belong together, by how they begin."""

NOTHING: Final = "\N{EN DASH}"

LONGEST: Final = 200
"""Of a value that changed, so many characters are shown."""


def group_words() -> dict[str, str]:
    """Answer what each group is called; the last one is all that is in none of them."""
    return {
        "person": _("The person and the account"),
        "transcript": _("Activities and documents"),
        "declarations": _("Declarations"),
        "audits": _("Audits"),
        "payments": _("Payments"),
        "staff": _("Roles of staff"),
        "others": _("All others"),
    }


def kinds_of(group: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Answer how the kinds of a group begin, and how those do that are not in it."""
    if group == "others":
        return (), tuple(one for some in GROUPS.values() for one in some)
    return GROUPS.get(group, ()), ()


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was one thing before and is another since."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An event, for a page."""

    at: datetime
    what: str
    says: str
    because: str
    subject: str
    person: str
    person_name: str
    by: str
    by_ref: str
    changes: tuple[Change, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and what happened on it, the latest first."""

    on: date
    entries: list[Entry]


def days_of(events: Sequence[Event], *, reader: str = "") -> list[Day]:
    """Answer events by day, the latest first; `reader` is the account that reads of itself."""
    people = names_of_refs(one.about for one in events if one.about)
    accounts = names_of_accounts(one.by_ref for one in events if one.salt is None)
    entries = [
        Entry(
            at=event.at,
            what=_thing(event.kind),
            says=line.says,
            because=line.because,
            subject=event.subject,
            person=event.about,
            person_name=people.get(event.about, ""),
            by=_by(event, accounts, reader),
            by_ref=event.by_ref,
            changes=tuple(_changes(event)),
            erased=event.salt is None,
        )
        for event, line in zip(events, lines_of_history(events), strict=True)
    ]
    by_day = groupby(entries, key=lambda one: timezone.localtime(one.at).date())
    return [Day(day, list(some)) for day, some in by_day]


def _by(event: Event, accounts: dict[str, str], reader: str) -> str:
    if event.by_ref == SYSTEM.ref:
        return _("by itself")
    if reader and event.by_ref == reader:
        return _("you")
    if event.salt is None:
        return accounts.get(event.by_ref, _("erased"))
    return event.by


def _thing(kind: str) -> str:
    """Answer what an event happened to, in a word."""
    words = {
        "acting": _("In their name"),
        "activity": _("Activity"),
        "audit": _("Audit"),
        "credential": _("Certification"),
        "declaration": _("Declaration"),
        "document": _("Document"),
        "erasure": _("Erasure"),
        "invitation": _("Invitation"),
        "link": _("Private link"),
        "order": _("Order"),
        "payer": _("Payment"),
        "payment": _("Payment"),
        "person": _("Record"),
        "points": _("Points"),
        "record": _("Record"),
        "role": _("Role"),
    }
    first = kind.partition(".")[0]
    return words.get(first, first.replace("-", " ").capitalize())


def _changes(event: Event) -> Iterable[Change]:
    """Yield what changed from what to what, where the event says both, one below the other."""
    told = event.facts.get("before"), event.facts.get("after")
    if event.kind in {"person.merged", "points.allocated"}:
        return  # tables of numbers, which say nothing to anybody
    if not any(isinstance(one, dict) for one in told):
        return
    words = field_words()
    was, now = (one if isinstance(one, dict) else {} for one in told)
    for name in dict.fromkeys([*was, *now]):
        if was.get(name) != now.get(name):
            before, after = _value(name, was.get(name)), _value(name, now.get(name))
            yield Change(words.get(name, name), before, after)


def _value(name: str, value: object) -> str:
    match value:
        case None | "" | [] | {}:
            return NOTHING
        case bool():
            return _("yes") if value else _("no")
        case int() if name == "contact_hours":
            return points(value)
        case dict():
            some = {
                area: points(one) if isinstance(one, int) else one for area, one in value.items()
            }
            return ", ".join(f"{area}: {one}" for area, one in some.items())[:LONGEST]
        case list():
            return ", ".join(map(str, value))[:LONGEST]
    return str(value)[:LONGEST]
