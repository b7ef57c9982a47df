"""A file of activities: what each of its lines says, and what would become of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casefile import TableRow, read_rows
from recert.people.lines import clean_line
from recert.policy import Unusable
from recert.policy.case import Activity, read_activity
from recert.transcript.forms import LONGEST_PROVIDER, LONGEST_TITLE
from recert.transcript.models import Activity as Row
from recert.transcript.models import TranscriptImport

LARGEST = 5_000_000
"""The largest file that is read, in bytes."""

MOST_LINES = 2_000
"""The most lines of one file; a transcript of a whole life has some hundreds."""

THE_BOARDS = ("approved", "used_in_cycle_ending")
"""Columns of a case that only the board fills in."""

Fate = Literal["new", "there", "twice", "unreadable"]
Data = dict[str, Any]


def read_lines(content: bytes, name: str) -> list[Data]:
    """Read the lines of a file, as `TranscriptImport.lines` keeps them.

    Raises `UnreadableFile` for what is no table of activities.
    """
    rows = read_rows(content, name, areas=the_rulebook().areas)
    return [_line(row) for row in rows]


def _line(row: TableRow) -> Data:
    line: Data = {"line": row.line, "cells": row.cells, "said": None, "why": [], "note": ""}
    why = [refusal.message for refusal in row.refusals]
    fields = {name: value for name, value in row.fields.items() if name not in THE_BOARDS}
    if len(fields) < len(row.fields):
        line["note"] = _("Approval, and use in an earlier cycle, are the board's to enter.")
    for name in ("title", "provider"):
        if isinstance(text := fields.get(name), str):
            fields[name] = without_guard(text)
    try:
        activity = read_activity(fields, the_rulebook())
        said = _said(activity)
    except Unusable as unusable:
        malformed = {place for place in row.cells if place not in row.fields}
        why += [
            str(one) for one in unusable.mistakes if one.place[:1] not in {(m,) for m in malformed}
        ]
    except ValidationError as error:
        why += error.messages
    else:
        line["said"] = said if not why else None
    line["why"] = why
    return line


def _said(activity: Activity) -> Data:
    """Answer what the actions take, as JSON."""
    title, provider = clean_line(activity.title), clean_line(activity.provider)
    for name, text, longest in (
        (_("title"), title, LONGEST_TITLE),
        (_("provider"), provider, LONGEST_PROVIDER),
    ):
        if len(text) > longest:
            message = _("%(name)s: longer than %(longest)s characters")
            raise ValidationError(message, params={"name": name, "longest": longest})
    allocation = activity.allocation
    covers = [*(activity.covers or ()), *(allocation or ())]
    return {
        "kind": activity.kind,
        "title": title,
        "provider": provider,
        "completed_on": activity.completed_on.isoformat(),
        "contact_hours": activity.contact_hours and int(activity.contact_hours),
        "pages": activity.pages,
        "earned": activity.earned or "",
        "repeat": activity.repeat,
        "from_on": activity.from_ and activity.from_.isoformat(),
        "covers": list(dict.fromkeys(covers)),
        "portions": None if allocation is None else {k: int(v) for k, v in allocation.items()},
    }


def said_of(line: Mapping[str, Any]) -> Data:
    """Answer what a kept line says, with its days as days."""
    said = dict(line["said"])
    for name in ("completed_on", "from_on"):
        said[name] = said[name] and date.fromisoformat(said[name])
    return said


def unsaved(line: Mapping[str, Any]) -> Row:
    """Answer the activity that a line would become."""
    return Row(ref=f"line {line['line']}", **said_of(line))


GUARD = "'"
RUNS = ("=", "+", "-", "@", "\t")
"""What a spreadsheet takes for the beginning of a formula."""


def with_guard(text: str) -> str:
    """Write a text so that no spreadsheet runs it, and `without_guard` reads it back.

    >>> with_guard("=1+1"), without_guard(with_guard("=1+1")), without_guard("'tis")
    ("'=1+1", '=1+1', "'tis")
    """
    return GUARD + text if text.startswith((*RUNS, *(GUARD + one for one in RUNS))) else text


def without_guard(text: str) -> str:
    """Read what `with_guard` wrote."""
    guarded = text.startswith(GUARD) and text[1:].startswith(
        (*RUNS, *(GUARD + one for one in RUNS))
    )
    return text[1:] if guarded else text


@dataclass(frozen=True, slots=True)
class LineFate:
    """What would become of a line. `same_as`: the line, or the activity's ref, that it repeats."""

    line: int
    fate: Fate
    title: str
    kind: str
    completed_on: date | None
    why: tuple[str, ...]
    note: str
    same_as: str = ""


def fates_of(read: TranscriptImport, there: Sequence[Row]) -> list[LineFate]:
    """Answer what would become of each line, beside the activities that are there."""
    kinds = the_rulebook().kinds
    known = {(one.kind, one.title, one.completed_on): one.ref for one in there}
    seen: dict[tuple[str, str, date], int] = {}
    fates = []
    for line in read.lines:
        if line["said"] is None:
            cells = line["cells"]
            title, kind = cells.get("title", ""), cells.get("kind", "")
            day, why = None, tuple(line["why"])
            fates.append(LineFate(line["line"], "unreadable", title, kind, day, why, line["note"]))
            continue
        said = said_of(line)
        identity = (said["kind"], said["title"], said["completed_on"])
        fate: Fate = "there" if identity in known else "twice" if identity in seen else "new"
        same = known.get(identity, "") or str(seen.get(identity, ""))
        seen.setdefault(identity, line["line"])
        fates.append(
            LineFate(
                line=line["line"],
                fate=fate,
                title=said["title"],
                kind=kinds[said["kind"]].title,
                completed_on=said["completed_on"],
                why=(),
                note=line["note"],
                same_as=same,
            )
        )
    return fates
