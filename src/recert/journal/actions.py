"""The only writers of the journal: `advance` moves a state, `record_event` notes the rest.

Both belong inside the transaction of the action that calls them. So does the letter that an event
owes: the notice and its job are there when the event is, and not without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg import sql

from recert.journal.chain import ERASED
from recert.journal.chaining import chain_all_that_waits
from recert.journal.courtesy import is_courtesy
from recert.journal.facts import kept_facts
from recert.journal.jobs import defer_again, defer_notice
from recert.journal.models import CAME_BACK, Event, Notice
from recert.journal.notices import told_of
from recert.journal.readers import Reader
from recert.journal.stopping import STOPPED, forget_stops, is_stopped, start_address
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused
from recert.refs import new_ref

GONE: Final = "erased"
"""What stands in a letter that was erased."""


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
    tell: Reader | None = None,
) -> Event:
    """Note that something happened, and owe the letter that `NOTICES` asks for.

    The letter is written from the event alone: what it shall say is among the facts. `path` is
    the one where the reader sees more, as a page's address without its host; where that ends in
    something secret, `leads_to` is for what it stands, and only the letter has the secret.
    """
    _must_be_inside(kind)
    told = told_of(kind)
    if told and tell is None:
        raise AssertionError(f"{kind} owes a letter, and nobody said to whom")
    event = Event.objects.create(
        kind=kind,
        subject=subject,
        about=about,
        by=by.name,
        by_ref=by.ref,
        at=at,
        because=because,
        facts=kept_facts(facts or {}),
    )
    if told and tell:
        _owe(event, tell)
    return event


def _owe(event: Event, reader: Reader) -> None:
    """Make the notice and its job; one that can go nowhere is kept for the desk to see."""
    problem = _problem_with(reader.email)
    does_without = problem == STOPPED and is_courtesy(event)
    notice = Notice.objects.create(
        **_named(),
        event=event,
        person=reader.ref,
        to=reader.email,
        name=reader.name,
        language=reader.language,
        time_zone=reader.time_zone,
        owed_at=event.at,
        last_error=problem,
        failed_at=event.at if problem else None,
        settled_at=event.at if does_without else None,
    )
    if not problem:
        defer_notice(notice.pk)


def _named() -> dict[str, str]:
    ref = new_ref("NO")
    return {"ref": ref, "message_id": f"<{ref}@{urlsplit(settings.ADDRESS).hostname}>"}


def owe_again(notice: Notice, *, to: str, at: datetime) -> Notice:
    """Owe a letter once more, to an address, inside the action that notes it.

    One that was never sent is tried again; of one that was, there will be another, so that what
    was sent, when and where to, stays as it was. What came back is thereby dealt with.
    """
    if notice.sent_at is None:
        again = notice
        again.to, again.failed_at, again.settled_at = to, None, None
        again.tries, again.owed_at = 0, at
        again.save(update_fields=["to", "failed_at", "settled_at", "tries", "owed_at"])
    else:
        if notice.failed_at:
            notice.settled_at = at
            notice.save(update_fields=["settled_at"])
        again = Notice.objects.create(
            **_named(),
            event=notice.event,
            again_of_id=notice.again_of_id or notice.pk,
            person=notice.person,
            to=to,
            name=notice.name,
            language=notice.language,
            time_zone=notice.time_zone,
            owed_at=at,
        )
    defer_again(again.pk)
    return again


def write_again(refs: Collection[str], *, to: str, at: datetime) -> list[str]:
    """Send to a person's address again, and owe them once more what did not reach them.

    It is for the action by which they say that it is theirs. What is settled, and what they may
    do without, is left. Answer the refs of the letters.
    """
    if not to:
        return []
    start_address(to)
    rows = Notice.objects.select_for_update(of=("self",)).select_related("event")
    lost = rows.filter(CAME_BACK, person__in=refs).exclude(last_error=GONE).order_by("id")
    return [owe_again(one, to=to, at=at).ref for one in lost if not is_courtesy(one.event)]


def _problem_with(email: str) -> str:
    if not email:
        return "no email address is on record"
    try:
        validate_email(email)
    except ValidationError:
        return "the email address on record is not one"
    return STOPPED if is_stopped(email) else ""


def record_events(
    kind: str,
    facts_by_subject: Mapping[str, Mapping[str, object]],
    *,
    about: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Note that the same happened to many things, each with its own facts: two queries or so.

    It must be something of which nobody is told.
    """
    _must_be_inside(kind)
    if told_of(kind):
        raise AssertionError(f"{kind} owes a letter each; note them one by one")
    Event.objects.bulk_create(
        Event(
            kind=kind,
            subject=subject,
            about=about,
            by=by.name,
            by_ref=by.ref,
            at=at,
            facts=kept_facts(facts),
        )
        for subject, facts in facts_by_subject.items()
    )


