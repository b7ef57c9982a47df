"""Activities and documents, to read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from recert.policy.case import Activity as Fact
from recert.policy.permissions import Actor, Permission
from recert.policy.points import Points
from recert.policy.refusals import Refused, not_found
from recert.transcript.models import Activity, Document, Hold

Portions = Mapping[str, int]

UNREAD_IN_LISTS = ("entered_at", "changed_at", "entry_key")
"""What no list of activities shows; reading it takes a fifth of the time of a list of hundreds."""


def activities_of(person: int) -> QuerySet[Activity]:
    """Answer the activities of a person that stand, the latest first."""
    found = Activity.objects.filter(person_id=person, state=Activity.State.ENTERED)
    return found.order_by("-completed_on", "-id").defer(*UNREAD_IN_LISTS)


def activities_like(
    person: int,
    *,
    words: str = "",
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
    shown: str = "",
) -> QuerySet[Activity]:
    """Answer the activities of a person that a filter lets through, the latest first.

    `shown` is "without-documents" or "withdrawn", or else empty for all that stand.
    """
    found = activities_of(person)
    if shown == "withdrawn":
        found = Activity.objects.filter(person_id=person, state=Activity.State.WITHDRAWN)
        found = found.order_by("-completed_on", "-id")
    if shown == "without-documents":
        kept = Document.objects.filter(activity=OuterRef("pk"), state=Document.State.KEPT)
        found = found.filter(~Exists(kept), reported_by="", attested_by="")
    if words:
        found = found.filter(Q(title__icontains=words) | Q(provider__icontains=words))
    if kind:
        found = found.filter(kind=kind)
    if since:
        found = found.filter(completed_on__gte=since)
    if until:
        found = found.filter(completed_on__lte=until)
    return found


def activities_between(
    days: Mapping[int, tuple[date, date]], *, always: Collection[str]
) -> dict[int, list[Activity]]:
    """Answer by person what each completed from one day to another, in that order.

    `days` are the first and the last one, by person. Of the kinds in `always` it is all that they
    ever did. One query, however many people.
    """
    found: dict[int, list[Activity]] = {person: [] for person in days}
    if not days:
        return found
    first = min(first for first, _last in days.values())
    last = max(last for _first, last in days.values())
    rows = Activity.objects.filter(
        Q(completed_on__range=(first, last)) | Q(kind__in=list(always)),
        person_id__in=found,
        state=Activity.State.ENTERED,
    )
    for one in rows.order_by("completed_on", "id").defer(*UNREAD_IN_LISTS):
        since, until = days[one.person_id]
        if since <= one.completed_on <= until or one.kind in always:
            found[one.person_id].append(one)
    return found


def activity_seen_by(actor: Actor, ref: str) -> Activity:
    """Answer an activity to whoever entered it and to staff who look records up."""
    found = Activity.objects.filter(ref=ref).select_related("person").first()
    if found is None or not (found.person_id == actor.person or actor.may(Permission.SEE_RECORDS)):
        raise not_found()
    return found


def own_activity(actor: Actor, ref: str) -> Activity:
    """Answer an activity to whoever entered it, and to nobody else."""
    found = activity_seen_by(actor, ref)
    if found.person_id != actor.person:
        raise not_found()
    return found


def holder_of(activity: Activity) -> str:
    """Answer the ref of what holds an activity as it is, or nothing."""
    return activity.holds.values_list("holder", flat=True).first() or ""


def held_among(activities: Iterable[int]) -> set[int]:
    """Answer which of some activities cannot be changed now. One query."""
    found = Hold.objects.filter(activity__in=list(activities))
    return set(found.values_list("activity_id", flat=True))


def documents_of(activity: Activity) -> list[Document]:
    """Answer the documents of an activity that were not removed, in the order they came."""
    return list(activity.documents.filter(state=Document.State.KEPT).order_by("id"))


def removed_documents_of(activity: Activity) -> list[Document]:
    """Answer the documents that were taken away from an activity, and can be put back."""
    return list(activity.documents.filter(state=Document.State.REMOVED).order_by("id"))


def all_documents_of(activity: Activity) -> list[Document]:
    """Answer the documents of an activity, removed ones too."""
    return list(activity.documents.order_by("id"))


def documents_among(activities: Iterable[int]) -> dict[int, list[Document]]:
    """Answer the documents of each of some activities, in the order they came. One query."""
    found: dict[int, list[Document]] = {}
    kept = Document.objects.filter(activity__in=list(activities), state=Document.State.KEPT)
    for one in kept.order_by("id"):
        found.setdefault(one.activity_id, []).append(one)
    return found


def document_seen_by(actor: Actor, ref: str) -> Document:
    """Answer a document to its owner, and to staff who open documents."""
    found = Document.objects.filter(ref=ref).select_related("activity__person").first()
    if found is None or not (
        found.activity.person_id == actor.person or actor.may(Permission.OPEN_DOCUMENTS)
    ):
        raise not_found()
    if not found.file:
        raise Refused("erased", _("This document was erased together with the person."))
    return found


def documents_by_activity(person: int) -> dict[int, int]:
    """Answer how many documents each activity of a person has, where it has any. One query."""
    found = Document.objects.filter(activity__person_id=person, state=Document.State.KEPT)
    counted = found.values("activity_id").annotate(count=Count("id"))
    return {row["activity_id"]: row["count"] for row in counted}


def providers_used_by(person: int, *, most: int = 30) -> list[str]:
    """Answer the providers that a person named, those named most often first."""
    used = activities_of(person).exclude(provider="").order_by().values("provider")
    counted = used.annotate(count=Count("id")).order_by("-count", "provider")[:most]
    return [row["provider"] for row in counted]


def as_fact(
    activity: Activity, *, portions: Portions | None = None, used_in: date | None = None
) -> Fact:
    """Answer an activity as the kernel takes it.

    `portions` are those for one credential, else the activity's own hold.
    """
    own = portions if portions is not None else activity.portions
    hours = activity.contact_hours
    return Fact(
        id=activity.ref,
        kind=activity.kind,
        title=activity.title,
        completed_on=activity.completed_on,
        provider=activity.provider,
        contact_hours=None if hours is None else Points(hours),
        earned=activity.earned or None,
        pages=activity.pages,
        repeat=activity.repeat,
        approved=activity.approved,
        from_=activity.from_on,
        allocation=None if own is None else {area: Points(some) for area, some in own.items()},
        covers=tuple(activity.covers) or None,
        used_in_cycle_ending=used_in,
    )
