"""The chain: whatever is done to the journal behind its back is found, and told by its row."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from recert.journal import chaining, verifying
from recert.journal.actions import erase_words, record_event, record_events, sweep_words
from recert.journal.chain import GENESIS, Head, Recorded, hash_of, read_head, words_of
from recert.journal.chaining import chain_events, head_of_chain
from recert.journal.jobs import chain_journal
from recert.journal.models import Event, Link, Unchained
from recert.journal.verifying import verify_journal
from recert.policy.permissions import NOBODY
from recert.seeding.copying import copy_rows
from tests.making import AT

pytestmark = pytest.mark.django_db(transaction=True)

KIND = "person.details-changed"
AMINA, JONAS = "PE-AM1N-0000-0001", "PE-J0NA-0000-0002"


def note(about=AMINA, *, at=AT, **facts):
    with transaction.atomic():
        return record_event(
            KIND, subject=about, about=about, by=NOBODY, at=at, because="Asked.", facts=facts
        )


def run_sql(sql, *values):
    """Do what somebody does who may do anything to the database."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger speaks
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


@pytest.fixture
def events():
    noted = [note(number=number) for number in range(6)]
    chain_events()
    return noted


def found(**options):
    return [(one.fault, one.position, one.event) for one in verify_journal(**options).findings]


# Chaining


def test_each_event_gets_its_link(events):
    assert list(Link.objects.order_by("position").values_list("position", "event")) == [
        (place, event.pk) for place, event in enumerate(events, 1)
    ]
    assert not Unchained.objects.exists()
    verified = verify_journal()
    assert (verified.chained, verified.waiting, verified.findings) == (6, 0, [])
    assert verified.head == head_of_chain()


def test_what_waits_is_told_and_is_no_fault(events):
    later = note(at=AT + timedelta(days=1))
    verified = verify_journal()
    assert (verified.chained, verified.waiting, verified.is_whole) == (6, 1, True)
    assert verified.waiting_since == later.at
    assert chain_journal(0) == 1
    assert verify_journal().waiting == 0


def test_events_that_come_many_at_once_are_chained(monkeypatch):  # STA-7
    monkeypatch.setattr(chaining, "AT_ONCE", 4)
    with transaction.atomic():
        record_events(
            "activity.imported", {f"AC-{n}": {"n": n} for n in range(7)}, by=NOBODY, at=AT
        )
    rows = [(KIND, f"PE-{n}", "somebody", "2024-05-04 12:00+00", "{}") for n in range(5)]
    copy_rows(Event, ("kind", "subject", "by", "at", "facts"), rows)
    assert chain_events() == 12
    assert verify_journal().is_whole
    assert len(set(Event.objects.values_list("salt", flat=True))) == 12


def test_what_was_undone_is_not_chained():
    with transaction.atomic():
        record_event(KIND, subject=AMINA, by=NOBODY, at=AT)
        transaction.set_rollback(True)
    note()
    assert chain_events() == 1
    assert verify_journal().is_whole


def test_the_hash_is_what_the_decision_says(events):
    """Work the second link out as a stranger would, from the two tables alone."""
    first, event = Link.objects.get(position=1), events[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts::text FROM journal_event WHERE id = %s", [event.pk])
        facts = cursor.fetchone()[0]

    def text(value):
        return len(value.encode()).to_bytes(8) + value.encode()

    event.refresh_from_db()
    words = sha256(event.salt.bytes + text(event.by) + text(event.because) + text(facts)).digest()
    open_part = text(KIND) + text(AMINA) + text(AMINA) + text("")
    open_part += text("2024-05-04T12:00:00.000000+00:00")
    numbers = (2).to_bytes(8) + event.pk.to_bytes(8)
    link = Link.objects.get(position=2)
    assert bytes(link.words) == words
    assert bytes(link.hash) == sha256(bytes(first.hash) + numbers + open_part + words).digest()


def test_many_who_note_and_many_who_chain_lose_nothing_and_wait_for_nobody():
    def work(number):
        try:
            for place in range(15):
                if number < 4:
                    note(f"PE-{number}", place=place)
                else:
                    chain_events()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(work, range(7)))
    chain_events()
    verified = verify_journal()
    assert (verified.chained, verified.findings) == (60, [])


