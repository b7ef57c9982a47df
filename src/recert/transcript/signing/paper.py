"""What was signed, as a PDF that is kept as it was: the board's own record, in its own language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files

import typst
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.policy.points import points_text
from recert.transcript.models import SignedForm
from recert.transcript.signing.answers import Answer
from recert.transcript.signing.queries import type_of


def paper_of(form: SignedForm, *, name: str, answers: Iterable[Answer], at: datetime) -> bytes:
    """Make the PDF of what is signed at an instant."""
    template = (files("recert") / "templates" / "documents" / "signed_form.typ").read_bytes()
    with translation.override(settings.LANGUAGE_CODE):
        facts = _facts(form, name, answers, at)
    made = int(at.timestamp())
    return bytes(typst.compile(template, sys_inputs={"facts": json.dumps(facts)}, timestamp=made))


def _facts(
    form: SignedForm, name: str, answers: Iterable[Answer], at: datetime
) -> dict[str, object]:
    """Answer all that the paper says, as texts; its template only lays them out."""
    book, form_type, activity = the_rulebook(), type_of(form), form.activity
    kind = book.kinds[activity.kind]
    hours = points_text(activity.contact_hours) if activity.contact_hours else ""
    about = [
        (_("Certificant"), activity.person.name),
        (_("Activity"), activity.title),
        (_("Kind"), f"{kind.title} ({kind.rule})"),
        (_("First day"), activity.from_on.isoformat() if activity.from_on else ""),
        (_("Completed on"), activity.completed_on.isoformat()),
        (_("Provider"), activity.provider),
        (_("Contact hours"), hours),
        (_("Entry"), f"{activity.ref} ({activity.version})"),
    ]
    signature = [
        (_("Signed by"), name),
        (_("Asked by the certificant as"), form.signer_name),
        (_("Address, confirmed by a code"), form.signer_email),
        (_("Asked"), instant(form.asked_at)),
        (_("Code sent"), instant(form.code_sent_at)),
        (_("Signed"), instant(at)),
    ]
    return {
        "title": form_type.title,
        "program": f"{book.title} · {book.board}",
        "rule": f"{form_type.rule}, {kind.rule}",
        "ref": form.ref,
        "heads": [_("About"), _("What the signer says"), _("Signature")],
        "about": [pair for pair in about if pair[1]],
        "answers": [(one["asks"], one["answer"]) for one in answers],
        "statement": statement(activity.person.name),
        "name": name,
        "signature": signature,
        "note": _("As it was signed. Its SHA-256 stands beside it wherever the board shows it."),
        "page": _("Page"),
    }


def statement(person: str) -> str:
    """Answer the sentence to which a signer puts their name."""
    return _(
        "I know the work of %(person)s that this form is about, and what I say of it here is true."
    ) % {"person": person}


def instant(at: datetime | None) -> str:
    """Write an instant so that it means the same everywhere.

    >>> instant(datetime(2024, 5, 4, 12, tzinfo=UTC))
    '2024-05-04 12:00:00 UTC'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""
