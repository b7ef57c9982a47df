"""Cycles, declarations and what follows them: deadlines, audits, inactive status, standing."""

from __future__ import annotations

from datetime import date
from typing import Literal

from recert.policy.dated import GoverningDay
from recert.policy.rulebook.table import Count, Key, Setting, Table


class Naming(Table, frozen=True):
    """How a credential is written, before and after it was maintained."""

    pattern: str  # holds {category}
    maintained_suffix: str
    suffix_in_first_cycle: Setting[bool]
    while_inactive: Setting[Literal["not-used", "used"]]
    name_changes: Setting[Literal["with-document", "on-request"]]  # of the person's legal name


class CycleRules(Table, frozen=True):
    """How long a cycle is, and when it begins and ends."""

    years: Setting[Count]
    ends: Setting[Literal["last-day-of-month", "day-before-anniversary"]]
    first_begins: Setting[Literal["certification-day"]]
    next_begins: Setting[Literal["first-day-of-expiry-month", "day-after-expiry"]]
    reinstated_begins: Setting[Literal["approval-day"]]
    voluntary_begins: Setting[Literal["approval-day"]]
    aligned_on_request: Setting[bool]  # so that several credentials end together


class DeclarationWindow(Table, frozen=True):
    """When a declaration is taken, and when it is late."""

    opens_months_before: Setting[Count]
    due_months_before: Setting[Count]
    late: Setting[Literal["taken-with-warning", "refused"]]


class DeclarationKind(Table, frozen=True):
    """One purpose of a declaration: from which days its points come, and which fees it costs."""

    title: str
    rule: str
    points_from: Literal["cycle", "years-before-submission"]
    dated_rules_by: GoverningDay
    dated_rules_rule: str
    fees: tuple[Key, ...]
    years: Count | None = None  # of `years-before-submission`


class Attestation(Table, frozen=True):
    """A sentence to which whoever declares puts their name."""

    text: str
    rule: str


class Deadline(Table, frozen=True):
    """A number of business days, and what happens after them."""

    business_days: Setting[Count]
    then: str = ""


class Calendar(Table, frozen=True):
    """The board's days: its time zone, weekends, holidays and closures."""

    time_zone: Setting[str]
    weekend: Setting[tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]]
    holidays: Setting[str]  # a country code of the `holidays` library
    known_from: int
    known_through: int
    closures: tuple[date, ...] = ()


class Reinstatement(Table, frozen=True):
    """Until when an expired certification comes back by declaration."""

    by_declaration_under_years: Setting[Count]
    afterwards: str


class Ground(Table, frozen=True):
    """A reason that is given in a request, and whether it is likely to be accepted."""

    title: str
    accepted: bool
    rule: str
    waives_fee: bool = False


class InactiveRules(Table, frozen=True):
    """Inactive status: grounds, what it costs, and what follows."""

    fee: Key
    grounds: dict[Key, Ground]
    points_from: Setting[Literal["cycle-start-to-extended-end"]]
    at_its_end: Setting[Literal["expired"]]


class AppealRules(Table, frozen=True):
    """Appeals after an audit: on which grounds, and until when at the least."""

    grounds: dict[Key, Ground]
    within: Deadline


class AuditRules(Table, frozen=True):
    """Audits: how declarations are drawn, until when documents are due, what may make up.

    Where it is `blocking`, a renewal waits until its audit has passed.
    """

    draw: Setting[Literal["keyed-hash"]]
    blocking: Setting[bool]
    documents_due: Deadline
    language: Setting[str]
    new_points_until: Setting[Literal["expiration"]]


class DeskRules(Table, frozen=True):
    """How the board decides: what a second person must agree to before it is done."""

    second_person: Setting[tuple[Literal["refund", "appeal"], ...]]


class StandingRules(Table, frozen=True):
    """What a certification's standing is derived from."""

    expires: Setting[Literal["after-last-day"]]
    pending_keeps_valid: Setting[bool]
    records: Setting[Literal["nothing-is-erased"]]
