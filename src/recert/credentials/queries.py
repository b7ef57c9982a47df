"""Credentials as the kernel takes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import QuerySet

from recert.credentials.models import Credential
from recert.people.models import Person
from recert.policy.cycles import Cycle
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.policy.standing import CycleChange, Grant, Holding, InactivePeriod


class Held(NamedTuple):
    """A credential, and the facts from which the kernel derives its standing."""

    credential: Credential
    holding: Holding


def credentials_held_by(person: int) -> list[Held]:
    """Answer the credentials of a person, the oldest first. Four queries, however many."""
    return credentials_of_each([person])[person]


def credentials_of_each(people: Collection[int]) -> dict[int, list[Held]]:
    """Answer by person the credentials of each, the oldest first. Four queries, however many."""
    found: dict[int, list[Held]] = {person: [] for person in people}
    for one in _whole().filter(person_id__in=found):
        found[one.person_id].append(Held(one, as_holding(one)))
    return found


def credentials_numbered(numbers: Collection[str]) -> list[Held]:
    """Answer the credentials with some numbers, each with its person. Five queries."""
    found = _whole().filter(number__in=numbers, person__erased_at=None)
    return [Held(one, as_holding(one)) for one in found.select_related("person")]


def credentials_among(ids: Collection[int]) -> list[Held]:
    """Answer some credentials by their ids, each with its person. Five queries."""
    found = _whole().filter(pk__in=ids, person__erased_at=None).select_related("person")
    return [Held(one, as_holding(one)) for one in found]


def _whole() -> QuerySet[Credential]:
    with_facts = Credential.objects.prefetch_related("grants", "inactive_periods", "changes")
    return with_facts.order_by("certified_on", "id")


def as_holding(credential: Credential) -> Holding:
    """Answer a credential as the kernel takes it; its facts were read along with it."""
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


def people_with_number(actor: Actor, words: str) -> list[Person]:
    """Answer whose certification has a number, as it stands on the certificate."""
    if not actor.may(Permission.SEE_RECORDS):
        raise not_found()
    text = words.strip()
    if not text:
        return []
    found = Person.objects.filter(credentials__number__in={text, text.upper()})
    return list(found.prefetch_related("former_names").distinct().order_by("id"))
