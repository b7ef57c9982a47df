"""What happened, to read."""

from __future__ import annotations

from recert.journal.models import Event


def history_of(subject: str, *, most: int = 100) -> list[Event]:
    """Answer what happened to one thing, the latest first."""
    return list(Event.objects.filter(subject=subject).order_by("-id")[:most])


def events_about(person: str, *, before: int | None = None, most: int = 50) -> list[Event]:
    """Answer what happened to a person's record, the latest first; `before` an event's id."""
    events = Event.objects.filter(about=person)
    if before is not None:
        events = events.filter(id__lt=before)
    return list(events.order_by("-id")[:most])
