"""How a declaration ends: approved, withdrawn, or deleted; and what is found lacking before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.models import Grant
from recert.declarations.actions.locking import iso, locked, own
from recert.declarations.declared import assessment_declared, declared_activities
from recert.declarations.letters import facts_of
from recert.declarations.lives import MOVES
from recert.declarations.models import Declaration, DeclaredActivity, Use
from recert.journal.actions import advance, record_event
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import declaration_window, granted_cycle
from recert.policy.permissions import Actor
from recert.policy.refusals import Refused, not_found
from recert.policy.standing import title_of
from recert.queue.actions import end_assignment
from recert.transcript.actions import release_activities

State = Declaration.State


@transaction.atomic
def approve_declaration(
    declaration_id: int, *, because: str = "", today: date, by: Actor, at: datetime
) -> Declaration:
    """Renew a credential: its next cycle, and the points that it used up (CYC-2, CYC-8, ACT-2).

    What was declared is assessed again, with the rulebook as it is: nothing is approved of which
    the rules say no.
    """
    declaration = to_decide(declaration_id, by)
    renew(declaration, "approve_declaration", because=because, today=today, by=by, at=at)
    return declaration


def renew(
    declaration: Declaration, move: str, *, because: str, today: date, by: Actor, at: datetime
) -> None:
    """Move a locked declaration to its approval, with the cycle that it brings."""
    book, credential = the_rulebook(), declaration.credential
    goes = declaration.state in MOVES[move].sources
    must_meet = goes and move != "renew_after_appeal"
    if must_meet and assessment_declared(declaration).outcome != "met":
        raise Refused(
            "not-met",
            _("As declared this does not meet the requirements; find it deficient instead."),
        )
    cycle = granted_cycle(book, declaration.for_purpose, cycle=declaration.cycle, approved_on=today)
    grant = Grant(
        credential=credential, starts_on=cycle.starts, ends_on=cycle.ends, granted_on=today
    )
    title = title_of(book, credential.category, maintained=True)
    window = declaration_window(book, cycle)
    facts = facts_of(declaration) | {
        "starts_on": iso(cycle.starts),
        "ends_on": iso(cycle.ends),
        "title": title.plain,
        "opens_on": iso(window.opens_on),
        "next_due_on": iso(window.due_on),
        "path": reverse("portal:notification", args=[declaration.ref]),
        "rulebook": declaration.rulebook,
    }
    if goes:  # else `advance` refuses it
        grant.save()
    advance(
        declaration,
        MOVES[move],
        about=credential.person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(credential.person),
        facts=facts,
        grant=grant,
        decided_on=today,
    )
    end_assignment(declaration.ref, at=at)
    _use_up(declaration, grant)


def deny(
    declaration: Declaration, move: str, *, because: str, today: date, by: Actor, at: datetime
) -> None:
    """Deny what a failed audit was about; where it was renewed before, that holds no more."""
    credential = declaration.credential
    person, facts = credential.person, facts_of(declaration)
    if declaration.state == State.APPROVED and declaration.grant:
        declaration.grant.revoked_on = today
        declaration.grant.save(update_fields=["revoked_on"])
        record_event(
            "credential.renewal-revoked",
            subject=credential.ref,
            about=person.ref,
            by=by,
            at=at,
            because=because,
            tell=reader_of(person),
            facts=facts,
        )
        return
    advance(
        declaration,
        MOVES[move],
        about=person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(person),
        facts=facts,
        decided_on=today,
    )
    end_assignment(declaration.ref, at=at)
    release_activities(holder=declaration.ref)


def _use_up(declaration: Declaration, grant: Grant) -> None:
    """Mark the activities that counted as used, and let go of the others (ACT-2)."""
    counted = [one for one in declared_activities(declaration) if one.counted]
    ends_on = declaration.cycle_ends_on or grant.ends_on
    Use.objects.bulk_create(
        Use(credential=declaration.credential, activity=one.activity, cycle_ends_on=ends_on)
        for one in counted
    )
    keep = [one.activity_id for one in counted]
    release_activities(holder=declaration.ref, keep=keep)


@transaction.atomic
def find_deficient(
    declaration_id: int,
    *,
    reasons: Mapping[str, str],
    because: str,
    today: date,
    by: Actor,
    at: datetime,
) -> Declaration:
    """Find something lacking, and give the time to put it right (DEC-6).

    `reasons`: by the ref of an activity, what is lacking in it; `because` says it of the whole.
    One of them is needed: nobody is told "deficient" without the reason.
    """
    declaration = to_decide(declaration_id, by)
    told = {ref: text.strip() for ref, text in reasons.items() if text.strip()}
    if not told and not because.strip():
        raise Refused("no-reason", _("Say what is lacking: of an activity, or of the whole."))
    activities = {one.activity.ref: one for one in declared_activities(declaration)}
    if set(told) - set(activities):
        raise not_found()
    for ref, one in activities.items():
        one.deficiency = told.get(ref, "")
    DeclaredActivity.objects.bulk_update(activities.values(), ["deficiency"])
    book, person = the_rulebook(), declaration.credential.person
    days = book.deficiency.business_days.value
    correct_by = BusinessDays(book).after(today, business_days=days)
    facts = facts_of(declaration) | {
        "reasons": [
            {"activity": activities[ref].activity.title, "ref": ref, "reason": text}
            for ref, text in told.items()
        ],
        "then": book.deficiency.then,
        "rule": book.deficiency.business_days.rule,
    }
    advance(
        declaration,
        MOVES["find_deficient"],
        about=person.ref,
        by=by,
        at=at,
        because=because.strip(),
        tell=reader_of(person),
        facts=facts,
        correct_by=correct_by,
    )
    end_assignment(declaration.ref, at=at)
    release_activities(holder=declaration.ref)
    return declaration


@transaction.atomic
def withdraw_declaration(
    declaration_id: int, *, today: date, by: Actor, at: datetime
) -> Declaration:
    """Take back what was submitted, before the board decides; the fee is spent (FEE-1)."""
    declaration = own(declaration_id, by)
    _end(declaration, "withdraw_declaration", on=today, today=today, by=by, at=at)
    return declaration


@transaction.atomic
def delete_declaration(declaration_id: int, *, today: date, by: Actor, at: datetime) -> Declaration:
    """End a deficient declaration that was not put right in time (DEC-6).

    It ended on the day after its last one, whenever this is noted; the transcript stays.
    """
    declaration = locked(declaration_id)
    if declaration.state == State.DEFICIENT and not declaration.is_over(as_of=today):
        raise Refused("not-over", _("There is still time to put this right."))
    on = declaration.over_on or today
    _end(declaration, "delete_declaration", on=on, today=today, by=by, at=at)
    return declaration


def _end(
    declaration: Declaration, move: str, *, on: date, today: date, by: Actor, at: datetime
) -> None:
    book, person = the_rulebook(), declaration.credential.person
    facts = facts_of(declaration) | {
        "correct_by": iso(declaration.correct_by),
        "expires_on": iso(declaration.cycle_ends_on),
        "has_ended": declaration.cycle is not None and declaration.cycle.ends < today,
    }
    if move == "delete_declaration":
        facts |= {"then": book.deficiency.then, "rule": book.deficiency.business_days.rule}
    advance(
        declaration,
        MOVES[move],
        about=person.ref,
        by=by,
        at=at,
        tell=reader_of(person),
        facts=facts,
        decided_on=on,
    )
    end_assignment(declaration.ref, at=at)
    release_activities(holder=declaration.ref)


def to_decide(declaration_id: int, by: Actor) -> Declaration:
    """Lock a declaration for whoever decides about it; nobody decides about their own."""
    owner = Declaration.objects.filter(pk=declaration_id).values_list(
        "credential__person_id", flat=True
    )
    if not owner:
        raise not_found()
    if owner[0] == by.person:
        raise Refused("own-case", _("Somebody else must decide about a declaration of your own."))
    Person.objects.select_for_update().get(pk=owner[0])
    return locked(declaration_id)
