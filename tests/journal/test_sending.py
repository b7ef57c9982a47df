"""Sending, through a mail server that does what mail servers do: each letter once in effect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg
import pytest
import time_machine
from django.db import OperationalError, connection, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from recert.journal import sending
from recert.journal.jobs import FIRST_WAIT, LEFT_ALONE, LONGEST_WAIT, send_notice, sweep_notices
from recert.journal.letters import letter_of
from recert.journal.models import Notice
from recert.journal.sending import NotSentYet
from recert.running.up import free_port
from tests.journal.letters import AMINA, AT, TOLD, owe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def send(notice):
    """Do the job of a notice, and answer the notice as it is then."""
    send_notice(notice.pk)
    notice.refresh_from_db()
    return notice


def plain(letter):
    """Answer the plain text of a letter that arrived."""
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def fails_for_now(notice):
    with pytest.raises(NotSentYet):
        send_notice(notice.pk)
    notice.refresh_from_db()
    assert (notice.sent_at, notice.failed_at) == (None, None)
    assert notice.last_error
    return notice


@pytest.fixture
def work(monkeypatch):
    """Answer a function that lets a worker do what is due, as it does when it runs."""
    # Its threads end with it, and so must their connections.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    connector: Any = app.connector  # Django's

    def run():
        with app.replace_connector(connector.get_worker_connector()):
            app.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)

    return run


def jobs():
    """Answer the jobs that send; what a worker does by itself at some hours is beside it."""
    return ProcrastinateJob.objects.filter(task_name=send_notice.name)


def run_sql(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# What is sent


def test_a_letter_arrives_and_is_kept_as_it_was_sent(mail):
    notice = send(owe())
    [envelope], [letter] = mail.taken, mail.letters
    assert envelope.rcpt_tos == [AMINA.email]
    assert letter["To"] == AMINA.email
    assert letter["From"] == "recert <no-reply@localhost>"
    assert letter["Subject"] == notice.subject == "We have your declaration for MLS(ASCPi)"
    assert letter["Message-ID"] == notice.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in letter.iter_parts()] == ["text/plain", "text/html"]
    assert plain(letter) == notice.text
    assert notice.text.startswith("Dear Amina Benali,")
    assert notice.sent_at
    assert (notice.tries, notice.last_error) == (1, "")


def test_a_letter_that_was_sent_is_not_sent_again(mail):
    notice = send(owe())
    assert send(notice).tries == 1
    assert len(mail.taken) == 1


def test_a_letter_that_can_go_nowhere_is_not_tried(mail):
    notice = send(owe(reader=msgspec.structs.replace(AMINA, email="")))
    assert (notice.tries, notice.sent_at) == (0, None)
    assert not mail.taken


def test_the_worker_sends_what_is_owed(mail, work):
    notices = [owe(), owe("declaration.approved")]
    work()
    assert {one["Message-ID"] for one in mail.letters} == {one.message_id for one in notices}
    assert set(jobs().values_list("status", flat=True)) == {"succeeded"}
    assert not Notice.objects.filter(sent_at=None).exists()


def test_an_address_that_only_looks_like_one_is_given_up(mail):
    too_long = "amina@" + "ü" * 60 + ".example.org"
    notice = send(owe(reader=msgspec.structs.replace(AMINA, email=too_long)))
    assert notice.failed_at
    assert "could not be addressed" in notice.last_error
    assert not mail.taken


@pytest.mark.parametrize(
    "name",
    [
        "Amina\r\nBcc: all@example.org\r\n\r\nBenali",
        "=?utf-8?q?Amina=0ABcc=3A_all=40example=2Eorg?=",
        '"Amina" <all@example.org>, Benali',
        "\u202eمينة بن علي\u202c",
        "Amina 🧪🔬 " + "ஆமினா பெனாலி " * 12,
    ],
)
def test_no_name_comes_into_the_headers(mail, name):
    reader = msgspec.structs.replace(AMINA, name=name)
    send(owe(reader=reader, credential=name, path="/a"))
    [envelope], [letter] = mail.taken, mail.letters
    assert envelope.rcpt_tos == [AMINA.email]
    assert sorted(letter.keys()) == [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert f"Dear {' '.join(name.split())},\n" in plain(letter)


# Once in effect


def test_of_three_senders_at_once_one_sends(mail):
    notices = [owe(kind) for kind in (TOLD, "declaration.approved", "payment.refunded")]
    mail.delay = 0.1

    def do(notice):
        try:
            send_notice(notice.pk)
        finally:
            connections.close_all()

    for notice in notices:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(do, [notice] * 3))
    sent = [one["Message-ID"] for one in mail.letters]
    assert sent == [notice.message_id for notice in notices]
    assert set(Notice.objects.values_list("tries", flat=True)) == {1}


def test_a_crash_between_sending_and_noting_repeats_the_same_letter(mail, monkeypatch):
    notice = owe()

    class Killed(BaseException):
        pass

    def dies(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Notice, "save", dies)
        with pytest.raises(Killed):
            send_notice(notice.pk)
    notice.refresh_from_db()
    assert (notice.sent_at, notice.text, notice.tries) == (None, "", 0)
    send(notice)
    first, second = mail.letters
    assert first["Message-ID"] == second["Message-ID"] == notice.message_id
    assert plain(first) == plain(second)
    assert notice.sent_at


def test_a_sender_whose_connection_to_the_database_is_killed_loses_no_letter(mail, monkeypatch):
    notice = owe()

    def kills(one):
        with psycopg.connect(**connection.get_connection_params()) as other:
            mine = connection.connection.info.backend_pid
            other.execute("SELECT pg_terminate_backend(%s)", [mine])
        return letter_of(one)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "letter_of", kills)
        with pytest.raises(OperationalError):
            send_notice(notice.pk)
    connection.close()
    assert send(notice).sent_at
    assert {one["Message-ID"] for one in mail.letters} == {notice.message_id}


# Until it is taken


@pytest.mark.parametrize(
    "answers",
    [
        {"rcpt": "451 4.3.0 come back later"},
        {"rcpt": "452 4.2.2 the mailbox is full"},
        {"rcpt": "421 4.3.2 closing"},
        {"rcpt": "530 5.7.0 sign in first"},
        {"data": "451 4.3.0 come back later"},
        {"mail": "451 4.3.0 come back later"},
        {"mail": "550 5.7.1 who are you"},
        {"hangs_up_after": "mail"},
        {"hangs_up_after": "rcpt"},
        {"hangs_up_after": "data"},
    ],
    ids=str,
)
def test_what_may_pass_is_tried_again(mail, answers):
    notice = owe()
    for name, value in answers.items():
        setattr(mail, name, value)
    fails_for_now(notice)
    assert notice.tries == 1
    for name in answers:
        setattr(mail, name, "")
    send(notice)
    assert (notice.tries, notice.last_error) == (2, "")
    assert {one["Message-ID"] for one in mail.letters} == {notice.message_id}


def test_a_server_that_says_nothing_holds_nobody_for_long(mail, settings):
    notice = owe()
    settings.EMAIL_TIMEOUT, mail.delay = 0.2, 1.0
    fails_for_now(notice)
    settings.EMAIL_TIMEOUT, mail.delay = 5, 0.0
    assert send(notice).sent_at


def test_without_a_server_the_letter_waits(mail, settings):
    notice = owe()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert "refused" in fails_for_now(notice).last_error
    settings.EMAIL_PORT = port
    assert send(notice).sent_at


@pytest.mark.parametrize(
    "answers",
    [{"rcpt": "550 5.1.1 no such mailbox"}, {"data": "554 5.7.1 not wanted here"}],
    ids=str,
)
def test_what_is_refused_for_good_is_given_up_with_the_reason(mail, answers):
    notice = owe()
    for name, value in answers.items():
        setattr(mail, name, value)
    send(notice)
    assert notice.failed_at
    assert notice.last_error in answers.values()
    assert (notice.sent_at, notice.tries) == (None, 1)
    mail.rcpt = mail.data = ""
    assert send(notice).tries == 1
    assert not mail.taken


def test_half_a_letter_is_not_sent(mail, caplog):
    notice = send(owe(credential=None))
    assert not mail.taken
    assert notice.failed_at
    assert "could not be written" in notice.last_error
    assert "credential" in notice.last_error
    assert notice.ref in caplog.text


def test_the_worker_waits_longer_each_time(mail, work):
    notice = owe()
    mail.rcpt = "451 4.3.0 come back later"
    waits = []
    for attempt in range(9):
        before = datetime.now(UTC)  # noqa: TID251  # the worker's own clock
        work()
        job = jobs().get()
        assert (job.status, job.attempts) == ("todo", attempt + 1)
        waits.append(job.scheduled_at - before)
        run_sql("UPDATE procrastinate_jobs SET scheduled_at = now()")
    minutes = [round(one / timedelta(minutes=1)) for one in waits]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert timedelta(minutes=minutes[0]) == FIRST_WAIT
    assert timedelta(minutes=minutes[-1]) == LONGEST_WAIT
    mail.rcpt = ""
    work()
    notice.refresh_from_db()
    assert (notice.tries, len(mail.taken)) == (10, 1)


# The sweep


def sweep():
    """Sweep, long enough after the notices were owed."""
    with time_machine.travel(AT + LEFT_ALONE + timedelta(seconds=1), tick=False):
        return sweep_notices(0)


def test_a_notice_whose_job_is_gone_gets_another(mail, work):
    notice = owe()
    run_sql("DELETE FROM procrastinate_jobs")
    assert sweep() == 1
    assert sweep() == 0
    job = jobs().get()
    assert (job.args, job.status) == ({"notice_id": notice.pk}, "todo")
    work()
    assert len(mail.taken) == 1
    assert sweep() == 0


@pytest.mark.parametrize("ended", ["failed", "succeeded", "aborted", "cancelled"])
def test_a_job_that_ended_without_its_letter_counts_as_gone(ended):
    owe()
    run_sql("UPDATE procrastinate_jobs SET status = %s", ended)
    assert sweep() == 1


def test_a_job_of_a_worker_that_is_gone_counts_as_gone():
    owe()
    run_sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", AT)
    run_sql(
        "UPDATE procrastinate_jobs"
        " SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)"
    )
    run_sql("UPDATE procrastinate_workers SET last_heartbeat = %s", AT + LEFT_ALONE)
    assert sweep() == 0
    run_sql("UPDATE procrastinate_workers SET last_heartbeat = %s", AT)
    assert sweep() == 1


def test_a_job_that_waits_for_another_try_is_left_alone():
    owe()
    run_sql("UPDATE procrastinate_jobs SET scheduled_at = %s", AT + timedelta(days=1))
    assert sweep() == 0


def test_what_is_sent_or_given_up_or_new_is_left_alone(mail):
    send(owe())
    mail.rcpt = "550 5.1.1 no such mailbox"
    send(owe())
    owe(reader=msgspec.structs.replace(AMINA, email=""))
    owe(at=AT + timedelta(minutes=1))
    run_sql("DELETE FROM procrastinate_jobs")
    assert sweep() == 0


def test_the_worker_sweeps_by_itself():
    periodic = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert periodic["recert.journal.jobs.sweep_notices"] == "*/5 * * * *"
