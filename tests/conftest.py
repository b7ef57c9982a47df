"""Settings that all tests share, and the PostgreSQL on which they run."""

import os
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import dj_database_url
import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import settings

from recert.running.database import EmbeddedDatabase
from recert.running.folder import InUse, held

# Here properties look at new examples each time. Where CI is set, hypothesis brings a profile
# that looks at the same ones, so that a change is never refused for what it did not touch.
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

BUILD = Path(__file__).parents[1] / "build"
RUNNING = ExitStack()


def pytest_configure(config):
    """Start PostgreSQL, once for all the processes of a run, unless DATABASE_URL names one."""
    if hasattr(config, "workerinput") or os.environ.get("DATABASE_URL"):
        return
    database = EmbeddedDatabase(_folder())
    database.start()
    RUNNING.callback(database.stop)
    os.environ["DATABASE_URL"] = database.url  # for the other processes of this run
    django_settings.DATABASES["default"].update(dj_database_url.parse(database.url))  # for this one
    with psycopg.connect(database.url, autocommit=True) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.execute(f"ALTER SYSTEM SET {setting} = off")
        server.execute("SELECT pg_reload_conf()")


def _folder():
    """Answer a folder that no other run holds; that of a run which was killed is taken again."""
    for number in count(1):
        folder = BUILD / f"test-database-{number}"
        try:
            RUNNING.enter_context(held(folder))
        except InUse:
            continue
        return folder
    raise AssertionError


def pytest_unconfigure(config):
    """Stop PostgreSQL."""
    del config
    RUNNING.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """End what threads of a live server left open, or the database could not be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def no_jobs(db):
    """Begin without jobs; Django's own clearing leaves them, since their tables are not its own."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
