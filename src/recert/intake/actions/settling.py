"""What becomes of a line about a completion that is known: a correction, or a revocation.

All of it is part of the action that takes the line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from recert.declarations.models import Use
from recert.intake import statements
from recert.intake.lives import MOVES
from recert.intake.models import SAID, WHOSE, Completion, Intake, Line, Review
from recert.journal.actions import advance, record_event
from recert.journal.facts import kept_facts
from recert.people.models import Person
from recert.policy.permissions import Actor
from recert.transcript.models import Activity, Hold


@transaction.atomic
def settle_line(line: Line, intake: Intake, *, by: Actor, at: datetime) -> str:
    """Settle a line and answer its fate, which says nothing of whose record it is."""
    rows = Completion.objects.filter(organisation=intake.organisation, number=line.completion)
    person = rows.values_list("person_id", flat=True).first()
    if person:
        Person.objects.select_for_update().get(pk=person)  # it is not declared meanwhile
    known = rows.select_for_update().first()
    if known is None:
        return "unknown"  # a revocation of what was never reported
    if line.revoked:
        if known.state == Completion.State.REVOKED:
            return "unchanged"
        _revoke(known, line, by=by, at=at)
        return "revoked"
    if known.digest == line.digest and known.state != Completion.State.REVOKED:
        return "unchanged"
    _correct(known, line, by=by, at=at)
    return "corrected"


def is_settled(activity: Activity) -> bool:
    """Answer whether a declaration holds an activity, or a cycle used it."""
    return (
        Hold.objects.filter(activity=activity).exists()
        or Use.objects.filter(activity=activity).exists()
    )


def said_by(line: Line) -> dict[str, Any]:
    """Answer all that a line says, as JSON keeps it."""
    return kept_facts({name: getattr(line, name) for name in (*SAID, *WHOSE)})


def _revoke(known: Completion, line: Line, *, by: Actor, at: datetime) -> None:
    activity, about = known.activity, known.person.ref if known.person else ""
    _keep(known, digest=line.digest)
    facts = {"activity": activity.ref if activity else ""}
    advance(known, MOVES["revoke_completion"], about=about, by=by, at=at, facts=facts)
    if activity and is_settled(activity):
        _open_review(known, said={}, revoked=True, by=by, at=at)
        return
    _keep(known, said={})
    known.candidates.all().delete()
    if activity:
        _withdraw(known, activity, by=by, at=at)


def _keep(known: Completion, **what: object) -> None:
    for name, value in what.items():
        setattr(known, name, value)
    known.save(update_fields=list(what))


def _withdraw(known: Completion, activity: Activity, *, by: Actor, at: datetime) -> None:
    if activity.state == Activity.State.ENTERED:
        advance(
            activity,
            MOVES["withdraw_reported"],
            about=activity.person.ref,
            by=by,
            at=at,
            facts={"completion": known.ref},
            version=activity.version + 1,
            changed_at=at,
        )


def _correct(known: Completion, line: Line, *, by: Actor, at: datetime) -> None:
    activity, said = known.activity, said_by(line)
    _keep(known, digest=line.digest)
    if activity and is_settled(activity):
        _report_again(known, by=by, at=at)
        _open_review(known, said=said, revoked=False, by=by, at=at)
        return
    if activity and known.person and _names(line, known.person):
        _report_again(known, by=by, at=at)
        _change(known, activity, line, by=by, at=at)
        return
    if activity:
        _withdraw(known, activity, by=by, at=at)  # it was another's
    _search(known, said, by=by, at=at)


def _report_again(known: Completion, *, by: Actor, at: datetime) -> None:
    """Let what was revoked be recorded again, since it is reported again."""
    if known.state == Completion.State.REVOKED:
        about = known.person.ref if known.person else ""
        advance(known, MOVES["report_again"], about=about, by=by, at=at)


def _names(line: Line, person: Person) -> bool:
    """Answer whether a line can still mean the person for whom it was recorded."""
    if line.customer_number:
        return line.customer_number == person.customer_number and (
            line.born_on in {None, person.born_on}
        )
    name = (line.given_names.lower(), line.family_name.lower())
    return name == (person.given_names.lower(), person.family_name.lower()) and (
        line.born_on == person.born_on
    )


def _change(known: Completion, activity: Activity, line: Line, *, by: Actor, at: datetime) -> None:
    changed = [name for name in SAID if getattr(activity, name) != getattr(line, name)]
    about = activity.person.ref
    if activity.state == Activity.State.WITHDRAWN:
        facts = {"completion": known.ref}
        advance(activity, MOVES["restore_reported"], about=about, by=by, at=at, facts=facts)
    before = {name: getattr(activity, name) for name in changed}
    for name in changed:
        setattr(activity, name, getattr(line, name))
    if "contact_hours" in changed or "covers" in changed or "kind" in changed:
        activity.portions = None  # they were allocated of what it was worth before
    activity.version += 1
    activity.changed_at = at
    activity.save(update_fields=[*changed, "portions", "version", "changed_at"])
    record_event(
        "completion.corrected",
        subject=activity.ref,
        about=about,
        by=by,
        at=at,
        facts={
            "before": before,
            "after": {name: getattr(line, name) for name in changed},
            "completion": known.ref,
        },
    )


def _search(known: Completion, said: dict[str, Any], *, by: Actor, at: datetime) -> None:
    """Say of a completion that it is not known whose it is; whoever may be meant is looked for."""
    _keep(known, person=None, activity=None, said=said)
    advance(known, MOVES["search_again"], by=by, at=at)
    known.candidates.all().delete()
    wanted = "SELECT %(number)s::text AS number, %(said)s::jsonb AS said"
    values: dict[str, Any] = {
        "organisation": known.organisation_id,
        "number": known.number,
        "said": Jsonb(said),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.CANDIDATES.format(wanted=wanted), values)
        cursor.execute(statements.UNCLEAR.format(numbers="%(number)s"), values)
    known.refresh_from_db()


def _open_review(
    known: Completion, *, said: dict[str, Any], revoked: bool, by: Actor, at: datetime
) -> None:
    review = Review.objects.create(completion=known, said=said, revoked=revoked, opened_at=at)
    record_event(
        "review.opened",
        subject=review.ref,
        about=known.person.ref if known.person else "",
        by=by,
        at=at,
        facts={"completion": known.ref, "activity": known.activity, "revoked": revoked},
    )
