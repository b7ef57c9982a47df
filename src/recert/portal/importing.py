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
from recert.policy.permissions import Permission
from recert.policy.refusals import not_found
from recert.portal.documents import name_of_file
from recert.transcript.bulk import keep_import, save_import, undo_import
from recert.transcript.importing import (
    LARGEST,
    MOST_LINES,
    LineFate,
    fates_of,
    read_lines,
    unsaved,
    with_guard,
)
from recert.transcript.models import TranscriptImport
from recert.transcript.queries import activities_of, as_fact


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
    form = ImportForm(request.POST or None, request.FILES or None)
    mistakes: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name = name_of_file(file.name)
        try:
            lines = _read(file.read(LARGEST + 1), name)
        except UnreadableFile as unreadable:
            mistakes = str(unreadable).splitlines()
        else:
            read = keep_import(
                own_record(request), name=name, lines=lines, by=request.actor, at=request.at
            )
            return redirect("portal:import-preview", read.ref)
    page = {"form": form, "mistakes": mistakes, "columns": COLUMNS}
    failed = bool(form.errors or mistakes)
    return render(request, "portal/import.html", page, status=422 if failed else 200)


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


@needs(Permission.KEEP_OWN_RECORD)
def preview(request: Request, ref: str) -> HttpResponse:
    """Show what would become of each line; sent, save those that are new."""
    read = _own_import(request, ref)
    if request.method == "POST":
        count = save_import(read.pk, by=request.actor, at=request.at)
        said = ngettext("%(count)s activity was added.", "%(count)s activities were added.", count)
        messages.success(request, said % {"count": count})
        return redirect("portal:import-preview", ref)
    there = list(activities_of(read.person_id))
    if read.saved_at:
        fates: list[LineFate] = []
    else:
        fates = fates_of(read, there)
    counted = {fate: sum(1 for one in fates if one.fate == fate) for fate in FATES}
    page = {
        "read": read,
        "fates": fates,
        "counted": counted,
        "left_out": len(fates) - counted["new"],
        "effects": _effects(request, read, fates) if counted["new"] else [],
    }
    return render(request, "portal/import_preview.html", page)


FATES = ("new", "there", "twice", "unreadable")


def _effects(request: Request, read: TranscriptImport, fates: list[LineFate]) -> list[Effect]:
    new = {one.line for one in fates if one.fate == "new"}
    facts = [as_fact(unsaved(line)) for line in read.lines if line["line"] in new]
    positions = positions_of(read.person_id, as_of=request.today, planned=False)
    return [
        Effect(
            title=position.title,
            before=position.assessment.claimed.total if position.assessment else 0,
            after=after.claimed.total,
            need=after.terms.total,
        )
        for position, after in assessments_with(positions, *facts)
    ]


@needs(Permission.KEEP_OWN_RECORD)
def undo(request: Request, ref: str) -> HttpResponse:
    """Take back what a file added."""
    read = _own_import(request, ref)
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
    read = _own_import(request, ref)
    fates = {one.line: one for one in fates_of(read, list(activities_of(read.person_id)))}
    table = StringIO()
    writer = csv.DictWriter(table, [*COLUMNS, "why"], extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for line in read.lines:
        fate = fates[line["line"]]
        if fate.fate != "new":
            cells = {name: with_guard(cell) for name, cell in line["cells"].items()}
            why = "; ".join(fate.why) or reasons()[fate.fate] % {"same": fate.same_as}
            writer.writerow(cells | {"why": why})
    response = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return response


def reasons() -> dict[str, str]:
    """Answer why lines that can be read are left out."""
    return {
        "there": _("in your transcript already: %(same)s"),
        "twice": _("the same as line %(same)s"),
        "unreadable": "",
        "new": "",
    }


def _own_import(request: Request, ref: str) -> TranscriptImport:
    read = TranscriptImport.objects.filter(ref=ref, person=own_record(request)).first()
    if read is None:
        raise not_found()
    return read
