"""Asking ClamAV about a document, where a board has it."""

from __future__ import annotations

import re
import socket
from typing import BinaryIO, Final
from urllib.parse import urlsplit

SECONDS: Final = 30.0
"""So long the scanner may stay silent; it scans 20 MB in a few seconds."""

CHUNK: Final = 65_536
LONGEST_ANSWER: Final = 4096
MOST_PIECES: Final = 10
"""An answer is a line, and comes in one."""

PORT: Final = 3310

FOUND: Final = re.compile(r"stream: (?P<name>[^\r\n]+) FOUND")
CLEAN: Final = "stream: OK"


class ScannerUnavailable(Exception):
    """The virus scanner cannot be asked; the text says why."""


def scan(file: BinaryIO, *, address: str, seconds: float = SECONDS) -> str | None:
    """Answer the name of what ClamAV found in a document, or None.

    The address is that of clamd: `tcp://127.0.0.1:3310` or `unix:///run/clamd.sock`. All of the
    file is sent, and it is left at its start. Raises `ScannerUnavailable`.
    """
    file.seek(0)
    try:
        with _connected(address, seconds) as clamd:
            answer = _answer_on(clamd, file)
    except TimeoutError:
        message = f"the virus scanner at {address} did not answer within {seconds:g} seconds"
        raise ScannerUnavailable(message) from None
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"the virus scanner at {address} cannot be reached: {reason}"
        raise ScannerUnavailable(message) from error
    finally:
        file.seek(0)
    if answer == CLEAN:
        return None
    if found := FOUND.fullmatch(answer):
        return found["name"]
    told = repr(answer[:200]) if answer else "nothing"
    raise ScannerUnavailable(f"the virus scanner at {address} answered {told}, which is no verdict")


def _connected(address: str, seconds: float) -> socket.socket:
    """Open a connection to clamd."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or PORT
    except ValueError:  # a port that is no number
        raise _no_address(address) from None
    if parts.scheme == "tcp" and host:
        return socket.create_connection((host, port), timeout=seconds)
    if parts.scheme != "unix" or parts.netloc or not parts.path:
        raise _no_address(address)
    clamd = socket.socket(socket.AF_UNIX)
    clamd.settimeout(seconds)
    try:
        clamd.connect(parts.path)
    except OSError:
        clamd.close()
        raise
    return clamd


def _no_address(address: str) -> ScannerUnavailable:
    return ScannerUnavailable(
        f"{address!r} is no address of a virus scanner;"
        " expected tcp://host:port or unix:///path/to/socket"
    )


def _answer_on(clamd: socket.socket, file: BinaryIO) -> str:
    r"""Send a document as INSTREAM does: in chunks that say their length, and an empty one last.

    With the `z` before a command, both it and the answer end with a NUL.
    """
    try:
        clamd.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            clamd.sendall(len(chunk).to_bytes(4) + chunk)
        clamd.sendall(bytes(4))
    except ConnectionError:
        pass  # it may have said why, as of a file that is larger than it takes
    answer = b""
    for _piece in range(MOST_PIECES):
        try:
            received = clamd.recv(LONGEST_ANSWER)
        except ConnectionError:
            break
        answer += received
        if not received or b"\0" in received:
            break
    text, end, _rest = answer.partition(b"\0")
    # An answer that was cut off may lack what matters.
    return text.decode("utf-8", "replace").strip() if end else ""
