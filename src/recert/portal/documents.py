"""Documents: put in, taken out, and looked at by those who may."""

from __future__ import annotations

from django.contrib import messages
from django.core.files import File
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.people.access import Request, needs
from recert.people.kept_forms import PAGE, page_of_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.uploads import attachment, take_files
from recert.transcript.actions import (
    add_document,
    mark_translation,
    remove_document,
    restore_document,
)
from recert.transcript.content import Content
from recert.transcript.forms import DocumentsForm
from recert.transcript.models import Document
from recert.transcript.queries import document_seen_by, own_activity


@needs(Permission.KEEP_OWN_RECORD)
def add_documents(request: Request, ref: str) -> HttpResponse:
    """Keep the files that were sent for an activity; each one's fate is told by its name."""
    activity = own_activity(request.actor, ref)
    form = DocumentsForm(request.POST, kind=the_rulebook().kinds[activity.kind])
    said = form.cleaned_data if form.is_valid() else {}

    def keep(file: File[bytes], name: str, content: Content) -> None:
        add_document(
            activity.pk,
            file=file,
            name=name,
            content=content,
            proves=said.get("proves", ""),
            is_translation=said.get("is_translation", False),
            by=request.actor,
            at=request.at,
        )

    take_files(request, keep)
    return _back(request, ref)


def _back(request: Request, activity: str) -> HttpResponse:
    """Lead to the page on which a form stood, or else to the activity."""
    if PAGE in request.POST:
        return redirect(page_of_form(request))
    return redirect("portal:activity", activity)


@needs(Permission.KEEP_OWN_RECORD)
def download(request: Request, ref: str) -> HttpResponseBase:
    """Hand a document to its owner, always to be saved and never shown as a page of this site."""
    document = document_seen_by(request.actor, ref)
    if document.activity.person_id != request.actor.person:
        raise not_found()
    if request.actor.acting_for:  # each look of staff is in the journal, with its reason
        raise Refused(
            "in-anothers-name",
            _("Open documents at the desk, with a reason that is kept; end acting for them first."),
        )
    return attachment(document)


@needs(Permission.KEEP_OWN_RECORD)
def remove(request: Request, ref: str) -> HttpResponse:
    """Take a document away; it can be put back."""
    document = _own_document(request, ref)
    if request.method == "POST":
        remove_document(document.pk, by=request.actor, at=request.at)
        said = _("%(name)s was removed.") % {"name": document.name}
        messages.success(request, said)
    return _back(request, document.activity.ref)


@needs(Permission.KEEP_OWN_RECORD)
def mark(request: Request, ref: str) -> HttpResponse:
    """Say that a document is a translation, or that it is not (AUD-3)."""
    document = _own_document(request, ref)
    if request.method == "POST":
        is_translation = request.POST.get("is_translation") == "yes"
        mark_translation(
            document.pk, is_translation=is_translation, by=request.actor, at=request.at
        )
    return _back(request, document.activity.ref)


@needs(Permission.KEEP_OWN_RECORD)
def put_back(request: Request, ref: str) -> HttpResponse:
    """Put a document back."""
    document = _own_document(request, ref)
    if request.method == "POST":
        restore_document(document.pk, by=request.actor, at=request.at)
        messages.success(request, _("%(name)s is back.") % {"name": document.name})
    return _back(request, document.activity.ref)


def _own_document(request: Request, ref: str) -> Document:
    document = document_seen_by(request.actor, ref)
    if document.activity.person_id != request.actor.person:
        raise not_found()
    return document
