"""For whom somebody works, and as whom they then act."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.utils.translation import gettext as _

from recert.organisations.keys import roles_of
from recert.organisations.models import Member, Organisation
from recert.people.models import Account
from recert.people.queries import actor_of
from recert.policy.permissions import Actor, Permission, Role
from recert.policy.refusals import not_found


def memberships_of(account: Account) -> list[Member]:
    """Answer what somebody works for, by name. One query."""
    found = Member.objects.filter(account=account, ended_at=None, organisation__ended_at=None)
    return list(found.select_related("organisation").order_by("organisation__name", "id"))


def own_membership(account: Account | None, ref: str) -> Member:
    """Answer the membership of somebody in an organisation. Raises `Refused` for strangers."""
    found = Member.objects.filter(
        account=account, ended_at=None, organisation__ref=ref, organisation__ended_at=None
    )
    member = found.select_related("organisation", "account").first() if account else None
    if member is None:
        raise not_found()
    return member


def actor_for(member: Member) -> Actor:
    """Answer somebody as they act for the organisation they work for.

    They may then what it may, and nothing that is theirs alone: no record, and no right of staff.
    """
    known = actor_of(member.account)
    if not known.is_known:
        raise not_found()
    roles = roles_of(member.organisation)
    if member.role == Member.Role.MANAGER:
        roles.add(Role.ORGANISATION_MANAGER)
    message = _("%(name)s for %(organisation)s")
    return msgspec.structs.replace(
        known,
        name=message % {"name": known.name, "organisation": member.organisation.name},
        roles=frozenset(roles),
        person=None,
        organisation=member.organisation_id,
    )


def own_organisation(
    account: Account | None, ref: str, permission: Permission | None = None
) -> tuple[Organisation, Actor]:
    """Answer an organisation to somebody who works for it, and the actor that they are there.

    With a permission, only where they have it there. Raises `Refused` for strangers.
    """
    member = own_membership(account, ref)
    actor = actor_for(member)
    if permission is not None and not actor.may(permission):
        raise not_found()
    return member.organisation, actor


def members_of(organisation: Organisation) -> Sequence[Member]:
    """Answer who works for an organisation, its managers first. One query."""
    found = organisation.members.filter(ended_at=None).select_related("account")
    return list(found.order_by("role", "account__email"))
