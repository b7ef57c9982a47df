"""Drafts: begun, changed, discarded. The row is all there is, so it can be resumed anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.actions.audits import fail_overdue
from recert.declarations.actions.decisions import delete_declaration
from recert.declarations.actions.locking import iso, own
from recert.declarations.auditing import overdue_answer_of
from recert.declarations.declared import overdue_correction_of
from recert.declarations.lives import MOVES
from recert.declarations.models import Declaration
from recert.declarations.queries import held_by
from recert.journal.actions import advance, record_event
from recert.people.models import Person
from recert.policy.cycles import Cycle
from recert.policy.permissions import SYSTEM, Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.policy.rulebook import Purpose
from recert.policy.standing import declarable_on, standing_on
from recert.transcript.models import Activity


@transaction.atomic
def start_declaration(credential_id: int, *, today: date, by: Actor, at: datetime) -> Declaration:
    """Begin to declare a credential, or go on with what was begun.

    What was begun for another purpose, before the certification expired say, is from now on for
    the one that holds today. Raises `Refused` where none is taken today.
    """
    found = Credential.objects.filter(pk=credential_id).first()
    if found is None or found.person_id != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    Person.objects.select_for_update().get(pk=found.person_id)
    overdue = overdue_correction_of(credential_id, as_of=today)
    if overdue:
        delete_declaration(overdue, today=today, by=SYSTEM, at=at)
    unanswered = overdue_answer_of(credential_id, as_of=today)
    if unanswered:
        fail_overdue(unanswered, today=today, by=SYSTEM, at=at)
    held, declaration = next(
        both for both in held_by(found.person_id, today) if both[0].credential.pk == credential_id
    )
    if declaration and declaration.state != Declaration.State.DRAFT:
        return declaration
    book = the_rulebook()
    declarable = declarable_on(book, held.holding, as_of=today)
    if declarable.purpose is None:
        raise Refused("not-declarable", declarable.says)
    cycle = standing_on(book, held.holding, as_of=today).cycle
    if declaration is None:
        return _begun(held.credential, declarable.purpose, cycle, by, at)
    if (declaration.purpose, declaration.cycle) != (declarable.purpose, cycle):
        _turn(declaration, declarable.purpose, cycle, by, at)
    return declaration


def _begun(
    credential: Credential, purpose: Purpose, cycle: Cycle | None, by: Actor, at: datetime
) -> Declaration:
    declaration = Declaration.objects.create(
        credential=credential,
        purpose=purpose,
        cycle_starts_on=cycle.starts if cycle else None,
        cycle_ends_on=cycle.ends if cycle else None,
        started_at=at,
    )
    _note("declaration.started", declaration, by, at, purpose=purpose, **_told(cycle))
    return declaration


def _turn(
    declaration: Declaration, purpose: Purpose, cycle: Cycle | None, by: Actor, at: datetime
) -> None:
    """Let a draft be for another purpose or cycle; what was attested, was attested of another."""
    before = {"purpose": declaration.purpose, **_told(declaration.cycle)}
    declaration.purpose = purpose
    declaration.cycle_starts_on = cycle.starts if cycle else None
    declaration.cycle_ends_on = cycle.ends if cycle else None
    declaration.attested = {}
    declaration.save(update_fields=["purpose", "cycle_starts_on", "cycle_ends_on", "attested"])
    after = {"purpose": purpose, **_told(cycle)}
    _note("declaration.turned", declaration, by, at, before=before, after=after)


def _told(cycle: Cycle | None) -> dict[str, object]:
    return {"starts": iso(cycle.starts), "ends": iso(cycle.ends)} if cycle else {}


@transaction.atomic
def leave_out(declaration_id: int, *, refs: Iterable[str], by: Actor, at: datetime) -> Declaration:
    """Keep activities out of a declaration, say for the next cycle; all others are in it.

    `refs`: those of the activities that are left out.
    """
    declaration = own(declaration_id, by)
    _must_be_editable(declaration)
    now = sorted(set(refs))
    person = declaration.credential.person_id
    if Activity.objects.filter(person_id=person, ref__in=now).count() != len(now):
        raise not_found()
    if now != declaration.left_out:
        before, declaration.left_out = declaration.left_out, now
        declaration.save(update_fields=["left_out"])
        _note("declaration.changed", declaration, by, at, before=before, left_out=now)
    return declaration


@transaction.atomic
def attest(declaration_id: int, *, keys: Iterable[str], by: Actor, at: datetime) -> Declaration:
    """Put one's name to the sentences that the rulebook asks for; `keys` are theirs."""
    declaration = own(declaration_id, by)
    _must_be_editable(declaration)
    asked, given = the_rulebook().attestations, set(keys)
    attested = {key: declaration.attested.get(key, at.isoformat()) for key in asked if key in given}
    if attested != declaration.attested:
        declaration.attested = attested
        declaration.save(update_fields=["attested"])
        _note("declaration.attested", declaration, by, at, keys=sorted(attested))
    return declaration


@transaction.atomic
def discard_declaration(declaration_id: int, *, by: Actor, at: datetime) -> Declaration:
    """Drop a draft; the transcript and its points stay as they are."""
    declaration = own(declaration_id, by)
    about = declaration.credential.person.ref
    advance(declaration, MOVES["discard_declaration"], about=about, by=by, at=at)
    return declaration


def _must_be_editable(declaration: Declaration) -> None:
    if not declaration.is_editable:
        raise Refused(
            "wrong-state", _("What was declared cannot change while the board decides about it.")
        )


def _note(kind: str, declaration: Declaration, by: Actor, at: datetime, **facts: object) -> None:
    about = declaration.credential.person.ref
    record_event(kind, subject=declaration.ref, about=about, by=by, at=at, facts=facts)
