"""That all that is on record of a person was taken out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.journal.actions import record_event
from recert.people.actions import must_be_themselves
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found


@transaction.atomic
def take_out(person: Person, *, because: str = "", by: Actor, at: datetime) -> None:
    """Note that everything on record of a person is taken out: by them, or for them by staff."""
    if person.pk == by.person:
        if not by.may(Permission.KEEP_OWN_RECORD):
            raise not_found()
        must_be_themselves(by)
    elif not by.may(Permission.EXPORT_RECORDS):
        raise not_found()
    elif not because.strip():
        raise Refused("no-reason", _("Say who asked for it, and how you know it was them."))
    record_event(
        "person.exported",
        subject=person.ref,
        about=person.ref,
        by=by,
        at=at,
        because=because.strip(),
    )
