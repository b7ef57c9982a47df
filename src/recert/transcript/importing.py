"""A file of activities: what each of its lines says, and what would become of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
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
from recert.policy.mistakes import Mistake
from recert.transcript.forms import LONGEST_PROVIDER, LONGEST_TITLE
from recert.transcript.models import Activity as Row
from recert.transcript.models import TranscriptImport

LARGEST = 5_000_000
"""The largest file that is read, in bytes."""

MOST_LINES = 2_000
"""The most lines of one file; a transcript of a whole life has some hundreds."""

THE_BOARDS = ("approved", "used_in_cycle_ending")
"""Columns of a case that only the board fills in."""

WHY = "why"
"""The column in which the lines that were left out come back."""

BREAKS = re.compile(r"[\n\t]+")
"""A cell of a spreadsheet may have several lines; a title is one."""

Fate = Literal["new", "added", "there", "twice", "unreadable"]
Data = dict[str, Any]


def read_lines(content: bytes, name: str) -> list[Data]:
    """Read the lines of a file, as `TranscriptImport.lines` keeps them.

    Raises `UnreadableFile` for what is no table of activities.
    """
    rows = read_rows(content, name, areas=the_rulebook().areas, besides=(WHY,))
    return [_line(row) for row in rows]


def _line(row: TableRow) -> Data:
    line: Data = {"line": row.line, "cells": row.cells, "said": None, "why": [], "note": ""}
    fields = {name: value for name, value in row.fields.items() if name not in THE_BOARDS}
    if any(row.fields.get(name) for name in THE_BOARDS):
        line["note"] = _("Approval, and use in an earlier cycle, are the board's to enter.")
    for name in ("title", "provider"):
        if isinstance(text := fields.get(name), str):
            fields[name] = without_guard(BREAKS.sub(" ", text))
    if isinstance(kind := fields.get("kind"), str):
        fields["kind"] = kind_called(kind)
    why = [refusal.message for refusal in row.refusals]
    try:
        said = _said(read_activity(fields, the_rulebook()))
    except Unusable as unusable:
        why += map(_in_words, unusable.mistakes)
    except ValidationError as error:
        why += error.messages
    else:
        line["said"] = None if why else said
    line["why"] = why
    return line


def kind_called(text: str) -> str:
    """Answer the kind of activity that has this key or this title, in any case; else the text."""
    kinds = the_rulebook().kinds
    called = {name.casefold(): key for key in kinds for name in (kinds[key].title, key)}
    return called.get(text.casefold(), text)


def _in_words(mistake: Mistake) -> str:
    """Answer what is wrong in a cell, by the name of its column; items of a list go uncounted."""
    place = ".".join(part for part in mistake.place if isinstance(part, str))
    return f"{place}: {mistake.message}" if place else mistake.message


def _said(activity: Activity) -> Data:
    """Answer what the actions take, as JSON. Raises `ValidationError` as the form does."""
    title, provider = clean_line(activity.title), clean_line(activity.provider)
    for name, text, longest in (
        ("title", title, LONGEST_TITLE),
        ("provider", provider, LONGEST_PROVIDER),
    ):
        if len(text) > longest:
            message = _("%(name)s: longer than %(longest)s characters")
            raise ValidationError(message, params={"name": name, "longest": longest})
    if activity.contact_hours is not None and not activity.contact_hours:
        raise ValidationError(_("contact_hours: expected more than 0"))
    portions = {area: int(some) for area, some in (activity.allocation or {}).items() if some}
    covers = dict.fromkeys([*(activity.covers or ()), *portions])
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
        "covers": list(covers),
        "portions": portions or None,
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


def as_cell(cell: str) -> str:
    """Write a cell that was read, guarded or not, so that no spreadsheet runs it.

    >>> as_cell("=1+1"), as_cell("'=1+1")
    ("'=1+1", "'=1+1")
    """
    return GUARD + cell if cell.startswith(RUNS) else cell


def without_guard(text: str) -> str:
    """Read what `with_guard` wrote."""
    guarded = text.startswith(GUARD) and text[1:].startswith(
        (*RUNS, *(GUARD + one for one in RUNS))
    )
    return text[1:] if guarded else text


@dataclass(frozen=True, slots=True)
class LineFate:
    """What would become of a line, or became of it.

    `same_as`: the activity's ref, or the number of the line, that it repeats.
    """

    line: int
    fate: Fate
    title: str
    kind: str
    completed_on: date | None
    why: tuple[str, ...]
    note: str
    same_as: str = ""


def fates_of(
    read: TranscriptImport, there: Sequence[Row], *, added: Collection[int] = ()
) -> list[LineFate]:
    """Answer what would become of each line, beside the activities that are there.

    `added` are the lines that were added from this file.
    """
    known = {(one.kind, one.title, one.completed_on): one.ref for one in there}
    seen: dict[tuple[str, str, date], int] = {}
    fates = []
    for line in read.lines:
        if line["said"] is None:
            fates.append(_unreadable(line))
            continue
        said = said_of(line)
        identity = (said["kind"], said["title"], said["completed_on"])  # ACT-8
        fate: Fate = "new"
        same_as = ""
        if line["line"] in added:
            fate = "added"
        elif identity in seen:
            fate, same_as = "twice", str(seen[identity])
        elif identity in known:
            fate, same_as = "there", known[identity]
        seen.setdefault(identity, line["line"])
        fates.append(_readable(line, said, fate, same_as))
    return fates


def _unreadable(line: Mapping[str, Any]) -> LineFate:
    cells = line["cells"]
    return LineFate(
        line=line["line"],
        fate="unreadable",
        title=cells.get("title", ""),
        kind=cells.get("kind", ""),
        completed_on=None,
        why=tuple(line["why"]),
        note=line["note"],
    )


def _readable(line: Mapping[str, Any], said: Data, fate: Fate, same_as: str) -> LineFate:
    return LineFate(
        line=line["line"],
        fate=fate,
        title=said["title"],
        kind=the_rulebook().kinds[said["kind"]].title,
        completed_on=said["completed_on"],
        why=(),
        note=line["note"],
        same_as=same_as,
    )
