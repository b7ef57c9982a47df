"""Who somebody is."""

from __future__ import annotations

from recert.people.models import Account, Person
from recert.policy.permissions import NOBODY, Actor, Permission, Role
from recert.policy.refusals import not_found


def actor_of(account: Account) -> Actor:
    """Answer an account as somebody who acts."""
    return who_is(account)[0]


def who_is(account: Account) -> tuple[Actor, Person | None]:
    """Answer an account as somebody who acts, and their record where they have one. Two queries."""
    if not account.is_active:
        return NOBODY, None
    roles = {Role(one) for one in account.staff_roles.values_list("role", flat=True)}
    person = Person.objects.filter(account=account).first()
    if person:
        roles.add(Role.CERTIFICANT)
    actor = Actor(
        ref=account.ref,
        name=person.name if person else account.email,
        roles=frozenset(roles),
        person=person.pk if person else None,
    )
    return actor, person


def person_seen_by(actor: Actor, ref: str) -> Person:
    """Answer a person's record to themselves and to staff who look records up."""
    person = Person.objects.filter(ref=ref).first()
    if person is None or not (person.pk == actor.person or actor.may(Permission.SEE_RECORDS)):
        raise not_found()
    return person
