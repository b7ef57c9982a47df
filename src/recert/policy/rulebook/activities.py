"""Kinds of activity: what they earn, up to what, and on what conditions."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from recert.policy.points import Points
from recert.policy.rulebook.table import Count, Key, Percent, Setting, Table


class FindingText(Table, frozen=True):
    """A programme's own finding: its code, what it says, and what would make the points count."""

    code: str
    says: str
    remedy: str
    rule: str


class HourEquivalent(Table, frozen=True):
    """What another unit of time is in contact hours, for those who have to convert."""

    unit: str
    contact_hours: Count


class PerHour(Table, frozen=True, tag_field="by", tag="contact-hour"):
    """Points for each contact hour."""

    points: Points
    equivalents: tuple[HourEquivalent, ...] = ()


class PerActivity(Table, frozen=True, tag_field="by", tag="activity"):
    """The same points each time."""

    points: Points


class PageStep(Table, frozen=True):
    """Points for a work of at least so many pages."""

    from_pages: Count
    points: Points


class PerPages(Table, frozen=True, tag_field="by", tag="pages"):
    """Points by the length of a work."""

    steps: tuple[PageStep, ...]


class CredentialClass(Table, frozen=True):
    """Credentials that earn the same points."""

    title: str
    points: Points
    credentials: tuple[Key, ...]


class PerCredential(Table, frozen=True, tag_field="by", tag="credential"):
    """Points for earning another credential; never toward the category it was received for."""

    classes: tuple[CredentialClass, ...]


Earns = PerHour | PerActivity | PerPages | PerCredential


class Cap(Table, frozen=True):
    """The most that a kind or a group of kinds can bring: points, or a share of the total."""

    per: Literal["year", "cycle"]
    rule: str
    points: Points | None = None
    percent_of_total: Percent | None = None


class Window(Table, frozen=True):
    """Days between which the work must have been done, from its first day to its last."""

    from_: date = msgspec.field(name="from")
    through: date
    finding: FindingText


class Kind(Table, frozen=True):
    """A kind of activity: what it earns, up to what, and what an audit asks for."""

    title: str
    rule: str
    earns: Earns
    caps: tuple[Cap, ...] = ()
    conditions: tuple[str, ...] = ()
    areas: tuple[Key, ...] = ()  # the only areas it may go to; left out: all
    areas_rule: str = ""
    documents: tuple[Key, ...] = ()  # any one of them proves it
    signed_form: Key = ""
    first_time_only: FindingText | None = None
    window: Window | None = None
    approval: FindingText | None = None
    once_per_person: FindingText | None = None
    reported_by_providers: bool = False  # they record it by themselves (DEC-1)
    spent_by_one_declaration: bool = False  # else it may serve each credential of the person


class CapGroup(Table, frozen=True):
    """Kinds that share a cap."""

    title: str
    kinds: tuple[Key, ...]
    cap: Cap


class ActivityRules(Table, frozen=True):
    """What holds for activities of every kind."""

    default_area: Key
    inside_cycle: Setting[Literal["both-ends-included"]]
    not_after_submission: Setting[Literal["submission-day-included"]]
    used_once: Setting[Literal["per-credential"]]
    year: Setting[Literal["twelve-months-from-cycle-start"]]
    finest: Setting[Literal["hundredth"]]
    same_activity: Setting[Literal["kind-title-and-day"]]
    counted_once: Setting[Literal["one-area-each"]]
    allocation: Setting[Literal["claimed-areas-up-to-worth"]]


class DocumentType(Table, frozen=True):
    """A document that proves an activity, and what it must show."""

    title: str
    rule: str
    shows: tuple[str, ...] = ()


class Ask(Table, frozen=True):
    """Something that a form asks of whoever signs it, and what answers it."""

    title: str
    answer: Literal["text", "day", "days", "hours"]


class SignedFormType(Table, frozen=True):
    """A form of the board that an employer or manager fills in and signs."""

    title: str
    rule: str
    signed_by: str
    asks: tuple[Ask, ...]
