"""A large board to measure on: seeded once, kept in build/bench."""

from __future__ import annotations

import os
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
    made = Board(
        url=url,
        people=Person.objects.count(),
        activities=Activity.objects.count(),
        session=client.cookies["sessionid"].value,
        token="t" * 32,
        kind=next(key for key, one in kinds if isinstance(one.earns, PerHour)),
    )
    connections.close_all()
    return made