@contextmanager
def another_connection():
    with psycopg.connect(**connection.get_connection_params()) as other:
        yield other


def test_an_action_does_not_wait_for_whoever_chains():
    note()
    with another_connection() as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [chaining.LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        note()
        assert chain_events() == 0  # somebody else does it
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")
    assert chain_events() == 2


def test_a_late_commit_comes_after_what_was_chained_before_it():
    with another_connection() as other:
        other.execute("SET TIME ZONE 'UTC'")
        other.execute(
            "INSERT INTO journal_event (kind, subject, about, by, by_ref, at, because, facts)"
            " VALUES (%s, 'PE-LATE', '', 'x', '', now(), '', '{}')",
            [KIND],
        )
        later = note()
        assert chain_events() == 1
        other.commit()
    assert chain_events() == 1
    early = Event.objects.get(subject="PE-LATE")
    assert early.pk < later.pk
    assert list(Link.objects.order_by("position").values_list("event", flat=True)) == [
        later.pk,
        early.pk,
    ]
    assert verify_journal().is_whole


@pytest.mark.parametrize("table", ["journal_link", "journal_event"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {} = {}"])
def test_the_database_refuses_to_change_what_is_kept(events, table, change):
    column = "position" if table == "journal_link" else "subject"
    with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
        cursor.execute(change.format(table, column, column))


# What somebody does who can switch the triggers off


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'person.bound'"),
        ("subject", "'PE-OTHER'"),
        ("about", "'PE-OTHER'"),
        ("by", "'Somebody else'"),
        ("by_ref", "'AN-OTHER'"),
        ("at", "at + interval '1 microsecond'"),
        ("because", "'Nobody asked.'"),
        ("facts", """'{"number": 3.0}'"""),
        ("salt", "gen_random_uuid()"),
    ],
)
def test_a_changed_event_is_found(events, column, value):
    event = events[3]
    run_sql(f"UPDATE journal_event SET {column} = {value} WHERE id = %s", event.pk)  # noqa: S608  # our own words
    assert ("changed", 4, event.pk) in found()
    assert {fault for fault, *_ in found()} == {"changed"}


@pytest.mark.parametrize("column", ["words", "hash"])
def test_a_changed_link_is_found(events, column):
    run_sql(f"UPDATE journal_link SET {column} = %s WHERE position = 4", bytes(32))  # noqa: S608  # our own words
    assert found()[0] == ("changed", 4, events[3].pk)
    assert found()[1:] == ([] if column == "words" else [("broken", 5, events[4].pk)])


def test_a_change_with_its_link_made_anew_is_found(events):
    run_sql("UPDATE journal_event SET because = 'Other.' WHERE id = %s", events[3].pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {chaining.COLUMNS} FROM journal_event e WHERE id = %s",  # noqa: S608  # ours
            [events[3].pk],
        )
        event = Recorded(*cursor.fetchone())
    previous, words = bytes(Link.objects.get(position=3).hash), words_of(event)
    linked = hash_of(event, words=words, position=4, previous=previous)
    run_sql("UPDATE journal_link SET words = %s, hash = %s WHERE position = 4", words, linked)
    assert found() == [("changed", 5, events[4].pk)]


def test_a_missing_event_is_found(events):
    run_sql("DELETE FROM journal_event WHERE id = %s", events[2].pk)
    assert found() == [("missing", 3, events[2].pk)]


def test_a_missing_event_with_its_link_is_found(events):
    run_sql("DELETE FROM journal_event WHERE id = %s", events[2].pk)
    run_sql("DELETE FROM journal_link WHERE position = 3")
    assert found() == [("missing", 3, 0)]


def test_an_event_that_goes_before_it_is_chained_is_found(events):
    late = note()
    run_sql("DELETE FROM journal_event WHERE id = %s", late.pk)
    assert chain_events() == 0
    assert found() == [("missing", 0, late.pk)]


def test_an_inserted_event_is_found(events):
    run_sql(
        "INSERT INTO journal_event (kind, subject, about, by, by_ref, at, because, facts)"
        " VALUES ('audit.passed', 'AU-1', '', 'x', '', now(), '', '{}')"
    )
    inserted = Event.objects.get(subject="AU-1")
    assert chain_events() == 0
    assert found() == [("inserted", 0, inserted.pk)]


def test_a_link_that_is_taken_away_makes_its_event_one_that_nobody_let_in(events):
    run_sql("DELETE FROM journal_link WHERE position = 6")
    assert found() == [("inserted", 0, events[5].pk)]


@pytest.mark.parametrize(("one", "other"), [(2, 5), (3, 4)])
def test_events_that_took_each_others_ids_are_found(events, one, other):
    first, second = events[one - 1].pk, events[other - 1].pk
    run_sql("UPDATE journal_event SET id = -1 WHERE id = %s", first)
    run_sql("UPDATE journal_event SET id = %s WHERE id = %s", first, second)
    run_sql("UPDATE journal_event SET id = %s WHERE id = -1", second)
    assert [one for one in found() if one[0] != "broken"] == [
        ("reordered", one, first),
        ("reordered", other, second),
    ]


@pytest.mark.parametrize(("one", "other"), [(2, 5), (3, 4)])
@pytest.mark.parametrize("column", ["position", "event"])
def test_links_that_changed_places_are_found(events, column, one, other):
    first = Link.objects.get(position=one)
    second = Link.objects.get(position=other)
    here, there = getattr(first, column), getattr(second, column)
    run_sql(f"UPDATE journal_link SET {column} = -1 WHERE {column} = %s", here)  # noqa: S608  # our own words
    run_sql(f"UPDATE journal_link SET {column} = %s WHERE {column} = %s", here, there)  # noqa: S608  # our own words
    run_sql(f"UPDATE journal_link SET {column} = %s WHERE {column} = -1", there)  # noqa: S608  # our own words
    moved = [place for fault, place, _event in found() if fault == "reordered"]
    assert moved == [one, other]


def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_kept(events):
    kept = head_of_chain()
    for_later = note()
    chain_events()
    assert found(against=kept) == []
    run_sql("UPDATE journal_event SET because = 'Other.' WHERE id = %s", events[1].pk)
    run_sql("DELETE FROM journal_link")
    run_sql("INSERT INTO journal_unchained SELECT id FROM journal_event")
    assert chain_events() == 7
    assert found() == []
    assert found(against=kept) == [("broken", 6, 0)]
    assert for_later.pk


def test_an_end_that_was_cut_off_is_found_by_a_head_that_was_kept(events):
    kept = head_of_chain()
    run_sql("DELETE FROM journal_event WHERE id = %s", events[5].pk)
    run_sql("DELETE FROM journal_link WHERE position = 6")
    assert found() == []
    assert found(against=kept) == [("cut", 5, 0)]


def test_thousands_of_changes_are_counted_and_not_all_told(events, monkeypatch):
    monkeypatch.setattr(verifying, "MOST_TOLD", 2)
    run_sql("UPDATE journal_event SET because = 'Other.'")
    verified = verify_journal()
    assert ([one.fault for one in verified.findings], verified.more) == (["changed"] * 2, 4)


# Erasure


def erase(*refs, at=AT):
    with transaction.atomic():
        return erase_words(refs, by=NOBODY, at=at, because="They asked for it.")


def test_erased_words_are_gone_and_the_chain_is_whole(events):
    other = note(JONAS, name="Jonas")
    unchained = note(name="Amina Benali")
    erase(AMINA)
    gone = Event.objects.filter(about=AMINA).exclude(kind="person.erased")
    assert gone.count() == 7
    assert set(gone.values_list("by", "because", "salt")) == {("", "", None)}
    assert all(one.facts == {} for one in gone)
    other.refresh_from_db()
    unchained.refresh_from_db()
    assert (other.facts, unchained.facts) == ({"name": "Jonas"}, {})
    chain_events()
    verified = verify_journal()
    assert (verified.erased, verified.findings) == (7, [])


def test_an_erasure_is_right_from_the_moment_it_is_there(events):
    erase(AMINA)
    assert verify_journal().is_whole


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "'person.bound'"), ("at", "at - interval '1 day'"), ("because", "'x'")],
)
def test_an_erased_event_that_is_changed_is_found(events, column, value):
    erase(AMINA)
    chain_events()
    run_sql(f"UPDATE journal_event SET {column} = {value} WHERE id = %s", events[2].pk)  # noqa: S608  # our own words
    assert ("changed", 3, events[2].pk) in found()


