"""What went out, to read."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from recert.reminders.models import Reminded, ReminderDay


def last_day_done() -> date | None:
    """Answer the last day whose reminders have all been given out."""
    found: date | None = ReminderDay.objects.aggregate(last=Max("on"))["last"]
    return found


def reminded_already(on: date) -> set[int]:
    """Answer the ids of people who were told what fell on a day."""
    return set(Reminded.objects.filter(on=on).values_list("person_id", flat=True))
