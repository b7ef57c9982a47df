"""What went out, to read."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, Max, OuterRef, Q

from recert.journal.models import OWED, Event, Notice
from recert.reminders.models import Reminded, ReminderDay


def last_day_done() -> date | None:
    """Answer the last day whose reminders have all been given out."""
    found: date | None = ReminderDay.objects.aggregate(last=Max("on"))["last"]
    return found


def reminded_already(on: date) -> set[int]:
    """Answer the ids of people who were told what fell on a day."""
    return set(Reminded.objects.filter(on=on).values_list("person_id", flat=True))


def reminders_to_look_at(*, owed_before: datetime | None) -> list[int]:
    """Answer the ids of notices whose reminders may not be true any more: they are not sent yet.

    Something has happened to their reader since, or they are owed from before an instant.
    """
    since = Event.objects.filter(about=OuterRef("person"), pk__gt=OuterRef("event_id"))
    may_be = Q(Exists(since))
    if owed_before:
        may_be |= Q(owed_at__lt=owed_before)
    found = Notice.objects.filter(OWED, may_be, event__kind="credential.reminded")
    return list(found.order_by("id").values_list("id", flat=True))
