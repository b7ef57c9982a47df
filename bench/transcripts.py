"""Made-up transcripts of any length, the same each time."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from recert.policy import Case, Rulebook, read_case
from recert.policy.case import fields_of

CYCLE = {"starts": "2022-01-01", "ends": "2025-01-31"}
FIRST_DAY, DAYS = date(2022, 1, 1), 1050

# How often each kind stands on a transcript; the others are rare enough to leave out.
KINDS = {
    "formal-course": 12,
    "self-instruction": 10,
    "employer-course": 8,
    "college-course": 2,
    "presentation": 2,
    "poster": 2,
    "committee": 2,
    "competence-assessment": 1,
    "journal-article": 1,
}


def transcript(book: Rulebook, *, activities: int, seed: int) -> Case:
    """Make an MLS case: half of it allocated, the rest free over one to three areas."""
    chance = Random(seed)
    entries = []
    for number in range(activities):
        (kind,) = chance.choices(list(KINDS), list(KINDS.values()))
        day = FIRST_DAY + timedelta(days=chance.randrange(DAYS))
        entry: dict[str, object] = {
            "id": f"a{number}",
            "kind": kind,
            "title": f"Activity {number}",
            "completed_on": day.isoformat(),
        }
        hours = chance.choice([0.5, 1, 1, 1.5, 2])
        if "contact_hours" in fields_of(book.kinds[kind]):
            entry["contact_hours"] = hours
        areas = chance.sample(list(book.areas), chance.randint(1, 3))
        pays_by_the_hour = "contact_hours" in entry and kind != "presentation"
        if pays_by_the_hour and chance.random() < 1 / 2:
            entry["allocation"] = {areas[0]: hours}
        else:
            entry["covers"] = areas
        entries.append(entry)
    return read_case(
        {
            "program": book.key,
            "category": "MLS",
            "cycle": CYCLE,
            "as_of": "2024-12-01",
            "activities": entries,
        }
    )
