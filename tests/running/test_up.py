"""`recert up`, with everything that can be killed killed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil
import psycopg

from recert.running.up import free_port
from tests.running.conftest import wait


def children(running, word):
    found = []
    for one in psutil.Process(running.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if any(word in part for part in one.cmdline()):
                found.append(one)
    return found


def test_it_comes_up_and_leaves_nothing_behind(start):
    running = start()
    running.wait_until_up()
    assert f"http://localhost:{running.port}" in running.said()
    assert "sandbox" in running.said()
    assert running.processes()
    assert (running.data / "secret-key").stat().st_mode & 0o777 == 0o600
    assert running.stop() == 0
    assert running.processes() == set()
    assert "Traceback" not in running.said()


def test_killed_it_takes_its_processes_along_and_comes_up_again(start):
    first = start()
    first.wait_until_up()
    key = (first.data / "secret-key").read_text()
    first.process.kill()
    first.process.wait()
    wait(lambda: not [pid for pid in first.processes() if "postgres" not in name_of(pid)])
    second = start(first.data)
    second.wait_until_up()
    assert (second.data / "secret-key").read_text() == key
    assert second.stop() == 0
    assert second.processes() == set()


def words_of(pid):
    try:
        return psutil.Process(pid).cmdline()
    except psutil.NoSuchProcess:  # many of PostgreSQL's own live for a moment
        return []


def name_of(pid):
    try:
        return psutil.Process(pid).name()
    except psutil.NoSuchProcess:
        return "gone"


def test_what_is_killed_is_started_again_and_a_second_system_is_refused(start):
    running = start()
    running.wait_until_up()
    for word in ("granian", "procrastinate", "sandbox_processor"):
        before = {one.pid for one in children(running, word)}
        assert before
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait(lambda word=word, before=before: {o.pid for o in children(running, word)} - before)
    wait(lambda: running.status() == 200)

    second = start(running.data)
    assert second.process.wait(60) == 2
    assert "another recert runs on this folder" in second.said()
    third = start(running.data.parent / "other", port=running.port)
    assert third.process.wait(60) == 2
    assert f"port {running.port} is in use" in third.said()
    assert running.status() == 200
    assert running.stop() == 0


def processes_of_database(running):
    """Answer the server, and then what it has started."""
    lines = (running.data / "postgres" / "postmaster.pid").read_text("utf-8").splitlines()
    server = psutil.Process(int(lines[0]))
    return [server, *server.children()]


def test_a_database_that_dies_comes_back(start):
    running = start()
    running.wait_until_up()
    # PostgreSQL then ends all of its processes, and starts them again; or it gives up, and is
    # started again.
    processes_of_database(running)[1].kill()
    wait(lambda: running.status() == 200)

    def kill_all():
        killed = False
        with suppress(psutil.NoSuchProcess, FileNotFoundError, IndexError, ValueError):
            for one in processes_of_database(running):
                one.kill()
                killed = True
        return killed

    wait(kill_all)
    wait(lambda: running.status() == 200)
    assert running.stop() == 0


def test_a_file_of_a_server_that_is_gone_is_put_away(start):
    running = start()
    running.wait_until_up()
    assert running.stop() == 0
    left = running.data / "postgres" / "postmaster.pid"
    for text in (f"{os.getpid()}\n", "half", ""):
        left.write_text(text)
        again = start(running.data, port=free_port())
        again.wait_until_up()
        assert again.stop() == 0


def test_a_database_of_ones_own_is_used(start, tmp_path):
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ones_own WITH (FORCE)")
        connection.execute("CREATE DATABASE ones_own")
    own = url.replace("/postgres?", "/ones_own?")
    running = start(environment={"DATABASE_URL": own})
    running.wait_until_up()
    assert not (running.data / "postgres").exists()
    assert running.stop() == 0
    with psycopg.connect(own, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM people_person").fetchone() == (0,)


def test_the_sandbox_tells_the_pages_whatever_hosts_they_answer_to(start):
    running = start(environment={"RECERT_HOSTS": "board.example.org"})
    running.wait_until_up()
    assert [running.status(host) for host in ("board.example.org", "127.0.0.1")] == [200, 200]
    assert running.status("other.example.org") == 400
    (sandbox,) = children(running, "sandbox_processor")
    assert sandbox.cmdline()[-1] == f"http://127.0.0.1:{running.port}/payments/webhook"
    secret = sandbox.environ()["RECERT_STRIPE_WEBHOOK_SECRET"]
    address = f"http://127.0.0.1:{sandbox.cmdline()[-3]}"
    for word in ("granian", "procrastinate"):
        given = children(running, word)[0].environ()
        assert given["RECERT_STRIPE_WEBHOOK_SECRET"] == secret
        assert given["RECERT_SANDBOX"] == address
    assert not [pid for pid in running.processes() if secret in " ".join(words_of(pid))]
    assert running.stop() == 0


def test_half_a_card_processor_is_refused(start):
    running = start(environment={"RECERT_STRIPE_KEY": "sk_test_1"})
    assert running.process.wait(60) == 2
    assert "RECERT_STRIPE_PUBLIC_KEY go together" in running.said()


def test_without_its_tables_it_says_so(start):
    running = start(environment={"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"})
    assert running.process.wait(60) == 2
    assert "the tables could not be made ready" in running.said()


def test_a_command_that_needs_none_of_it_loads_none_of_it():
    code = "import sys, recert.cli; print([m for m in ('django', 'psycopg') if m in sys.modules])"
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
