"""The data folder: one system at a time, and the key that only it knows."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(Exception):
    """Another process runs on the same folder."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold a data folder for this process; made where it is not. Raises `InUse`."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(
                f"{data}: another recert runs on this folder; stop it, or name another with --data"
            ) from None
        yield  # the system lets go when the process ends, however it ends


def secret_key(data: Path) -> str:
    """Answer the key with which sessions and links are signed: drawn once, kept in the folder."""
    file = data / "secret-key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w") as new:
        new.write(key + "\n")
    return key


def environment(data: Path, *, url: str, demo: bool, address: str = "") -> dict[str, str]:
    """Answer what the processes of the system find in their environment."""
    given = dict(os.environ)
    ours = {
        "DJANGO_SETTINGS_MODULE": "recert.settings",
        "DATABASE_URL": url,
        "RECERT_DATA": str(data.absolute()),
        "RECERT_SECRET_KEY": given.get("RECERT_SECRET_KEY") or secret_key(data),
    }
    if demo:
        ours["RECERT_DEMO"] = "yes"
    if address:
        ours["RECERT_ADDRESS"] = address
    return given | ours


def running_database(data: Path) -> str:
    """Answer the URL of the embedded database that runs on a folder, or nothing."""
    file = data / "postgres" / "postmaster.pid"
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ""
    return f"postgresql://postgres:@/postgres?host={lines[SOCKET]}" if len(lines) > SOCKET else ""


SOCKET = 4
"""The line of the file of a running server that names the folder of its socket."""
