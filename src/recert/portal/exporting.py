"""The transcript to take along: a table that can be read in again, and a record to print."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from io import BytesIO, StringIO

import typst
from django.http import HttpResponse
from django.utils import formats, timezone
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
from recert.portal.cards import Card, cards_of
from recert.portal.templatetags.words import day, points, with_days
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
    if portions is None:
        return cells | {"covers": "; ".join(activity.covers)}
    shares = (f"{area}={points_text(some)}" for area, some in portions.items())
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
    cards = cards_of(positions_of(person.pk, as_of=request.today))
    facts = _facts(request.at, person, cards, activities)
    template = (files("recert") / "templates" / "documents" / "transcript.typ").read_bytes()
    return bytes(typst.compile(template, sys_inputs={"facts": json.dumps(facts)}))


def _facts(
    at: datetime, person: Person, cards: list[Card], activities: list[Activity]
) -> dict[str, object]:
    """Answer all that the record says, as texts; the template only lays them out."""
    book, documents = the_rulebook(), documents_by_activity(person.pk)
    made = formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
    zone = timezone.get_current_timezone_name()
    return {
        "title": _("Record of continuing education"),
        "program": f"{book.title} · {book.board}",
        "name": person.name,
        "number": _("Customer number %(number)s") % {"number": person.customer_number},
        "made": _("Made on %(day)s (%(zone)s) from the certificant's own transcript")
        % {"day": made, "zone": zone},
        "credentials": [
            {
                "title": card.title.text,
                "superscript": card.title.superscript,
                "category": f"{card.category}, {card.number}",
                "standing": card.standing,
                "tone": card.tone,
                "says": with_days(card.says),
                "bars": [
                    {
                        "title": bar.title,
                        "sum": _("%(have)s of %(need)s")
                        % {"have": points(bar.have), "need": points(bar.need)},
                        "filled": bar.filled,
                        "met": not bar.short,
                    }
                    for bar in ([card.total] if card.total else []) + list(card.bars)
                ],
            }
            for card in cards
        ],
        "heads": [_("Completed"), _("Activity"), _("Areas"), _("Hours"), _("Documents")],
        "activities": [
            {
                "day": day(one.completed_on),
                "title": one.title,
                "kind": book.kinds[one.kind].title,
                "provider": one.provider,
                "areas": ", ".join(
                    f"{book.areas[area].title} {points((one.portions or {}).get(area))}".strip()
                    for area in one.covers
                ),
                "hours": points(one.contact_hours),
                "documents": str(
                    documents.get(one.pk) or (_("none") if not one.reported_by else "✓")
                ),
            }
            for one in activities
        ],
        "none": _("No activity has been entered yet."),
        "page": _("Page"),
    }
