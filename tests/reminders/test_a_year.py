"""A year of ten thousand people, day by day: exactly the letters that the rules ask for.

What is expected is counted by `model.py`, which knows nothing of the system.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

import pytest

from recert import clock
from recert.journal import actions as journal
from recert.journal.models import Event, Notice
from recert.reminders import jobs
from tests.reminders.board import START, YEAR, Board, draw_people
from tests.reminders.model import DAY, letters

pytestmark = pytest.mark.django_db

PEOPLE = 10_000
CHICAGO = ZoneInfo("America/Chicago")
MORNING_EVERYWHERE = time(23, 3)


@pytest.fixture
def work(monkeypatch):
    """Answer a function that lets the worker do all that it has to do at an instant."""
    now = []
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    monkeypatch.setattr(journal, "defer_notice", lambda notice: None)  # none is sent by itself
    monkeypatch.setattr(
        jobs.remind_some, "defer", lambda due: jobs.remind_some.func([tuple(one) for one in due])
    )

    def at(day, hour):
        now.append(datetime.combine(day, hour, CHICAGO).astimezone(UTC))
        jobs.plan_reminders.func(0)

    return at


def written():
    """Answer all letters as the journal has them, in the terms of the model."""
    found = {}
    for event in Event.objects.filter(kind="credential.reminded").iterator():
        day = event.at.astimezone(CHICAGO).date()
        number = int(event.about.removeprefix("PE-"))
        said = {
            (
                int(one["ref"].rpartition("-")[2]),
                one["reminder"],
                date.fromisoformat(one["until"]) if one["until"] else None,
            )
            for one in event.facts["reminders"]
        }
        assert (day, number) not in found, "two letters to one person on one day"
        assert len(said) == event.facts["count"]
        found[day, number] = said
    return found


def live(board, work, runs):
    """Let a year pass, in which the worker runs on some days."""
    jobs.close_day(START - DAY, at=datetime.combine(START, time(), UTC))
    for day in YEAR:
        board.live(day)
        if day in runs:
            work(day, MORNING_EVERYWHERE)


def days_with_outages(*, seed):
    """Answer the days on which the worker runs: now and then it is off for one to ten days."""
    chance, runs = Random(seed), [START]  # noqa: S311  # no secret
    while runs[-1] < YEAR[-1]:
        off = chance.randint(1, 10) if chance.random() < 0.2 else 0
        runs.append(runs[-1] + (off + 1) * DAY)
    return [day for day in runs if day <= YEAR[-1]]


def assert_the_same(found, expected):
    missing = {key: said for key, said in expected.items() if found.get(key) != said}
    wrong = {key: said for key, said in found.items() if expected.get(key) != said}
    some = sorted(missing.keys() | wrong.keys())[:5]
    assert not some, [(key, found.get(key), expected.get(key)) for key in some]


def test_a_year_of_ten_thousand_people(work):  # PER-2
    people = draw_people(PEOPLE, seed=1)
    board = Board(people)
    live(board, work, set(YEAR))
    expected = letters(people, YEAR)
    assert_the_same(written(), expected)
    assert Notice.objects.count() == len(expected)


def test_a_year_in_which_the_worker_is_off_for_days(work):  # PER-2
    people, runs = draw_people(PEOPLE, seed=2), days_with_outages(seed=3)
    board = Board(people)
    live(board, work, set(runs))
    expected = letters(people, runs)
    assert_the_same(written(), expected)
    assert Notice.objects.count() == len(expected)
