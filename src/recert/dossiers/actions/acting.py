"""Acting in a certificant's name: begun with a reason, told to them, and ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.journal.actions import record_event
from recert.people.acting import LASTS
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused


@transaction.atomic
def start_acting(person_id: int, *, because: str, by: Actor, at: datetime) -> Person:
    """Begin to act in a certificant's name, for half an hour at most; they get a letter."""
    if not by.may(Permission.ACT_FOR):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if person_id == by.person:
        raise Refused("own-case", _("For yourself you act as yourself."))
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.erased_at or person.merged_into_id:
        raise Refused("gone", _("This record takes nothing any more."))
    if not because.strip():
        raise Refused("no-reason", _("Say why you act in their name."))
    record_event(
        "acting.started",
        subject=person.ref,
        about=person.ref,
        by=by,
        at=at,
        because=because.strip(),
        facts={"who": by.name, "until": at + LASTS, "path": reverse("portal:history")},
        tell=reader_of(person),
    )
    return person


@transaction.atomic
def end_acting(*, by: Actor, at: datetime) -> None:
    """Note that somebody acts in their own name again."""
    if not by.acting_for:
        raise Refused("not-acting", _("You act in your own name already."))
    record_event("acting.ended", subject=by.acting_for, about=by.acting_for, by=by, at=at)
