"""The whole system as a process, started and stopped as people do."""

import http.client
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from recert.running.up import free_port

PATIENCE = 60


class Running:
    """`recert up` on a data folder."""

    def __init__(self, data, *, port=None, environment=None):
        self.data, self.port = data, port or free_port()
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "-m", "recert", "up", "--data", str(data)]
        self.output = data.parent / f"output-{self.port}"
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), "--workers", "1"],
                env=inherited | (environment or {}),
                stdout=output,
                stderr=output,
            )

    def status(self, host="localhost"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health", headers={"Host": host})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def said(self):
        return self.output.read_text("utf-8", "replace")

    def wait_until_up(self):
        wait(lambda: "recert is up" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        wait(lambda: self.status() == 200)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def processes(self):
        """Answer every process that has to do with the data folder."""
        return processes_on(self.data) - {os.getpid()}


def processes_on(data):
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            words = process.cmdline()
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if any(str(data) in word for word in words) or (
                process.environ().get("RECERT_DATA") == str(data)
            ):
                found.add(process.pid)
    return found


def wait(happens):
    until = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def start(tmp_path):
    """Start systems, and end whatever a failed test left of them."""
    started = []

    def start(data=None, **options):
        one = Running(Path(data or tmp_path / "data"), **options)
        started.append(one)
        return one

    yield start
    for one in started:
        with suppress(ProcessLookupError):
            one.process.kill()
            one.process.wait()
        for pid in one.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
