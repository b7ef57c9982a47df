"""How requests are decided: granted, with what then changes in the record, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.locking import must_say_why, request_to_decide
from recert.casework.asking import (
    correcting_in_the_way,
    correction_in,
    granting_in_the_way,
    shortening_in,
)
from recert.casework.letters import facts_of
from recert.casework.lives import REQUEST_MOVES
from recert.casework.models import Request
from recert.credentials.actions import correct_credential, grant_inactive, shorten_cycle
from recert.credentials.models import Credential
from recert.journal.actions import advance
from recert.people.actions import change_name, correct_birth
from recert.people.queries import reader_of
from recert.policy.cycles import Cycle, declaration_window
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused
from recert.queue.actions import end_assignment

Kind = Request.Kind


@transaction.atomic
def grant_inactive_status(
    request_id: int, *, until_on: date, because: str, today: date, by: Actor, at: datetime
) -> Request:
    """Grant inactive status until a day, by which the cycle is extended (STA-1)."""
    request, credential = _waiting(request_id, by, Kind.INACTIVE)
    says = granting_in_the_way(request, until_on=until_on, as_of=today)
    if says:
        raise Refused("no-extension", says)
    grant_inactive(credential.pk, until_on=until_on, because=because, on=today, by=by, at=at)
    extended = Cycle(starts=today, ends=until_on)  # its window goes by its end alone
    window = declaration_window(the_rulebook(), extended)
    facts = {"opens_on": window.opens_on, "due_on": window.due_on}
    _decide(
        request,
        "grant_request",
        because=because,
        today=today,
        by=by,
        at=at,
        facts=facts,
        until_on=until_on,
    )
    return request


@transaction.atomic
def grant_name(
    request_id: int,
    *,
    given_names: str,
    family_name: str,
    because: str,
    today: date,
    by: Actor,
    at: datetime,
) -> Request:
    """Change a name as its document shows it (PER-1); everything from now on bears it."""
    request = request_to_decide(request_id, by)
    _must_wait(request, Kind.NAME)
    before = request.person.name
    request.person = change_name(
        request.person_id,
        given_names=given_names,
        family_name=family_name,
        because=request.said.get("shown_by", "") or because,
        on=today,
        by=by,
        at=at,
    )
    facts = {"name": request.person.name, "former_name": before}
    _decide(
        request,
        "grant_request",
        because=because,
        today=today,
        by=by,
        at=at,
        facts=facts,
    )
    return request


@transaction.atomic
def grant_shortening(
    request_id: int, *, because: str, today: date, by: Actor, at: datetime
) -> Request:
    """End a cycle earlier, so that several credentials end together."""
    request, credential = _waiting(request_id, by, Kind.ALIGNMENT)
    found = shortening_in(request, as_of=today)
    if found is None:
        raise Refused(
            "not-any-more",
            _("This cycle cannot be ended on that day any more; refuse the request."),
        )
    ends_on = found.ends_on
    shorten_cycle(
        credential.pk, cycle=found.cycle, ends_on=ends_on, because=because, on=today, by=by, at=at
    )
    facts = {"ended_on": found.cycle.ends, "others": found.others}
    _decide(
        request,
        "grant_request",
        because=because,
        today=today,
        by=by,
        at=at,
        facts=facts,
        until_on=ends_on,
    )
    return request


@transaction.atomic
def grant_correction(
    request_id: int, *, value: str | date, because: str, today: date, by: Actor, at: datetime
) -> Request:
    """Correct the board's own record as a document shows it; a reason is needed."""
    request = request_to_decide(request_id, by)
    _must_wait(request, Kind.CORRECTION)
    reason = must_say_why(because)
    found = correction_in(request, as_of=today)
    if found is None:
        raise Refused("not-any-more", _("The record does not have this any more; refuse it."))
    if found.credential is None:
        if not isinstance(value, date):
            raise TypeError("a day of birth is a day")
        correct_birth(request.person_id, born_on=value, because=reason, by=by, at=at)
    else:
        says = correcting_in_the_way(found, as_of=today)
        if says:
            raise Refused("under-way", says)
        correct_credential(
            found.credential.pk, what=found.what, value=value, because=reason, by=by, at=at
        )
    facts = {"what": found.what, "was": found.says, "now": value}
    _decide(
        request,
        "grant_request",
        because=reason,
        today=today,
        by=by,
        at=at,
        facts=facts,
    )
    return request


@transaction.atomic
def refuse_request(
    request_id: int, *, because: str, today: date, by: Actor, at: datetime
) -> Request:
    """Refuse a request, with the reason that the certificant is told; a fee is spent (FEE-4)."""
    request = request_to_decide(request_id, by)
    reason = must_say_why(because)
    _decide(request, "refuse_request", because=reason, today=today, by=by, at=at)
    return request


def _waiting(request_id: int, by: Actor, kind: Request.Kind) -> tuple[Request, Credential]:
    request = request_to_decide(request_id, by)
    _must_wait(request, kind)
    if request.credential is None:
        raise AssertionError(f"{request.ref} is about no credential")
    return request, request.credential


def _must_wait(request: Request, kind: Request.Kind) -> None:
    """Refuse before anything changes; `advance` would, but only after it."""
    if request.kind != kind or request.state != Request.State.SUBMITTED:
        raise Refused("wrong-state", _("This does not wait for a decision, or not any more."))


def _decide(
    request: Request,
    move: str,
    *,
    because: str,
    today: date,
    by: Actor,
    at: datetime,
    facts: Mapping[str, object] | None = None,
    until_on: date | None = None,
) -> None:
    advance(
        request,
        REQUEST_MOVES[move],
        about=request.person.ref,
        by=by,
        at=at,
        because=because.strip(),
        tell=reader_of(request.person),
        facts=facts_of(request, **(facts or {})),
        decided_on=today,
        decided_by=by.name,
        reason=because.strip(),
        until_on=until_on,
    )
    end_assignment(request.ref, at=at)
