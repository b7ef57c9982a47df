"""Documents: put in, taken out, and looked at by those who may."""

from __future__ import annotations

import logging
from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.people.access import Request, needs
from recert.people.kept_forms import PAGE, page_of_form
from recert.people.lines import clean_line
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.transcript.actions import (
    add_document,
    mark_translation,
    remove_document,
    restore_document,
)
from recert.transcript.content import UnsuitableFile, content_of
from recert.transcript.forms import DocumentsForm
from recert.transcript.models import Document
from recert.transcript.queries import document_seen_by, own_activity
from recert.transcript.scanning import ScannerUnavailable, scan

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 20
LONGEST_NAME = 150


@needs(Permission.KEEP_OWN_RECORD)
def add_documents(request: Request, ref: str) -> HttpResponse:
    """Keep the files that were sent for an activity; each one's fate is told by its name."""
    activity = own_activity(request.actor, ref)
    form = DocumentsForm(request.POST, kind=the_rulebook().kinds[activity.kind])
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("Choose a file first: PDF, PNG, JPEG or HEIC, up to 20 MB."))
    said = form.cleaned_data if form.is_valid() else {}
    for file in files[:MOST_AT_ONCE]:
        name = name_of_file(file.name or "")
        try:
            content = content_of(cast("BinaryIO", file), name=name)
            if settings.CLAMAV:
                file.seek(0)
                _refuse_malware(name, scan(cast("BinaryIO", file), address=settings.CLAMAV))
            file.seek(0)
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
        except UnsuitableFile as unsuitable:
            messages.error(request, unsuitable.message)
        except ScannerUnavailable as unavailable:
            logger.error("%s", unavailable)  # noqa: TRY400  # where, for whoever can mend it
            unchecked = _(
                "“%(name)s” could not be checked for viruses just now, so it was not kept. "
                "Nothing is wrong with it; please try again later."
            )
            messages.error(request, unchecked % {"name": name})
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("%(name)s was added.") % {"name": name})
    if len(files) > MOST_AT_ONCE:
        only = _("Only the first %(most)s files were taken; add the others after these.")
        messages.warning(request, only % {"most": MOST_AT_ONCE})
    return _back(request, ref)


def _back(request: Request, activity: str) -> HttpResponse:
    """Lead to the page on which a form stood, or else to the activity."""
    if PAGE in request.POST:
        return redirect(page_of_form(request))
    return redirect("portal:activity", activity)


def _refuse_malware(name: str, found: str | None) -> None:
    if found:
        said = _("The virus scanner found %(found)s in “%(name)s”, so it was not kept.")
        raise Refused("malware", said % {"found": found, "name": name})


def name_of_file(name: str) -> str:
    """Answer the name of a file as it is told and kept; it never reaches the disk."""
    printable = "".join(one if one.isprintable() else "_" for one in name)
    last = printable.replace("\\", "/").rpartition("/")[2]
    return clean_line("".join(one for one in last if one not in "\u202a\u202b\u202c\u202d\u202e"))[
        -LONGEST_NAME:
    ] or _("document")


@needs(Permission.KEEP_OWN_RECORD)
def download(request: Request, ref: str) -> HttpResponseBase:
    """Hand a document to its owner, always to be saved and never shown as a page of this site."""
    document = document_seen_by(request.actor, ref)
    if document.activity.person_id != request.actor.person:
        raise not_found()
    return attachment(document)


def attachment(document: Document) -> FileResponse:
    """Answer a document to be saved."""
    return saved(document.file, name=document.name, media_type=document.media_type)


def saved(file: FieldFile, *, name: str, media_type: str) -> FileResponse:
    """Answer a file to be saved, which no browser shows as a page of this site."""
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type=media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


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
