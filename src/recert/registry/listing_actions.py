"""Being found by name: the holder decides."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recert.journal.actions import record_event
from recert.people.actions import must_be_themselves
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.registry.models import Listing


@transaction.atomic
def choose_listing(person_id: int, *, listed: bool, by: Actor, at: datetime) -> None:
    """Let whoever knows a person's name find their credentials, or no more; said twice, it is."""
    must_be_themselves(by)
    if by.person != person_id or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()
    person = Person.objects.select_for_update().get(pk=person_id)
    there = Listing.objects.filter(person=person)
    if there.exists() == listed:
        return
    if listed:
        Listing.objects.create(person=person, since_at=at)
    else:
        there.delete()
    record_event(
        "listing.chosen",
        subject=person.ref,
        about=person.ref,
        by=by,
        at=at,
        facts={"listed": listed},
    )
