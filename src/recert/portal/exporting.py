"""The transcript to take along: a table that can be read in again, and a record to print."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import groupby

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from recert.board import the_rulebook
from recert.casefile import COLUMNS
from recert.declarations.queries import positions_of
from recert.people.access import Request, needs, own_record
from recert.people.models import Person
from recert.policy.permissions import Permission
from recert.policy.points import points_text
from recert.policy.refusals import not_found
from recert.portal.cards import Bar, Card, cards_of
from recert.portal.ledgers import serves_by_activity
from recert.portal.templatetags.words import day, points, short_day, with_days
from recert.portal.typesetting import head_of, typeset
from recert.transcript.importing import with_guard
from recert.transcript.models import Activity
from recert.transcript.queries import activities_of, documents_by_activity

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Permission.KEEP_OWN_RECORD)
def export(request: Request, form: str) -> HttpResponse:
    """Answer the transcript as a file."""
    person = own_record(request)
    activities = list(activities_of(person.pk))
    match form:
        case "csv":
            content, media_type = _csv(activities), "text/csv; charset=utf-8"
        case "xlsx":
            content, media_type = _xlsx(activities), XLSX
        case "pdf":
            content, media_type = _pdf(request, person, activities), "application/pdf"
        case _:
            raise not_found()
    response = HttpResponse(content, content_type=media_type)
    name = f"transcript-{request.today}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def cells_of(activity: Activity) -> dict[str, str]:
    """Answer an activity as a row of a table, as `transcript.importing` reads it."""
    portions = activity.portions
    cells = {
        "id": activity.ref,
        "kind": activity.kind,
        "title": with_guard(activity.title),
        "completed_on": activity.completed_on.isoformat(),
        "provider": with_guard(activity.provider),
        "contact_hours": points_text(activity.contact_hours) if activity.contact_hours else "",
        "earned": activity.earned,
        "pages": str(activity.pages or ""),
        "repeat": "yes" if activity.repeat else "",
        "from": activity.from_on.isoformat() if activity.from_on else "",
    }
    if portions is None or set(activity.covers) != set(portions):
        cells["covers"] = "; ".join(activity.covers)
    shares = (f"{area}={points_text(some)}" for area, some in (portions or {}).items())
    return cells | {"allocation": "; ".join(shares)}


def _csv(activities: Iterable[Activity]) -> bytes:
    table = StringIO()
    writer = csv.DictWriter(table, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(cells_of(one) for one in activities)
    return ("\ufeff" + table.getvalue()).encode()  # so that a spreadsheet knows it for UTF-8


def _xlsx(activities: Iterable[Activity]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Transcript")
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    for one in activities:
        cells = cells_of(one)
        row = [WriteOnlyCell(sheet, cells.get(column, "")) for column in COLUMNS]
        for cell in row:
            cell.data_type = "s"  # a text, whatever it looks like
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _pdf(request: Request, person: Person, activities: list[Activity]) -> bytes:
    return typeset("transcript", _facts(request, person, activities), at=request.at)


def _facts(request: Request, person: Person, activities: list[Activity]) -> dict[str, object]:
    """Answer all that the record says, as texts; its template only lays them out."""
    positions = positions_of(person.pk, as_of=request.today)
    made = _("Made on %(day)s (%(zone)s) from the certificant's own transcript")
    by_year = groupby(activities, key=lambda one: one.completed_on.year)
    told = _Telling(serves_by_activity(positions), documents_by_activity(person.pk))
    return {
        **head_of(person, _("Record of continuing education"), made=made, at=request.at),
        "stands": _("Where each credential stands on %(day)s") % {"day": day(request.today)},
        "credentials": [_credential(card) for card in cards_of(positions)],
        "activities": _("Activities"),
        "heads": [_("Completed"), _("Activity"), _("Areas"), _("Counts"), _("Documents")],
        "years": [
            {"year": str(year), "activities": [told.activity(one) for one in each]}
            for year, each in by_year
        ],
        "none": _("No activity has been entered yet."),
        "outside": _("outside the days that count now"),
    }


def _credential(card: Card) -> dict[str, object]:
    between = {"begins": day(card.begins), "ends": day(card.ends)}
    return {
        "title": card.title.text,
        "superscript": card.title.superscript,
        "category": f"{card.category} · {card.number}",
        "standing": card.standing,
        "tone": card.tone,
        "says": with_days(card.says),
        "days": _("Days that count: %(begins)s to %(ends)s") % between if card.begins else "",
        "bars": [_bar(bar) for bar in ([card.total] if card.total else []) + list(card.bars)],
    }


def _bar(bar: Bar) -> dict[str, object]:
    short = _("%(short)s short") % {"short": points(bar.short)}
    return {
        "title": bar.title,
        "sum": _("%(have)s of %(need)s") % {"have": points(bar.have), "need": points(bar.need)},
        "note": short if bar.short else _("met"),
        "filled": bar.filled,
        "met": not bar.short,
    }


@dataclass(frozen=True, slots=True)
class _Telling:
    """What an activity is told with: what it serves, by ref, and its documents, by its id."""

    serves: dict[str, list[tuple[str, int, int]]]
    documents: dict[int, int]

    def activity(self, one: Activity) -> dict[str, object]:
        book, portions = the_rulebook(), one.portions or {}
        areas = [(book.areas[area].title, points(portions.get(area))) for area in one.covers]
        about = (book.kinds[one.kind].title, one.provider)
        return {
            "day": short_day(one.completed_on),
            "title": one.title,
            "about": " · ".join(filter(None, about)),
            "areas": [f"{title} {some}".strip() for title, some in areas],
            "counts": [
                {
                    "sum": _("%(have)s of %(need)s")
                    % {"have": points(counted), "need": points(claimed)},
                    "title": title,
                }
                for title, counted, claimed in self.serves.get(one.ref, ())
            ],
            "documents": self._documents(one),
        }

    def _documents(self, one: Activity) -> str:
        if self.documents.get(one.pk):
            return _("yes")
        return _("not needed") if one.vouched_by else _("no")
