"""The processes of the system: started together, kept running, and stopped to the last one."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 15.0
"""Seconds that a process has to stop by itself."""

FALLS, WITHIN = 4, 30.0
"""A process that ends so often within so many seconds is not started again."""

PR_SET_PDEATHSIG = 1


class Fallen(Exception):
    """A process ends as soon as it starts."""


def _stop_with_parent() -> None:
    """Have the system stop this process when its parent is gone, even by a kill."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Process:
    """A process that is to run all the time."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None
    starts: deque[float] = field(default_factory=lambda: deque(maxlen=FALLS))

    def start(self) -> None:
        """Start it, in a group of its own, so that what it starts is stopped with it."""
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(  # noqa: S603  # our own commands
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_stop_with_parent,  # noqa: PLW1509  # one call, and no threads here
            )

    @property
    def has_ended(self) -> bool:
        """Whether it ran, and runs no more."""
        return self.running is not None and self.running.poll() is not None

    def restart(self) -> None:
        """Start it again, unless it falls each time. Raises `Fallen`."""
        self.end()  # what it has started may still be there
        spent = time.monotonic() - self.starts[0]
        if len(self.starts) == FALLS and spent < WITHIN:
            raise Fallen(f"{self.name} ends as soon as it starts; its last words:\n{self.words()}")
        time.sleep(min(2.0, 0.25 * len(self.starts)))
        self.start()

    def words(self, *, lines: int = 15) -> str:
        """Answer the last lines of its log."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        """Ask it to stop."""
        if self.running and self.running.poll() is None:
            self.running.terminate()

    def end(self, *, until: float = 0.0) -> None:
        """Wait until it has stopped, then end whatever is left of its group."""
        if self.running is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.running.wait(max(0.0, until - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


class System:
    """All processes together."""

    def __init__(self, processes: Sequence[Process]) -> None:
        """Take them, not started yet."""
        self.processes = processes
        self.told_to_stop = False

    def heed_signals(self) -> None:
        """Stop on Ctrl-C and when asked to; a second time changes nothing."""
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, self._stop)

    def _stop(self, *_: object) -> None:
        self.told_to_stop = True

    def start(self) -> None:
        """Start all."""
        for one in self.processes:
            one.start()

    def keep(self) -> None:
        """Start again whatever has ended. Raises `Fallen`."""
        for one in self.processes:
            if one.has_ended:
                one.restart()

    def stop(self) -> None:
        """Stop all, the last one first, and leave none behind."""
        until = time.monotonic() + GRACE
        for one in reversed(self.processes):
            one.ask_to_stop()
        for one in reversed(self.processes):
            one.end(until=until)
