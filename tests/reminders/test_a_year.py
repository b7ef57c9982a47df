"""A year of ten thousand people, day by day: exactly the letters that the rules ask for.

What is expected is counted by `model.py`, which knows nothing of the system.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from recert import clock
from recert.journal import actions as journal
from recert.journal.models import Event, Notice
from recert.journal.sending import send_owed
from recert.reminders import jobs
from recert.running.up import free_port
from tests.journal.mail_server import MailServer
from tests.reminders.board import START, YEAR, Board, draw_people
from tests.reminders.model import DAY, letters

pytestmark = pytest.mark.django_db

PEOPLE = 10_000
SENT = 40
"""To so many of them the letters are sent."""

CHICAGO = ZoneInfo("America/Chicago")
MORNING_EVERYWHERE = time(23, 3)


@pytest.fixture
def mail(settings):
    """Answer a mail server that listens, and is the one to which letters go."""
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 5
    yield server
    controller.stop()


@pytest.fixture
def work(monkeypatch):
    """Answer a function that lets the worker do all that it has to do at an instant."""
    now = []
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    monkeypatch.setattr(journal, "defer_notice", lambda _notice: None)  # none is sent by itself
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


def test_a_year_of_ten_thousand_people(work, mail):  # PER-2
    people = draw_people(PEOPLE, seed=1)
    board = Board(people)
    live(board, work, set(YEAR))
    expected = letters(people, YEAR)
    assert_the_same(written(), expected)
    assert Notice.objects.count() == len(expected)
    some = [f"PE-{someone.number}" for someone in people[:SENT]]
    for notice in Notice.objects.filter(person__in=some).order_by("id"):
        send_owed(notice.pk, at=notice.owed_at)
        send_owed(notice.pk, at=notice.owed_at)  # a second time sends nothing
    to_each = Counter(letter["To"] for letter in mail.letters)
    assert to_each == Counter(
        f"p{number}@example.org" for _day, number in expected if number <= SENT
    )


def test_a_year_in_which_the_worker_is_off_for_days(work):  # PER-2
    people, runs = draw_people(PEOPLE, seed=2), days_with_outages(seed=3)
    board = Board(people)
    live(board, work, set(runs))
    expected = letters(people, runs)
    assert_the_same(written(), expected)
    assert Notice.objects.count() == len(expected)