def record_events_selected(
    kind: str,
    rows: sql.Composable,
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Note that the same happened to each row of a query: `subject`, `about` and `facts`, a jsonb.

    It is for thousands at once, and something of which nobody is told. One query.
    """
    _must_be_inside(kind)
    if told_of(kind):
        raise AssertionError(f"{kind} owes a letter each; note them one by one")
    statement = sql.SQL(
        "INSERT INTO journal_event (kind, subject, about, by, by_ref, at, because, facts)"
        " SELECT %(kind)s, one.subject, one.about, %(by)s, %(by_ref)s, %(at)s, '', one.facts"
        " FROM ({}) one"
    ).format(rows)
    said: dict[str, Any] = {"kind": kind, "by": by.name, "by_ref": by.ref, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, **said})


def erase_words(refs: Sequence[str], *, by: Actor, at: datetime, because: str) -> Event:
    """Erase who, why and the facts of all that happened to some refs, and the letters about it.

    They are those of one person, the one of the record that is kept first.

    What happened, when, to which ref and from which account stays, and so does the chain: the
    event that is noted here is what lets the words be gone. It cannot be undone.
    """
    event = record_event(
        ERASED,
        subject=refs[0],
        about=refs[0],
        by=by,
        at=at,
        because=because,
        facts={"refs": sorted(refs)},
    )
    chain_all_that_waits()
    sweep_words(refs, at=at)
    return event


def sweep_words(refs: Collection[str], *, at: datetime) -> int:
    """Erase the words of what happened to refs that were erased at an instant; answer how many.

    Whoever acted at that very moment may have noted something that was not there to be erased.
    """
    events = Event.objects.filter(
        Q(about__in=refs) | Q(subject__in=refs), at__lte=at, salt__isnull=False
    ).exclude(kind=ERASED)
    Notice.objects.filter(person__in=refs, sent_at=None, failed_at=None).update(
        failed_at=at, last_error=GONE
    )
    Notice.objects.filter(person__in=refs, sent_at=None).update(to=GONE, name=GONE)
    Notice.objects.filter(person__in=refs).exclude(sent_at=None).update(
        to=GONE, name=GONE, subject="", text=GONE
    )
    forget_stops(refs)
    return events.update(by="", because="", facts={}, salt=None)


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
    tell: Reader | None = None,
    facts: Mapping[str, object] | None = None,
    **changes: object,
) -> Event:
    """Move a record that the caller has locked: one update, one event.

    What else changes travels with the state, since the database checks them together, and is among
    the event's facts; `facts` are further ones. `tell` is for the letter, as in `record_event`.
    Raises `Refused` where `by` may not, or where the record is not in a state from which it goes.
    """
    living: Living = record  # type: ignore[assignment]  # a model with `ref` and `state`
    if not by.may(move.needs):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if living.state not in move.sources:
        message = _("This cannot be done any more: %(ref)s is %(state)s already.")
        state = living.state.replace("-", " ")
        raise Refused("wrong-state", message % {"ref": living.ref, "state": state})
    for name, value in (changes | {"state": move.target}).items():
        setattr(living, name, value)
    living.save(update_fields=["state", *changes])
    return record_event(
        move.event,
        subject=living.ref,
        about=about,
        by=by,
        at=at,
        because=because,
        facts={**changes, **(facts or {})},
        tell=tell,
    )
