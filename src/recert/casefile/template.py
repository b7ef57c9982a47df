"""A transcript to begin with."""

from __future__ import annotations

import csv
from io import StringIO

from recert.casefile.tables import COLUMNS
from recert.policy.case import fields_of
from recert.policy.points import points_text
from recert.policy.rulebook import Kind, PerCredential, PerHour, Rulebook

DAY = "2024-05-04"


def transcript_template(book: Rulebook) -> str:
    """Answer a table to begin with, as CSV: the header, and an example of each way to fill it.

    Kinds that ask for the same fields have one example together.
    """
    table = StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    shown: set[tuple[str, ...]] = set()
    for key, kind in book.kinds.items():
        fields = tuple(fields_of(kind))
        if fields not in shown:
            shown.add(fields)
            example = {"id": f"example-{len(shown)}", "kind": key}
            writer.writerow(example | _example(book, kind, first=len(shown) == 1))
    return table.getvalue()


def _example(book: Rulebook, kind: Kind, *, first: bool) -> dict[str, str]:
    areas = list(kind.areas or book.areas)[:2]
    row = {"title": f"Example: {kind.title}", "completed_on": DAY, "covers": "; ".join(areas)}
    match kind.earns:
        case PerHour(points=points):
            row["contact_hours"] = str(len(areas))
            if first:  # one example of an allocation is enough
                row["allocation"] = "; ".join(f"{area}={points_text(points)}" for area in areas)
                row["covers"] = ""
        case PerCredential(classes=classes):
            row["earned"] = classes[0].credentials[0]
    asked = fields_of(kind)
    row |= {name: "no" for name in ("repeat", "approved") if name in asked}
    if "pages" in asked:
        row["pages"] = "240"
    if kind.window:
        first_day, last_day = kind.window.from_.isoformat(), kind.window.through.isoformat()
        row |= {"from": first_day, "to": last_day, "completed_on": last_day}
    return row
