"""What changes accounts and the board's records of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.journal.actions import record_event, write_again
from recert.journal.stopping import is_stopped
from recert.people.models import (
    Account,
    Address,
    FormerName,
    Invitation,
    Person,
    PrivateLink,
    StaffRole,
)
from recert.people.queries import kept_record, reader_of, refs_of
from recert.policy.permissions import STAFF, Actor, Permission, Role
from recert.policy.refusals import Refused, not_found

DETAILS = ("email", "phone", "language", "time_zone", "workplace", "job_title", "gender")
"""What people keep current themselves (PER-1, PER-2); their name is not among it."""

ADDRESS = ("lines", "city", "region", "postal_code", "country")

INVITATION_LASTS = timedelta(days=14)
STANDING_LINK_LASTS = timedelta(days=30)


@transaction.atomic
def change_details(
    person_id: int, *, said: Mapping[str, str], version: int, by: Actor, at: datetime
) -> Person:
    """Change what a person keeps current themselves, unless it changed since `version`."""
    person = _own(person_id, by)
    if person.version != version:
        raise Refused(
            "changed-meanwhile",
            _(
                "Your details were changed in another window while this form was open. Nothing "
                "was overwritten; save again to put in what you typed."
            ),
        )
    changed = [name for name in DETAILS if getattr(person, name) != said[name]]
    if changed:
        before = {name: getattr(person, name) for name in changed}
        for name in changed:
            setattr(person, name, said[name])
        person.version += 1
        person.save(update_fields=[*changed, "version"])
        facts: dict[str, object] = {
            "before": before,
            "after": {name: said[name] for name in changed},
        }
        if "email" in changed:
            sent = write_again(refs_of(person), to=reader_of(person).email, at=at)
            facts |= {"letters": sent} if sent else {}
        _note("person.details-changed", person, by, at, **facts)
    return person


@transaction.atomic
def confirm_email(person_id: int, *, email: str, by: Actor, at: datetime) -> list[str]:
    """Say that letters do arrive at one's address, after some came back; answer what goes again.

    `email` is the address that was meant, should it be another by now.
    """
    person = _own(person_id, by)
    if not email or email != reader_of(person).email:
        message = _("Your address was changed meanwhile; letters go to the one on record now.")
        raise Refused("changed-meanwhile", message)
    if not is_stopped(email):
        return []
    sent = write_again(refs_of(person), to=email, at=at)
    _note("person.email-confirmed", person, by, at, email=email, letters=sent)
    return sent


@transaction.atomic
def choose_letters(person_id: int, *, courtesy: bool, by: Actor, at: datetime) -> bool:
    """Get reminders that one may do without, or get none; answer whether that is new."""
    person = _own(person_id, by)
    if person.courtesy_letters == courtesy:
        return False
    person.courtesy_letters = courtesy
    person.save(update_fields=["courtesy_letters"])
    _note("person.letters-chosen", person, by, at, courtesy=courtesy)
    return True


@transaction.atomic
def change_address(
    person_id: int, *, use: str, said: Mapping[str, str] | None, by: Actor, at: datetime
) -> None:
    """Change where a person lives or works; None takes the address away."""
    person = _own(person_id, by)
    there = Address.objects.filter(person=person, use=use).first()
    before = {name: getattr(there, name) for name in ADDRESS} if there else None
    after = {name: said[name] for name in ADDRESS} if said else None
    if before == after:
        return
    if after is None:
        Address.objects.filter(person=person, use=use).delete()
    else:
        Address.objects.update_or_create(person=person, use=use, defaults=after)
    _note("person.address-changed", person, by, at, use=use, before=before, after=after)


@transaction.atomic
def change_name(
    person_id: int,
    *,
    given_names: str,
    family_name: str,
    because: str,
    on: date,
    by: Actor,
    at: datetime,
) -> Person:
    """Change a legal name, on the word of an official document that the board saw (PER-1).

    The name until then stays on record, with its last day.
    """
    _must(by, Permission.KEEP_RECORDS)
    person = Person.objects.select_for_update().get(pk=person_id)
    before = {"given_names": person.given_names, "family_name": person.family_name}
    after = {"given_names": given_names, "family_name": family_name}
    if before == after:
        raise Refused("same-name", _("This is the name that is on record already."))
    FormerName.objects.create(person=person, until_on=on, **before)
    person.given_names, person.family_name = given_names, family_name
    person.version += 1
    person.save(update_fields=["given_names", "family_name", "version"])
    record_event(
        "person.name-changed",
        subject=person.ref,
        about=person.ref,
        by=by,
        at=at,
        because=because,
        facts={"before": before, "after": after},
    )
    return person


@transaction.atomic
def correct_birth(
    person_id: int, *, born_on: date, because: str, by: Actor, at: datetime
) -> Person:
    """Correct the day of birth, on the word of a document; the journal keeps what it was."""
    _must(by, Permission.KEEP_RECORDS)
    person = Person.objects.select_for_update().get(pk=person_id)
    before = person.born_on
    if before == born_on:
        raise Refused("same-record", _("This is what the record says already."))
    person.born_on = born_on
    person.version += 1
    person.save(update_fields=["born_on", "version"])
    record_event(
        "person.birth-corrected",
        subject=person.ref,
        about=person.ref,
        by=by,
        at=at,
        because=because,
        facts={"before": {"born_on": before}, "after": {"born_on": born_on}},
    )
    return person


@transaction.atomic
def bind_account(
    account: Account, *, customer_number: str, born_on: date, by: Actor, at: datetime
) -> Person:
    """Bind an account to the board's record of the same person.

    Whatever does not fit, the refusal is the same: nobody learns here who is certified, or who
    has an account already.
    """
    must_be_themselves(by)
    # A number that was merged into another record leads there.
    known = Person.objects.filter(customer_number=customer_number, born_on=born_on).first()
    kept = kept_record(known)
    free = Person.objects.select_for_update().filter(account=None, merged_into=None)
    person = free.filter(pk=kept.pk).first() if kept else None
    if person is None or Person.objects.filter(account=account).exists():
        raise Refused(
            "no-such-record",
            _(
                "No record that is still free has this customer number and this date of birth. "
                "Check both; if they are right, write to the board."
            ),
        )
    return _bind(person, account, by, at)


@transaction.atomic
def accept_invitation(invitation_id: int, account: Account, *, by: Actor, at: datetime) -> Person:
    """Bind an account to the record to which the board invited its owner."""
    must_be_themselves(by)
    rows = Invitation.objects.select_related("person").select_for_update(of=("self",))
    invitation = rows.get(pk=invitation_id)
    person = Person.objects.select_for_update().get(pk=invitation.person_id)
    if not is_open(invitation, at=at) or person.account_id:
        raise Refused(
            "invitation-over",
            _("This invitation has been used, or is too old. Ask the board for another."),
        )
    if Person.objects.filter(account=account).exists():
        raise Refused("bound-already", _("This account belongs to another record already."))
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    return _bind(person, account, by, at)


def is_open(invitation: Invitation, *, at: datetime) -> bool:
    """Answer whether an invitation can still be accepted."""
    used = invitation.accepted_at or invitation.revoked_at
    return not used and at < invitation.expires_at


def _bind(person: Person, account: Account, by: Actor, at: datetime) -> Person:
    person.account = account
    person.email = person.email or account.email
    person.save(update_fields=["account", "email"])
    _note("person.bound", person, by, at, account=account.ref)
    return person


@transaction.atomic
def invite(person: Person, *, email: str, by: Actor, at: datetime) -> Invitation:
    """Invite a person to bind an account to their record; an earlier invitation ends."""
    _must(by, Permission.INVITE)
    if person.account_id:
        raise Refused("bound-already", _("This record has an account already."))
    open_ones = Invitation.objects.filter(person=person, accepted_at=None, revoked_at=None)
    open_ones.update(revoked_at=at)
    invitation = Invitation.objects.create(
        person=person, email=email, invited_at=at, expires_at=at + INVITATION_LASTS
    )
    _note("person.invited", person, by, at, email=email, invitation=invitation.ref)
    return invitation


@transaction.atomic
def make_link(
    person: Person, *, purpose: PrivateLink.Purpose, label: str = "", by: Actor, at: datetime
) -> PrivateLink:
    """Make a private link. Of calendars there is one: a new one ends the one before."""
    must_be_themselves(by)
    _own(person.pk, by)
    if purpose == PrivateLink.Purpose.CALENDAR:
        for old in PrivateLink.objects.filter(person=person, purpose=purpose, revoked_at=None):
            revoke_link(old, by=by, at=at)
    expires_at = at + STANDING_LINK_LASTS if purpose == PrivateLink.Purpose.STANDING else None
    link = PrivateLink.objects.create(
        person=person, purpose=purpose, label=label, made_at=at, expires_at=expires_at
    )
    _note("link.made", person, by, at, link=link.ref, purpose=purpose)
    return link


@transaction.atomic
def revoke_link(link: PrivateLink, *, by: Actor, at: datetime) -> None:
    """Let a private link show nothing any more."""
    must_be_themselves(by)
    person = _own(link.person_id, by)
    link = PrivateLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_at is None:
        link.revoked_at = at
        link.save(update_fields=["revoked_at"])
        _note("link.revoked", person, by, at, link=link.ref)


@transaction.atomic
def grant_role(account: Account, *, role: Role, by: Actor, at: datetime) -> None:
    """Give an account a role of staff."""
    _must(by, Permission.GRANT_ROLES)
    if role not in STAFF:
        raise Refused("no-such-role", _("This is no role of staff."))
    try:
        with transaction.atomic():
            StaffRole.objects.create(account=account, role=role)
    except IntegrityError:
        raise Refused("has-role", _("They have this role already.")) from None
    record_event("role.granted", subject=account.ref, by=by, at=at, facts={"role": role})


@transaction.atomic
def take_role(account: Account, *, role: Role, by: Actor, at: datetime) -> None:
    """Take a role of staff from an account; not one's own last right to give roles."""
    _must(by, Permission.GRANT_ROLES)
    if account.ref == by.ref and role == Role.ADMINISTRATOR:
        raise Refused("own-role", _("Let another administrator take this role from you."))
    deleted, _each = StaffRole.objects.filter(account=account, role=role).delete()
    if not deleted:
        raise Refused("has-no-role", _("They do not have this role."))
    record_event("role.taken", subject=account.ref, by=by, at=at, facts={"role": role})


def must_be_themselves(by: Actor) -> None:
    """Refuse what nobody does in another's name."""
    if by.acting_for:
        raise Refused(
            "in-anothers-name",
            _("This is for themselves alone. You act in their name; leave it to them."),
        )


def _own(person_id: int, by: Actor) -> Person:
    if person_id != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()
    return Person.objects.select_for_update().get(pk=person_id)


def _must(by: Actor, permission: Permission) -> None:
    if not by.may(permission):
        raise Refused("not-permitted", _("You are not allowed to do this."))


def _note(kind: str, person: Person, by: Actor, at: datetime, **facts: object) -> None:
    record_event(kind, subject=person.ref, about=person.ref, by=by, at=at, facts=facts)
