"""Measure how fast a provider's file of a million completions is taken, and a batch by REST.

    python -m bench.intake [--lines 1000000]

Beside it stands a bare COPY of the same rows into the same tables, in the same run: all that an
intake leaves behind (lines, activities, completions, events), with the indexes that are there.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.pages import say
from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.up import prepare

DATA = Path(__file__).parents[1] / "build" / "bench-intake"
AT = datetime(2026, 7, 31, 12, tzinfo=UTC)
PEOPLE = 100_000
ALLOWED_S = 120
ALLOWED_BATCH_S = 5
BATCH = 10_000
SHARE = 1 / 3

MAKE = """
INSERT INTO people_person (ref, customer_number, born_on, given_names, family_name, email, phone,
    language, time_zone, workplace, job_title, gender, version, courtesy_letters)
SELECT 'PE-' || n, 'CN' || n, '1980-01-01', 'Person', 'Number ' || n, 'p' || n || '@example.org',
    '', 'en', 'America/Chicago', '', '', '', 1, true
FROM generate_series(1, %(people)s) n ON CONFLICT DO NOTHING
"""
EMPTY = """
TRUNCATE intake_candidate, intake_review, intake_completion, intake_line, intake_intake,
    transcript_activity, journal_event, journal_unchained, journal_link CASCADE
"""
LEFT = ("intake_line", "transcript_activity", "intake_completion", "journal_event")


def main() -> None:
    """Make people and files, take them, copy what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--take", help="take this file, say how, and end")
    wanted = parser.parse_args()
    if wanted.take:
        _take(Path(wanted.take))
        return
    with held(DATA), database(DATA) as kept:
        given = environment(DATA, url=kept.url, demo=False)
        prepare(given)
        os.environ.update(given)
        import django  # noqa: PLC0415  # it must know its database first

        django.setup()
        _measure(wanted.lines)


def _measure(lines: int) -> None:
    from django.db import connection, connections  # noqa: PLC0415  # Django is up by now

    with connection.cursor() as cursor:
        cursor.execute(MAKE, {"people": PEOPLE})
        cursor.execute("VACUUM ANALYZE people_person")
    small = _apart(lines // 10)
    _again()
    whole = _apart(lines)
    bare = _bare()
    share = bare / whole["seconds"]
    say(
        f"{lines:,} completions by CSV",
        f"{whole['seconds']:.1f} s ({lines / whole['seconds']:,.0f} a second; read in "
        f"{whole['read']:.1f} s)",
        good=whole["seconds"] < ALLOWED_S,
    )
    say(
        "a bare COPY of the same rows",
        f"{bare:.1f} s; the intake has {share:.2f} of its rate",
        good=share >= SHARE,
    )
    growth = whole["peak"] / small["peak"]
    say(
        "peak memory",
        f"{small['peak'] / 1e3:.0f} MB for {lines // 10:,}, {whole['peak'] / 1e3:.0f} MB for "
        f"{lines:,}: {growth:.2f} times",
        good=growth < 1.2,  # noqa: PLR2004  # as the text says: it does not grow
    )
    _again()
    seconds = _batch()
    say(f"{BATCH:,} in one batch by REST", f"{seconds:.2f} s", good=seconds < ALLOWED_BATCH_S)
    _again()
    connections.close_all()


def _again() -> None:
    from django.db import connection  # noqa: PLC0415  # as above

    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


def _apart(lines: int) -> dict[str, float]:
    """Take a file in a process of its own, whose memory can be told."""
    path = DATA / "completions.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ("completion", "customer_number", "kind", "title", "completed_on", "contact_hours",
             "areas")
        )  # fmt: skip
        for n in range(lines):
            writer.writerow(
                (f"C-{n}", f"CN{n % PEOPLE + 1}", "formal-course", f"Course {n % 997}",
                 f"2026-{n % 6 + 1:02}-{n % 28 + 1:02}", "1.5", "chemistry")
            )  # fmt: skip
    command = [sys.executable, "-m", "bench.intake", "--take", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # ourselves
    found: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return found


def _take(path: Path) -> None:
    import django  # noqa: PLC0415  # the environment says the rest

    django.setup()
    from django.core.files import File  # noqa: PLC0415  # as above

    from recert.intake.actions.intakes import (  # noqa: PLC0415  # as above
        read_file,
        send_file,
        start_intake,
    )
    from recert.intake.actions.taking import take_some  # noqa: PLC0415  # as above

    provider, actor = _provider()
    begun = time.perf_counter()
    with path.open("rb") as file:
        intake = send_file(provider, file=File(file), name="completions.csv", by=actor, at=AT)
    read_file(intake.pk, today=date(2026, 7, 31), at=AT)
    read = time.perf_counter() - begun
    start_intake(intake.pk, by=actor, at=AT)
    while take_some(intake.pk, at=AT):
        pass
    seconds = time.perf_counter() - begun
    intake.refresh_from_db()
    if intake.fates != {"taken": intake.lines - 1}:
        raise AssertionError(intake.fates)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "read": read, "peak": peak}))


