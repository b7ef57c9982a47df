"""Killed anywhere, and twice at once: each line is taken exactly once."""

import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from recert.intake.actions import taking
from recert.intake.actions.intakes import read_file, send_file
from recert.intake.models import Completion, Intake
from recert.journal.models import Event
from recert.transcript.models import Activity
from tests.intake.reporting import TODAY, file_of, make_provider, reporter, said, sent
from tests.intake.reporting import taken as all_taken
from tests.making import AT, make_person

pytestmark = pytest.mark.django_db(transaction=True)

LINES = 3_000
AT_ONCE = 20
KILLS = 50


def take(intake):
    while taking.take_some(intake.pk, at=AT, at_once=AT_ONCE):
        pass


def die(*_args):
    os.kill(os.getpid(), signal.SIGKILL)


def killed(act, chance, *, by_clock):
    """Let another process do something, and kill it somewhere; answer whether it was."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        if by_clock:
            signal.signal(signal.SIGALRM, die)
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.001, 0.15))
        else:
            left = iter(range(chance.randrange(1, 60)))
            run = taking._run  # noqa: SLF001  # where it is killed

            def run_or_die(*args):
                run(*args)
                if next(left, None) is None:
                    die()

            taking._run = run_or_die  # noqa: SLF001  # as above
        act()
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def lines_for(people):
    return [
        said(f"L-{number}", customer_number=people[number % len(people)].customer_number)
        for number in range(LINES)
    ]


def each_is_there_once(provider, lines):
    assert Completion.objects.filter(organisation=provider).count() == len(lines)
    assert Activity.objects.count() == len(lines)
    events = Event.objects.filter(kind="activity.reported").values_list("subject", flat=True)
    assert Counter(events) == Counter(Activity.objects.values_list("ref", flat=True))
    completions = Completion.objects.values_list("number", flat=True)
    assert set(completions) == {one["completion"] for one in lines}


def test_killed_fifty_times_each_line_is_taken_exactly_once():
    provider = make_provider()
    people = [make_person(account=False) for _each in range(20)]
    lines = lines_for(people)
    intake = sent(provider, lines)
    chance = random.Random(7)  # noqa: S311  # repeatable
    kills = sum(
        killed(lambda: take(intake), chance, by_clock=bool(number % 2)) for number in range(KILLS)
    )
    intake.refresh_from_db()
    assert kills == KILLS, "it was done before it was killed so often"
    assert 0 < intake.done < LINES
    take(intake)
    intake.refresh_from_db()
    assert intake.state == Intake.State.TAKEN
    assert intake.fates == {"taken": LINES}
    each_is_there_once(provider, lines)


def test_killed_while_it_is_read_it_is_read_anew():
    provider = make_provider()
    person = make_person(account=False)
    lines = lines_for([person])
    intake = send_file(provider, file=file_of(lines), name="may.csv", by=reporter(provider), at=AT)
    chance = random.Random(7)  # noqa: S311  # repeatable
    for _each in range(5):
        killed(lambda: read_file(intake.pk, today=TODAY, at=AT), chance, by_clock=True)
    read = read_file(intake.pk, today=TODAY, at=AT)
    assert read.state == Intake.State.READ
    assert read.read_lines.count() == LINES


def test_two_files_of_the_same_at_once_are_one_set_of_activities():
    provider = make_provider()
    lines = lines_for([make_person(account=False) for _each in range(20)])
    intakes = [sent(provider, lines), sent(provider, lines)]

    def in_a_thread(intake):
        try:
            while taking.take_some(intake.pk, at=AT, at_once=200):
                time.sleep(0.001)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(in_a_thread, [*intakes, intakes[0]]))
    each_is_there_once(provider, lines)
    fates = Counter()
    for one in intakes:
        one.refresh_from_db()
        fates.update(one.fates)
    assert fates == {"taken": LINES, "unchanged": LINES}


def test_a_file_may_be_empty():
    assert all_taken(make_provider(), []).state == Intake.State.TAKEN
