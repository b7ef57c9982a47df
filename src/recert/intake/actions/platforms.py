"""What takes statements of learning platforms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from recert.intake.actions.intakes import take_batch
from recert.intake.learning import line_in, uuid_in
from recert.intake.models import Completion, Line, Statement
from recert.intake.reporting import must_report
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused


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
