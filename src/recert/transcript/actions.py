"""What changes a transcript. Nothing is lost: each change is an event with what was before."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.journal.actions import Move, advance, record_event
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.transcript.content import Content
from recert.transcript.models import Activity, Document, Hold
from recert.transcript.queries import holder_of

MOVES = {
    "withdraw_activity": Move(
        "activity.withdrawn",
        frozenset({Activity.State.ENTERED}),
        Activity.State.WITHDRAWN,
        Permission.KEEP_OWN_RECORD,
    ),
    "restore_activity": Move(
        "activity.restored",
        frozenset({Activity.State.WITHDRAWN}),
        Activity.State.ENTERED,
        Permission.KEEP_OWN_RECORD,
    ),
    "remove_document": Move(
        "document.removed",
        frozenset({Document.State.KEPT}),
        Document.State.REMOVED,
        Permission.KEEP_OWN_RECORD,
    ),
    "restore_document": Move(
        "document.restored",
        frozenset({Document.State.REMOVED}),
        Document.State.KEPT,
        Permission.KEEP_OWN_RECORD,
    ),
}
"""The lives of an activity and of a document."""

FIELDS = (
    "kind",
    "title",
    "completed_on",
    "provider",
    "contact_hours",
    "earned",
    "pages",
    "repeat",
    "from_on",
    "covers",
    "portions",
)
"""What a certificant says of an activity."""

Said = Mapping[str, object]


@transaction.atomic
def add_activity(
    person: Person, *, said: Said, entry_key: uuid.UUID, by: Actor, at: datetime
) -> tuple[Activity, bool]:
    """Add an activity to a transcript; answer it, and whether it is new.

    `said` has `FIELDS`. The same `entry_key` again adds nothing: a form was sent twice.
    """
    must_be_own(person.pk, by)
    Person.objects.select_for_update().get(pk=person.pk)  # one entry after the other
    there = Activity.objects.filter(person=person, entry_key=entry_key).first()
    if there:
        return there, False
    activity = Activity.objects.create(
        person=person, entry_key=entry_key, entered_at=at, changed_at=at, **_fields(said)
    )
    record_event(
        "activity.added",
        subject=activity.ref,
        about=person.ref,
        by=by,
        at=at,
        facts=told_of(activity, FIELDS),
    )
    return activity, True


@transaction.atomic
def change_activity(
    activity_id: int, *, said: Said, version: int, by: Actor, at: datetime
) -> Activity:
    """Change what an activity says, unless somebody else did since `version` was read."""
    activity = _locked(activity_id, by)
    _must_be_entered_by_themselves(activity)
    if activity.version != version:
        raise Refused(
            "changed-meanwhile",
            _(
                "This activity was changed in another window while this form was open. Nothing "
                "was overwritten: below is what you typed, and beside it what is there now."
            ),
        )
    if activity.state != Activity.State.ENTERED:
        raise Refused("wrong-state", _("This activity was withdrawn. Restore it to change it."))
    _must_not_be_held(activity)
    fields = _fields(said)
    changed = [name for name in FIELDS if getattr(activity, name) != fields[name]]
    if not changed:
        return activity
    before = told_of(activity, changed)
    for name in changed:
        setattr(activity, name, fields[name])
    activity.version += 1
    activity.changed_at = at
    activity.save(update_fields=[*changed, "version", "changed_at"])
    facts = {"before": before, "after": told_of(activity, changed)}
    record_event(
        "activity.changed",
        subject=activity.ref,
        about=activity.person.ref,
        by=by,
        at=at,
        facts=facts,
    )
    return activity


@transaction.atomic
def withdraw_activity(activity_id: int, *, by: Actor, at: datetime) -> Activity:
    """Take an activity out of the transcript; it stays on record and can be restored."""
    activity = _locked(activity_id, by)
    _must_be_entered_by_themselves(activity)
    _must_not_be_held(activity)
    advance(activity, MOVES["withdraw_activity"], about=activity.person.ref, by=by, at=at)
    return activity


@transaction.atomic
def restore_activity(activity_id: int, *, by: Actor, at: datetime) -> Activity:
    """Put a withdrawn activity back."""
    activity = _locked(activity_id, by)
    _must_be_entered_by_themselves(activity)
    advance(activity, MOVES["restore_activity"], about=activity.person.ref, by=by, at=at)
    return activity


@transaction.atomic
def add_document(
    activity_id: int,
    *,
    file: File[bytes],
    name: str,
    content: Content,
    proves: str,
    is_translation: bool = False,
    by: Actor,
    at: datetime,
) -> Document:
    """Keep a document that proves an activity; `content` is what its check found.

    Raises `Refused` where the activity has the very same file already.
    """
    activity = _locked(activity_id, by)
    document = Document(
        activity=activity,
        name=name,
        proves=proves,
        is_translation=is_translation,
        media_type=content.media_type,
        size=content.size,
        sha256=content.sha256,
        added_at=at,
    )
    try:
        with transaction.atomic():
            document.file.save(document.ref, file, save=False)
            document.save()
    except IntegrityError:
        document.file.storage.delete(str(document.file.name))
        raise Refused(
            "same-document", _("%(name)s is among the documents already.") % {"name": name}
        ) from None
    record_event(
        "document.added",
        subject=document.ref,
        about=activity.person.ref,
        by=by,
        at=at,
        facts={
            "activity": activity.ref,
            **told_of(document, ("name", "proves", "is_translation", "sha256")),
        },
    )
    return document


@transaction.atomic
def remove_document(document_id: int, *, by: Actor, at: datetime) -> Document:
    """Take a document away from its activity; it stays on record and can be restored."""
    document = _locked_document(document_id, by)
    advance(document, MOVES["remove_document"], about=document.activity.person.ref, by=by, at=at)
    return document


@transaction.atomic
def mark_translation(
    document_id: int, *, is_translation: bool, by: Actor, at: datetime
) -> Document:
    """Say that a document translates another one of its activity, or that it does not (AUD-3)."""
    document = _locked_document(document_id, by)
    if document.is_translation != is_translation:
        document.is_translation = is_translation
        document.save(update_fields=["is_translation"])
        record_event(
            "document.marked",
            subject=document.ref,
            about=document.activity.person.ref,
            by=by,
            at=at,
            facts={"is_translation": is_translation},
        )
    return document


@transaction.atomic
def restore_document(document_id: int, *, by: Actor, at: datetime) -> Document:
    """Put a removed document back."""
    document = _locked_document(document_id, by)
    others = document.activity.documents.exclude(pk=document.pk)
    if others.filter(state=Document.State.KEPT, sha256=document.sha256).exists():
        raise Refused(
            "same-document",
            _("%(name)s is among the documents already.") % {"name": document.name},
        )
    advance(document, MOVES["restore_document"], about=document.activity.person.ref, by=by, at=at)
    return document


@transaction.atomic
def open_document(document: Document, *, because: str, by: Actor, at: datetime) -> Document:
    """Note that staff open a document of somebody else, and why."""
    if document.activity.person_id != by.person:
        if not by.may(Permission.OPEN_DOCUMENTS):
            raise not_found()
        if not because.strip():
            raise Refused("no-reason", _("Say why you open this document."))
        record_event(
            "document.opened",
            subject=document.ref,
            about=document.activity.person.ref,
            by=by,
            at=at,
            because=because.strip(),
        )
    return document


@transaction.atomic
def hold_activities(activities: Iterable[int], *, holder: str) -> None:
    """Let activities not be changed or withdrawn while `holder` says so.

    It makes no event of its own: it is part of what happens to the holder.
    """
    locked = Activity.objects.filter(pk__in=list(activities)).select_for_update().order_by("id")
    holds = [Hold(activity=one, holder=holder) for one in locked]
    Hold.objects.bulk_create(holds, ignore_conflicts=True)


@transaction.atomic
def release_activities(*, holder: str, keep: Iterable[int] = ()) -> None:
    """Let activities be changed again that only `holder` held; those to `keep` stay held."""
    Hold.objects.filter(holder=holder).exclude(activity__in=list(keep)).delete()


def must_be_own(person: int, by: Actor) -> None:
    """Let nobody change another's transcript. Raises `Refused`."""
    if person != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()


