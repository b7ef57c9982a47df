"""Measure the register's answer about one of a million credentials, beside an empty page.

    python -m bench.verification [--certificants 1000000]

The records are made by the database itself, in build/bench-verification, once. Each question is
about another credential; half of them are about a day that is past.
"""

from __future__ import annotations

import argparse
import http.client
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench.desk import FAMILY, GIVEN, PEOPLE, REF
from bench.pages import Asked, free_port, get, p50, per_second, say, server
from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.up import prepare

DATA = Path(__file__).parents[1] / "build" / "bench-verification"
ALLOWED_MS = 20
STEP = 7919
"""A prime, so that neighbours in time are none on the disk."""


def main() -> None:
    """Make the records, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificants", type=int, default=1_000_000)
    asked = parser.parse_args()
    with _prepared(asked.certificants) as (url, people):
        port = free_port()
        empty = Asked("an empty page", get("/empty"))
        pages = [
            Asked("a number, today", _numbers("/verify/N-{}", people)),
            Asked("a number, on a past day", _numbers("/verify/N-{}?on=2021-03-04", people)),
            Asked("a number that is nobody's", _numbers("/verify/X-{}", people), 404),
            Asked("a receipt", _numbers("/verify/receipt/N-{}.json", people)),
            Asked("a name", _numbers("/verify/by-name?name=Maria+Zzyzx{}&category=MLS", 9), 404),
        ]
        print(f"{people:,} credentials")
        with server(url, port, data=DATA):
            base = p50(empty, port)
            say(f"{empty.name}: median", f"{base:.1f} ms")
            for page in pages:
                took = p50(page, port)
                found = f"{took:.1f} of {ALLOWED_MS} ms, {took / base:.1f} empty pages"
                say(f"{page.name}: median", found, good=took < ALLOWED_MS)
            rate = per_second(empty, port, clients=2)
            say(f"{empty.name}: requests per second", f"{rate:,.0f}")
            for page in pages:
                some = per_second(page, port, clients=2)
                say(f"{page.name}: requests per second", f"{some:,.0f}, {some / rate:.2f} of these")


def _numbers(path: str, people: int) -> Callable[[http.client.HTTPConnection], int]:
    """Answer what asks about another one each time."""
    places = count(1)

    def ask(connection: http.client.HTTPConnection) -> int:
        return get(path.format(1 + next(places) * STEP % people))(connection)

    return ask


@contextmanager
def _prepared(certificants: int) -> Iterator[tuple[str, int]]:
    with held(DATA), database(DATA) as kept:
        given = environment(DATA, url=kept.url, demo=False)
        prepare(given)
        # One address asks all of it here.
        free = {"RECERT_REGISTER_RATE": "1000000000", "RECERT_SECRET_KEY": "of a bench"}
        os.environ.update(given | free)
        import django  # noqa: PLC0415  # it must know its database first

        django.setup()
        from django.db import connections  # noqa: PLC0415  # Django is up by now

        from recert.credentials.models import Credential  # noqa: PLC0415  # as above

        if not Credential.objects.exists():
            begun = time.perf_counter()
            _make(certificants)
            print(f"made in {time.perf_counter() - begun:.0f} s")
        people = Credential.objects.count()
        connections.close_all()
        yield kept.url, people


def _make(certificants: int) -> None:
    """Make people, credentials and cycles by a few statements."""
    from django.db import connection, transaction  # noqa: PLC0415  # as above

    from recert import clock  # noqa: PLC0415  # as above
    from recert.board import the_rulebook  # noqa: PLC0415  # as above

    book = the_rulebook()
    today = clock.today(book.calendar.time_zone.value)
    category = next(
        key for key, one in book.categories.items() if one.required_from and not one.area
    )
    given = {
        "people": certificants,
        "cases": 0,
        "program": book.key,
        "category": category,
        "certified": today,
        "today": today,
        "given": GIVEN,
        "family": FAMILY,
    }
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(REF)
            cursor.execute(PEOPLE, given)
        cursor.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    main()
