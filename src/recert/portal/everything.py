"""What is on record of oneself: what happened to it, and all of it to take along."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from recert.board import the_rulebook
from recert.dossiers.actions.takings import take_out
from recert.dossiers.queries import open_audits_of
from recert.dossiers.taking_out import archive_of, dossier_of, path_of
from recert.journal.queries import events_like
from recert.people.access import Request, needs, own_record
from recert.people.actions import must_be_themselves
from recert.people.models import Person
from recert.people.queries import refs_of
from recert.policy.permissions import Permission
from recert.portal.chronicle import days_of
from recert.portal.histories import lines_of_history

PER_PAGE = 50


@needs(Permission.KEEP_OWN_RECORD)
def history(request: Request) -> HttpResponse:
    """Tell what happened to one's own record, and by whom, the latest first."""
    refs = refs_of(own_record(request))
    text = request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < LONGEST else None
    untold = open_audits_of(tuple(refs))
    events = events_like(
        about=refs, before=before, most=PER_PAGE + 1, untold=("audit.judged", untold)
    )
    page = {
        "days": days_of(events[:PER_PAGE], reader=request.actor.ref),
        "is_later": before is not None,
        "older": events[PER_PAGE - 1].pk if len(events) > PER_PAGE else None,
    }
    return render(request, "portal/history.html", page)


LONGEST = 19
"""The digits of the largest id, and one more."""


@needs(Permission.KEEP_OWN_RECORD)
def everything(request: Request) -> HttpResponseBase:
    """Say what one may take along; sent, hand it over as one file."""
    person = own_record(request)
    must_be_themselves(request.actor)
    if request.method == "POST":
        take_out(person, by=request.actor, at=request.at)
        return archive(request, person, own=True)
    return render(request, "portal/everything.html", {"person": person})


def archive(request: Request, person: Person, *, own: bool) -> StreamingHttpResponse:
    """Answer all that is on record of a person, as a file that is written while it is sent."""
    dossier = dossier_of(person, at=request.at, own=own)
    book = the_rulebook()
    page = {
        "dossier": dossier,
        "parts": dossier.parts,
        "documents": [(one, path_of(one)) for one in dossier.documents],
        "history": zip(dossier.events, lines_of_history(dossier.events), strict=True),
        "board": book.board,
        "programme": book.title,
    }
    index = render_to_string("dossiers/index.html", page)
    pieces = archive_of(dossier, index=index)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    name = f"{person.customer_number}-{request.today}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
