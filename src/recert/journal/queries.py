"""What happened, to read."""

from __future__ import annotations

from collections.abc import Iterable

from recert.journal.models import Event, Notice
from recert.policy.refusals import not_found


def history_of(*subjects: str, most: int = 100) -> list[Event]:
    """Answer what happened to a thing, or to several, the latest first."""
    return list(Event.objects.filter(subject__in=subjects).order_by("-id")[:most])


def history_of_each(subjects: Iterable[str], *, most: int = 100) -> list[Event]:
    """Answer what happened to some things, all together, the latest first."""
    return list(Event.objects.filter(subject__in=list(subjects)).order_by("-id")[:most])


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
