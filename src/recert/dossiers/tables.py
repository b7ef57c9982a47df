"""Every table that holds something of a person: what it is, how it leads to them, and what goes.

A table that is not here fails a test. So whoever adds one says what its export and its erasure are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.db.models import F, JSONField, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy

from recert.casework.models import Appeal, Enclosure, Request
from recert.credentials.models import Credential, CycleChange, Grant, InactivePeriod
from recert.declarations.models import (
    Allocation,
    Audit,
    AuditDraw,
    AuditItem,
    Declaration,
    DeclaredActivity,
    Use,
)
from recert.dossiers.models import Erasure, Merger
from recert.dossiers.table import Table
from recert.employers.models import ToldOfRisk
from recert.intake.models import Candidate, Completion, Review, Statement
from recert.organisations.models import ApiKey, Consent, ConsentRequest, Member
from recert.payments.models import Attempt, Order, OrderLine, Payer, Refund
from recert.people.models import (
    Account,
    Address,
    FormerName,
    Invitation,
    Person,
    PrivateLink,
    StaffRole,
)
from recert.queue.models import Assignment, Note
from recert.registry.models import Badge, Listing
from recert.reminders.models import Reminded
from recert.transcript.models import Activity, Document, Hold, SignedForm, TranscriptImport
from recert.webhooks.models import Delivery, Watch, Webhook

GONE: Final = "(erased)"
"""What stands where words were that cannot be empty."""

JUDGED_SO_FAR: Final = Q(audit__state="sent")
"""What an auditor found is told when the audit is decided, and not one by one before."""


_ = gettext_lazy

TABLES: Final = (
    Table(
        Person,
        "pk",
        _("The board's record: name, numbers, and how to reach the person."),
        goes={
            "born_on": None,
            "given_names": GONE,
            "family_name": "",
            "account": None,
            "email": "",
            "phone": "",
            "language": "en",
            "time_zone": "UTC",
            "workplace": "",
            "job_title": "",
            "gender": "",
            "version": F("version") + 1,
        },
    ),
    Table(FormerName, "person", _("Legal names until some day."), goes="rows"),
    Table(Address, "person", _("Where the person lives and works."), goes="rows"),
    Table(
        Invitation,
        "person",
        _("Invitations to bind an account to the record."),
        goes={"email": ""},
    ),
    Table(
        PrivateLink,
        "person",
        _("Private links: calendars, and the standing for an employer."),
        goes="rows",
    ),
    Table(
        Account,
        "person",
        _("What the person signs in with."),
        goes="with-account",
        hides=frozenset({"password"}),
    ),
    Table(StaffRole, "account__person", _("Roles at the board."), goes="with-account"),
    Table(
        Webhook,
        "account__person",
        _("Addresses of programs that are told of the person's credentials."),
        goes="with-account",
    ),
    Table(Watch, "credential__person", _("Of what an organisation is told."), goes="rows"),
    Table(Delivery, "credential__person", _("What programs were told."), goes="rows"),
    Table(
        Member,
        "account__person",
        _("Organisations that the person works for here."),
        goes="with-account",
    ),
    Table(
        Consent,
        "person",
        _("Employers that see, or saw, where the person stands."),
        goes="rows",
    ),
    Table(
        ConsentRequest,
        "person",
        _("Employers that asked to see it."),
        goes="rows",
    ),
    Table(
        ToldOfRisk,
        "member__account__person",
        _("Days on which the person was told who of their staff is at risk."),
        goes="with-account",
    ),
    Table(
        Completion,
        "person",
        _("What providers reported of the person."),
        goes={"said": Value({}, JSONField())},
    ),
    Table(
        Statement,
        "completion__person",
        _("What learning platforms said of the person."),
        goes={"said": Value({}, JSONField())},
    ),
    Table(
        Candidate,
        "person",
        _("What providers reported, perhaps of the person."),
        goes="rows",
    ),
    Table(
        Review,
        "completion__person",
        _("What providers changed that had been declared, for the board to look at."),
        goes={"said": Value({}, JSONField()), "because": ""},
    ),
    Table(
        ApiKey,
        "account__person",
        _("Keys with which programs act for the person."),
        hides=frozenset({"digest"}),
        goes="with-account",
    ),
    Table(
        EmailAddress,
        "user__person",
        _("Email addresses of the account."),
        goes="with-account",
    ),
    Table(
        EmailConfirmation,
        "email_address__user__person",
        _("Letters that confirm an address."),
        goes="with-account",
        hides=frozenset({"key"}),
    ),
    Table(
        Authenticator,
        "user__person",
        _("Second factors and passkeys."),
        goes="with-account",
        hides=frozenset({"data"}),
    ),
    Table(
        UserSession,
        "user__person",
        _("Where the person is signed in."),
        goes="with-account",
        hides=frozenset({"session_key"}),
    ),
    Table(
        SocialAccount,
        "user__person",
        _("Sign-in through an organisation."),
        goes="with-account",
    ),
    Table(
        SocialToken,
        "account__user__person",
        _("Keys of that sign-in."),
        goes="with-account",
        hides=frozenset({"token", "token_secret"}),
    ),
    Table(Credential, "person", _("Certifications.")),
    Table(Grant, "credential__person", _("Cycles that a declaration brought.")),
    Table(InactivePeriod, "credential__person", _("Inactive status, as granted.")),
    Table(
        CycleChange,
        "credential__person",
        _("Cycles that were shortened, so that several end together."),
    ),
    Table(Listing, "person", _("That the person may be found by name."), goes="rows"),
    Table(Badge, "credential__person", _("Badges that were taken."), goes={"document": ""}),
    Table(
        Activity,
        "person",
        _("Activities of the transcript, withdrawn ones too. Points and hours are hundredths."),
        goes={
            "title": GONE,
            "provider": "",
            "earned": "",
            "attested_by": "",
            "version": F("version") + 1,
        },
    ),
    Table(
        Document,
        "activity__person",
        _("Documents of activities; the files are in the folder “documents”."),
        goes={
            "name": GONE,
            "file": "",
            "sha256": Concat(Value("erased "), F("ref")),
        },
        hides=frozenset({"file"}),
    ),
    Table(
        SignedForm,
        "activity__person",
        _("Forms that somebody was asked to sign, and what they signed; papers are files apart."),
        goes={
            "signer_name": GONE,
            "signer_email": "",
            "note": "",
            "typed": {},
            "answers": [],
            "signed_name": "",
            "paper": "",
            "sha256": "",
            "reason": "",
        },
        hides=frozenset({"paper"}),
    ),
    Table(Hold, "activity__person", _("What keeps activities from being changed for now.")),
    Table(TranscriptImport, "person", _("Files of activities that were read in."), goes="rows"),
    Table(Order, "person", _("What was owed.")),
    Table(OrderLine, "order__person", _("For what, and by which rule.")),
    Table(
        Attempt,
        "order__person",
        _("Payments, and attempts to pay. The card's number was never here."),
        goes={
            "customer": "",
            "method": "",
            "card_brand": "",
            "card_last4": "",
            "failure": "",
        },
    ),
    Table(
        Refund,
        "attempt__order__person",
        _("What was given back."),
        goes={"because": GONE, "failure": ""},
    ),
    Table(Payer, "person", _("By which name the card processor knows the person."), goes="rows"),
    Table(Allocation, "credential__person", _("Points that were put to areas by hand.")),
    Table(Use, "credential__person", _("Activities that a cycle used up.")),
    Table(
        Declaration,
        "credential__person",
        _("Declarations, each with the case as it was declared and the answer."),
        # The titles within a case go one by one; see the action.
    ),
    Table(
        DeclaredActivity,
        "declaration__credential__person",
        _("Activities as they were declared, and what was found lacking."),
        goes={"deficiency": ""},
    ),
    Table(AuditDraw, "declaration__credential__person", _("What declarations drew.")),
    Table(
        Audit,
        "declaration__credential__person",
        _("Audits, and how they ended."),
        goes={"by_hand": ""},
    ),
    Table(
        AuditItem,
        "audit__declaration__credential__person",
        _("What was found of each activity's documents."),
        goes={"note": ""},
        untold=JUDGED_SO_FAR,
    ),
    Table(
        Note,
        "person",
        _("What staff wrote for one another about what waited."),
        goes={"text": "", "by": ""},
    ),
    Table(
        Assignment,
        "account__person",
        _("What the person looked after at the board."),
        goes="with-account",
    ),
    Table(
        Request,
        "person",
        _("Requests to the board, and how they ended."),
        goes={"said": {}, "reason": GONE},
    ),
    Table(
        Appeal,
        "audit__declaration__credential__person",
        _("Appeals after audits, and how they ended."),
        goes={"letter": "", "proposed_because": GONE, "reason": GONE},
    ),
    Table(
        Enclosure,
        "request__person",
        _("Documents that came with requests and appeals; their files are not in this archive."),
        goes={"name": GONE, "file": "", "sha256": Concat(Value("erased "), F("ref"))},
        hides=frozenset({"file"}),
        or_whose="appeal__audit__declaration__credential__person",
    ),
    Table(Reminded, "person", _("Days on which a reminder went out."), goes="rows"),
    Table(Erasure, "person", _("Requests to be erased."), goes={"because": GONE}),
    Table(
        Merger,
        "kept",
        _("Other records that were found to be of the same person."),
        goes={"before": {}, "after": {}},
    ),
)

JOURNAL: Final = "journal"
LETTERS: Final = "letters"
"""What happened, and letters, belong to refs; each has a file of its own."""

OF_NOBODY: Final[Mapping[str, str]] = {
    "journal.Event": "taken out and erased by refs",
    "journal.Notice": "likewise",
    "journal.StoppedAddress": "likewise, with the letter that came back",
    "journal.Pace": "an instant",
    "journal.Link": "numbers and hashes",
    "journal.Unchained": "numbers",
    "declarations.AuditPeriod": "the board's own",
    "reminders.ReminderDay": "the board's own",
    "api.Allowance": "refs of keys and addresses of senders, for minutes",
    "registry.Asking": "addresses of senders, for minutes",
    "webhooks.WatchedDay": "the board's own",
    "organisations.Organisation": "an organisation's",
    "organisations.MemberInvitation": "an organisation's: an address to which it wrote, for days",
    "employers.RiskDay": "the board's own",
    "intake.Course": "an organisation's",
    "intake.Intake": "an organisation's: the names of files that it sent",
    "intake.Line": "a provider's file as it came, for days; most lead to nobody",
    "organisations.Accreditation": "an organisation's",
    "socialaccount.SocialApp": "the board's own",
}
"""Tables that hold nothing that leads to a person, and why."""
