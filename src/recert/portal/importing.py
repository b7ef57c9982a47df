"""Adding many activities from a file: nothing is saved before each line's fate was shown."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recert.board import the_rulebook
from recert.casefile import COLUMNS, UnreadableFile, transcript_template
from recert.declarations.queries import assessments_with, positions_of
from recert.people.access import Request, needs, own_record
from recert.policy.assessment import Ledger
from recert.policy.permissions import Permission
from recert.portal.uploads import name_of_file
from recert.transcript.bulk import fates_in, keep_import, own_import, save_import, undo_import
from recert.transcript.importing import (
    LARGEST,
    MOST_LINES,
    WHY,
    LineFate,
    as_cell,
    read_lines,
    unsaved,
)
from recert.transcript.models import TranscriptImport
from recert.transcript.queries import as_fact


class ImportForm(forms.Form):
    """A file of activities."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 5 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )


@needs(Permission.KEEP_OWN_RECORD)
def upload(request: Request) -> HttpResponse:
    """Read a file, and go on to what its lines would become."""
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        name = name_of_file(file.name)
        try:
            lines = _read(file.read(LARGEST + 1), name)
        except UnreadableFile as unreadable:
            form.add_error("file", [_in_words(one) for one in (unreadable, *unreadable.more)])
        else:
            read = keep_import(
                own_record(request), name=name, lines=lines, by=request.actor, at=request.at
            )
            return redirect("portal:import-preview", read.ref)
    page = {"form": form, "columns": COLUMNS}
    return render(request, "portal/import.html", page, status=422 if form.errors else 200)


def _in_words(unreadable: UnreadableFile) -> str:
    """Answer what is wrong with a file, as somebody finds it there: which one it is they know."""
    said = {"line": unreadable.line, "sheet": unreadable.sheet, "message": unreadable.message}
    if unreadable.line is None:
        return unreadable.message
    if unreadable.sheet is None:
        return _("Line %(line)s: %(message)s") % said
    return _("Sheet “%(sheet)s”, line %(line)s: %(message)s") % said


def _read(content: bytes, name: str) -> list[dict[str, object]]:
    if len(content) > LARGEST:
        raise UnreadableFile(name, _("larger than 5 MB; a transcript has a few kilobytes"))
    lines = read_lines(content, name)
    if len(lines) > MOST_LINES:
        said = _("more than %(most)s lines; divide it into several files") % {"most": MOST_LINES}
        raise UnreadableFile(name, said)
    return lines


@needs(Permission.KEEP_OWN_RECORD)
def template(request: Request) -> HttpResponse:
    """Answer a table to begin with."""
    del request
    response = HttpResponse(
        "\ufeff" + transcript_template(the_rulebook()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="transcript-template.csv"'
    return response


@dataclass(frozen=True, slots=True)
class Effect:
    """What the new activities would bring to a credential, in hundredths."""

    title: str
    before: int
    after: int
    need: int


@dataclass(frozen=True, slots=True)
class Served:
    """What one new activity would bring to a credential, in hundredths; and why no more."""

    title: str
    counted: int
    claimed: int
    because: str


@needs(Permission.KEEP_OWN_RECORD)
def preview(request: Request, ref: str) -> HttpResponse:
    """Show what would become of each line; sent, save those that are new."""
    read = own_import(request.actor, ref)
    if request.method == "POST":
        count = save_import(read.pk, by=request.actor, at=request.at)
        said = ngettext("%(count)s activity was added.", "%(count)s activities were added.", count)
        messages.success(request, said % {"count": count})
        return redirect("portal:import-preview", ref)
    fates = fates_in(read)
    new = sum(1 for one in fates if one.fate == "new")
    added = sum(1 for one in fates if one.fate == "added")
    effects, served = _effects(request, read, fates) if new and not read.saved_at else ([], {})
    page = {
        "read": read,
        "lines": [(one, served.get(one.line, ())) for one in fates],
        "new": new,
        "added": added,
        "left_out": len(fates) - new - added,
        "effects": effects,
    }
    return render(request, "portal/import_preview.html", page)


def _effects(
    request: Request, read: TranscriptImport, fates: list[LineFate]
) -> tuple[list[Effect], dict[int, list[Served]]]:
    """Answer what the new activities would bring to each credential: together, and each line."""
    new = {one.line for one in fates if one.fate == "new"}
    facts = {one["line"]: as_fact(unsaved(one)) for one in read.lines if one["line"] in new}
    positions = positions_of(read.person_id, as_of=request.today, planned=False)
    effects: list[Effect] = []
    served: dict[int, list[Served]] = {line: [] for line in facts}
    for position, after in assessments_with(positions, *facts.values()):
        before = position.assessment.claimed.total if position.assessment else 0
        effects.append(Effect(position.title, before, after.claimed.total, after.terms.total))
        ledgers = {one.activity: one for one in after.ledgers()}
        for line, fact in facts.items():
            served[line].append(_served(position.title, ledgers[fact.id]))
    return effects, served


def _served(title: str, ledger: Ledger) -> Served:
    counted = sum(ledger.counted.values())
    because = ledger.not_counted[0].finding.message if ledger.not_counted else ""
    return Served(title, counted, ledger.claimed, because)


@needs(Permission.KEEP_OWN_RECORD)
def undo(request: Request, ref: str) -> HttpResponse:
    """Take back what a file added."""
    read = own_import(request.actor, ref)
    if request.method == "POST":
        count = undo_import(read.pk, by=request.actor, at=request.at)
        said = ngettext(
            "%(count)s activity was withdrawn.", "%(count)s activities were withdrawn.", count
        )
        messages.success(request, said % {"count": count})
        return redirect("portal:transcript")
    return redirect("portal:import-preview", ref)


@needs(Permission.KEEP_OWN_RECORD)
def left_out(request: Request, ref: str) -> HttpResponse:
    """Answer the lines that would not be added, each with the reason, to be put right."""
    read = own_import(request.actor, ref)
    fates = {one.line: one for one in fates_in(read)}
    table = StringIO()
    writer = csv.DictWriter(table, [*COLUMNS, WHY], extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for line in read.lines:
        fate = fates[line["line"]]
        if fate.fate not in {"new", "added"}:
            why = "; ".join(fate.why) or reasons()[fate.fate] % {"same": fate.same_as}
            cells = line["cells"] | {WHY: why}
            writer.writerow({name: as_cell(cell) for name, cell in cells.items()})
    response = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return response


def reasons() -> dict[str, str]:
    """Answer why lines that can be read are left out."""
    return {
        "there": _("in your transcript already: %(same)s"),
        "twice": _("the same as line %(same)s"),
    }
