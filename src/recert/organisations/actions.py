"""What changes organisations, and who works for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.journal.actions import record_event
from recert.journal.readers import Reader
from recert.organisations.models import (
    Accreditation,
    Member,
    MemberInvitation,
    Organisation,
)
from recert.people.actions import must_be_themselves
from recert.people.models import Account
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found

INVITATION_LASTS: Final = timedelta(days=14)

SAID: Final = ("name", "email", "website", "provides", "employs", "verifies")
"""What the board says of an organisation."""


@transaction.atomic
def admit_organisation(*, said: Mapping[str, object], by: Actor, at: datetime) -> Organisation:
    """Let the board know an organisation, and what it may do here."""
    _must_keep(by)
    _must_do_something(said)
    organisation = Organisation.objects.create(admitted_at=at, **{one: said[one] for one in SAID})
    _note("organisation.admitted", organisation, by, at, **{one: said[one] for one in SAID})
    return organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, said: Mapping[str, object], version: int, by: Actor, at: datetime
) -> None:
    """Change what the board says of an organisation, unless it changed since `version`."""
    _must_keep(by)
    _must_do_something(said)
    organisation = _locked(organisation)
    if organisation.version != version:
        raise Refused(
            "changed-meanwhile",
            _(
                "Somebody changed this organisation while the form was open. Nothing was "
                "overwritten; save again to put in what you typed."
            ),
        )
    before = {one: getattr(organisation, one) for one in SAID}
    after = {one: said[one] for one in SAID}
    if before == after:
        return
    for one in SAID:
        setattr(organisation, one, said[one])
    organisation.version += 1
    organisation.save(update_fields=[*SAID, "version"])
    _note("organisation.changed", organisation, by, at, before=before, after=after)


@transaction.atomic
def end_organisation(organisation: Organisation, *, because: str, by: Actor, at: datetime) -> None:
    """Let an organisation do nothing here any more: its keys open nothing, its pages are gone."""
    _must_keep(by)
    if not because.strip():
        raise Refused("no-reason", _("Say why."))
    organisation = _locked(organisation)
    organisation.ended_at = at
    organisation.save(update_fields=["ended_at"])
    record_event(
        "organisation.ended",
        subject=organisation.ref,
        about=organisation.ref,
        by=by,
        at=at,
        because=because.strip(),
    )


@transaction.atomic
def add_accreditation(
    organisation: Organisation,
    *,
    accredited_by: str,
    number: str,
    from_on: date,
    until_on: date | None,
    by: Actor,
    at: datetime,
) -> Accreditation:
    """Note that somebody accredited an organisation's courses."""
    _must_keep(by)
    organisation = _locked(organisation)
    if until_on and until_on < from_on:
        raise Refused("ends-before", _("The last day is before the first. Check both."))
    made = Accreditation.objects.create(
        organisation=organisation,
        by=accredited_by,
        number=number,
        from_on=from_on,
        until_on=until_on,
    )
    facts = {"accredited_by": accredited_by, "number": number}
    _note("accreditation.added", organisation, by, at, **facts, from_on=from_on, until_on=until_on)
    return made


@transaction.atomic
def end_accreditation(
    organisation: Organisation, accreditation_id: int, *, on: date, by: Actor, at: datetime
) -> None:
    """Note the last day of an accreditation."""
    _must_keep(by)
    organisation = _locked(organisation)
    found = Accreditation.objects.filter(pk=accreditation_id, organisation=organisation).first()
    if found is None:
        raise not_found()
    if found.until_on and found.until_on <= on:
        raise Refused("ended-already", _("It has ended already."))
    found.until_on = max(on, found.from_on)
    found.save(update_fields=["until_on"])
    _note("accreditation.ended", organisation, by, at, accredited_by=found.by, on=found.until_on)


