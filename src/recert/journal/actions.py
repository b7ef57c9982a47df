"""The only writers of the journal: `advance` moves a state, `record_event` notes the rest.

Both belong inside the transaction of the action that calls them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import models, transaction
from django.utils.translation import gettext as _

from recert.journal.models import Event
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a life: the event it makes, from which states, to which, and who may."""

    event: str
    sources: frozenset[str]
    target: str
    needs: Permission


class Living(Protocol):
    """A record with a state and a ref."""

    ref: str
    state: str

    def save(self, *, update_fields: list[str]) -> None:
        """Write some fields."""


def record_event(
    kind: str,
    *,
    subject: str,
    about: str = "",
    by: Actor,
    at: datetime,
    because: str = "",
    facts: Mapping[str, object] | None = None,
) -> Event:
    """Note that something happened."""
    _must_be_inside(kind)
    return Event.objects.create(
        kind=kind,
        subject=subject,
        about=about,
        by=by.name,
        by_ref=by.ref,
        at=at,
        because=because,
        facts=dict(facts or {}),
    )


def record_events(
    kind: str,
    facts_by_subject: Mapping[str, Mapping[str, object]],
    *,
    about: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Note that the same happened to many things, each with its own facts: two queries or so."""
    _must_be_inside(kind)
    Event.objects.bulk_create(
        Event(
            kind=kind,
            subject=subject,
            about=about,
            by=by.name,
            by_ref=by.ref,
            at=at,
            facts=dict(facts),
        )
        for subject, facts in facts_by_subject.items()
    )


def _must_be_inside(kind: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError(f"{kind} was noted outside an action's transaction")


def advance(
    record: models.Model,
    move: Move,
    *,
    about: str = "",
    by: Actor,
    at: datetime,
    because: str = "",
    **changes: object,
) -> Event:
    """Move a record that the caller has locked: one update, one event.

    What else changes travels with the state, since the database checks them together. Raises
    `Refused` where `by` may not, or where the record is not in a state from which it goes.
    """
    living: Living = record  # type: ignore[assignment]  # a model with `ref` and `state`
    if not by.may(move.needs):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if living.state not in move.sources:
        message = _("This cannot be done any more: %(ref)s is %(state)s already.")
        raise Refused("wrong-state", message % {"ref": living.ref, "state": living.state})
    for name, value in (changes | {"state": move.target}).items():
        setattr(living, name, value)
    living.save(update_fields=["state", *changes])
    return record_event(
        move.event, subject=living.ref, about=about, by=by, at=at, because=because, facts=changes
    )
