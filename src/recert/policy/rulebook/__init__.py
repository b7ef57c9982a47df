"""A programme as data: what a rulebook file says, as types.

Each struct is one table of the TOML file; `docs/writing-a-rulebook.md` explains them with
examples, and `recert rulebook schema` prints the same as a JSON Schema. A value names the rule
that set it, and `rules` gives that rule's words and source, so that every "no" can say why.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from recert.policy.rulebook.activities import (
    ActivityRules,
    Ask,
    Cap,
    CapGroup,
    CredentialClass,
    DocumentType,
    Earns,
    FindingText,
    HourEquivalent,
    Kind,
    PageStep,
    PerActivity,
    PerCredential,
    PerHour,
    PerPages,
    SignedFormType,
    Window,
)
from recert.policy.rulebook.declarations import (
    AppealRules,
    Attestation,
    AuditRules,
    Calendar,
    CycleRules,
    Deadline,
    DeclarationKind,
    DeclarationWindow,
    DeskRules,
    Ground,
    InactiveRules,
    Naming,
    Reinstatement,
    StandingRules,
)
from recert.policy.rulebook.fees import CountryAmount, Fee, FeeStep, Reduction
from recert.policy.rulebook.publishing import Contact, Question
from recert.policy.rulebook.reminders import Reminder
from recert.policy.rulebook.requirements import Area, AreaRequirement, Category, RequirementSet
from recert.policy.rulebook.table import (
    Count,
    Key,
    Participation,
    Percent,
    Purpose,
    Rule,
    Setting,
    Table,
    Unit,
)

__all__ = [
    "ActivityRules",
    "AppealRules",
    "Area",
    "AreaRequirement",
    "Ask",
    "Attestation",
    "AuditRules",
    "Calendar",
    "Cap",
    "CapGroup",
    "Category",
    "Contact",
    "Count",
    "CountryAmount",
    "CredentialClass",
    "CycleRules",
    "Deadline",
    "DeclarationKind",
    "DeclarationWindow",
    "DeskRules",
    "DocumentType",
    "Earns",
    "Fee",
    "FeeStep",
    "FindingText",
    "Ground",
    "HourEquivalent",
    "InactiveRules",
    "Key",
    "Kind",
    "Naming",
    "PageStep",
    "Participation",
    "PerActivity",
    "PerCredential",
    "PerHour",
    "PerPages",
    "Percent",
    "Provider",
    "Purpose",
    "Question",
    "Reduction",
    "Reinstatement",
    "Reminder",
    "RequirementSet",
    "Rule",
    "Rulebook",
    "Setting",
    "SignedFormType",
    "StandingRules",
    "Table",
    "Unit",
    "Window",
]


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
    desk: DeskRules
    standing: StandingRules
    fees: dict[Key, Fee]
    attestations: dict[Key, Attestation] = msgspec.field(default_factory=dict)
    cap_groups: dict[Key, CapGroup] = msgspec.field(default_factory=dict)
    signed_forms: dict[Key, SignedFormType] = msgspec.field(default_factory=dict)
    country_groups: dict[Key, tuple[str, ...]] = msgspec.field(default_factory=dict)
    reduction: Reduction | None = None
    reminders: dict[Key, Reminder] = msgspec.field(default_factory=dict)
    providers: tuple[Provider, ...] = ()
    contact: Contact | None = None
    questions: tuple[Question, ...] = ()
    fingerprint: str = ""
