"""What says whose a completion is, and what comes of a change of what was used."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.intake.lives import MOVES as LIFE
from recert.intake.models import SAID, Candidate, Completion, Review
from recert.journal.actions import Move, advance, record_event
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.transcript.models import Activity

MOVES = {
    "close_review": Move(
        "review.closed",
        frozenset({Review.State.OPEN}),
        Review.State.CLOSED,
        Permission.KEEP_RECORDS,
    ),
}
"""How the life of a review ends."""


@transaction.atomic
def record_completion(completion_id: int, person_id: int, *, by: Actor, at: datetime) -> Activity:
    """Put an unclear completion on the transcript of a candidate: they or staff say so."""
    person = Person.objects.select_for_update().get(pk=person_id)
    known = _locked(completion_id)
    candidate = known.candidates.filter(person=person).first()
    if candidate is None or not _may_say(candidate, by):
        raise not_found()
    if known.state != Completion.State.UNCLEAR or person.merged_into_id or person.erased_at:
        raise Refused("wrong-state", _("This has been decided already."))
    provider = known.organisation.name
    said = {name: known.said[name] for name in SAID}
    said["completed_on"] = date.fromisoformat(said["completed_on"])
    activity = Activity.objects.create(
        person=person,
        provider=provider,
        reported_by=provider,
        entered_at=at,
        changed_at=at,
        **said,
    )
    known.person, known.activity, known.said = person, activity, {}
    known.save(update_fields=["person", "activity", "said"])
    known.candidates.all().delete()
    facts = {"completion": known.ref, "reported_by": provider, **said}
    record_event(
        "activity.reported", subject=activity.ref, about=person.ref, by=by, at=at, facts=facts
    )
    move = "take_for_own" if person.pk == by.person else "record_for_somebody"
    facts = {"activity": activity.ref}
    advance(known, LIFE[move], about=person.ref, by=by, at=at, facts=facts)
    return activity


@transaction.atomic
def deny_completion(completion_id: int, person_id: int, *, by: Actor, at: datetime) -> Completion:
    """Note that a completion is not a candidate's; without another one it is nobody's."""
    known = _locked(completion_id)
    candidate = known.candidates.filter(person=person_id).first()
    if candidate is None or not _may_say(candidate, by):
        raise not_found()
    if known.state != Completion.State.UNCLEAR:
        raise Refused("wrong-state", _("This has been decided already."))
    candidate.denied_at = at
    candidate.save(update_fields=["denied_at"])
    about = candidate.person.ref
    if known.candidates.filter(denied_at=None).exists():
        record_event("completion.denied", subject=known.ref, about=about, by=by, at=at)
    else:
        move = "deny_as_own" if candidate.person_id == by.person else "deny_for_somebody"
        advance(known, LIFE[move], about=about, by=by, at=at)
    return known


@transaction.atomic
def close_review(review_id: int, *, because: str, by: Actor, at: datetime) -> Review:
    """Note what the board found of a change of what was declared; the past stays as it was."""
    review = Review.objects.select_for_update().get(pk=review_id)
    if not because.strip():
        raise Refused("no-reason", _("Say what you found."))
    person = review.completion.person
    advance(
        review,
        MOVES["close_review"],
        about=person.ref if person else "",
        by=by,
        at=at,
        because=because.strip(),
        closed_at=at,
    )
    review.because = because.strip()
    review.save(update_fields=["because"])
    return review


def _locked(completion_id: int) -> Completion:
    rows = Completion.objects.select_related("organisation").select_for_update(of=("self",))
    return rows.get(pk=completion_id)


def _may_say(candidate: Candidate, by: Actor) -> bool:
    own = candidate.person_id == by.person and by.may(Permission.KEEP_OWN_RECORD)
    return own or (by.may(Permission.KEEP_RECORDS) and candidate.person_id != by.person)
