"""A large board to measure on: seeded once, kept in build/bench."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.up import prepare

AS_OF = date(2026, 5, 4)
TRANSCRIPT = 400


@dataclass(frozen=True)
class Board:
    """Where the board is, and how a certificant with a long transcript is signed in."""

    url: str
    people: int
    activities: int
    session: str
    token: str
    kind: str
    queries: list[tuple[str, int, int]]
    """By page: how many queries it makes with 1 activity, and with 300."""


@contextmanager
def prepared(data: Path, *, certificants: int) -> Iterator[Board]:
    """Make the board ready, with one person who has done a lot."""
    with held(data), database(data) as kept:
        given = environment(data, url=kept.url, demo=False)
        prepare(given)
        os.environ.update(given | {"RECERT_SECRET_KEY": "of a bench"})
        yield _board(kept.url, certificants)


def _board(url: str, certificants: int) -> Board:
    import django  # noqa: PLC0415  # it must know its database first

    django.setup()
    from django.db import connection, connections  # noqa: PLC0415  # as above
    from django.test import Client  # noqa: PLC0415  # as above

    from recert.board import the_rulebook  # noqa: PLC0415  # as above
    from recert.people.models import Account, Person  # noqa: PLC0415  # as above
    from recert.policy.rulebook import PerHour  # noqa: PLC0415  # as above
    from recert.seeding.boards import seed_board, seed_person  # noqa: PLC0415  # as above
    from recert.transcript.models import Activity  # noqa: PLC0415  # as above

    if not Person.objects.exists():
        seed_board(certificants=certificants, as_of=AS_OF, seed=1)
    account = Account.objects.filter(email="busy@example.org").first()
    if account is None:
        account = Account.objects.create_user("busy@example.org")
        person = seed_person(activities=TRANSCRIPT, as_of=AS_OF)
        person.account = account
        person.save(update_fields=["account"])
    Activity.objects.filter(person__account=account, title__startswith="Measured").delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(HTTP_HOST="localhost")
    client.force_login(account)
    kinds = the_rulebook().kinds.items()
    kind = next(key for key, one in kinds if isinstance(one.earns, PerHour))
    made = Board(
        url=url,
        people=Person.objects.count(),
        activities=Activity.objects.count(),
        session=client.cookies["sessionid"].value,
        token="t" * 32,
        kind=kind,
        queries=_queries(kind),
    )
    connections.close_all()
    return made


def _queries(kind: str) -> list[tuple[str, int, int]]:
    """Count the queries of each page for somebody new, with 1 activity and then with 300."""
    from django.db import connection, transaction  # noqa: PLC0415  # Django is up by now
    from django.test import Client  # noqa: PLC0415  # as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  # as above

    from recert.people.models import Account  # noqa: PLC0415  # as above
    from recert.seeding.boards import seed_person  # noqa: PLC0415  # as above

    said = {"title": "Counted", "completed_on": str(AS_OF), "contact_hours": "1"}
    counted: dict[str, list[int]] = {"dashboard": [], "transcript": [], "add an activity": []}
    for activities in (1, 300):
        with transaction.atomic():
            account = Account.objects.create_user(f"with{activities}@example.org")
            person = seed_person(activities=activities, as_of=AS_OF)
            person.account = account
            person.save(update_fields=["account"])
            client = Client(HTTP_HOST="localhost")
            client.force_login(account)
            form = said | {"entry_key": str(uuid.uuid4())}
            ask = {
                "dashboard": lambda client=client: client.get("/dashboard"),
                "transcript": lambda client=client: client.get("/transcript"),
                "add an activity": lambda client=client, form=form: client.post(
                    f"/transcript/add/{kind}", form
                ),
            }
            ask["dashboard"]()  # the first one warms up
            for name, page in ask.items():
                with CaptureQueriesContext(connection) as queries:
                    page()
                counted[name].append(len(queries))
            transaction.set_rollback(True)
    return [(name, one, many) for name, (one, many) in counted.items()]