def _locked(activity_id: int, by: Actor) -> Activity:
    """Lock a person, then an activity of theirs: it cannot change while they declare it."""
    owner = Activity.objects.values_list("person_id", flat=True).get(pk=activity_id)
    must_be_own(owner, by)
    Person.objects.select_for_update().get(pk=owner)
    rows = Activity.objects.select_related("person").select_for_update(of=("self",))
    return rows.get(pk=activity_id)


def _must_be_entered_by_themselves(activity: Activity) -> None:
    if activity.reported_by:
        raise Refused(
            "locked",
            _("%(provider)s reported this activity; ask them to correct it.")
            % {"provider": activity.reported_by},
        )


def _must_not_be_held(activity: Activity) -> None:
    holder = holder_of(activity)
    if activity.attested_by:
        message = _(
            "%(signer)s signed for this activity as it is, so it cannot change. If something in it "
            "is wrong, write to the board."
        )
        raise Refused("held", message % {"signer": activity.attested_by})
    if holder:
        message = _(
            "This activity is part of the declaration %(ref)s and cannot change. If something in "
            "it is wrong, write to the board."
        )
        raise Refused("held", message % {"ref": holder})


def _locked_document(document_id: int, by: Actor) -> Document:
    rows = Document.objects.select_related("activity__person").select_for_update(of=("self",))
    document = rows.get(pk=document_id)
    must_be_own(document.activity.person_id, by)
    return document


def _fields(said: Said) -> dict[str, object]:
    empty = {"provider": "", "earned": "", "repeat": False, "covers": []}
    return {name: said.get(name, empty.get(name)) for name in FIELDS}


def told_of(record: Activity | Document, fields: tuple[str, ...] | list[str]) -> dict[str, object]:
    """Answer what an event keeps of a record: what is said, without what is left empty."""
    values = {name: getattr(record, name) for name in fields}
    return {name: value for name, value in values.items() if value not in (None, "", [], False)}
