"""All that is on record of a person, as a ZIP that is written while it is sent.

Nothing of it is kept here: no second copy of somebody's life lies about on the disk.
"""

from __future__ import annotations

import json
import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from recert import __version__
from recert.board import the_rulebook
from recert.dossiers.table import Table
from recert.dossiers.tables import JOURNAL, LETTERS, TABLES
from recert.journal.models import Event
from recert.journal.queries import letters_to, whole_history
from recert.people.models import Person
from recert.people.queries import records_of
from recert.transcript.models import Document

logger = logging.getLogger(__name__)

BLOCK: Final = 256 * 1024

FORMAT: Final = 1
"""The number of the format; it grows when something in it changes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the archive: its file, what it is, and its rows."""

    name: str
    says: str
    rows: list[dict[str, Any]]

    @property
    def file(self) -> str:
        """Where it stands in the archive."""
        return f"data/{self.name}.json"


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is on record of a person at an instant."""

    person: Person
    parts: list[Part]
    documents: list[Document]
    events: list[Event]
    at: datetime


def dossier_of(person: Person, *, at: datetime, own: bool) -> Dossier:
    """Gather what is on record of a person; `own` leaves out what they are not told of yet."""
    records = records_of(person)
    refs = [one.ref for one in records]
    events = whole_history(refs, without=_untold(records) if own else None)
    parts = [Part(table.name, str(table.says), _rows(table, records, own=own)) for table in TABLES]
    parts.append(Part(JOURNAL, _("What happened, in its order."), list(map(_plain, events))))
    letters = [
        _plain(one) | {"event": one.event_id, "kind": one.event.kind} for one in letters_to(refs)
    ]
    parts.append(Part(LETTERS, _("Letters to the person."), letters))
    documents = Document.objects.filter(activity__person__in=records).exclude(file="")
    return Dossier(person, parts, list(documents.order_by("id")), events, at)


def _untold(records: list[Person]) -> Q:
    """Answer which events the person is not told of yet: what an auditor found so far."""
    audits = next(table for table in TABLES if table.name == "audit").model
    open_ones = audits._default_manager.filter(  # noqa: SLF001  # any manager
        declaration__credential__person__in=records, state="sent"
    )
    return Q(kind="audit.judged", subject__in=list(open_ones.values_list("ref", flat=True)))


def _rows(table: Table, records: Sequence[Person], *, own: bool) -> list[dict[str, Any]]:
    keys = [one.pk for one in records]
    found = table.rows_of(keys)
    if own and table.untold is not None:
        found = found.exclude(table.untold)
    relations = [one.name for one in table.model._meta.concrete_fields if one.is_relation]  # noqa: SLF001  # Django's own way in
    found = found.select_related(*relations) if relations else found
    return [_plain(one, hides=table.hides) for one in found.order_by("pk")]


def _plain(record: Model, *, hides: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Answer a row as JSON says it: what has a ref is named by it, and nothing else by a number.

    What has no ref has the number, since other rows may name it.
    """
    written: dict[str, Any] = {}
    for one in record._meta.concrete_fields:  # noqa: SLF001  # as above
        if one.name in hides or (one.primary_key and hasattr(record, "ref")):
            continue
        value = getattr(record, one.name)
        if isinstance(value, Model):
            value = getattr(value, "ref", value.pk)
        written[one.name] = value if not isinstance(value, bytes | memoryview) else None
    if isinstance(record, Event):
        written.pop("salt")
    return written


def archive_of(dossier: Dossier, *, index: str) -> Iterator[bytes]:
    """Yield the ZIP of a dossier, piece by piece; a document at a time is in memory, in part.

    `index` is the page with which people begin.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, content in _texts(dossier, index):
            with archive.open(_entry(name, dossier.at), "w") as out:
                out.write(content)
            yield sink.taken()
        for document in dossier.documents:
            entry = _entry(path_of(document), document.added_at)
            entry.compress_type = zipfile.ZIP_STORED  # PDFs and pictures are packed already
            try:
                source = document.file.open("rb")
            except FileNotFoundError:
                logger.exception("the file of %s is not there", document.ref)
                continue
            with source, archive.open(entry, "w", force_zip64=True) as out:
                while block := source.read(BLOCK):
                    out.write(block)
                    yield sink.taken()
    yield sink.taken()


def path_of(document: Document) -> str:
    """Answer where a document stands in the archive: by its ref, with a name that any disk takes.

    >>> path_of(Document(ref="DO-1", name="../My *best* file.pdf"))
    'documents/DO-1 My -best- file.pdf'
    """
    name = re.sub(r"[^\w .,()&+-]", "-", document.name).strip(" .-")[-80:]
    return f"documents/{document.ref} {name}".strip()


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _texts(dossier: Dossier, index: str) -> Iterator[tuple[str, bytes]]:
    book = the_rulebook()
    yield "index.html", index.encode()
    yield "index.css", (files("recert") / "static" / "recert" / "dossier.css").read_bytes()
    about = {
        "format": FORMAT,
        "written_at": dossier.at,
        "board": book.board,
        "programme": book.key,
        "rulebook": book.fingerprint,
        "software": f"recert {__version__}",
        "person": dossier.person.ref,
        "files": {one.file: one.says for one in dossier.parts},
    }
    yield "about.json", _json(about)
    for part in dossier.parts:
        yield part.file, _json(part.rows)


def _json(value: object) -> bytes:
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


class _Sink:
    """Where the ZIP is written to, and taken from at once; it cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: it is taken when there is something."""

    def close(self) -> None:
        """Do nothing: it has no end of its own."""

    def taken(self) -> bytes:
        """Answer what was written since it was asked last."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