def test_words_that_go_without_an_erasure_are_found(events):
    late = note(at=AT + timedelta(days=9))
    other = note(JONAS)
    chain_events()
    erase(AMINA)
    chain_events()
    blank = "by = '', because = '', facts = '{}', salt = NULL"
    for one in (late, other):
        run_sql(f"UPDATE journal_event SET {blank} WHERE id = %s", one.pk)  # noqa: S608  # our own words
    assert found() == [("erased", 7, late.pk), ("erased", 8, other.pk)]


def test_words_that_were_noted_at_that_very_moment_are_swept_afterwards(events):
    erase(AMINA)
    late = note(name="Amina Benali")
    chain_events()
    assert sweep_words([AMINA], at=AT) == 1
    late.refresh_from_db()
    assert (late.facts, late.salt) == ({}, None)
    assert verify_journal().is_whole


def test_the_database_lets_words_go_only_whole_and_only_once_chained(events):
    note()
    blank: dict[str, object] = {"by": "", "because": "", "facts": {}, "salt": None}
    rows = Event.objects.order_by("id")
    for changes in ({"salt": None}, blank | {"subject": "PE-OTHER"}, blank | {"facts": {"a": 1}}):
        with pytest.raises(DatabaseError, match="never changed"):
            rows.filter(pk=events[0].pk).update(**changes)
    with pytest.raises(DatabaseError, match="never changed"):
        rows.update(**blank)  # the last one waits for its link


