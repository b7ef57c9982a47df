"""What a provider does with files and batches; their lines are taken in `taking`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.base import File
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from recert.intake.actions.taking import take_lines
from recert.intake.jobs_to_do import defer_reading, defer_taking
from recert.intake.learning import line_in, uuid_in
from recert.intake.models import Completion, Intake, Line, Statement
from recert.intake.reading import STAGED, NoTable, Reader, Said, lines_of, rows_of
from recert.intake.reporting import must_report, sender_of
from recert.journal.actions import Move, advance, record_event
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused

MOVES = {
    "read_file": Move(
        "intake.read",
        frozenset({Intake.State.SENT}),
        Intake.State.READ,
        Permission.REPORT_COMPLETIONS,
    ),
    "start_intake": Move(
        "intake.started",
        frozenset({Intake.State.READ}),
        Intake.State.TAKING,
        Permission.REPORT_COMPLETIONS,
    ),
    "discard_intake": Move(
        "intake.discarded",
        frozenset({Intake.State.SENT, Intake.State.READ}),
        Intake.State.DISCARDED,
        Permission.REPORT_COMPLETIONS,
    ),
}
"""The life of a file, until its lines are taken."""


@transaction.atomic
def send_file(
    organisation: Organisation, *, file: File[bytes], name: str, by: Actor, at: datetime
) -> Intake:
    """Keep a file of completions; it is read soon, and nothing is taken before that is said."""
    must_report(organisation.pk, by)
    intake = Intake(organisation=organisation, name=name, by=by.name, by_ref=by.ref, sent_at=at)
    intake.file.save(intake.ref, file, save=False)
    intake.save()
    record_event("intake.sent", subject=intake.ref, by=by, at=at, facts={"name": name})
    defer_reading(intake.pk)
    return intake


@transaction.atomic
def read_file(intake_id: int, *, today: date, at: datetime) -> Intake:
    """Read a file into lines, all of it or nothing; one that is no table says why."""
    intake = _locked(intake_id)
    if intake.state != Intake.State.SENT or intake.problem:
        return intake  # somebody else did
    reader = Reader(intake.organisation, intake.pk, today=today)
    try:
        with transaction.atomic(), intake.file.open("rb") as file:
            _stage(rows_of(reader, lines_of(file, intake.name)))
    except NoTable as problem:
        intake.problem = str(problem)
        intake.save(update_fields=["problem"])
        return intake
    count = _last_line(intake)
    advance(intake, MOVES["read_file"], by=sender_of(intake), at=at, lines=count)
    return intake


@transaction.atomic
def start_intake(intake_id: int, *, by: Actor, at: datetime) -> Intake:
    """Have the lines of a file taken, once somebody looked at them; a second time is nothing."""
    intake = _locked(intake_id)
    must_report(intake.organisation_id, by)
    if intake.state not in {Intake.State.TAKING, Intake.State.TAKEN}:
        advance(intake, MOVES["start_intake"], by=by, at=at)
        defer_taking(intake.pk)
    return intake


@transaction.atomic
def discard_intake(intake_id: int, *, by: Actor, at: datetime) -> Intake:
    """Forget a file of which nothing was taken, and its lines."""
    intake = _locked(intake_id)
    must_report(intake.organisation_id, by)
    advance(intake, MOVES["discard_intake"], by=by, at=at)
    Line.objects.filter(intake=intake).delete()
    name, storage = str(intake.file.name), intake.file.storage
    if name:
        transaction.on_commit(lambda: storage.delete(name))
    return intake


@transaction.atomic
def take_batch(
    organisation: Organisation,
    lines: Iterable[tuple[int, Said]],
    *,
    name: str,
    today: date,
    by: Actor,
    at: datetime,
) -> Intake:
    """Take completions that a program sends: all that can be read, in one transaction."""
    must_report(organisation.pk, by)
    intake = Intake.objects.create(
        organisation=organisation,
        name=name,
        state=Intake.State.TAKING,
        by=by.name,
        by_ref=by.ref,
        sent_at=at,
    )
    record_event("intake.sent", subject=intake.ref, by=by, at=at, facts={"name": name})
    reader = Reader(organisation, intake.pk, today=today)
    _stage(rows_of(reader, lines))
    intake.lines = _last_line(intake)
    intake.save(update_fields=["lines"])
    take_lines(intake, until=intake.lines, by=by, at=at)
    return intake


def _stage(rows: Iterable[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY intake_line ({}) FROM STDIN").format(
        sql.SQL(", ").join(map(sql.Identifier, STAGED))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _last_line(intake: Intake) -> int:
    last = Line.objects.filter(intake=intake).order_by("-number").values_list("number", flat=True)
    return last.first() or 0


def _locked(intake_id: int) -> Intake:
    rows = Intake.objects.select_related("organisation").select_for_update(of=("self",))
    return rows.get(pk=intake_id)


@transaction.atomic
def take_statements(
    provider: Organisation,
    statements: Sequence[dict[str, Any]],
    *,
    today: date,
    by: Actor,
    at: datetime,
) -> list[str]:
    """Take statements and answer their ids: all of them, or none. Raises `Refused`.

    One that came before is not taken again; one that says something else under the same id is
    refused, as xAPI asks.
    """
    must_report(provider.pk, by)
    Organisation.objects.select_for_update(no_key=True).get(pk=provider.pk)
    named = [
        {"timestamp": at.isoformat(), **one, "id": str(uuid_in(one.get("id") or uuid.uuid4()))}
        for one in statements
    ]
    numbers = [one["id"] for one in named]
    if len(set(numbers)) < len(numbers):
        raise Refused("unreadable", _("Two of the statements have the same id."))
    there = {
        str(one.number): one.said
        for one in Statement.objects.filter(organisation=provider, number__in=numbers)
    }
    for one, sent in zip(named, statements, strict=True):
        kept = there.get(one["id"])
        if kept is not None and {**kept, **sent, "id": one["id"]} != kept:
            message = _("The statement %(id)s is here already, and says something else.")
            raise Refused("statement-conflict", message % {"id": one["id"]})
    new = [one for one in named if one["id"] not in there]
    if new:
        _take(provider, new, today=today, by=by, at=at)
    return numbers


def _take(
    provider: Organisation,
    statements: Sequence[dict[str, Any]],
    *,
    today: date,
    by: Actor,
    at: datetime,
) -> None:
    lines = [line_in(one, provider) for one in statements]
    name = _("Sent by a learning platform")
    intake = take_batch(provider, enumerate(lines, 1), name=name, today=today, by=by, at=at)
    wrong = Line.objects.filter(intake=intake).exclude(wrong="").first()
    if wrong:
        raise Refused("unreadable", wrong.wrong)
    wanted = [line["completion"] for line in lines]
    found = Completion.objects.filter(organisation=provider, number__in=wanted)
    completions = {one.number: one for one in found}
    for statement, number in zip(statements, wanted, strict=True):
        if number not in completions:
            message = _("object.id: there is no statement %(id)s of yours to void")
            raise Refused("unreadable", message % {"id": number})
        Statement.objects.create(
            organisation=provider,
            number=statement["id"],
            completion=completions[number],
            said=statement,
            stored_at=at,
        )
