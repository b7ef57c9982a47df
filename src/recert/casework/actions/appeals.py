"""Appeals after an audit: sent, proposed by one and agreed to by another, and decided (AUD-6)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.locking import appeal_to_decide, must_say_why, own_appeal_locked
from recert.casework.asked import person_of
from recert.casework.letters import letter_of_appeal
from recert.casework.lives import APPEAL_MOVES
from recert.casework.models import Appeal
from recert.declarations.actions.audits import end_appeal, open_appeal
from recert.journal.actions import advance
from recert.people.queries import reader_of
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused
from recert.queue.actions import end_assignment

Outcome, State = Appeal.Outcome, Appeal.State


@transaction.atomic
def send_appeal(appeal_id: int, *, today: date, by: Actor, at: datetime) -> Appeal:
    """Send an appeal; from then on the audit waits for it."""
    appeal = own_appeal_locked(appeal_id, by)
    person = person_of(appeal)
    if appeal.state != State.DRAFT:
        raise Refused("wrong-state", _("This was sent already, perhaps in another window."))
    open_appeal(appeal.audit_id, today=today, by=by, at=at)
    advance(
        appeal,
        APPEAL_MOVES["send_appeal"],
        about=person.ref,
        by=by,
        at=at,
        tell=reader_of(person),
        facts=letter_of_appeal(appeal),
        sent_on=today,
    )
    return appeal


@transaction.atomic
def propose_outcome(
    appeal_id: int,
    *,
    outcome: Appeal.Outcome,
    because: str,
    today: date,
    by: Actor,
    at: datetime,
) -> Appeal:
    """Decide about an appeal; where the rulebook wants a second person, propose it to them.

    Whoever judged the audit does neither.
    """
    appeal = appeal_to_decide(appeal_id, by)
    reason = must_say_why(because)
    if "appeal" not in the_rulebook().desk.second_person.value:
        _end(appeal, outcome=outcome, because=reason, today=today, by=by, at=at)
        return appeal
    advance(
        appeal,
        APPEAL_MOVES["propose_outcome"],
        about=person_of(appeal).ref,
        by=by,
        at=at,
        because=reason,
        proposed_outcome=outcome,
        proposed_because=reason,
        proposed_by=by.name,
        proposed_by_ref=by.ref,
    )
    end_assignment(appeal.ref, at=at)
    return appeal


@transaction.atomic
def agree_outcome(appeal_id: int, *, today: date, by: Actor, at: datetime) -> Appeal:
    """Agree, as a second person, to what was proposed; with it the appeal is decided."""
    appeal = _second_look(appeal_id, by)
    outcome = Outcome(appeal.proposed_outcome)
    _end(appeal, outcome=outcome, because=appeal.proposed_because, today=today, by=by, at=at)
    return appeal


@transaction.atomic
def send_back_appeal(appeal_id: int, *, because: str, by: Actor, at: datetime) -> Appeal:
    """Send what was proposed back, with what speaks against it; it is decided anew."""
    appeal = _second_look(appeal_id, by)
    advance(
        appeal,
        APPEAL_MOVES["send_back_appeal"],
        about=person_of(appeal).ref,
        by=by,
        at=at,
        because=must_say_why(because),
        facts={"proposed": appeal.proposed_outcome, "proposed_by": appeal.proposed_by},
        proposed_outcome="",
        proposed_because="",
        proposed_by="",
        proposed_by_ref="",
    )
    end_assignment(appeal.ref, at=at)
    return appeal


def _second_look(appeal_id: int, by: Actor) -> Appeal:
    appeal = appeal_to_decide(appeal_id, by)
    if appeal.state != State.PROPOSED:
        raise Refused("wrong-state", _("Nothing is proposed here, or not any more."))
    if appeal.proposed_by_ref == by.ref:
        raise Refused("second-person", _("You proposed this; somebody else must agree to it."))
    return appeal


def _end(
    appeal: Appeal, *, outcome: Appeal.Outcome, because: str, today: date, by: Actor, at: datetime
) -> None:
    granted, person = outcome == Outcome.GRANTED, person_of(appeal)
    advance(
        appeal,
        APPEAL_MOVES["grant_appeal" if granted else "deny_appeal"],
        about=person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(person),
        facts=letter_of_appeal(appeal, proposed_by=appeal.proposed_by),
        decided_on=today,
        decided_by=by.name,
        reason=because,
    )
    end_assignment(appeal.ref, at=at)
    end_appeal(appeal.audit_id, granted=granted, because=because, today=today, by=by, at=at)
