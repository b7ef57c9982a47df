"""Erasing a person: one asks for it, another does it, and nothing brings them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from recert.declarations.models import Declaration
from recert.dossiers.erasing import hindrances_to_erasing
from recert.dossiers.merging import accounts_of
from recert.dossiers.models import Erasure
from recert.dossiers.tables import GONE, TABLES
from recert.journal.actions import Move, advance, erase_words, record_event, sweep_words
from recert.people.models import Account, Person
from recert.people.queries import records_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused

MOVES: Final = {
    "call_off_erasure": Move(
        "erasure.called-off",
        frozenset({Erasure.State.ASKED}),
        Erasure.State.CALLED_OFF,
        Permission.ERASE,
    ),
    "erase_person": Move(
        "erasure.done", frozenset({Erasure.State.ASKED}), Erasure.State.DONE, Permission.ERASE
    ),
}

WRITTEN: Final = ("title", "provider", "earned")
"""What people write of an activity, as it stands in a case."""


@transaction.atomic
def ask_erasure(person_id: int, *, because: str, by: Actor, at: datetime) -> Erasure:
    """Ask that a person be erased; somebody else must do it."""
    person = _locked(person_id, by)
    if not because.strip():
        raise Refused("no-reason", _("Say why they are erased."))
    if Erasure.objects.filter(person=person, state=Erasure.State.ASKED).exists():
        raise Refused("asked-already", _("This was asked for already."))
    erasure = Erasure.objects.create(
        person=person, because=because.strip(), asked_by=by.ref, asked_at=at
    )
    record_event(
        "erasure.asked",
        subject=erasure.ref,
        about=person.ref,
        by=by,
        at=at,
        because=because.strip(),
    )
    return erasure


@transaction.atomic
def call_off_erasure(erasure_id: int, *, by: Actor, at: datetime) -> Erasure:
    """Let a person not be erased, whoever asked for it."""
    erasure = Erasure.objects.select_related("person").get(pk=erasure_id)
    _locked(erasure.person_id, by)
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    about = erasure.person.ref
    move = MOVES["call_off_erasure"]
    advance(erasure, move, about=about, by=by, at=at, ended_by=by.ref, ended_at=at)
    return erasure


@transaction.atomic
def erase_person(erasure_id: int, *, by: Actor, at: datetime) -> Person:
    """Erase a person: what says who they are goes, in every table, and what they did stays.

    The files go once the transaction is there. Raises `Refused` for whoever asked for it, and
    while something of theirs is not decided.
    """
    person = _locked(Erasure.objects.values_list("person_id", flat=True).get(pk=erasure_id), by)
    erasure = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure_id)
    if erasure.asked_by == by.ref:
        raise Refused("asked-it", _("You asked for it; somebody else must look at it and do it."))
    hindrances = hindrances_to_erasing(person)
    if hindrances:
        raise Refused("not-ended", " ".join([_("This cannot be done yet."), *hindrances]))
    records = records_of(person)
    advance(
        erasure,
        MOVES["erase_person"],
        about=person.ref,
        by=by,
        at=at,
        ended_by=by.ref,
        ended_at=at,
    )
    because = erasure.because
    _erase_files(records)
    _erase_cases(records)
    accounts = accounts_of(records)
    _erase_rows(records, at)
    for account in accounts:
        _close(account)
    erase_words([one.ref for one in records], by=by, at=at, because=because)
    person.refresh_from_db()
    return person


@transaction.atomic
def sweep_erased(person: Person) -> int:
    """Erase what somebody noted of a person at the moment in which they were erased."""
    if person.erased_at is None:
        raise AssertionError(f"{person.ref} was not erased")
    return sweep_words([one.ref for one in records_of(person)], at=person.erased_at)


def _locked(person_id: int, by: Actor) -> Person:
    if not by.may(Permission.ERASE):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.pk == by.person:
        raise Refused("own-case", _("Somebody else must do this for your own record."))
    if person.erased_at:
        raise Refused("erased", _("This person was erased already."))
    if person.merged_into_id:
        raise Refused("merged", _("This record was merged into another; erase that one."))
    return person


def _erase_files(records: Sequence[Person]) -> None:
    """Delete the files once the transaction is there; else their rows would name nothing."""
    keys = [one.pk for one in records]
    for table in TABLES:
        for field in table.files:
            for row in table.rows_of(keys).exclude(**{field: ""}):
                file = getattr(row, field)
                transaction.on_commit(partial(file.storage.delete, str(file.name)))


def _erase_cases(records: Sequence[Person]) -> None:
    """Take what people wrote out of the cases that were declared; the figures stay."""
    found = Declaration.objects.filter(credential__person__in=records, case__isnull=False)
    for declaration in found.select_for_update(of=("self",)).order_by("id"):
        case: dict[str, Any] = declaration.case or {}
        activities = [_without_words(one) for one in case.get("activities", [])]
        declaration.case = case | {"activities": activities}
        declaration.save(update_fields=["case"])


def _without_words(activity: dict[str, Any]) -> dict[str, Any]:
    return {name: GONE if name in WRITTEN else value for name, value in activity.items()}


def _erase_rows(records: Sequence[Person], at: datetime) -> None:
    """Do to each table what it says of itself; first those that lead through others."""
    keys = [one.pk for one in records]
    for table in reversed(TABLES):
        rows = table.rows_of(keys)
        if table.goes == "rows":
            rows.delete()
        elif not isinstance(table.goes, str) and table.goes:
            also = {"erased_at": at} if table.model is Person else {}
            rows.update(**table.goes, **also)


def _close(account: Account) -> None:
    """Delete an account with all its ways in, and end its sessions with what was typed in them."""
    keys = UserSession.objects.filter(user=account).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    account.delete()
