"""`recert up`: all of the system, until it is told to stop."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from recert.running.database import database
from recert.running.folder import environment, held
from recert.running.processes import Process, System

PATIENCE = 60.0
"""Seconds within which the first page must be answered."""

OK = 200

OURSELVES = "localhost,127.0.0.1"
"""The hosts by which we ask whether pages are answered, and the sandbox tells of payments."""


class NotUp(Exception):
    """The system did not come up; the text says why, and what would help."""


def up(
    data: Path, *, port: int, address: str, workers: int, demo: bool, say: Callable[[str], None]
) -> None:
    """Run the system on a data folder until Ctrl-C. Raises `NotUp`, `InUse` and `Fallen`."""
    _must_be_free(port)
    _must_have_both_keys()
    address = address or f"http://localhost:{port}"
    with held(data), database(data) as kept:
        given = environment(data, url=kept.url, demo=demo, address=address)
        if given.get("RECERT_HOSTS"):
            given["RECERT_HOSTS"] += f",{OURSELVES}"
        prepare(given)
        logs = data / "logs"
        logs.mkdir(exist_ok=True)
        system = System(_processes(given, logs, data, port=port, workers=workers))
        system.heed_signals()
        try:
            system.start()
            _await(system, port)
            if not system.told_to_stop:
                _greet(given, address, data, say)
            while not system.told_to_stop:
                kept.keep()
                system.keep()
                time.sleep(0.2)
        finally:
            say("Stopping ...")
            system.stop()
    say("Stopped.")


def prepare(given: Mapping[str, str]) -> None:
    """Bring the tables up to date. Raises `NotUp`."""
    for command in (["migrate", "--no-input"], ["createcachetable"]):
        done = subprocess.run(  # noqa: S603  # our own commands
            [sys.executable, "-m", "django", *command, "--verbosity", "0"],
            env=dict(given),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotUp(f"the tables could not be made ready:\n{done.stderr.strip()}")


def _processes(
    given: Mapping[str, str], logs: Path, data: Path, *, port: int, workers: int
) -> list[Process]:
    python = sys.executable
    granian = str(Path(python).with_name("granian"))
    web = [granian, "--interface", "wsgi", "recert.wsgi:application", "--host", "127.0.0.1"]
    web += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "4"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "5"]
    worker = [python, "-m", "django", "procrastinate", "worker"]
    processes = []
    if not given.get("RECERT_STRIPE_KEY"):
        sandbox_port = free_port()
        given = dict(given) | {
            "RECERT_SANDBOX": f"http://127.0.0.1:{sandbox_port}",
            "RECERT_STRIPE_WEBHOOK_SECRET": secrets.token_urlsafe(32),  # both sides start with us
        }
        memory = str((data / "sandbox-payments").absolute())
        sandbox = [python, "-m", "recert.running.sandbox_processor", str(sandbox_port), memory]
        sandbox.append(f"http://127.0.0.1:{port}/payments/webhook")
        processes.append(Process("card processor", sandbox, given, logs / "card-processor.log"))
    processes.append(Process("worker", worker, given, logs / "worker.log"))
    processes.append(Process("web", web, given, logs / "web.log"))
    return processes


def _greet(given: Mapping[str, str], address: str, data: Path, say: Callable[[str], None]) -> None:
    if not given.get("RECERT_STRIPE_KEY"):
        say("Card payments are a sandbox: no card is ever charged.")
    if given.get("RECERT_DEMO") == "yes":
        say(f"A demonstration with invented people; each is a click away: {address}/demo/")
    if not os.environ.get("RECERT_SMTP_HOST"):
        say(f"Letters are written to {data / 'outbox'} and not sent.")
    say(f"recert is up at {address}    Ctrl-C stops it. Logs: {data / 'logs'}")


def _await(system: System, port: int) -> None:
    """Wait until the first page is answered."""
    until = time.monotonic() + PATIENCE
    while not system.told_to_stop:
        system.keep()
        if _answers(port):
            return
        if time.monotonic() > until:
            words = "\n".join(one.words() for one in system.processes)
            raise NotUp(f"no page was answered in {PATIENCE:.0f} s; the last words:\n{words}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": "localhost"})
        return connection.getresponse().status == OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _must_be_free(port: int) -> None:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            raise NotUp(f"port {port} is in use; name another with --port") from None


def _must_have_both_keys() -> None:
    """Refuse half of a card processor, with which nobody could pay."""
    if bool(os.environ.get("RECERT_STRIPE_KEY")) != bool(
        os.environ.get("RECERT_STRIPE_PUBLIC_KEY")
    ):
        raise NotUp("RECERT_STRIPE_KEY and RECERT_STRIPE_PUBLIC_KEY go together; one is missing")


def free_port() -> int:
    """Answer a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
