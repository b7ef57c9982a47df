"""What a provider reports from its own page: files of completions, and courses."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.intake.actions.courses import keep_course
from recert.intake.actions.intakes import discard_intake, send_file, start_intake
from recert.intake.models import Intake
from recert.intake.queries import (
    courses_of,
    fate_of,
    first_lines,
    intakes_of,
    lines_of,
    own_intake,
    wrong_lines,
)
from recert.intake.reading import COLUMNS, LONGEST, hours_of, kinds_reported
from recert.organisations.models import Organisation
from recert.organisations.queries import own_organisation
from recert.people.access import Request, signed_in
from recert.people.kept_forms import kept_form
from recert.people.lines import clean_line
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused
from recert.portal.uploads import name_of_file
from recert.transcript.importing import as_cell

LARGEST: Final = 400_000_000
SHOWN: Final = 20
MOST_LISTED: Final = 50
RESULT: Final = ("line", "completion", "fate", "why")


class FileForm(forms.Form):
    """A file of completions."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, up to 400 MB. Nothing is taken before you looked."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_file(self) -> object:
        """Take no file that is larger than any that is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("This file is too large; send it in parts."))
        return file


class CourseForm(forms.Form):
    """A course, as its provider calls it and as the programme sees it."""

    number = forms.CharField(
        label=gettext_lazy("Your number of it"),
        max_length=LONGEST,
        help_text=gettext_lazy("The same number again changes the course."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=LONGEST)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    contact_hours = forms.CharField(
        label=gettext_lazy("Contact hours"), help_text=gettext_lazy("Such as 1.5.")
    )
    covers = forms.MultipleChoiceField(
        label=gettext_lazy("Areas"), required=False, widget=forms.CheckboxSelectMultiple
    )
    from_on = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    accredited_by = forms.ChoiceField(label=gettext_lazy("Accredited by"), required=False)

    def __init__(self, *args: object, provider: Organisation, **named: object) -> None:
        """Offer what the rulebook and the provider's accreditations have."""
        super().__init__(*args, **named)  # type: ignore[arg-type]  # as Django takes them
        book = the_rulebook()
        kinds = [(key, book.kinds[key].title) for key in kinds_reported()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a choice
        areas = [(key, one.title) for key, one in book.areas.items()]
        self.fields["covers"].choices = areas  # type: ignore[attr-defined]  # a choice
        by = sorted(set(provider.accreditations.values_list("by", flat=True)))
        choices = [("", _("not accredited")), *((one, one) for one in by)]
        self.fields["accredited_by"].choices = choices  # type: ignore[attr-defined]  # a choice

    def clean_number(self) -> str:
        """Take it as one line."""
        return clean_line(self.cleaned_data["number"])

    def clean_title(self) -> str:
        """Take it as one line."""
        return clean_line(self.cleaned_data["title"])

    def clean_contact_hours(self) -> int:
        """Answer hundredths."""
        hours = hours_of(self.cleaned_data["contact_hours"].strip())
        if not isinstance(hours, int):
            raise forms.ValidationError(hours)
        return hours

    def clean(self) -> None:
        """Let no course end before it begins."""
        first, last = self.cleaned_data.get("from_on"), self.cleaned_data.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("Expected a day on or after the first."))


@signed_in
def completions(request: Request, ref: str) -> HttpResponse:
    """List the files of a provider, and take one."""
    provider, actor = _own(request, ref)
    sent = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if sent else FileForm()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        name = name_of_file(file.name)
        intake = send_file(provider, file=file, name=name, by=actor, at=request.at)
        return redirect("portal:intake", ref, intake.ref)
    page = {
        "organisation": provider,
        "intakes": intakes_of(provider)[:MOST_LISTED],
        "form": form,
        "columns": COLUMNS,
    }
    return render(
        request, "portal/organisations/completions.html", page, status=422 if form.errors else 200
    )


@signed_in
def intake(request: Request, ref: str, intake_ref: str) -> HttpResponse:
    """Show a file: what its lines say, how far it is, or what became of it."""
    provider, actor = _own(request, ref)
    found = own_intake(provider, intake_ref)
    try:
        if "take" in request.POST:
            start_intake(found.pk, by=actor, at=request.at)
            return redirect("portal:intake", ref, intake_ref)
        if "discard" in request.POST:
            discard_intake(found.pk, by=actor, at=request.at)
            messages.success(request, _("The file is discarded; nothing of it was taken."))
            return redirect("portal:completions", ref)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:intake", ref, intake_ref)
    page = {
        "organisation": provider,
        "intake": found,
        "lines": first_lines(found, SHOWN),
        "wrong": wrong_lines(found)[:SHOWN],
        "wrong_count": wrong_lines(found).count(),
        "is_waiting": found.state in {Intake.State.SENT, Intake.State.TAKING} and not found.problem,
        "fates": [(_words()[one], count) for one, count in sorted(found.fates.items())],
    }
    return render(request, "portal/organisations/intake.html", page)


@signed_in
def result(request: Request, ref: str, intake_ref: str) -> HttpResponseBase:
    """Answer what became of each line, as a file that comes while it is read."""
    provider, _actor = _own(request, ref)
    found = own_intake(provider, intake_ref)
    response = StreamingHttpResponse(_result_of(found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.ref}.csv"'
    return response


@signed_in
def courses(request: Request, ref: str) -> HttpResponse:
    """List the courses of a provider, and keep one."""
    provider, actor = _own(request, ref)
    form = CourseForm(request.POST or kept_form(request), provider=provider)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        course = keep_course(provider, said.pop("number"), said=said, by=actor, at=request.at)
        messages.success(request, _("“%(title)s” is kept.") % {"title": course.title})
        return redirect("portal:courses", ref)
    kinds = the_rulebook().kinds
    page = {
        "organisation": provider,
        "courses": [(one, kinds[one.kind].title) for one in courses_of(provider)],
        "form": form,
    }
    return render(
        request, "portal/organisations/courses.html", page, status=422 if form.errors else 200
    )


class _Echo:
    """What a writer writes to, and gets back."""

    def write(self, text: str) -> str:
        """Answer what is written."""
        return text


def _result_of(found: Intake) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield str(writer.writerow(RESULT))
    for line in lines_of(found):
        fate = fate_of(line) if line.wrong or line.number <= found.done else ""
        row = (str(line.number), as_cell(line.completion), fate, as_cell(line.wrong))
        yield str(writer.writerow(row))


def _own(request: Request, ref: str) -> tuple[Organisation, Actor]:
    return own_organisation(request.account, ref, Permission.REPORT_COMPLETIONS)


def _words() -> dict[str, str]:
    return {
        "taken": _("taken"),
        "unchanged": _("were here already, as they are"),
        "corrected": _("corrected"),
        "revoked": _("revoked"),
        "unknown": _("revoked what was never reported"),
        "wrong": _("could not be read"),
    }
