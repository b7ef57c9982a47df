"""For whom somebody works, and as whom they then act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from recert.journal.secret_links import behind
from recert.organisations.keys import roles_of
from recert.organisations.models import Member, MemberInvitation, Organisation
from recert.people.models import Account
from recert.people.queries import actor_of
from recert.policy.permissions import Actor, Permission, Role
from recert.policy.refusals import not_found
from recert.refs import is_ref

MOST_LISTED: Final = 300


def memberships_of(account: Account) -> list[Member]:
    """Answer what somebody works for, by name. One query."""
    found = Member.objects.filter(account=account, ended_at=None, organisation__ended_at=None)
    return list(found.select_related("organisation").order_by("organisation__name", "id"))


def works_for_somebody(account: Account | None) -> bool:
    """Answer whether somebody works for an organisation here. One query."""
    found = Member.objects.filter(account=account, ended_at=None, organisation__ended_at=None)
    return account is not None and found.exists()


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


def member_of(organisation: Organisation, ref: str) -> Member:
    """Answer who works for an organisation, by their ref. Raises `Refused`."""
    found = organisation.members.filter(ref=ref, ended_at=None).select_related("account")
    member = found.first()
    if member is None:
        raise not_found()
    return member


def invitations_open(organisation: Organisation, *, at: datetime) -> list[MemberInvitation]:
    """Answer the letters of an organisation that can still be answered, the latest first."""
    found = organisation.invitations.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)
    return list(found.order_by("-invited_at", "-id"))


def own_invitation(organisation: Organisation, ref: str) -> MemberInvitation:
    """Answer an invitation to the organisation that sent it. Raises `Refused`."""
    found = organisation.invitations.filter(ref=ref).first() if is_ref(ref) else None
    if found is None:
        raise not_found()
    return found


def member_invitation_behind(token: str) -> MemberInvitation:
    """Answer the invitation that a letter leads to. Raises `Refused`."""
    rows = MemberInvitation.objects.select_related("organisation")
    found = rows.filter(ref=behind(token), organisation__ended_at=None).first()
    if found is None:
        raise not_found()
    return found


def organisations_like(actor: Actor, words: str) -> list[Organisation]:
    """Answer organisations to the board, by a part of the name; those that ended are last."""
    if not actor.may(Permission.KEEP_ORGANISATIONS):
        raise not_found()
    found = Organisation.objects.filter(name__icontains=words)
    managers = Count("members", filter=Q(members__ended_at=None, members__role="manager"))
    ended = F("ended_at").asc(nulls_first=True)
    return list(found.annotate(managers=managers).order_by(ended, "name", "id")[:MOST_LISTED])


def organisation_seen_by(actor: Actor, ref: str) -> Organisation:
    """Answer an organisation to the board. Raises `Refused`."""
    found = Organisation.objects.filter(ref=ref).first()
    if found is None or not actor.may(Permission.KEEP_ORGANISATIONS):
        raise not_found()
    return found
