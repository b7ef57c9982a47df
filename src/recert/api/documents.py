"""Documents of one's own activities: sent, handed back, removed and put back."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.core.files.uploadedfile import UploadedFile as DjangoFile
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status, UploadedFile

from recert.api.activities import DocumentOut, document_answer
from recert.api.credentials import Ref
from recert.api.interface import Invalid
from recert.board import the_rulebook
from recert.people.access import Request, needs
from recert.policy.permissions import Permission
from recert.policy.refusals import not_found
from recert.portal.uploads import attachment, looked_into, name_of_file
from recert.transcript.actions import add_document, remove_document, restore_document
from recert.transcript.models import Document
from recert.transcript.queries import document_seen_by, documents_of, own_activity

router = Router(tags=["Documents"])


@router.post(
    "/activities/{ref}/documents",
    response={201: DocumentOut, 200: DocumentOut},
    summary="Add a document",
)
@needs(Permission.KEEP_OWN_RECORD)
def create_document(
    request: Request,
    ref: Ref,
    file: Annotated[UploadedFile, File(description="A PDF, or a picture, up to 20 MB.")],
    proves: Annotated[str, Form(max_length=100, description="A document type, by its key.")] = "",
    *,
    is_translation: Annotated[bool, Form()] = False,
) -> Status[Any]:
    """Keep a document of an activity: 201, or 200 where the activity has the very same file."""
    activity = own_activity(request.actor, ref)
    kind = the_rulebook().kinds[activity.kind]
    if proves and proves not in kind.documents:
        said = _("Expected one of: %(known)s; or leave it out.")
        raise Invalid({"form.proves": said % {"known": ", ".join(kind.documents)}})
    sent = cast("DjangoFile[bytes]", file)
    name = name_of_file(sent.name or "")
    content = looked_into(sent, name)
    same = [one for one in documents_of(activity) if one.sha256 == content.sha256]
    if same:
        return Status(200, document_answer(same[0]))
    document = add_document(
        activity.pk,
        file=sent,
        name=name,
        content=content,
        proves=proves,
        is_translation=is_translation,
        by=request.actor,
        at=request.at,
    )
    return Status(201, document_answer(document))


@router.get(
    "/documents/{ref}",
    summary="A document itself",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file, as it was sent.",
                "content": {
                    kind: {"schema": {"type": "string", "format": "binary"}}
                    for kind in (
                        "application/pdf",
                        "image/png",
                        "image/jpeg",
                        "image/heic",
                        "image/heif",
                    )
                },
            }
        }
    },
)
@needs(Permission.KEEP_OWN_RECORD)
def read_document(request: Request, ref: Ref) -> HttpResponseBase:
    """Hand a document to its owner."""
    return attachment(_own(request, ref))


@router.delete("/documents/{ref}", response={204: None}, summary="Remove a document")
@needs(Permission.KEEP_OWN_RECORD)
def delete_document(request: Request, ref: Ref) -> Status[Any]:
    """Take a document away from its activity; it can be put back."""
    remove_document(_own(request, ref).pk, by=request.actor, at=request.at)
    return Status(204, None)


@router.post("/documents/{ref}/restore", response=DocumentOut, summary="Put a document back")
@needs(Permission.KEEP_OWN_RECORD)
def put_document_back(request: Request, ref: Ref) -> dict[str, object]:
    """Put a document back that was removed."""
    document = restore_document(_own(request, ref).pk, by=request.actor, at=request.at)
    return document_answer(document)


def _own(request: Request, ref: str) -> Document:
    document = document_seen_by(request.actor, ref)
    if document.activity.person_id != request.actor.person:
        raise not_found()
    return document
