"""Measure the pages of a large board, in a server as it runs, beside an empty page of the same.

    python -m bench.pages [--certificants 100000]

The board is seeded once, into build/bench; about twenty activities for each certificant. One user
asks, one page after the other, and then as many as there are cores ask at once.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
DATA = ROOT / "build" / "bench"
ALLOWED_MS = 100
ROUNDS = 60
SECONDS = 6.0


@dataclass
class Asked:
    """A page, and how it is asked for."""

    name: str
    ask: Callable[[http.client.HTTPConnection], int]
    expected: int = 200


def say(what: str, found: str, *, good: bool | None = None) -> None:
    """Print a line of the report."""
    mark = {True: "yes", False: "NO", None: ""}[good]
    print(f"{what:<58}{found:>28}  {mark}")


@contextmanager
def server(url: str, port: int, *, data: Path = DATA) -> Iterator[None]:
    """Run the server with one worker."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "RECERT_SECRET_KEY": "of a bench",
        "RECERT_DATA": str(data),
        "PYTHONPATH": str(ROOT),
    }
    command = ["granian", "--interface", "wsgi", "recert.wsgi:application"]
    options = ["--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-log"]
    running = subprocess.Popen(  # noqa: S603  # our own command
        [str(Path(sys.executable).with_name(command[0])), *command[1:], *options], env=environment
    )
    try:
        for _ in range(200):
            try:
                if get("/empty")(http.client.HTTPConnection("localhost", port)) == 200:  # noqa: PLR2004  # OK
                    break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        running.terminate()
        running.wait(20)


def get(path: str, cookie: str = "") -> Callable[[http.client.HTTPConnection], int]:
    """Answer what asks for a page."""

    def ask(connection: http.client.HTTPConnection) -> int:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def _add(kind: str, cookie: str, token: str) -> Callable[[http.client.HTTPConnection], int]:
    return _post(f"/transcript/add/{kind}", cookie, token)


def _check(kind: str, cookie: str, token: str) -> Callable[[http.client.HTTPConnection], int]:
    return _post(f"/transcript/check/{kind}", cookie, token)


def _post(path: str, cookie: str, token: str) -> Callable[[http.client.HTTPConnection], int]:
    def ask(connection: http.client.HTTPConnection) -> int:
        form = {
            "csrfmiddlewaretoken": token,
            "entry_key": str(uuid.uuid4()),
            "title": f"Measured {uuid.uuid4()}",
            "completed_on": "2026-05-04",
            "contact_hours": "1",
        }
        headers = {
            "Cookie": f"{cookie}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return ask


def p50(page: Asked, port: int) -> float:
    """Answer the median milliseconds of one user who asks one page after the other."""
    connection = http.client.HTTPConnection("localhost", port)
    spent = []
    for round_ in range(ROUNDS):
        begun = time.perf_counter()
        status = page.ask(connection)
        if round_ >= 5:  # noqa: PLR2004  # the first ones warm up
            spent.append(time.perf_counter() - begun)
        if status != page.expected:
            raise SystemExit(f"{page.name}: expected {page.expected}, got {status}")
    return 1000 * median(spent)


def per_second(page: Asked, port: int, *, clients: int) -> float:
    """Answer the requests per second of several users at once."""

    def until(end: float) -> int:
        connection, count = http.client.HTTPConnection("localhost", port), 0
        while time.perf_counter() < end:
            page.ask(connection)
            count += 1
        return count

    end = time.perf_counter() + SECONDS
    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(until, [end] * clients)) / SECONDS


def free_port() -> int:
    """Answer a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> None:
    """Seed, run, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificants", type=int, default=100_000)
    wanted = parser.parse_args().certificants
    from bench import board  # noqa: PLC0415  # it sets Django up

    with board.prepared(DATA, certificants=wanted) as made:
        port = free_port()
        cookie = f"sessionid={made.session}"
        empty = Asked("an empty page", get("/empty"))
        signed_in = Asked("an empty page, signed in", get("/empty", cookie))
        pages = [
            Asked("dashboard", get("/dashboard", cookie)),
            Asked("transcript of 400", get("/transcript", cookie)),
            Asked("the answer while one types", _check(made.kind, cookie, made.token)),
            Asked("add an activity", _add(made.kind, cookie, made.token), 302),
        ]
        print(f"{made.people:,} certificants, {made.activities:,} activities")
        for name, one, many in made.queries:
            say(f"{name}: queries with 1 activity, with 300", f"{one}, {many}", good=one == many)
        with server(made.url, port):
            for page in pages:
                took = p50(page, port)
                say(
                    f"{page.name}: median", f"{took:.0f} of {ALLOWED_MS} ms", good=took < ALLOWED_MS
                )
            base = per_second(empty, port, clients=2)
            say(f"{empty.name}: requests per second", f"{base:,.0f}")
            for page in (signed_in, *pages):
                rate = per_second(page, port, clients=2)
                say(f"{page.name}: requests per second", f"{rate:,.0f}, {rate / base:.2f} of these")


if __name__ == "__main__":
    main()
