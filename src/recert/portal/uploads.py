"""Files that are sent: each is looked into, and its fate told by its name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast

from django.conf import settings
from django.contrib import messages
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.translation import gettext as _

from recert.people.access import Request
from recert.people.lines import clean_line
from recert.policy.refusals import Refused
from recert.transcript.content import Content, UnsuitableFile, content_of
from recert.transcript.scanning import ScannerUnavailable, scan

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 20
LONGEST_NAME = 150

Keep = Callable[["File[bytes]", str, Content], object]
"""What keeps a file that is taken: the file, its name, and what was found in it."""


def take_files(request: Request, keep: Keep) -> None:
    """Keep the files of a form that are what they should be; a message says what became of each."""
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("Choose a file first: PDF, PNG, JPEG or HEIC, up to 20 MB."))
    for file in files[:MOST_AT_ONCE]:
        _take(request, file, keep)
    if len(files) > MOST_AT_ONCE:
        only = _("Only the first %(most)s files were taken; add the others after these.")
        messages.warning(request, only % {"most": MOST_AT_ONCE})


def _take(request: Request, file: UploadedFile[bytes], keep: Keep) -> None:
    name = name_of_file(file.name or "")
    try:
        keep(file, name, looked_into(file, name))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("%(name)s was added.") % {"name": name})


def looked_into(file: UploadedFile[bytes], name: str) -> Content:
    """Answer what a file that was sent is. Raises `Refused` where it is not taken."""
    try:
        content = content_of(cast("BinaryIO", file), name=name)
        if settings.CLAMAV:
            file.seek(0)
            _refuse_malware(name, scan(cast("BinaryIO", file), address=settings.CLAMAV))
    except UnsuitableFile as unsuitable:
        raise Refused("unsuitable-file", unsuitable.message) from None
    except ScannerUnavailable as unavailable:
        logger.error("%s", unavailable)  # noqa: TRY400  # where, for whoever can mend it
        unchecked = _(
            "“%(name)s” could not be checked for viruses just now, so it was not kept. "
            "Nothing is wrong with it; please try again later."
        )
        raise Refused("unchecked-file", unchecked % {"name": name}) from None
    file.seek(0)
    return content


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


class Kept(Protocol):
    """A file that is kept, of whatever it is."""

    name: str
    media_type: str
    file: FieldFile


def attachment(kept: Kept) -> FileResponse:
    """Answer a file that is kept, to be saved."""
    return saved(kept.file, name=kept.name, media_type=kept.media_type)


def saved(file: FieldFile, *, name: str, media_type: str) -> FileResponse:
    """Answer a file to be saved, which no browser shows as a page of this site."""
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type=media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
