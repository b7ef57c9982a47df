"""What changes the board's record of a credential, by decisions of its staff."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.credentials.models import Credential, CycleChange, InactivePeriod
from recert.journal.actions import record_event
from recert.policy.cycles import Cycle
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found

CORRECTED = ("certified_on", "category", "number")
"""What of a credential can be corrected; all else follows from it, or has its own decisions."""


@transaction.atomic
def grant_inactive(
    credential_id: int, *, until_on: date, because: str, on: date, by: Actor, at: datetime
) -> InactivePeriod:
    """Grant inactive status until a day, by which the cycle that runs is extended (STA-1)."""
    credential = _locked(credential_id, by, Permission.DECIDE_REQUESTS)
    period = InactivePeriod.objects.create(credential=credential, granted_on=on, until_on=until_on)
    _note("credential.inactive-granted", credential, by, at, because, until_on=until_on)
    return period


@transaction.atomic
def shorten_cycle(
    credential_id: int,
    *,
    cycle: Cycle,
    ends_on: date,
    because: str,
    on: date,
    by: Actor,
    at: datetime,
) -> CycleChange:
    """End the cycle that runs earlier than it would; never later, and never in the past."""
    credential = _locked(credential_id, by, Permission.DECIDE_REQUESTS)
    if not on <= ends_on < cycle.ends:
        raise Refused(
            "not-earlier",
            _("A cycle can only be ended earlier than it ends now, and not on a day that is past."),
        )
    change = CycleChange.objects.create(
        credential=credential, cycle_starts_on=cycle.starts, ends_on=ends_on, granted_on=on
    )
    facts = {"ended_on": cycle.ends, "ends_on": ends_on}
    _note("credential.cycle-shortened", credential, by, at, because, **facts)
    return change


@transaction.atomic
def correct_credential(
    credential_id: int, *, what: str, value: object, because: str, by: Actor, at: datetime
) -> Credential:
    """Correct what the board's record says of a credential; the journal keeps what it said."""
    credential = _locked(credential_id, by, Permission.KEEP_RECORDS)
    if what not in CORRECTED:
        raise not_found()
    before = getattr(credential, what)
    if before == value:
        raise Refused("same-record", _("This is what the record says already."))
    setattr(credential, what, value)
    try:
        with transaction.atomic():
            credential.save(update_fields=[what])
    except IntegrityError:
        raise Refused(
            "another-has-it",
            _("Another credential has this already; look which of the two is right."),
        ) from None
    facts = {"before": {what: before}, "after": {what: value}}
    _note("credential.corrected", credential, by, at, because, **facts)
    return credential


def _locked(credential_id: int, by: Actor, needs: Permission) -> Credential:
    if not by.may(needs):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    rows = Credential.objects.select_related("person").select_for_update(of=("self",))
    return rows.get(pk=credential_id)


def _note(
    kind: str, credential: Credential, by: Actor, at: datetime, because: str, **facts: object
) -> None:
    record_event(
        kind,
        subject=credential.ref,
        about=credential.person.ref,
        by=by,
        at=at,
        because=because,
        facts=facts,
    )
