"""A programme as data: what a rulebook file says, as types.

Each struct is one table of the TOML file; `docs/writing-a-rulebook.md` explains them with
examples, and `recert rulebook schema` prints the same as a JSON Schema. A value names the rule
that set it, and `rules` gives that rule's words and source, so that every "no" can say why.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

import msgspec

from recert.policy.dated import Dated, GoverningDay
from recert.policy.points import Points

T = TypeVar("T")

Key = str
"""A name that a rulebook gives to a thing of its own: an area, a kind, a category."""

Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Purpose = Literal["renewal", "voluntary", "reinstatement", "return-from-inactive"]
Participation = Literal["required", "voluntary"]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: a field that it does not know is a mistake, never ignored."""


class Setting(Table, Generic[T], frozen=True):
    """One value, and the rule that set it."""

    value: T
    rule: str


class Rule(Table, frozen=True):
    """A rule in the programme's own words, where it stands, and how we read it where it is open."""

    text: str
    source: str
    reading: str = ""


class Unit(Table, frozen=True):
    """What the programme calls what it counts: one point, two points."""

    one: str
    many: str


class Area(Table, frozen=True):
    """A subject to which points are allocated."""

    title: str
    rule: str
    examples: str = ""


# --- who takes part, and what is asked of them ---------------------------------------------


class Category(Table, frozen=True):
    """A certification: what is required to keep it, and what its own area is."""

    title: str
    requirements: Key
    rule: str
    area: Key = ""
    maintained_as: Key = ""  # PAR-6: an old title is maintained under the current one
    required_from: date | None = None  # None: participation is always voluntary


class AreaRequirement(Table, frozen=True):
    """Points required in one area, or in any of several together."""

    points: Dated[Points]
    areas: tuple[Key, ...] = ()
    own_area: bool = False  # the area of the category, instead of naming `areas`
    key: Key = ""  # the name in answers; left out: the (first) area
    title: str = ""  # for people; left out: the area's title


class RequirementSet(Table, frozen=True):
    """The points required in a cycle: a total, and how much of it in which areas."""

    title: str
    total: Dated[Points]
    areas: tuple[AreaRequirement, ...]
    rest: str  # in words: where the remaining points may lie


class Naming(Table, frozen=True):
    """How a credential is written, before and after it was maintained."""

    pattern: str  # holds {category}
    maintained_suffix: str
    suffix_in_first_cycle: Setting[bool]
    while_inactive: Setting[Literal["not-used", "used"]]


# --- activities -----------------------------------------------------------------------------


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
    """The most that a kind (or a group of kinds) can bring: as points, or as a share of the total."""

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


class SignedFormType(Table, frozen=True):
    """A form of the board that an employer or manager fills in and signs."""

    title: str
    rule: str
    signed_by: str
    asks: tuple[str, ...]


# --- cycles, declarations, standing -----------------------------------------------------------


class CycleRules(Table, frozen=True):
    """How long a cycle is, and when it begins and ends."""

    years: Setting[Count]
    ends: Setting[Literal["last-day-of-month", "day-before-anniversary"]]
    first_begins: Setting[Literal["certification-day"]]
    next_begins: Setting[Literal["first-day-of-expiry-month", "day-after-expiry"]]
    reinstated_begins: Setting[Literal["approval-day"]]
    voluntary_begins: Setting[Literal["approval-day"]]


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
    """Appeals after an audit."""

    grounds: dict[Key, Ground]


class AuditRules(Table, frozen=True):
    """Audits: how declarations are drawn, until when documents are due, what may make up."""

    draw: Setting[Literal["keyed-hash"]]
    documents_due: Deadline
    language: Setting[str]
    new_points_until: Setting[Literal["expiration"]]


class StandingRules(Table, frozen=True):
    """What a certification's standing is derived from."""

    pending_keeps_valid: Setting[bool]
    records: Setting[Literal["nothing-is-erased"]]


# --- fees -------------------------------------------------------------------------------------


class CountryAmount(Table, frozen=True):
    """An amount for the residents of a group of countries."""

    countries: Key
    amount: str


class FeeStep(Table, frozen=True):
    """What a fee is from a day on, in the programme's currency."""

    from_: date = msgspec.field(name="from")
    amount: str
    instead: tuple[CountryAmount, ...] = ()


class Fee(Table, frozen=True):
    """A fee and its dates."""

    title: str
    rule: str
    governed_by: GoverningDay
    steps: tuple[FeeStep, ...]
    refundable: bool = False


class Reduction(Table, frozen=True):
    """A lower fee for further credentials declared on the same business day."""

    fee: Key
    instead_of: Key
    rule: str
    within_months: Setting[Count]  # of every other expiration date of the set
    same: Setting[Literal["business-day"]]


class Provider(Table, frozen=True):
    """An organisation that offers continuing education."""

    name: str
    title: str


class Rulebook(Table, frozen=True, eq=False):
    """A programme: everything a board's rules say, with the rule behind each value.

    `fingerprint` is the SHA-256 of the file's bytes; a decision keeps it, to be run again later.
    """

    format: Literal[1]
    key: Key
    title: str
    board: str
    source: str
    currency: str
    unit: Unit
    rules: dict[str, Rule]
    areas: dict[Key, Area]
    naming: Naming
    categories: dict[Key, Category]
    requirements: dict[Key, RequirementSet]
    activities: ActivityRules
    kinds: dict[Key, Kind]
    documents: dict[Key, DocumentType]
    cycle: CycleRules
    window: DeclarationWindow
    declarations: dict[Purpose, DeclarationKind]
    processing: Deadline
    deficiency: Deadline
    calendar: Calendar
    reinstatement: Reinstatement
    inactive: InactiveRules
    appeal: AppealRules
    audit: AuditRules
    standing: StandingRules
    fees: dict[Key, Fee]
    cap_groups: dict[Key, CapGroup] = {}
    signed_forms: dict[Key, SignedFormType] = {}
    country_groups: dict[Key, tuple[str, ...]] = {}
    reduction: Reduction | None = None
    providers: tuple[Provider, ...] = ()
    fingerprint: str = ""
