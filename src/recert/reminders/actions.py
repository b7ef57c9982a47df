"""What a reminder changes: that it went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from recert.board import the_rulebook
from recert.declarations.queries import Position, positions_of
from recert.journal.actions import record_event
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.permissions import SYSTEM
from recert.policy.points import points_text
from recert.policy.rulebook import Reminder
from recert.reminders.models import Reminded, ReminderDay
from recert.reminders.planning import Due, latest_of_each


@transaction.atomic
def remind_person(person_id: int, *, due: Sequence[Due], today: date, at: datetime) -> bool:
    """Owe a person one letter about all that is due, as it is true today.

    Answer whether there is one. What is renewed, declared or met by now is not told, nor what
    they asked not to get; and what fell on a day is told once.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    days = {one.on for one in due}
    before = set(Reminded.objects.filter(person=person, on__in=days).values_list("on", flat=True))
    Reminded.objects.bulk_create(Reminded(person=person, on=on) for on in sorted(days - before))
    fresh = latest_of_each([one for one in due if one.on not in before])
    if not fresh:
        return False
    book, positions = the_rulebook(), positions_of(person_id, as_of=today)
    by_credential = {one.credential.pk: one for one in positions.each}
    told = []
    for one in fresh:
        reminder, position = book.reminders[one.reminder], by_credential[one.credential]
        wanted = person.courtesy_letters or not reminder.courtesy
        if wanted and is_true_still(reminder, position):
            told.append(_told(one, reminder, position))
    if not told:
        return False
    record_event(
        "credential.reminded",
        subject=person.ref,
        about=person.ref,
        by=SYSTEM,
        at=at,
        tell=reader_of(person),
        facts={
            "credential": told[0]["credential"],
            "title": told[0]["title"],
            "count": len(told),
            "reminders": told,
            "path": reverse("portal:dashboard"),
        },
    )
    return True


def is_true_still(reminder: Reminder, position: Position) -> bool:
    """Answer whether a reminder still says something: not while there is nothing but to wait."""
    standing = position.standing
    if standing.pending or (standing.renewed and reminder.of != "begins"):
        return False
    if reminder.of == "begins":
        return standing.valid
    if standing.state in {"expired", "examination-needed"}:
        return bool(reminder.days_after)
    if reminder.days_after:
        return standing.state == "voluntary"
    is_met = position.assessment is not None and position.assessment.outcome == "met"
    return position.declarable.purpose is not None or not is_met


def _told(one: Due, reminder: Reminder, position: Position) -> dict[str, object]:
    """Answer what a letter says of one credential, as it is today."""
    plan, window = position.plan, position.declarable.window
    lacking = [
        {"points": points_text(todo.points), "title": todo.title}
        for todo in (plan.to_do if plan else ())
    ]
    return {
        "credential": position.title,
        "ref": position.credential.ref,
        "reminder": one.reminder,
        "title": reminder.title,
        "rule": reminder.rule,
        "says": position.standing.says,
        "until": position.standing.until.isoformat() if position.standing.until else None,
        "due_on": window.due_on.isoformat() if window else None,
        "fewest": plan.fewest if plan else 0,
        "lacking": lacking,
        "anywhere": points_text(plan.anywhere) if plan and plan.anywhere else "",
        "can_declare": position.declarable.purpose is not None,
    }


@transaction.atomic
def close_day(on: date, *, at: datetime) -> None:
    """Keep that all reminders of a day were given out."""
    ReminderDay.objects.get_or_create(on=on, defaults={"planned_at": at})
