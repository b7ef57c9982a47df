"""Credentials as the kernel takes them."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import QuerySet

from recert.credentials.models import Credential
from recert.policy.cycles import Cycle
from recert.policy.standing import CycleChange, Grant, Holding, InactivePeriod


class Held(NamedTuple):
    """A credential, and the facts from which the kernel derives its standing."""

    credential: Credential
    holding: Holding


def credentials_held_by(person: int) -> list[Held]:
    """Answer the credentials of a person, the oldest first. Four queries, however many."""
    return [Held(one, _holding(one)) for one in _whole().filter(person_id=person)]


def _whole() -> QuerySet[Credential]:
    with_facts = Credential.objects.prefetch_related("grants", "inactive_periods", "changes")
    return with_facts.order_by("certified_on", "id")


def _holding(credential: Credential) -> Holding:
    return Holding(
        category=credential.category,
        certified_on=credential.certified_on,
        grants=tuple(
            Grant(
                cycle=Cycle(starts=one.starts_on, ends=one.ends_on),
                granted_on=one.granted_on,
                revoked_on=one.revoked_on,
            )
            for one in credential.grants.all()
        ),
        inactive=tuple(
            InactivePeriod(granted_on=one.granted_on, until=one.until_on)
            for one in credential.inactive_periods.all()
        ),
        changes=tuple(
            CycleChange(
                cycle=Cycle(starts=one.cycle_starts_on, ends=one.ends_on), granted_on=one.granted_on
            )
            for one in credential.changes.all()
        ),
    )
