"""From "pay" to "renewed", killed at each step: the same end, one charge, one event, one letter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.running.conftest import wait
from tests.running.test_up import children

ROOT = Path(__file__).parents[2]
ONCE = [
    "declaration.approved",
    "declaration.attested",
    "declaration.payment-started",
    "declaration.started",
    "declaration.submitted",
    "payment.prepared",
    "payment.started",
    "payment.succeeded",
]
"""What happens, once each, however often somebody begins again."""

AT_THE_SAME_END = {
    "state": "approved",
    "events": ONCE,
    "charges": 1,
    "grants": 1,
    "letters": [1, 1],  # of the submission, and of the renewal
    "refunds": [],
    "given back": [],
}
OTHERWISE = {
    "letter sent and not noted": {"letters": [1, 2]},  # the same again, by its Message-ID
    "money given back and not noted": {
        "letters": [1, 1, 1],
        "refunds": ["done"],
        "given back": [5],
    },
}


def kill_all(running, word):
    """Kill the processes of a running system that are called so, and wait for the next."""
    before = children(running, word)
    assert before
    for one in before:
        one.kill()
    psutil.wait_procs(before, timeout=30)
    wait(lambda: {one.pid for one in children(running, word)} - {one.pid for one in before})


@pytest.fixture
def told(start):
    """Answer what became of each case, killed on a system of which everything is killed too."""
    running = start()
    running.wait_until_up()
    environment = children(running, "granian")[0].environ()
    environment |= {"DJANGO_SETTINGS_MODULE": "recert.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.running.killing"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as killing:
        assert killing.stdout.readline() == "killed\n"
        for word in ("granian", "procrastinate", "sandbox_processor"):
            kill_all(running, word)
        wait(lambda: running.status() == 200)
        said, _ = killing.communicate("go on\n", timeout=300)
    assert killing.returncode == 0
    assert running.stop() == 0
    return json.loads(said)


def test_killed_at_any_step_it_comes_to_the_same_end_once(told):
    assert len(told) >= 11
    assert set(OTHERWISE) <= set(told)
    for name, end in told.items():
        assert end == AT_THE_SAME_END | OTHERWISE.get(name, {}), name
    assert os.environ.get("RECERT_DATA") is None  # nothing of it was done on another system
