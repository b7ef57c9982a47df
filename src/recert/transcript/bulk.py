"""Adding many activities at once, and taking them back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recert.journal.actions import advance, record_events
from recert.people.models import Person
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused, not_found
from recert.transcript.actions import FIELDS, MOVES, must_be_own, told_of
from recert.transcript.importing import LineFate, fates_of, said_of
from recert.transcript.models import Activity, TranscriptImport
from recert.transcript.queries import activities_of

FORGOTTEN_AFTER = timedelta(days=7)
"""How long a file that was read and never saved is kept."""

MOST_UNSAVED = 5
"""So many of them are kept for one person; a file may have 5 MB."""


@transaction.atomic
def keep_import(
    person: Person, *, name: str, lines: Sequence[dict[str, Any]], by: Actor, at: datetime
) -> TranscriptImport:
    """Keep a file that was read, until its owner has looked at it."""
    must_be_own(person.pk, by)
    unsaved = TranscriptImport.objects.filter(person=person, saved_at=None)
    latest = unsaved.filter(read_at__gte=at - FORGOTTEN_AFTER).order_by("-read_at", "-id")
    kept = list(latest.values_list("id", flat=True)[: MOST_UNSAVED - 1])
    unsaved.exclude(id__in=kept).delete()
    return TranscriptImport.objects.create(person=person, name=name, lines=list(lines), read_at=at)


@transaction.atomic
def save_import(import_id: int, *, by: Actor, at: datetime) -> int:
    """Add the activities of a file that are new; answer how many. All of them, or none.

    A second time adds nothing: each line has an entry key of its own.
    """
    read = _locked(import_id, by)
    if read.undone_at:
        raise Refused("undone", _("This file was taken back. Read it again to add it again."))
    if read.saved_at:
        return len(activities_from(read))
    person = Person.objects.select_for_update().get(pk=read.person_id)
    lines = {line["line"]: line for line in read.lines}
    new = [one for one in fates_in(read) if one.fate == "new"]
    added = Activity.objects.bulk_create(
        Activity(
            person=person,
            entry_key=entry_key_of(read, one.line),
            entered_at=at,
            changed_at=at,
            **said_of(lines[one.line]),
        )
        for one in new
    )
    record_events(
        "activity.imported",
        {one.ref: {"import": read.ref, **told_of(one, FIELDS)} for one in added},
        about=person.ref,
        by=by,
        at=at,
    )
    read.saved_at = at
    read.save(update_fields=["saved_at"])
    return len(added)


@transaction.atomic
def undo_import(import_id: int, *, by: Actor, at: datetime) -> int:
    """Withdraw what a file added and still stands; answer how many activities that are.

    What has been declared since stays.
    """
    read = _locked(import_id, by)
    Person.objects.select_for_update().get(pk=read.person_id)  # nothing is declared meanwhile
    if not read.saved_at or read.undone_at:
        raise Refused("nothing-to-undo", _("There is nothing to undo here any more."))
    rows = activities_from(read).filter(state=Activity.State.ENTERED, holds=None)
    standing = list(rows.select_for_update(of=("self",)).order_by("id"))
    for activity in standing:
        advance(activity, MOVES["withdraw_activity"], about=read.person.ref, by=by, at=at)
    read.undone_at = at
    read.save(update_fields=["undone_at"])
    return len(standing)


def own_import(actor: Actor, ref: str) -> TranscriptImport:
    """Answer a file to whoever sent it, and to nobody else."""
    found = TranscriptImport.objects.filter(ref=ref).first()
    if found is None or found.person_id != actor.person:
        raise not_found()
    return found


def fates_in(read: TranscriptImport) -> list[LineFate]:
    """Answer what would become of each line of a file; once it is saved, what became of it."""
    added: set[int] = set()
    if read.saved_at:
        lines = {entry_key_of(read, line["line"]): line["line"] for line in read.lines}
        keys = activities_from(read).values_list("entry_key", flat=True)
        added = {lines[key] for key in keys}
    return fates_of(read, list(activities_of(read.person_id)), added=added)


def activities_from(read: TranscriptImport) -> Any:  # noqa: ANN401  # a queryset of ours
    """Answer the activities that a file added."""
    keys = [entry_key_of(read, line["line"]) for line in read.lines]
    return Activity.objects.filter(person_id=read.person_id, entry_key__in=keys)


def entry_key_of(read: TranscriptImport, line: int) -> uuid.UUID:
    """Answer the key by which a line is entered once."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"recert:{read.ref}:{line}")


def _locked(import_id: int, by: Actor) -> TranscriptImport:
    rows = TranscriptImport.objects.select_related("person").select_for_update(of=("self",))
    read = rows.get(pk=import_id)
    must_be_own(read.person_id, by)
    return read