@transaction.atomic
def invite_member(
    organisation: Organisation, *, email: str, role: str, by: Actor, at: datetime
) -> MemberInvitation:
    """Invite whoever reads an address to work for an organisation; an earlier letter ends.

    Whether somebody there has an account, nobody learns by it.
    """
    organisation = _kept_by(organisation, by)
    email = email.lower()
    if organisation.members.filter(account__email=email, ended_at=None).exists():
        raise Refused("member-already", _("They are among your people already."))
    open_ones = organisation.invitations.filter(email=email, accepted_at=None, revoked_at=None)
    open_ones.update(revoked_at=at)
    invitation = MemberInvitation.objects.create(
        organisation=organisation,
        email=email,
        role=Member.Role(role),
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    record_event(
        "member.invited",
        subject=invitation.ref,
        about=organisation.ref,
        by=by,
        at=at,
        facts={
            "organisation": organisation.name,
            "expires_at": invitation.expires_at,
            "path": reverse("portal:join", args=["x"]).removesuffix("x"),
            "leads_to": invitation.ref,
        },
        tell=reader_at(email, invitation.ref),
    )
    return invitation


@transaction.atomic
def revoke_member_invitation(invitation: MemberInvitation, *, by: Actor, at: datetime) -> None:
    """Let the link of an invitation open nothing any more."""
    organisation = _kept_by(invitation.organisation, by)
    invitation = MemberInvitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        return
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    _note("member.invitation-revoked", organisation, by, at, invitation=invitation.ref)


@transaction.atomic
def join_organisation(
    invitation: MemberInvitation, account: Account, *, by: Actor, at: datetime
) -> Member:
    """Let an account work for the organisation that invited its owner."""
    must_be_themselves(by)
    if account.ref != by.ref:
        raise not_found()
    organisation = _locked(invitation.organisation)
    invitation = MemberInvitation.objects.select_for_update().get(pk=invitation.pk)
    if not is_open(invitation, at=at):
        raise Refused(
            "invitation-over",
            _("This invitation has been used, or is too old. Ask who sent it for another."),
        )
    if organisation.members.filter(account=account, ended_at=None).exists():
        raise Refused("member-already", _("You work for this organisation here already."))
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    member = Member.objects.create(
        organisation=organisation, account=account, role=invitation.role, since_at=at
    )
    _note_member("member.joined", member, by, at, role=member.role, invitation=invitation.ref)
    return member


def is_open(invitation: MemberInvitation, *, at: datetime) -> bool:
    """Answer whether an invitation can still be accepted."""
    used = invitation.accepted_at or invitation.revoked_at
    return not used and at < invitation.expires_at


@transaction.atomic
def change_member_role(member: Member, *, role: str, by: Actor, at: datetime) -> None:
    """Make a member a manager, or a manager a member; there is always one manager."""
    organisation = _kept_by(member.organisation, by)
    member = Member.objects.select_for_update().get(pk=member.pk, ended_at=None)
    if member.role == role:
        return
    if member.role == Member.Role.MANAGER:
        _must_leave_a_manager(organisation, member)
    member.role = Member.Role(role)
    member.save(update_fields=["role"])
    _note_member("member.role-changed", member, by, at, role=member.role)


@transaction.atomic
def end_membership(member: Member, *, by: Actor, at: datetime) -> None:
    """Let somebody not work for an organisation here any more: by a manager, or by themselves."""
    must_be_themselves(by)
    organisation = _locked(member.organisation)
    if member.account.ref != by.ref:
        _kept_by(organisation, by)
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.ended_at:
        return
    if member.role == Member.Role.MANAGER and not by.may(Permission.KEEP_ORGANISATIONS):
        _must_leave_a_manager(organisation, member)
    member.ended_at = at
    member.save(update_fields=["ended_at"])
    _note_member("member.left", member, by, at)


def reader_at(email: str, ref: str, name: str = "") -> Reader:
    """Answer whoever reads an address, of whom nothing else is known."""
    return Reader(
        ref=ref,
        name=name or email,
        email=email,
        language=settings.LANGUAGE_CODE,
        time_zone=the_rulebook().calendar.time_zone.value,
    )


def _must_leave_a_manager(organisation: Organisation, member: Member) -> None:
    managers = organisation.members.filter(role=Member.Role.MANAGER, ended_at=None)
    if not managers.exclude(pk=member.pk).exists():
        raise Refused(
            "last-manager",
            _("An organisation needs a manager. Make somebody else a manager first."),
        )


def _must_keep(by: Actor) -> None:
    must_be_themselves(by)
    if not by.may(Permission.KEEP_ORGANISATIONS):
        raise Refused("not-permitted", _("You are not allowed to do this."))


def _must_do_something(said: Mapping[str, object]) -> None:
    if not (said["provides"] or said["employs"] or said["verifies"]):
        raise Refused(
            "does-nothing", _("Choose what it may do here: report, see its staff, or verify.")
        )


def _locked(organisation: Organisation) -> Organisation:
    """Lock an organisation that has not ended. Raises `Refused`."""
    rows = Organisation.objects.select_for_update()
    found = rows.filter(pk=organisation.pk, ended_at=None).first()
    if found is None:
        raise Refused("organisation-ended", _("This organisation has ended here."))
    return found


def _kept_by(organisation: Organisation, by: Actor) -> Organisation:
    """Lock an organisation for the board, or for a manager of its own; a stranger finds none."""
    must_be_themselves(by)
    manages = Member.objects.filter(
        organisation=organisation, account__ref=by.ref, role=Member.Role.MANAGER, ended_at=None
    )
    theirs = by.may(Permission.KEEP_OWN_ORGANISATION) and manages.exists()
    if not (theirs or by.may(Permission.KEEP_ORGANISATIONS)):
        raise not_found()
    return _locked(organisation)


def _note(kind: str, organisation: Organisation, by: Actor, at: datetime, **facts: object) -> None:
    ref = organisation.ref
    record_event(kind, subject=ref, about=ref, by=by, at=at, facts=facts)


def _note_member(kind: str, member: Member, by: Actor, at: datetime, **facts: object) -> None:
    about = {"account": member.account.ref, **facts}
    ref = member.organisation.ref
    record_event(kind, subject=member.ref, about=ref, by=by, at=at, facts=about)
