"""What happened, to read."""

from __future__ import annotations

from django.db.models import QuerySet

from recert.journal.actions import GONE
from recert.journal.models import CAME_BACK, Event, Notice
from recert.policy.refusals import not_found


def history_of(*subjects: str, most: int = 100) -> list[Event]:
    """Answer what happened to a thing, or to several, the latest first."""
    return list(Event.objects.filter(subject__in=subjects).order_by("-id")[:most])


def events_about(person: str, *, before: int | None = None, most: int = 50) -> list[Event]:
    """Answer what happened to a person's record, the latest first; `before` an event's id."""
    events = Event.objects.filter(about=person)
    if before is not None:
        events = events.filter(id__lt=before)
    return list(events.order_by("-id")[:most])


def notices_to(person: str, *, most: int = 100) -> list[Notice]:
    """Answer the letters that a person was owed, sent or not, the latest first."""
    notices = Notice.objects.filter(person=person).select_related("event")
    return list(notices.order_by("-id")[:most])


def notice_called(ref: str) -> Notice:
    """Answer a notice by its ref. Raises `Refused`."""
    found = Notice.objects.filter(ref=ref).select_related("event").first()
    if found is None:
        raise not_found()
    return found


def notices_that_came_back() -> QuerySet[Notice]:
    """Answer the letters that could not be sent, but those whose words were erased."""
    return Notice.objects.filter(CAME_BACK).exclude(last_error=GONE)


def notices_all() -> QuerySet[Notice]:
    """Answer all letters that events owed."""
    return Notice.objects.all()
