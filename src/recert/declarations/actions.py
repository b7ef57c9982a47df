"""What changes which activity serves a credential where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from recert.credentials.models import Credential
from recert.declarations.models import Allocation
from recert.journal.actions import record_event
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
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
    rows = Credential.objects.select_related("person").select_for_update(of=("self",))
    credential = rows.get(pk=credential_id)
    if credential.person_id != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()
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
