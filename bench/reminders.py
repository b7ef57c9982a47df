"""Measure how long it takes to plan the reminders of a day for a million people.

    python -m bench.reminders [--certificants 1000000]

Their records are made by the database itself, in build/bench-reminders, once. Beside it stands the
kernel asked person by person, on some of them: what the one query replaces.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date
from pathlib import Path

from bench.pages import say
from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.up import prepare

DATA = Path(__file__).parents[1] / "build" / "bench-reminders"
ON = date(2026, 7, 31)  # the last day of a month: that on which most fall
ALLOWED_S = 10
SOME = 500

MAKE = """
INSERT INTO people_person (ref, customer_number, born_on, given_names, family_name, email, phone,
    language, time_zone, workplace, job_title, gender, version, courtesy_letters)
SELECT 'PE-' || n, 'CN' || n, '1980-01-01', 'Person', 'Number ' || n, '', '', 'en',
    'America/Chicago', '', '', '', 1, true
FROM generate_series(1, %(people)s) n;
INSERT INTO credentials_credential (ref, person_id, program, category, number, certified_on)
SELECT 'CR-' || id, id, %(program)s, %(category)s, 'N-' || id,
    date '2014-01-01' + (id * 7919 %% 4300)::int
FROM people_person;
INSERT INTO credentials_grant (credential_id, starts_on, ends_on, granted_on)
SELECT one.id, begins, (date_trunc('month', begins) + interval '3 years 1 month - 1 day')::date,
    begins
FROM credentials_credential one, generate_series(1, 4) AS turn (n),
    LATERAL (SELECT (date_trunc('month', one.certified_on) + turn.n * interval '3 years')::date)
        AS cycle (begins)
WHERE begins < date '2026-07-01';
"""


def main() -> None:
    """Make the records, plan, ask the kernel, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificants", type=int, default=1_000_000)
    wanted = parser.parse_args().certificants
    with held(DATA), database(DATA) as kept:
        given = environment(DATA, url=kept.url, demo=False)
        prepare(given)
        os.environ.update(given)
        import django  # noqa: PLC0415  # it must know its database first

        django.setup()
        _measure(wanted)


def _measure(wanted: int) -> None:
    from django.db import connection, connections  # noqa: PLC0415  # Django is up by now

    from recert.board import the_rulebook  # noqa: PLC0415  # as above
    from recert.declarations.queries import held_by  # noqa: PLC0415  # as above
    from recert.people.models import Person  # noqa: PLC0415  # as above
    from recert.policy.reminders import reminders_on  # noqa: PLC0415  # as above
    from recert.policy.standing import standing_on  # noqa: PLC0415  # as above
    from recert.reminders.planning import due_on  # noqa: PLC0415  # as above

    book = the_rulebook()
    if not Person.objects.exists():
        category = next(key for key, one in book.categories.items() if one.required_from)
        with connection.cursor() as cursor:
            cursor.execute(MAKE, {"people": wanted, "program": book.key, "category": category})
            cursor.execute("ANALYZE")
    people = Person.objects.count()
    begun = time.perf_counter()
    due = due_on(ON)
    took = time.perf_counter() - begun
    say(f"{people:,} people: planning {ON}", f"{took:.1f} of {ALLOWED_S} s", good=took < ALLOWED_S)
    say("reminders of that day", f"{len(due):,}")
    some = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:SOME])
    begun = time.perf_counter()
    expected = 0
    for person in some:
        for one, _declaration in held_by(person, ON):
            cycle = standing_on(book, one.holding, as_of=ON).cycle
            expected += len(reminders_on(book, cycle, as_of=ON)) if cycle else 0
    one_by_one = (time.perf_counter() - begun) * people / SOME
    found = sum(1 for one in due if one.person in set(some))
    say("the kernel, person by person, would take", f"{one_by_one / took:,.0f} times as long")
    say(f"both agree on {SOME} of them", f"{found}, {expected}", good=found == expected)
    connections.close_all()


if __name__ == "__main__":
    main()
