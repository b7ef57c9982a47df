"""Who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from recert.journal.readers import Reader
from recert.people.links import signed_ref
from recert.people.models import (
    Account,
    Address,
    FormerName,
    Invitation,
    Person,
    PrivateLink,
    StaffRole,
)
from recert.policy.permissions import GRANTS, NOBODY, Actor, Permission, Role
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
    person = kept_record(Person.objects.filter(ref=ref).first())
    if person is None or not (person.pk == actor.person or actor.may(Permission.SEE_RECORDS)):
        raise not_found()
    return person


def time_zones_of(people: Collection[int]) -> dict[int, str]:
    """Answer by id where people are. One query."""
    found = Person.objects.filter(pk__in=people) if people else Person.objects.none()
    return dict(found.values_list("pk", "time_zone"))


def kept_record(person: Person | None) -> Person | None:
    """Answer the record that a record leads to: itself, unless it was merged into another."""
    while person and person.merged_into:
        person = person.merged_into
    return person


def records_of(person: Person) -> list[Person]:
    """Answer a record, and those that were merged into it; all are of one person."""
    found, last = [person], [person]
    while last:
        last = list(Person.objects.filter(merged_into__in=last))
        found += last
    return found


def refs_of(person: Person) -> list[str]:
    """Answer the refs by which the journal knows a person."""
    return [one.ref for one in records_of(person)]


def names_of_refs(refs: Iterable[str]) -> dict[str, str]:
    """Answer the names of people by their refs. One query."""
    found = Person.objects.filter(ref__in=set(refs))
    return {one.ref: one.name for one in found}


def names_of_accounts(refs: Iterable[str]) -> dict[str, str]:
    """Answer by what accounts are known: the name of their person, or their address. One query."""
    found = Account.objects.filter(ref__in=set(refs)).select_related("person")
    return {one.ref: _name_of(one) for one in found}


def _name_of(account: Account) -> str:
    person: Person | None = getattr(account, "person", None)
    return person.name if person else account.email


def addresses_of(person: Person) -> list[Address]:
    """Answer where a person lives and works."""
    return list(person.addresses.all())


def address_of(person: Person, use: str) -> Address | None:
    """Answer where a person lives, or works."""
    return person.addresses.filter(use=use).first()


def former_names_of(person: Person) -> list[FormerName]:
    """Answer the legal names that a person had, the latest first."""
    return list(person.former_names.all())


def has_second_factor(account: Account | None) -> bool:
    """Answer whether an account has one that is strong enough for staff."""
    strong = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=account, type__in=strong).exists())


def invitation_behind(token: str) -> Invitation:
    """Answer the invitation of an address. Raises `Refused`."""
    found = Invitation.objects.select_related("person").filter(ref=signed_ref(token)).first()
    if found is None:
        raise not_found()
    return found


def links_of(person: Person, *, at: datetime) -> list[PrivateLink]:
    """Answer the private links of a person that have not ended, the latest first."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=at)
    return list(person.private_links.filter(lasting, revoked_at=None).order_by("-id"))


def own_link(person: Person, ref: str) -> PrivateLink:
    """Answer a private link to whoever made it. Raises `Refused`."""
    found = person.private_links.filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found


def account_called(ref: str) -> Account:
    """Answer an account by its ref. Raises `Refused`."""
    found = Account.objects.filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found


def account_at(email: str) -> Account | None:
    """Answer the account with an email address, in any case."""
    return Account.objects.filter(email=email.strip().lower()).first()


def staff_members() -> list[tuple[Account, list[str]]]:
    """Answer who works for the board, each with their roles."""
    members: dict[Account, list[str]] = {}
    for one in StaffRole.objects.select_related("account").order_by("account__email", "role"):
        members.setdefault(one.account, []).append(one.role)
    return list(members.items())


def person_called(ref: str) -> Person:
    """Answer a person's record as it is now."""
    return Person.objects.get(ref=ref)


def kept_called(ref: str) -> Person:
    """Answer the record to which a ref leads, of somebody who was not erased. Raises `Refused`."""
    found = kept_record(Person.objects.filter(ref=ref).first())
    if found is None or found.erased_at:
        raise not_found()
    return found


def by_a_link(person: Person) -> Actor:
    """Answer a person as whoever has a link that only a letter to them holds."""
    name = f"{person.name}, by a link in a letter"
    return Actor(name=name, roles=frozenset({Role.CERTIFICANT}), person=person.pk)


def emails_of(person: Person) -> set[str]:
    """Answer every address that is known to be a person's own."""
    known = {person.email}
    if person.account:
        known.add(person.account.email)
        addresses = EmailAddress.objects.filter(user=person.account)
        known.update(addresses.values_list("email", flat=True))
    return known - {""}


def reader_of(person: Person) -> Reader:
    """Answer a person as somebody to whom letters go.

    Where the record has no address, the one with which they sign in is taken.
    """
    email = person.email or (person.account.email if person.account else "")
    return Reader(
        ref=person.ref,
        name=person.name,
        email=email,
        language=person.language,
        time_zone=person.time_zone,
    )


def staff_who_may(permission: Permission) -> list[Account]:
    """Answer the accounts of staff to whom one of their roles grants something. One query."""
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    found = Account.objects.filter(is_active=True, staff_roles__role__in=roles)
    return list(found.distinct().order_by("email"))