# The command


def recert(*arguments, settings, tmp_path):
    name = settings.DATABASES["default"]["NAME"]
    given = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    return subprocess.run(
        [sys.executable, "-m", "recert", "journal", *arguments, "--data", str(tmp_path)],
        env=os.environ | {"DATABASE_URL": given, "DJANGO_SETTINGS_MODULE": "recert.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_says_that_all_is_as_it_was_written(events, settings, tmp_path):
    note()
    head = recert("head", settings=settings, tmp_path=tmp_path)
    assert head.returncode == 0
    assert read_head(head.stdout) == head_of_chain()
    done = recert("verify", "--against", head.stdout.strip(), settings=settings, tmp_path=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"7 events are chained.\nAll is as it was written. The head is {head.stdout}"
    )


def test_the_command_says_what_is_not_as_it_was_written(events, settings, tmp_path):
    run_sql("UPDATE journal_event SET because = 'Other.' WHERE id = %s", events[1].pk)
    done = recert("verify", settings=settings, tmp_path=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(f"CHANGED              2  event {events[1].pk} ({KIND} {AMINA},")
    assert "The journal is NOT as it was written." in done.stdout


def test_the_command_refuses_what_is_no_head(settings, tmp_path):
    done = recert("verify", "--against", "12", settings=settings, tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected a head such as" in done.stderr


def test_an_empty_journal_is_whole():
    assert verify_journal(against=Head(0, GENESIS)).is_whole
