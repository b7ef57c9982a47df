"""What personas asked the board for before the demo begins, by the real actions."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Final

from django.core.files.base import ContentFile

from recert.casework.actions.drafts import enclose, start_request
from recert.casework.actions.sending import send_request
from recert.casework.models import Request
from recert.demo.papers import certificate
from recert.demo.records import noon
from recert.people.models import Person
from recert.people.queries import actor_of
from recert.transcript.content import Content

WHILE_ONE_ADDS_A_FILE: Final = timedelta(minutes=4)


def ask_for_another_name(person: Person, given: str, family: str, *, on: date) -> None:
    """Ask on a day for another legal name, with the document that shows it, and send that."""
    if person.account is None:
        raise ValueError(f"{person.ref} has no account")
    by, at = actor_of(person.account), noon(on)
    said = {"given_names": given, "family_name": family, "shown_by": "Marriage license"}
    asked = start_request(
        person.pk, kind=Request.Kind.NAME, credential=None, said=said, by=by, at=at
    )
    paper = certificate(
        {
            "heading": "Marriage license",
            "name": f"{given} {family}",
            "title": f"formerly {person.name}",
            "provider": "City registrar",
            "day": on.isoformat(),
            "amount": "",
        }
    )
    then = at + WHILE_ONE_ADDS_A_FILE
    enclose(
        asked,
        file=ContentFile(paper),
        name="marriage-license.pdf",
        content=Content("application/pdf", ".pdf", len(paper), hashlib.sha256(paper).hexdigest()),
        is_translation=False,
        by=by,
        at=then,
    )
    send_request(asked.pk, today=on, by=by, at=then + WHILE_ONE_ADDS_A_FILE)
