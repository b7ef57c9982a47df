"""Papers as PDF, from facts as texts; a template only lays them out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import typst
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.people.models import Person
from recert.portal.templatetags.words import moment


def typeset(paper: str, facts: Mapping[str, object], *, at: datetime) -> bytes:
    """Answer a paper as PDF; at the same instant, from the same facts, the same bytes."""
    template = files("recert") / "templates" / "documents" / f"{paper}.typ"
    given, made = {"facts": json.dumps(facts)}, int(at.timestamp())
    return bytes(typst.compile(str(template), sys_inputs=given, timestamp=made))


def head_of(person: Person, title: str, *, made: str, at: datetime) -> dict[str, object]:
    """Answer what the head and the foot of each paper say.

    `made` is a sentence with places for the day and the time zone.
    """
    book = the_rulebook()
    return {
        "language": (get_language() or "en").partition("-")[0],
        "title": title,
        "program": f"{book.title} · {book.board}",
        "name": person.name,
        "number": _("Customer number %(number)s") % {"number": person.customer_number},
        "made": made % {"day": moment(at), "zone": timezone.get_current_timezone_name()},
        "page": _("Page"),
    }


def as_file(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that can be looked at, and saved under a name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
