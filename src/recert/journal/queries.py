"""What happened, to read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from recert.journal.actions import GONE
from recert.journal.models import CAME_BACK, Event, Notice
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


def events_like(
    *,
    about: Collection[str] = (),
    subjects: Collection[str] = (),
    kinds: Collection[str] = (),
    without: Collection[str] = (),
    by: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    untold: tuple[str, Collection[str]] | None = None,
    most: int = 50,
) -> list[Event]:
    """Answer what happened, the latest first, as a filter lets it through.

    `about`: the refs of a person; `subjects`: of things. Where neither is given, it is all.
    `kinds` and `without` say how kinds begin; `by` is the ref of an account; `before` an event's
    id. `until` is an instant that is not inside any more. `untold` is a kind of event that is left
    out, where it happened to some refs.
    """
    events = Event.objects.order_by("-id")
    if about or subjects:
        events = events.filter(Q(about__in=about) | Q(subject__in=[*about, *subjects]))
    if kinds:
        events = events.filter(_begins(kinds))
    if without:
        events = events.exclude(_begins(without))
    if untold:
        events = events.exclude(kind=untold[0], subject__in=untold[1])
    if by:
        events = events.filter(by_ref=by)
    if since:
        events = events.filter(at__gte=since)
    if until:
        events = events.filter(at__lt=until)
    if before is not None:
        events = events.filter(id__lt=before)
    return list(events[:most])


def _begins(kinds: Collection[str]) -> Q:
    return reduce(or_, (Q(kind__startswith=one) for one in kinds))


def whole_history(refs: Collection[str], *, without: Q | None = None) -> list[Event]:
    """Answer all that happened to a person, in its order."""
    events = Event.objects.filter(Q(about__in=refs) | Q(subject__in=refs))
    if without is not None:
        events = events.exclude(without)
    return list(events.order_by("id"))


def letters_to(refs: Collection[str]) -> list[Notice]:
    """Answer the letters that a person was owed, sent or not, in their order."""
    found = Notice.objects.filter(person__in=refs).select_related("event")
    return list(found.order_by("id"))


def notices_to(
    refs: Collection[str],
    *,
    about: Collection[str] = (),
    before: int | None = None,
    most: int = 100,
) -> list[Notice]:
    """Answer the letters that a person was owed, sent or not, the latest first.

    `about` are things of theirs to which it is narrowed down, `before` is a notice's id.
    """
    notices = Notice.objects.filter(person__in=refs).select_related("event", "again_of")
    if about:
        notices = notices.filter(event__subject__in=about)
    if before is not None:
        notices = notices.filter(id__lt=before)
    return list(notices.order_by("-id")[:most])


def notice_called(ref: str) -> Notice:
    """Answer a notice by its ref. Raises `Refused`."""
    found = Notice.objects.filter(ref=ref).select_related("event").first()
    if found is None:
        raise not_found()
    return found


def copies_of(notice: Notice) -> list[Notice]:
    """Answer a letter and what was sent of it again, in their order, without itself."""
    first = notice.again_of_id or notice.pk
    found = Notice.objects.filter(Q(pk=first) | Q(again_of=first)).exclude(pk=notice.pk)
    return list(found.order_by("id"))


def notice_sent_as(message_id: str) -> Notice | None:
    """Answer the letter with a Message-ID, if it is one of ours."""
    return Notice.objects.filter(message_id=message_id).first()


def last_notice_to(address: str) -> Notice | None:
    """Answer the last letter that was sent to an address, in any case."""
    found = Notice.objects.annotate(small=Lower("to")).filter(small=address.strip().lower())
    return found.exclude(sent_at=None).order_by("-id").first()


def notices_that_came_back() -> QuerySet[Notice]:
    """Answer the letters that did not arrive, but those whose words were erased."""
    return Notice.objects.filter(CAME_BACK).exclude(last_error=GONE)


def notices_all() -> QuerySet[Notice]:
    """Answer all letters that events owed."""
    return Notice.objects.all()
