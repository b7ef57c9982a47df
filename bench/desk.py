"""Measure the desk of a large board, in a server as it runs, beside an empty page of the same.

    python -m bench.desk [--certificants 1000000] [--activities 2000000] [--cases 50000]

The records are made by the database itself, in build/bench-desk, once: certificants with their
credentials and grants, activities, and cases that wait for the board, each with what was declared;
some are under audit. One reviewer asks, one page after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.pages import Asked, free_port, get, p50, say, server
from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.up import prepare

DATA = Path(__file__).parents[1] / "build" / "bench-desk"
ALLOWED_MS = 150
WHOLE, ALLOWED_FOR_WHOLE_MS = "in pictures", 1500
"""The page that sums up the whole board, and nobody waits for it many times a day."""

PER_CASE = 18
"""Activities of a case."""

REF = """
CREATE OR REPLACE FUNCTION pg_temp.ref(prefix text, n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
$$ SELECT prefix || '-' || substr(lpad(n::text, 12, '0'), 1, 4) || '-'
    || substr(lpad(n::text, 12, '0'), 5, 4) || '-' || substr(lpad(n::text, 12, '0'), 9, 4) $$;
"""

PEOPLE = """
INSERT INTO people_person (ref, customer_number, born_on, given_names, family_name, email, phone,
    language, time_zone, workplace, job_title, gender, version, courtesy_letters)
SELECT pg_temp.ref('PE', n), 'CN' || n, '1980-01-01',
    initcap((%(given)s::text[])[1 + (n * 31 %% 120)]),
    initcap((%(given)s::text[])[1 + (n * 17 %% 97)] || (%(family)s::text[])[1 + (n * 7919 %% 40)]),
    'person' || n || '@example.org', '', 'en', 'America/Chicago', '', '', '', 1, true
FROM generate_series(1::bigint, %(people)s) n;
INSERT INTO people_formername (person_id, given_names, family_name, until_on)
SELECT id, given_names, 'Earlier' || id %% 5000, '2020-01-01' FROM people_person WHERE id %% 10 = 0;
INSERT INTO credentials_credential (ref, person_id, program, category, number, certified_on)
SELECT pg_temp.ref('CR', id), id, %(program)s, %(category)s, 'N-' || id,
    CASE WHEN id <= %(cases)s THEN %(certified)s::date
        ELSE date '2014-01-01' + (id * 7919 %% 4300)::int END
FROM people_person;
INSERT INTO credentials_grant (credential_id, starts_on, ends_on, granted_on)
SELECT one.id, begins, (date_trunc('month', begins) + interval '3 years 1 month - 1 day')::date,
    begins
FROM credentials_credential one, generate_series(1, 4) AS turn (n),
    LATERAL (SELECT (date_trunc('month', one.certified_on) + turn.n * interval '3 years')::date)
        AS cycle (begins)
WHERE one.person_id > %(cases)s AND begins < %(today)s;
"""

ACTIVITIES = """
INSERT INTO transcript_activity ({columns})
SELECT {values}
FROM (
    SELECT n, CASE WHEN n <= %(declared)s THEN 1 + (n - 1) / %(each)s
        ELSE 1 + n * 7919 %% %(people)s END AS person
    FROM generate_series(1::bigint, %(activities)s) n
) made
ORDER BY n;
"""

CASES = """
INSERT INTO declarations_declaration (ref, credential_id, state, purpose, cycle_starts_on,
    cycle_ends_on, left_out, attested, "case", answer, rulebook, started_at, submitted_at,
    submitted_on, late, due_on)
SELECT pg_temp.ref('DE', n), credential.id,
    CASE WHEN n %% 10 = 0 THEN 'under-audit' ELSE 'submitted' END, 'renewal',
    %(starts)s, %(ends)s, '{}', '{}', jsonb_set(%(case)s::jsonb, '{activities}', (
        SELECT jsonb_agg(one || jsonb_build_object(
            'id', pg_temp.ref('AC', (n - 1) * %(each)s + place)) ORDER BY place)
        FROM jsonb_array_elements(%(case)s::jsonb -> 'activities')
            WITH ORDINALITY AS made (one, place))), %(answer)s::jsonb,
    %(rulebook)s, now(), now(), %(today)s - (n %% 40)::int, n %% 7 = 0,
    %(today)s + (n %% 45)::int - 10
FROM generate_series(1::bigint, %(cases)s) n JOIN credentials_credential credential
    ON credential.person_id = n;
INSERT INTO declarations_declaredactivity (declaration_id, activity_id, claimed, counted,
    deficiency)
SELECT declaration.id, activity.id, 200, '{"related": 200}', ''
FROM declarations_declaration declaration
JOIN credentials_credential credential ON credential.id = declaration.credential_id
JOIN transcript_activity activity ON activity.person_id = credential.person_id
WHERE activity.id <= %(declared)s;
INSERT INTO declarations_audit (ref, declaration_id, state, by_hand, selected_on,
    documents_due_on, sent_on, judged_by)
SELECT 'AU' || substr(ref, 3), id, 'sent', '', submitted_on, submitted_on + 40,
    submitted_on + 5, ''
FROM declarations_declaration WHERE state = 'under-audit';
INSERT INTO declarations_audititem (audit_id, activity_id, attested_by, verdict, documents, note)
SELECT audit.id, declared.activity_id, '', '', '{}', ''
FROM declarations_audit audit JOIN declarations_declaredactivity declared
    ON declared.declaration_id = audit.declaration_id;
"""

FIRST = ("ma", "an", "jo", "pri", "ro", "to", "ka", "li", "sa", "da")
LAST = ("ria", "na", "nas", "ya", "sa", "mas", "ren", "la", "mir", "vid", "len", "bel")
GIVEN = [first + last for first in FIRST for last in LAST]
FAMILY = [a + b for a in ("ben", "gar", "vog", "had", "del", "iba", "kim", "oko") for b in LAST[:5]]


def main() -> None:
    """Make the records, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificants", type=int, default=1_000_000)
    parser.add_argument("--activities", type=int, default=2_000_000)
    parser.add_argument("--cases", type=int, default=50_000)
    asked = parser.parse_args()
    with _prepared(asked) as made:
        port = free_port()
        empty = Asked("an empty page, signed in", get("/empty", made.cookie))
        with server(made.url, port, data=DATA):
            took = p50(empty, port)
            say(f"{empty.name}: median", f"{took:.0f} ms")
            for name, path in made.pages.items():
                took = p50(Asked(name, get(path, made.cookie)), port)
                allowed = ALLOWED_FOR_WHOLE_MS if name == WHOLE else ALLOWED_MS
                found = f"{took:.0f} of {allowed} ms, {made.queries[name]} queries"
                say(f"{name}: median", found, good=took < allowed)


@dataclass(frozen=True)
class Made:
    """The board, somebody of the staff who is signed in, and what they look at."""

    url: str
    cookie: str
    pages: dict[str, str]
    queries: dict[str, int]


@contextmanager
def _prepared(asked: argparse.Namespace) -> Iterator[Made]:
    with held(DATA), database(DATA) as kept:
        given = environment(DATA, url=kept.url, demo=False)
        prepare(given)
        os.environ.update(given | {"RECERT_SECRET_KEY": "of a bench"})
        import django  # noqa: PLC0415  # it must know its database first

        django.setup()
        yield _board(kept.url, asked)


def _board(url: str, asked: argparse.Namespace) -> Made:
    from django.db import connections  # noqa: PLC0415  # Django is up by now

    from recert.people.models import Person  # noqa: PLC0415  # as above

    if not Person.objects.exists():
        begun = time.perf_counter()
        _make(asked)
        print(f"made in {time.perf_counter() - begun:.0f} s")
    client, cookie = _signed_in()
    pages = _pages()
    queries = {name: _queries(client, path) for name, path in pages.items()}
    _print_sizes()
    connections.close_all()
    return Made(url, cookie, pages, queries)


def _signed_in() -> tuple[Any, str]:
    from django.test import Client  # noqa: PLC0415  # as above

    from recert.people.models import Account  # noqa: PLC0415  # as above

    account = Account.objects.filter(email="reviewer@example.org").first()
    if account is None:
        account = Account.objects.create_user("reviewer@example.org")
        for role in ("reviewer", "auditor", "registrar"):
            account.staff_roles.create(role=role)
        account.authenticator_set.create(type="totp", data={"secret": "invented"})
    client = Client(HTTP_HOST="localhost")
    client.force_login(account)
    return client, f"sessionid={client.cookies['sessionid'].value}"


def _queries(client: Any, path: str) -> int:  # noqa: ANN401  # a test client
    from django.db import connection  # noqa: PLC0415  # as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415  # as above

    client.get(path)  # the first one warms up
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def _pages() -> dict[str, str]:
    from recert.declarations.models import Audit, Declaration  # noqa: PLC0415  # as above
    from recert.people.models import Person  # noqa: PLC0415  # as above

    people = Person.objects.count()
    somebody = Person.objects.order_by("pk")[people // 2]
    waits = Declaration.objects.filter(state="submitted").order_by("due_on", "id")
    middle = waits[waits.count() // 2]
    audit = Audit.objects.order_by("id")[Audit.objects.count() // 2]
    family, given = somebody.family_name.lower(), somebody.given_names.lower()
    return {
        "the desk": "/desk/",
        "the queue": "/desk/queue",
        "the queue, from its middle": f"/desk/queue?after={middle.ref}",
        "the queue, one category": f"/desk/queue?category={middle.credential.category}",
        "the queue, a category of which nothing waits": "/desk/queue?category=PBT",
        "the queue, one's own": "/desk/queue?whose=mine",
        "the queue, nobody's": "/desk/queue?whose=nobodys",
        "the queue, overdue": "/desk/queue?late=overdue",
        "find by family name": f"/desk/?words={family}",
        "find by both names": f"/desk/?words={given}+{family}",
        "find by a name of many": f"/desk/?words={given}",
        "find by an earlier name": "/desk/?words=earlier77",
        "find by customer number": f"/desk/?words={somebody.customer_number}",
        "find by email": f"/desk/?words={somebody.email}",
        "find by certification number": f"/desk/?words={somebody.credentials.get().number}",
        "find by ref": f"/desk/?words={somebody.ref}",
        "find nobody": "/desk/?words=zzyzx",
        "a case": f"/desk/declarations/{middle.ref}?from=queue",
        "an audit": f"/desk/audits/{audit.ref}?from=queue",
        "the list of declarations": "/desk/declarations",
        WHOLE: "/desk/pictures",
    }


def _print_sizes() -> None:
    from recert.declarations.models import Declaration  # noqa: PLC0415  # as above
    from recert.people.models import Person  # noqa: PLC0415  # as above
    from recert.transcript.models import Activity  # noqa: PLC0415  # as above

    counts = (Person, Activity, Declaration)
    people, activities, cases = (one.objects.count() for one in counts)  # type: ignore[attr-defined]  # models
    print(f"{people:,} certificants, {activities:,} activities, {cases:,} open cases")


def _make(asked: argparse.Namespace) -> None:
    """Make all records by a few statements, none of which looks at one at a time."""
    from django.db import connection, transaction  # noqa: PLC0415  # as above

    from recert.board import the_rulebook  # noqa: PLC0415  # as above
    from recert.policy.cycles import first_cycle, months_after  # noqa: PLC0415  # as above

    book, today = the_rulebook(), _today()
    category = next(
        key for key, one in book.categories.items() if one.required_from and not one.area
    )
    certified = months_after(today, 2 - 12 * book.cycle.years.value)
    cycle = first_cycle(book, certified_on=certified)
    case, answer = _case(category, cycle.starts, cycle.ends, today)
    given = {
        "people": asked.certificants,
        "cases": asked.cases,
        "activities": max(asked.activities, asked.cases * PER_CASE),
        "declared": asked.cases * PER_CASE,
        "each": PER_CASE,
        "program": book.key,
        "category": category,
        "certified": certified,
        "today": today,
        "starts": cycle.starts,
        "ends": cycle.ends,
        "case": case,
        "answer": answer,
        "rulebook": book.fingerprint,
        "done": today - timedelta(days=200),
        "given": GIVEN,
        "family": FAMILY,
    }
    columns, values = _activity_columns()
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(REF)
            cursor.execute(PEOPLE, given)
            cursor.execute(
                ACTIVITIES.replace("{columns}", columns).replace("{values}", values), given
            )
            cursor.execute(CASES, given)
        cursor.execute("VACUUM (ANALYZE)")


def _today() -> date:
    from recert import clock  # noqa: PLC0415  # as above
    from recert.board import the_rulebook  # noqa: PLC0415  # as above

    return clock.today(the_rulebook().calendar.time_zone.value)


def _activity_columns() -> tuple[str, str]:
    """Answer the columns of an activity, and what each is, as SQL."""
    made = {
        "ref": "pg_temp.ref('AC', n)",
        "entry_key": "gen_random_uuid()",
        "person_id": "person",
        "kind": "'formal-course'",
        "title": "'A course on something, number ' || n",
        "completed_on": "%(done)s::date - (n %% 400)::int",
        "provider": "'A society'",
        "contact_hours": "200",
        "covers": "ARRAY['related']",
        "entered_at": "now()",
        "changed_at": "now()",
    }
    from recert.transcript.models import Activity  # noqa: PLC0415  # as above

    for field in Activity._meta.concrete_fields:  # noqa: SLF001  # Django's own way in
        if field.column in made or field.null or field.primary_key:
            continue
        made[field.column] = _sql(field.get_default())
    return ", ".join(made), ", ".join(made.values())


def _sql(default: object) -> str:
    if isinstance(default, bool | int):
        return str(default).lower()
    return "'{}'" if isinstance(default, list | dict) else f"'{default}'"


def _case(category: str, starts: date, ends: date, today: date) -> tuple[str, str]:
    """Answer a realistic case and what the kernel says of it; the refs are put in by the query."""
    from recert.board import the_rulebook  # noqa: PLC0415  # as above
    from recert.policy import assess, read_case  # noqa: PLC0415  # as above

    book = the_rulebook()
    case = {
        "program": book.key,
        "category": category,
        "participation": "required",
        "declaration": "renewal",
        "as_of": today.isoformat(),
        "declared_on": today.isoformat(),
        "cycle": {"starts": starts.isoformat(), "ends": ends.isoformat()},
        "activities": [
            {
                "id": f"AC-0000-0000-{number:04}",
                "kind": "formal-course",
                "title": f"A course on something, number {number}",
                "completed_on": (today - timedelta(days=200 + number)).isoformat(),
                "provider": "A society",
                "contact_hours": "2",
                "covers": ["related"],
            }
            for number in range(PER_CASE)
        ],
    }
    answer = assess(book, read_case(case, book)).answer()
    return json.dumps(case), json.dumps(answer)


if __name__ == "__main__":
    main()
