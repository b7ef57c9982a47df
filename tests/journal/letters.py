"""Events that owe a letter, and readers of all sorts."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from recert.journal import actions as journal
from recert.journal.models import Notice
from recert.journal.readers import Reader
from recert.policy.permissions import NOBODY

AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
AMINA = Reader(
    ref="PE-AM1N-0000-0001",
    name="Amina Benali",
    email="amina@example.org",
    language="en",
    time_zone="America/Chicago",
)
FACTS: dict[str, Any] = {"credential": "MLS(ASCPi)", "path": "/declarations/DE-0000"}
DECIDED: dict[str, Any] = {
    "form": "Employer Assessment Form",
    "title": "Yearly assessment",
    "path": FACTS["path"],
}
FORM: dict[str, Any] = DECIDED | {"signer": "Ada Employer"}
ASKING: dict[str, Any] = {
    "person": "Amina Benali",
    "completed_on": "2024-04-20",
    "expires_at": "2024-05-18T12:00:00Z",
}
INVITED: dict[str, Any] = {
    "organisation": "Lakeside Laboratory",
    "expires_at": "2024-05-18T12:00:00Z",
    "path": "/organisations/join/",
    "leads_to": "OI-0000",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "declaration.submitted": FACTS
    | {
        "purpose_title": "Renewal",
        "submitted_at": "2024-05-04T12:00:00Z",
        "due_on": "2024-06-17",
        "card": "4242",
        "lines": [{"title": "Application fee", "amount": "95.00 USD"}],
        "total": "95.00 USD",
        "expires_on": "2024-05-31",
        "stays_valid": True,
    },
    "declaration.approved": FACTS
    | {
        "purpose": "renewal",
        "purpose_title": "Renewal",
        "starts_on": "2024-05-01",
        "ends_on": "2027-05-31",
        "title": "MLS(ASCPi)ᶜᴹ",
        "opens_on": "2027-02-28",
        "next_due_on": "2027-04-30",
    },
    "declaration.deficient": FACTS
    | {
        "correct_by": "2024-06-17",
        "reasons": [{"activity": "Safe Draws", "reason": "It names another person."}],
        "then": "The declaration is deleted.",
    },
    "declaration.corrected": FACTS | {"due_on": "2024-06-17"},
    "declaration.withdrawn": FACTS
    | {"purpose": "renewal", "expires_on": "2024-05-31", "has_ended": False},
    "declaration.deleted": FACTS
    | {
        "purpose": "renewal",
        "correct_by": "2024-06-17",
        "expires_on": "2024-05-31",
        "has_ended": True,
    },
    "payment.refunded": {"amount": "95.00 USD", "card": "4242", "why": "Charged twice"},
    "declaration.denied": FACTS,
    "credential.renewal-revoked": FACTS,
    "audit.opened": FACTS
    | {
        "documents_due_on": "2024-06-17",
        "activities": [{"title": "Safe Draws", "documents": ["Certificate of participation"]}],
    },
    "audit.documents-sent": FACTS,
    "audit.time-over": FACTS,
    "audit.passed": FACTS,
    "audit.not-passed": FACTS
    | {
        "respond_by": "2024-06-17",
        "then": "The declaration is denied.",
        "found": [{"activity": "Safe Draws", "verdict": "Missing", "note": "No certificate."}],
    },
    "audit.failed": FACTS,
    "request.submitted": FACTS | {"asked_for": "inactive", "fee": "40.00 USD"},
    "request.withdrawn": FACTS | {"asked_for": "inactive"},
    "request.refused": FACTS | {"asked_for": "alignment"},
    "request.granted": FACTS
    | {
        "asked_for": "inactive",
        "until_on": "2026-05-31",
        "opens_on": "2026-02-28",
        "due_on": "2026-04-30",
    },
    "appeal.sent": FACTS | {"audit": "AU-0000"},
    "appeal.granted": FACTS | {"audit": "AU-0000"},
    "appeal.denied": FACTS | {"audit": "AU-0000"},
    "credential.reminded": {
        "path": "/dashboard",
        "credential": "MLS(ASCPi)",
        "title": "Two weeks left",
        "count": 1,
        "reminders": [
            {
                "credential": "MLS(ASCPi)",
                "title": "Two weeks left",
                "until": "2024-05-31",
                "due_on": "2024-04-30",
                "fewest": 300,
                "lacking": [{"points": "2", "title": "Chemistry"}],
                "anywhere": "1",
                "can_declare": False,
            }
        ],
    },
    "acting.started": {
        "who": "Rita Registrar",
        "until": "2024-05-04T12:30:00Z",
        "path": "/account/history",
    },
    "form.asked": DECIDED | ASKING,
    "form.asked-again": DECIDED | ASKING,
    "form.signed": FORM | {"signed_name": "Dr. Ada Employer"},
    "form.declined": FORM,
    "member.invited": INVITED,
    "consent.asked": INVITED | {"path": "/account/employers/"},
    "staff.at-risk": {
        "organisation": "Lakeside Laboratory",
        "ahead": [{"days": 30, "count": 1}, {"days": 90, "count": 4}],
        "path": "/organisations/OR-0000/staff?within=90",
    },
    "claim.approved": DECIDED,
    "claim.refused": DECIDED,
}
"""What the letters say, by the kind of their event."""

OPTIONAL: dict[str, set[str]] = {
    "declaration.submitted": {"total", "expires_on"},
    "credential.reminded": {"count"},
    "request.submitted": {"fee"},
}
"""What a letter can do without."""

TOLD = "declaration.submitted"


def owe(kind=TOLD, *, reader=AMINA, at=AT, because="", **facts):
    """Note an event that owes a letter, and answer its notice."""
    with transaction.atomic():
        event = journal.record_event(
            kind,
            subject="DE-0000-0000-0001",
            about=reader.ref,
            by=NOBODY,
            at=at,
            because=because,
            facts=SAMPLES[kind] | facts,
            tell=reader,
        )
    return Notice.objects.select_related("event").get(event=event)
