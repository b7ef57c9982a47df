"""`recert seed`, as people run it."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from recert.demo.personas import CERTIFICANTS

RECERT = Path(sys.executable).with_name("recert")
NAME = f"seeding_{os.getpid()}"


@pytest.fixture(scope="module")
def url():
    """Make an empty database, and remove it."""
    given = os.environ["DATABASE_URL"]
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
        yield urlsplit(given)._replace(path=f"/{NAME}").geturl()
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
def seed(url, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")

    def run(*arguments, environment=None):
        done = subprocess.run(  # our own command
            [RECERT, "seed", *arguments, "--data", data],
            capture_output=True,
            text=True,
            env={"PATH": "/usr/bin:/bin", "DATABASE_URL": url, **(environment or {})},
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def test_a_board_is_filled_once(seed):
    status, out, err = seed("--certificants", "30", "--as-of", "2026-08-20", "--demo")
    assert (status, err.splitlines()[-1].split(",")[0]) == (0, "30 of 30 people")
    assert out.startswith("30 people with ")
    assert "their page is /demo/" in out

    again = seed("--certificants", "30", "--demo")
    message = "The personas of the demo are there already; nothing was changed.\n"
    assert again == (0, message, "")

    status, out, err = seed("--certificants", "3")
    assert (status, out) == (2, "")
    assert err.startswith(f"This board has {30 + len(CERTIFICANTS)} people already")
    assert "--add" in err

    status, out, _err = seed("--certificants", "3", "--add")
    assert (status, out[:9]) == (0, "3 people ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "expected --certificants with a number, or --demo"),
        (["--certificants", "3", "--as-of", "tomorrow"], "--as-of: expected a date"),
    ],
)
def test_what_cannot_be_used_is_said(seed, arguments, says):
    status, out, err = seed(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith(says)
