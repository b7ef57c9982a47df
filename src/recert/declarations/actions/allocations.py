"""Which activity serves a credential where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.credentials.models import Credential
from recert.declarations.models import DECLARED, EDITABLE, Allocation, Audit, Declaration
from recert.journal.actions import record_event
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.transcript.models import Activity

Portions = Mapping[str, int]


@transaction.atomic
def allocate_points(
    credential_id: int, *, moves: Mapping[str, Portions | None], by: Actor, at: datetime
) -> int:
    """Allocate the points of activities for one credential; answer the event's id.

    `moves`: by the ref of the activity, hundredths by area, or None to let the activity's own
    allocation hold again. What was before is in the event, so that it can be undone.
    """
    credential = Credential.objects.select_related("person").get(pk=credential_id)
    if credential.person_id != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()
    Person.objects.select_for_update().get(pk=credential.person_id)  # as whoever declares does
    _must_not_be_declared(credential)
    activities = {
        one.ref: one
        for one in Activity.objects.filter(person_id=credential.person_id, ref__in=list(moves))
    }
    if len(activities) != len(moves):
        raise not_found()
    before = {
        row.activity.ref: row.portions
        for row in Allocation.objects.filter(
            credential=credential, activity__in=activities.values()
        ).select_related("activity")
    }
    for ref, portions in moves.items():
        if portions is None:
            Allocation.objects.filter(credential=credential, activity=activities[ref]).delete()
        else:
            Allocation.objects.update_or_create(
                credential=credential,
                activity=activities[ref],
                defaults={"portions": dict(portions)},
            )
    event = record_event(
        "points.allocated",
        subject=credential.ref,
        about=credential.person.ref,
        by=by,
        at=at,
        facts={
            "before": {ref: before.get(ref) for ref in moves},
            "after": {ref: portions and dict(portions) for ref, portions in moves.items()},
        },
    )
    return event.pk


def _must_not_be_declared(credential: Credential) -> None:
    """Leave the points of a declaration where they were declared, until it is decided."""
    found = Declaration.objects.filter(credential=credential, state__in=DECLARED - EDITABLE)
    found = found.exclude(audit__state=Audit.State.NOT_PASSED)  # then new points may make up
    declared = found.values_list("ref", flat=True).first()
    if declared:
        message = _(
            "These points are part of the declaration %(ref)s, which the board has not decided yet."
        )
        raise Refused("declared", message % {"ref": declared})
