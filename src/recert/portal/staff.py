"""Where the staff of an employer stand who consented: worst first, in a picture, and as a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from recert.board import the_rulebook
from recert.employers.staff import (
    SOON_DAYS,
    Group,
    StaffRow,
    ending_by_month,
    rows_of,
    staff_of,
    with_points,
)
from recert.organisations.consent_actions import ask_consent
from recert.organisations.consents import requests_open
from recert.organisations.forms import AskConsentForm
from recert.organisations.queries import own_organisation
from recert.people.access import Request, signed_in
from recert.people.kept_forms import kept_form
from recert.people.models import Person
from recert.policy.permissions import Permission
from recert.policy.points import points_text
from recert.policy.refusals import Refused, not_found
from recert.portal.cards import TONES, standing_words
from recert.portal.charts import Picture, Series, picture_of
from recert.portal.exporting import XLSX
from recert.transcript.importing import with_guard

PER_PAGE: Final = 50

MONTHS: Final = 18
"""So far ahead the picture looks."""

MOST_COLUMNS: Final = 6
"""So many credentials stand beside one another; the filter has them all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page prints it."""

    row: StaffRow
    tone: str
    standing: str
    when: str
    category: str


class StaffFilter(forms.Form):
    """Which of the staff to show."""

    words = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=100)
    group = forms.ChoiceField(label=gettext_lazy("Which"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Credential"), required=False)
    within = forms.IntegerField(
        label=gettext_lazy("Ends within days"), required=False, min_value=1, max_value=9999
    )

    def __init__(self, *args: Any, categories: Iterable[str], **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        titles = the_rulebook().categories
        choices: dict[str, list[tuple[str, str]]] = {
            "group": [(key, word) for key, (word, _tone) in group_words().items()],
            "category": [(one, titles[one].title) for one in sorted(categories)],
        }
        for name, each in choices.items():
            self.fields[name].choices = [("", _("All")), *each]  # type: ignore[attr-defined]  # a choice field

    def of(self, rows: Sequence[StaffRow]) -> list[StaffRow]:
        """Answer the rows that are wanted; what makes no sense filters nothing."""
        said: dict[str, Any] = {}
        if self.is_bound:
            self.is_valid()
            said = self.cleaned_data
        words = str(said.get("words") or "").casefold().split()
        group, category = said.get("group"), said.get("category")
        within = said.get("within")
        return [
            row
            for row in rows
            if (not group or row.group == group)
            and (not category or row.credential.category == category)
            and (not within or (row.is_at_risk and (row.days_left or 0) <= within))
            and all(word in row.person.name.casefold() for word in words)
        ]


def group_words() -> dict[Group, tuple[str, str]]:
    """Answer what each group is called, and its tone."""
    return {
        "ended": (_("Not valid any more"), "bad"),
        "soon": (_("Ends within %(days)s days") % {"days": SOON_DAYS}, "bad"),
        "later": (_("Ends later, not renewed"), "quiet"),
        "waits": (_("With the board"), "quiet"),
        "calm": (_("Renewed, or without an end"), "good"),
    }


@signed_in
def staff(request: Request, ref: str) -> HttpResponse:
    """Show where the staff stand, worst first."""
    found, _actor = own_organisation(request.account, ref, Permission.SEE_OWN_STAFF)
    every = staff_of(found, as_of=request.today)
    form = StaffFilter(request.GET or None, categories={one.credential.category for one in every})
    wanted = form.of(every)
    place = _number(request.GET.get("page", ""))
    shown = wanted[(place - 1) * PER_PAGE : place * PER_PAGE]
    filters = request.GET.copy()
    filters.pop("page", None)
    words = group_words()
    page = {
        "organisation": found,
        "today": request.today,
        "form": form,
        "rows": shown_rows(with_points(shown, as_of=request.today)),
        "count": len(wanted),
        "people": len({one.person.pk for one in every}),
        "tallies": [
            (key, word, sum(1 for one in every if one.group == key), tone == "bad")
            for key, (word, tone) in words.items()
        ],
        "pictures": [picture_ahead(every, today=request.today), picture_by_credential(every)],
        "query": filters.urlencode(),
        "before": place - 1,
        "after": place + 1 if len(wanted) > place * PER_PAGE else 0,
        "requests": requests_open(found, at=request.at),
    }
    return render(request, "portal/organisations/staff.html", page)


@signed_in
def export(request: Request, ref: str, form: str) -> HttpResponse:
    """Answer what the page shows, with its filters and all its pages, as a file."""
    found, _actor = own_organisation(request.account, ref, Permission.SEE_OWN_STAFF)
    every = staff_of(found, as_of=request.today)
    filters = StaffFilter(
        request.GET or None, categories={one.credential.category for one in every}
    )
    rows = with_points(filters.of(every), as_of=request.today)
    table = [_heads(), *(_cells(one) for one in shown_rows(rows))]
    match form:
        case "csv":
            content, media_type = _csv(table), "text/csv; charset=utf-8"
        case "xlsx":
            content, media_type = _xlsx(table), XLSX
        case _:
            raise not_found()
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="staff-{request.today}.{form}"'
    return response


@signed_in
def ask(request: Request, ref: str) -> HttpResponse:
    """Ask somebody by a letter to consent; the page never says whom the board knows."""
    found, actor = own_organisation(request.account, ref, Permission.SEE_OWN_STAFF)
    form = AskConsentForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            ask_consent(found, **form.cleaned_data, by=actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request,
                _("They are asked by a letter, if they can be reached so. Ask the next one here."),
            )
            return redirect("portal:ask-consent", ref)
    page = {
        "organisation": found,
        "form": form,
        "requests": requests_open(found, at=request.at),
    }
    return render(
        request, "portal/organisations/ask.html", page, status=422 if form.errors else 200
    )


def seen_of(person: Person, *, today: date) -> list[Shown]:
    """Answer exactly what an employer sees of somebody."""
    rows = rows_of({person.pk: person}, as_of=today)
    return shown_rows(with_points(rows, as_of=today))


def shown_rows(rows: Iterable[StaffRow]) -> list[Shown]:
    """Answer rows as a page prints them."""
    words, titles, groups = standing_words(), the_rulebook().categories, group_words()
    return [
        Shown(
            row=one,
            tone=groups[one.group][1]
            if one.group in {"ended", "soon"}
            else TONES[one.standing.state],
            standing=words[one.standing.state],
            when=_when(one),
            category=titles[one.credential.category].title,
        )
        for one in rows
    ]


def picture_ahead(rows: Sequence[StaffRow], *, today: date) -> Picture:
    """Answer in which months ahead credentials end."""
    months = ending_by_month(rows, as_of=today, months=MONTHS)
    open_ones = sum(one for _month, one, _other in months)
    says = ngettext(
        "%(count)s credential ends within %(months)s months and is not renewed yet.",
        "%(count)s credentials end within %(months)s months and are not renewed yet.",
        open_ones,
    )
    return picture_of(
        "ahead",
        _("What ends, month by month"),
        says % {"count": open_ones, "months": MONTHS},
        [date_format(month, "M y") for month, _one, _other in months],
        [
            Series(_("not renewed yet"), "wait", [one for _month, one, _other in months]),
            Series(_("declared, or inactive"), "quiet", [other for _month, _one, other in months]),
        ],
        stacked=True,
    )


def picture_by_credential(rows: Sequence[StaffRow]) -> Picture:
    """Answer of the most frequent credentials how many are how pressing."""
    counted = Counter(one.credential.category for one in rows)
    categories = [category for category, _count in counted.most_common(MOST_COLUMNS)]
    pressing = Counter((one.credential.category, one.group) for one in rows)

    def series(word: str, tone: str, *groups: Group) -> Series:
        values = [sum(pressing[one, group] for group in groups) for one in categories]
        return Series(word, tone, values)

    ended = sum(one.group == "ended" for one in rows)
    says = ngettext(
        "%(ended)s of %(count)s credentials is not valid any more.",
        "%(ended)s of %(count)s credentials are not valid any more.",
        ended,
    )
    return picture_of(
        "credentials",
        _("Which credentials"),
        says % {"ended": ended, "count": len(rows)},
        categories,
        [
            series(_("not valid any more"), "bad", "ended"),
            series(_("ends soon"), "wait", "soon"),
            series(_("all others"), "good", "later", "waits", "calm"),
        ],
        stacked=True,
    )


def _when(row: StaffRow) -> str:
    """Say how far away the end is."""
    if row.days_left is None:
        return ""
    if row.days_left < 0:
        text = ngettext("%(days)s day ago", "%(days)s days ago", -row.days_left)
        return text % {"days": -row.days_left}
    text = ngettext("in %(days)s day", "in %(days)s days", row.days_left)
    return text % {"days": row.days_left} if row.days_left else _("today")


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004  # enough pages


def _heads() -> list[str]:
    return [
        _("Name"),
        _("Credential"),
        _("Category"),
        _("Number"),
        _("Standing"),
        _("Ends on"),
        _("Declaration due by"),
        _("Days left"),
        _("%(points)s missing") % {"points": the_rulebook().unit.many.capitalize()},
    ]


def _cells(one: Shown) -> list[str]:
    row = one.row
    return [
        with_guard(row.person.name),
        row.title.plain,
        one.category,
        with_guard(row.credential.number),
        one.standing,
        row.ends_on.isoformat() if row.ends_on else "",
        row.due_on.isoformat() if row.due_on else "",
        "" if row.days_left is None else str(row.days_left),
        "" if row.short is None else points_text(row.short),
    ]


def _csv(table: Iterable[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return ("\ufeff" + text.getvalue()).encode()  # so that a spreadsheet knows it for UTF-8


def _xlsx(table: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Staff")[:31])
    sheet.freeze_panes = "A2"
    for line in table:
        cells = [WriteOnlyCell(sheet, one) for one in line]
        for cell in cells:
            cell.data_type = "s"  # a text, whatever it looks like
        sheet.append(cells)
    content = BytesIO()
    book.save(content)
    return content.getvalue()