def _provider() -> tuple[Any, Any]:
    from recert.organisations.models import Organisation  # noqa: PLC0415  # as above
    from recert.policy.permissions import Actor, Role  # noqa: PLC0415  # as above

    provider = Organisation.objects.filter(provides=True).first() or Organisation.objects.create(
        name="Harbour College", email="college@example.org", provides=True, admitted_at=AT
    )
    roles = frozenset({Role.PROVIDER})
    return provider, Actor(ref="AN-1", name="Petra", roles=roles, organisation=provider.pk)


def _bare() -> float:
    """Copy what was left out of its tables, empty them, and copy it back; answer the seconds."""
    from django.db import connection  # noqa: PLC0415  # as above

    with connection.cursor() as cursor:
        columns = {}
        for table in (*LEFT, "intake_intake"):
            cursor.execute(
                "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
                " FROM information_schema.columns WHERE table_name = %s",
                [table],
            )
            columns[table] = cursor.fetchone()[0]
            with (
                cursor.copy(f"COPY {table} ({columns[table]}) TO STDOUT") as out,
                (DATA / f"{table}.copy").open("wb") as file,
            ):
                for data in out:
                    file.write(data)
        cursor.execute(EMPTY)
        _copy_in(cursor, "intake_intake", columns)
        begun = time.perf_counter()
        for table in LEFT:
            _copy_in(cursor, table, columns)
        return time.perf_counter() - begun


def _copy_in(cursor: Any, table: str, columns: dict[str, str]) -> None:  # noqa: ANN401  # Django's
    with (
        cursor.copy(f"COPY {table} ({columns[table]}) FROM STDIN") as into,
        (DATA / f"{table}.copy").open("rb") as file,
    ):
        while data := file.read(1 << 20):
            into.write(data)


def _batch() -> float:
    from django.test import Client  # noqa: PLC0415  # as above

    from recert.organisations.keys import digest_of, new_secret  # noqa: PLC0415  # as above
    from recert.organisations.models import ApiKey  # noqa: PLC0415  # as above

    provider, _actor = _provider()
    secret = new_secret()
    ApiKey.objects.create(
        organisation=provider, label="Bench", hint=secret[:8], digest=digest_of(secret),
        scopes=["report-completions"], made_at=AT, made_by="Bench",
    )  # fmt: skip
    lines = [
        {"completion": f"B-{n}", "customer_number": f"CN{n + 1}", "kind": "formal-course",
         "title": "Reading Gels", "completed_on": "2026-02-01", "contact_hours": "1.5",
         "areas": ["chemistry"]}
        for n in range(BATCH)
    ]  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}", "Host": "localhost"})
    begun = time.perf_counter()
    answer = client.post(
        "/api/v1/completions", json.dumps({"completions": lines}), content_type="application/json"
    )
    seconds = time.perf_counter() - begun
    if answer.status_code != 200:  # noqa: PLR2004  # HTTP
        raise AssertionError(answer.content[:2000])
    return seconds


if __name__ == "__main__":
    main()
