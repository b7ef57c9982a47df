"""What letters say for nobody in particular, to be looked at before anybody gets one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from recert.board import the_rulebook
from recert.journal.models import Event, Notice
from recert.journal.readers import Reader
from recert.policy.rulebook import Reminder
from recert.policy.standing import title_of

NOBODYS: Final = "DE-0000-0000-0000"
"""A ref that nothing has."""


def samples() -> dict[str, dict[str, Any]]:
    """Answer what an event of each kind of which somebody is told may say, by the rulebook."""
    book = the_rulebook()
    credential = title_of(book, next(iter(book.categories)), maintained=False).text
    return samples_of(credential, currency=book.currency, reminders=book.reminders)


def sample_notice(kind: str, *, reader: Reader, at: datetime) -> Notice:
    """Answer a letter that is owed to nobody, as if such an event had happened."""
    event = Event(kind=kind, subject=NOBODYS, about=reader.ref, at=at, facts=samples()[kind])
    return Notice(
        event=event,
        person=reader.ref,
        to=reader.email,
        name=reader.name,
        language=reader.language,
        time_zone=reader.time_zone,
    )


def samples_of(
    credential: str, *, currency: str, reminders: Mapping[str, Reminder]
) -> dict[str, dict[str, Any]]:
    """Answer the same about a credential."""
    key, reminder = next(iter(reminders.items()))
    facts: dict[str, Any] = {"credential": credential, "path": "/declarations/DE-0000"}
    decided: dict[str, Any] = {
        "form": "Employer Assessment Form",
        "title": "Yearly assessment",
        "path": facts["path"],
    }
    form: dict[str, Any] = decided | {"signer": "Ada Employer"}
    asking: dict[str, Any] = {
        "person": "Amina Benali",
        "completed_on": "2024-04-20",
        "expires_at": "2024-05-18T12:00:00Z",
    }
    invited: dict[str, Any] = {
        "organisation": "Lakeside Laboratory",
        "expires_at": "2024-05-18T12:00:00Z",
        "path": "/organisations/join/",
        "leads_to": "OI-0000",
    }
    return {
        "declaration.submitted": facts
        | {
            "purpose_title": "Renewal",
            "submitted_at": "2024-05-04T12:00:00Z",
            "due_on": "2024-06-17",
            "card": "4242",
            "lines": [{"title": "Application fee", "amount": f"95.00 {currency}"}],
            "total": f"95.00 {currency}",
            "expires_on": "2024-05-31",
            "stays_valid": True,
        },
        "declaration.approved": facts
        | {
            "purpose": "renewal",
            "purpose_title": "Renewal",
            "starts_on": "2024-05-01",
            "ends_on": "2027-05-31",
            "title": f"{credential}ᶜᴹ",
            "opens_on": "2027-02-28",
            "next_due_on": "2027-04-30",
        },
        "declaration.deficient": facts
        | {
            "correct_by": "2024-06-17",
            "reasons": [{"activity": "Safe Draws", "reason": "It names another person."}],
            "then": "The declaration is deleted.",
        },
        "declaration.corrected": facts | {"due_on": "2024-06-17"},
        "declaration.withdrawn": facts
        | {"purpose": "renewal", "expires_on": "2024-05-31", "has_ended": False},
        "declaration.deleted": facts
        | {
            "purpose": "renewal",
            "correct_by": "2024-06-17",
            "expires_on": "2024-05-31",
            "has_ended": True,
        },
        "payment.refunded": {"amount": f"95.00 {currency}", "card": "4242", "why": "Charged twice"},
        "declaration.denied": facts,
        "credential.renewal-revoked": facts,
        "audit.opened": facts
        | {
            "documents_due_on": "2024-06-17",
            "activities": [{"title": "Safe Draws", "documents": ["Certificate of participation"]}],
        },
        "audit.documents-sent": facts,
        "audit.time-over": facts,
        "audit.passed": facts,
        "audit.not-passed": facts
        | {
            "respond_by": "2024-06-17",
            "then": "The declaration is denied.",
            "found": [{"activity": "Safe Draws", "verdict": "Missing", "note": "No certificate."}],
        },
        "audit.failed": facts,
        "request.submitted": facts | {"asked_for": "inactive", "fee": f"40.00 {currency}"},
        "request.withdrawn": facts | {"asked_for": "inactive"},
        "request.refused": facts | {"asked_for": "alignment"},
        "request.granted": facts
        | {
            "asked_for": "inactive",
            "until_on": "2026-05-31",
            "opens_on": "2026-02-28",
            "due_on": "2026-04-30",
        },
        "appeal.sent": facts | {"audit": "AU-0000"},
        "appeal.granted": facts | {"audit": "AU-0000"},
        "appeal.denied": facts | {"audit": "AU-0000"},
        "credential.reminded": {
            "path": "/dashboard",
            "credential": credential,
            "title": reminder.title,
            "count": 1,
            "reminders": [
                {
                    "reminder": key,
                    "credential": credential,
                    "title": reminder.title,
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
        "form.asked": decided | asking,
        "form.asked-again": decided | asking,
        "form.signed": form | {"signed_name": "Dr. Ada Employer"},
        "form.declined": form,
        "claim.approved": decided,
        "claim.refused": decided,
        "member.invited": invited,
        "consent.asked": invited | {"path": "/account/employers/"},
        "staff.at-risk": {
            "organisation": "Lakeside Laboratory",
            "ahead": [{"days": 30, "count": 1}, {"days": 90, "count": 4}],
            "path": "/organisations/OR-0000/staff?within=90",
        },
    }
