"""The transcript: its list, and what one does with an activity that is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.queries import Positions, positions_of
from recert.intake.queries import perhaps_of
from recert.journal.queries import history_of_each
from recert.people.access import Request, needs, own_record
from recert.policy.case import Activity as Fact
from recert.policy.permissions import Permission
from recert.portal.histories import lines_of_history
from recert.portal.judgement import judgements_of
from recert.portal.ledgers import serves_by_activity
from recert.portal.signatures import signature_of
from recert.transcript.actions import restore_activity, withdraw_activity
from recert.transcript.evidence import evidence_of
from recert.transcript.forms import DocumentsForm, TranscriptFilter
from recert.transcript.models import Activity
from recert.transcript.queries import (
    activities_like,
    as_fact,
    documents_by_activity,
    documents_of,
    holder_of,
    own_activity,
    removed_documents_of,
)
from recert.transcript.signing.queries import form_for, forms_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """An activity in the list. `serves`: by credential, what counts of what was put forward."""

    ref: str
    title: str
    kind: str
    provider: str
    completed_on: date
    areas: tuple[str, ...]
    serves: tuple[tuple[str, int, int], ...]
    documents: int
    withdrawn: bool
    attested_by: str


@needs(Permission.KEEP_OWN_RECORD)
def transcript(request: Request) -> HttpResponse:
    """List the activities, with a search, filters and totals."""
    person = own_record(request)
    form = TranscriptFilter(request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = activities_like(person.pk, **said)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    positions = positions_of(person.pk, as_of=request.today, planned=False)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "rows": _rows(person.pk, page, positions),
        "page": page,
        "query": query.urlencode(),
        "filtered": bool(query),
        "totals": [
            (one.title, one.assessment.claimed.total, one.assessment.terms.total)
            for one in positions.each
            if one.assessment
        ],
        "perhaps": [(one.ref, one.organisation.name) for one in perhaps_of(person.pk)],
        "has_any": page.paginator.count or bool(query),
    }
    return render(request, "portal/transcript.html", context)


def _rows(person: int, page: Page[Activity], positions: Positions) -> list[Row]:
    book = the_rulebook()
    activities = list(page)
    documents = documents_by_activity(person)
    serves = serves_by_activity(positions)
    return [
        Row(
            ref=one.ref,
            title=one.title,
            kind=book.kinds[one.kind].title,
            provider=one.provider,
            completed_on=one.completed_on,
            areas=tuple(book.areas[area].title for area in one.covers),
            serves=tuple(serves.get(one.ref, ())),
            documents=documents.get(one.pk, 0),
            withdrawn=one.state == Activity.State.WITHDRAWN,
            attested_by=one.vouched_by,
        )
        for one in activities
    ]


@needs(Permission.KEEP_OWN_RECORD)
def activity(request: Request, ref: str) -> HttpResponse:
    """Show an activity: what it counts for, its documents, and what happened to it."""
    found = own_activity(request.actor, ref)
    book = the_rulebook()
    kind = book.kinds[found.kind]
    judgements = []
    if found.state == Activity.State.ENTERED:
        positions = positions_of(found.person_id, as_of=request.today, planned=False)
        judgements = judgements_of(positions, _as_it_counts(positions, found))
    documents, forms = documents_of(found), forms_of(found)
    signatures = [signature_of(one, at=request.at) for one in forms]
    context = {
        "activity": found,
        "kind": kind,
        "judgements": judgements,
        "evidence": evidence_of(found, documents),
        "documents_form": DocumentsForm(kind=kind),
        "areas": [
            (book.areas[area].title, (found.portions or {}).get(area)) for area in found.covers
        ],
        "removed": removed_documents_of(found),
        "signatures": signatures,
        "may_ask": _may_ask(found) and not any(one.stands for one in signatures),
        "form_type": form_for(found) or next((one.type for one in signatures), None),
        "holder": holder_of(found),
        "history": lines_of_history(history_of_each([found.ref, *(one.ref for one in forms)])),
        "today": request.today,
    }
    return render(request, "portal/activity.html", context)


def _may_ask(found: Activity) -> bool:
    """Answer whether somebody's signature would prove an activity."""
    stands = found.state == Activity.State.ENTERED
    return stands and not found.reported_by and form_for(found) is not None


def _as_it_counts(positions: Positions, found: Activity) -> Fact:
    """Answer the activity as it is in the assessments, or else as it was entered."""
    for position in positions.each:
        for one in position.assessment.case.activities if position.assessment else ():
            if one.id == found.ref:
                return one
    return as_fact(found)


@needs(Permission.KEEP_OWN_RECORD)
def withdraw(request: Request, ref: str) -> HttpResponse:
    """Ask whether an activity is to be withdrawn; sent, withdraw it."""
    found = own_activity(request.actor, ref)
    if holder_of(found):
        return redirect("portal:activity", ref)
    if request.method == "POST":
        withdraw_activity(found.pk, by=request.actor, at=request.at)
        said = format_html(
            "{} <a class='usa-link' href='{}'>{}</a>",
            _("“%(title)s” was withdrawn; it stays on record.") % {"title": found.title},
            reverse("portal:activity", args=[ref]),
            _("Look at it, or restore it"),
        )
        messages.success(request, said)
        return redirect("portal:transcript")
    return render(request, "portal/withdraw.html", {"activity": found})


@needs(Permission.KEEP_OWN_RECORD)
def restore(request: Request, ref: str) -> HttpResponse:
    """Put a withdrawn activity back."""
    found = own_activity(request.actor, ref)
    if request.method == "POST":
        restore_activity(found.pk, by=request.actor, at=request.at)
        messages.success(request, _("“%(title)s” is back.") % {"title": found.title})
    return redirect("portal:activity", ref)
