"""Who may do what: one table, from which pages, actions and tests are checked."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec


class Permission(StrEnum):
    """Something that not everybody may do."""

    KEEP_OWN_RECORD = "keep-own-record"
    """See one's own credentials and transcript, add to them, and change one's own details."""

    SEE_RECORDS = "see-records"
    """Look up anybody's record at the desk."""

    OPEN_DOCUMENTS = "open-documents"
    """Open a document of somebody else, with a reason that is kept."""

    INVITE = "invite"
    """Invite a person to bind an account to their record."""

    KEEP_RECORDS = "keep-records"
    """Correct the board's record of a person."""

    EXPORT_RECORDS = "export-records"
    """Take out all that is on record of a person who asked for it, with a reason that is kept."""

    MERGE_RECORDS = "merge-records"
    """Make one of two records of the same person, and undo it."""

    ACT_FOR = "act-for"
    """Enter and change activities and details in a certificant's name, who is told of it."""

    ERASE = "erase"
    """Erase a person for good; it takes two who may."""

    DECLARE = "declare"
    """Declare one's own credential, pay, put right what was deficient, and withdraw."""

    SEE_DECLARATIONS = "see-declarations"
    """See what was declared, and what waits for the board."""

    DECIDE_DECLARATIONS = "decide-declarations"
    """Approve a declaration, or find it deficient; never one's own."""

    AUDIT_DECLARATIONS = "audit-declarations"
    """Judge the documents of an audit; never of one's own declaration."""

    PLAN_AUDITS = "plan-audits"
    """Declare the periods in which declarations are drawn, and publish their keys."""

    DECIDE_APPEALS = "decide-appeals"
    """Decide about an appeal against an audit that somebody else judged."""

    APPROVE_CLAIMS = "approve-claims"
    """Approve a claim that a manager signed, or refuse it; never one's own (ACT-5)."""

    DECIDE_REQUESTS = "decide-requests"
    """Decide about requests: inactive status, names, corrections."""

    SEE_PAYMENTS = "see-payments"
    """See what was paid, and each attempt at it."""

    REFUND = "refund"
    """Give back what was charged twice or by mistake, with a reason."""

    SETTLE_PAYMENTS = "settle-payments"
    """Note what the card processor says of a payment."""

    KEEP_DEADLINES = "keep-deadlines"
    """End what was not done in time."""

    RETURN_LETTERS = "return-letters"
    """Note what mail servers say of letters that were sent."""

    SIGN = "sign"
    """Sign a form of the board for somebody else, or decline to (PER-3)."""

    GRANT_ROLES = "grant-roles"
    """Give and take the roles of staff."""

    SEE_JOURNAL = "see-journal"
    """Read what happened, to whom and by whom."""

    KEEP_ORGANISATIONS = "keep-organisations"
    """Admit providers, employers and licensing bodies, and end that."""

    KEEP_OWN_ORGANISATION = "keep-own-organisation"
    """Keep the people and the keys of the organisation one works for."""

    REPORT_COMPLETIONS = "report-completions"
    """Report, for a provider, what people completed (DEC-1)."""

    SEE_OWN_STAFF = "see-own-staff"
    """See, for an employer, the standing of those of its staff who consented."""

    VERIFY_MANY = "verify-many"
    """Verify many credentials at once, for a body that licenses or employs."""


class Role(StrEnum):
    """What somebody is to the board."""

    CERTIFICANT = "certificant"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"
    SIGNER = "signer"
    PROVIDER = "provider"
    EMPLOYER = "employer"
    VERIFIER = "verifier"
    ORGANISATION_MANAGER = "organisation-manager"
    SYSTEM = "system"


STAFF: Final = frozenset(
    {Role.REVIEWER, Role.AUDITOR, Role.REGISTRAR, Role.FINANCE, Role.ADMINISTRATOR}
)
"""The roles of the board's own people; each needs a second factor to sign in."""

GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.CERTIFICANT: frozenset({Permission.KEEP_OWN_RECORD, Permission.DECLARE}),
    Role.REVIEWER: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.OPEN_DOCUMENTS,
            Permission.SEE_DECLARATIONS,
            Permission.DECIDE_DECLARATIONS,
            Permission.DECIDE_APPEALS,
            Permission.APPROVE_CLAIMS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.OPEN_DOCUMENTS,
            Permission.SEE_DECLARATIONS,
            Permission.AUDIT_DECLARATIONS,
            Permission.DECIDE_APPEALS,
        }
    ),
    Role.REGISTRAR: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.KEEP_RECORDS,
            Permission.EXPORT_RECORDS,
            Permission.MERGE_RECORDS,
            Permission.ACT_FOR,
            Permission.INVITE,
            Permission.SEE_JOURNAL,
            Permission.DECIDE_REQUESTS,
            Permission.KEEP_ORGANISATIONS,
        }
    ),
    Role.FINANCE: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.SEE_DECLARATIONS,
            Permission.SEE_PAYMENTS,
            Permission.REFUND,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_RECORDS,
            Permission.GRANT_ROLES,
            Permission.ERASE,
            Permission.SEE_JOURNAL,
            Permission.SEE_DECLARATIONS,
            Permission.PLAN_AUDITS,
            Permission.KEEP_ORGANISATIONS,
        }
    ),
    Role.SIGNER: frozenset({Permission.SIGN}),
    Role.PROVIDER: frozenset({Permission.REPORT_COMPLETIONS}),
    Role.EMPLOYER: frozenset({Permission.SEE_OWN_STAFF}),
    Role.VERIFIER: frozenset({Permission.VERIFY_MANY}),
    Role.ORGANISATION_MANAGER: frozenset({Permission.KEEP_OWN_ORGANISATION}),
    Role.SYSTEM: frozenset(
        {Permission.SETTLE_PAYMENTS, Permission.KEEP_DEADLINES, Permission.RETURN_LETTERS}
    ),
}


IN_ANOTHERS_NAME: Final = frozenset({Permission.KEEP_OWN_RECORD})
"""All that staff may do while they act for somebody: nothing that one puts one's name to."""


class Actor(msgspec.Struct, frozen=True):
    """Who does something.

    `ref` is that of the account, and `name` as the journal keeps it; `person` is the id of the
    board's record of them, None where there is none. Staff who act for a certificant have that
    record, `acting_for` is its ref, and the name says both. `organisation` is the id of the one
    for which somebody acts. A program with a key may do what its owner may, within its `scopes`.
    """

    ref: str = ""
    name: str = "Somebody"
    roles: frozenset[Role] = frozenset()
    person: int | None = None
    acting_for: str = ""
    organisation: int | None = None
    scopes: frozenset[Permission] | None = None

    @property
    def is_known(self) -> bool:
        """Whether they signed in."""
        return bool(self.ref)

    @property
    def is_staff(self) -> bool:
        """Whether they work for the board."""
        return bool(self.roles & STAFF)

    def may(self, permission: Permission) -> bool:
        """Answer whether one of the roles grants it.

        In another's name, and with a key, that must allow it too.
        """
        if self.acting_for and permission not in IN_ANOTHERS_NAME:
            return False
        if self.scopes is not None and permission not in self.scopes:
            return False
        return any(permission in GRANTS[role] for role in self.roles)


NOBODY: Final = Actor()
"""Somebody who did not sign in."""

SYSTEM: Final = Actor(ref="system", name="recert", roles=frozenset({Role.SYSTEM}))
"""What happens by itself: deadlines that pass, and what the card processor tells."""
