"""What a reminder changes: that it went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.urls import reverse

from recert.board import the_rulebook
from recert.declarations.queries import Position, Positions, positions_of_each
from recert.journal.actions import record_event
from recert.journal.models import OWED, Notice
from recert.people.models import Person
from recert.people.queries import kept_record, reader_of
from recert.policy.permissions import SYSTEM
from recert.policy.points import points_text
from recert.policy.reminders import reminder_day
from recert.policy.rulebook import Rulebook
from recert.policy.standing import last_cycle_on
from recert.reminders.models import Reminded, ReminderDay
from recert.reminders.planning import Due, latest_of_each

NOT_TRUE_ANY_MORE: Final = "what it says was not true any more before it could be sent"


@transaction.atomic
def remind_people(due: Sequence[Due], *, today: date, at: datetime) -> int:
    """Owe each of some people one letter about all that is due, as it is true today.

    Answer how many of them get one. What is renewed, declared or met by now is not told, nor what
    has another date by now, nor what they asked not to get; and what fell on a day is told once.
    The queries are as many for hundreds of people as for one, but for those that owe the letters.
    """
    ids = {one.person for one in due}
    rows = Person.objects.select_for_update(of=("self",)).select_related("account")
    people = rows.order_by("pk").in_bulk(ids)
    fresh = _not_told_yet(due)
    positions = positions_of_each(sorted(fresh), as_of=today)
    told = 0
    for pk, of_person in fresh.items():
        person = people[pk]
        wanted = _still_true(of_person, positions[pk], courtesy=person.courtesy_letters)
        if wanted and person.erased_at is None:
            _owe_letter(person, wanted, positions[pk], at)
            told += 1
    return told


def _not_told_yet(due: Sequence[Due]) -> dict[int, list[Due]]:
    """Answer by person what was not told them yet, and note that it is by now."""
    days = {(one.person, one.on) for one in due}
    before = set(
        Reminded.objects.filter(
            person__in={person for person, _ in days}, on__in={on for _, on in days}
        ).values_list("person", "on")
    )
    Reminded.objects.bulk_create(
        Reminded(person_id=person, on=on) for person, on in sorted(days - before)
    )
    fresh: dict[int, list[Due]] = {}
    for one in due:
        if (one.person, one.on) not in before:
            fresh.setdefault(one.person, []).append(one)
    return fresh


def _still_true(due: Sequence[Due], positions: Positions, *, courtesy: bool) -> list[Due]:
    """Answer what is to be told of each credential: the last that still says something."""
    book = the_rulebook()
    by_credential = {one.credential.pk: one for one in positions.each}
    return latest_of_each(
        [
            one
            for one in due
            if (courtesy or not book.reminders[one.reminder].courtesy)
            and one.credential in by_credential
            and is_true_still(book, one, by_credential[one.credential], today=positions.as_of)
        ]
    )


def _owe_letter(person: Person, due: Sequence[Due], positions: Positions, at: datetime) -> None:
    by_credential = {one.credential.pk: one for one in positions.each}
    told = [_told(one, by_credential[one.credential], positions.as_of) for one in due]
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
            "late": told[0]["late"],
            "count": len(told),
            "reminders": told,
            "path": reverse("portal:dashboard"),
        },
    )


def is_true_still(book: Rulebook, due: Due, position: Position, *, today: date) -> bool:
    """Answer whether a reminder still says something.

    Not where the day that it counts from is another by now, and not while there is nothing to do
    but to wait.
    """
    reminder, standing = book.reminders[due.reminder], position.standing
    cycle = last_cycle_on(book, position.holding, as_of=today)
    if standing.pending or cycle is None or reminder_day(book, reminder, cycle) != due.on:
        return False
    if reminder.of == "begins":
        return standing.valid
    if standing.renewed:
        return False
    if today > cycle.ends:
        return due.on > cycle.ends
    if reminder.of in {"opens", "due"} and position.declarable.window is None:
        return False  # a voluntary declaration is always taken
    is_met = position.assessment is not None and position.assessment.outcome == "met"
    return position.declarable.purpose is not None or not is_met


def _told(due: Due, position: Position, today: date) -> dict[str, object]:
    """Answer what a letter says of one credential, as it is today.

    `late`: the title is about another day, since nobody could write on the right one.
    """
    reminder = the_rulebook().reminders[due.reminder]
    plan, window, until = position.plan, position.declarable.window, position.standing.until
    lacking = [
        {"points": points_text(todo.points), "title": todo.title}
        for todo in (plan.to_do if plan else ())
    ]
    return {
        "credential": position.title,
        "ref": position.credential.ref,
        "reminder": due.reminder,
        "on": due.on.isoformat(),
        "title": reminder.title,
        "rule": reminder.rule,
        "says": position.standing.says,
        "late": True if until and due.on < today else None,
        "until": until.isoformat() if until else None,
        "due_on": window.due_on.isoformat() if window else None,
        "fewest": plan.fewest if plan else 0,
        "lacking": lacking,
        "anywhere": points_text(plan.anywhere) if plan and plan.anywhere else "",
        "can_declare": position.declarable.purpose is not None,
    }


@transaction.atomic
def drop_reminder(notice_id: int, *, today: date, at: datetime) -> bool:
    """Drop a reminder that is owed and not sent, if something in it is not true any more.

    Answer whether it was dropped. What of it is true still goes out in a letter of its own.
    """
    reader = Notice.objects.values_list("person", flat=True).get(pk=notice_id)
    person = kept_record(Person.objects.get(ref=reader))
    if person is None:
        return False
    person = Person.objects.select_for_update().get(pk=person.pk)
    rows = Notice.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
    notice = rows.filter(OWED, pk=notice_id).first()  # what is just being sent is left alone
    if notice is None:
        return False
    named = notice.event.facts["reminders"]
    if not all("on" in one for one in named):
        return False  # it was written before reminders said what day they are of
    positions = positions_of_each([person.pk], as_of=today)[person.pk]
    true = _still_true(
        _named(named, person, positions), positions, courtesy=person.courtesy_letters
    )
    if len(true) == len(named):
        return False
    notice.failed_at = notice.settled_at = at
    notice.last_error = NOT_TRUE_ANY_MORE
    notice.save(update_fields=["failed_at", "settled_at", "last_error"])
    record_event(
        "letter.settled",
        subject=notice.ref,
        about=person.ref,
        by=SYSTEM,
        at=at,
        because=NOT_TRUE_ANY_MORE,
    )
    if true:
        _owe_letter(person, true, positions, at)
    return True


def _named(named: Sequence[dict[str, str]], person: Person, positions: Positions) -> list[Due]:
    """Answer what a letter says of credentials that the person still has, as it was planned."""
    by_ref = {one.credential.ref: one.credential.pk for one in positions.each}
    known = the_rulebook().reminders
    return [
        Due(person.pk, by_ref[one["ref"]], one["reminder"], date.fromisoformat(one["on"]))
        for one in named
        if one["ref"] in by_ref and one["reminder"] in known
    ]


@transaction.atomic
def close_day(on: date, *, at: datetime) -> None:
    """Keep that all reminders of a day were given out."""
    ReminderDay.objects.get_or_create(on=on, defaults={"planned_at": at})
