"""The way to the mail server: one connection for each process, kept while it is good.

A thousand letters need one greeting, one encryption and one sign-in. Before each letter the server
is asked whether it is still there, so that a connection it dropped meanwhile costs no letter a try.
Once a letter is on its way nothing is repeated here: whether it arrived, the server alone knows.
"""

from __future__ import annotations

import smtplib
from threading import Lock
from typing import Final

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

MOST: Final = 100
"""So many letters go through one connection; many servers end one that brings more."""

THERE: Final = 250
"""What a server answers that is asked whether it is there."""

_LOCK: Final = Lock()


class _Held:
    line: EmailBackend | None = None
    used: int = 0


def post(message: EmailMessage) -> None:
    """Hand a message to the mail server. Raises `OSError`, as do all errors of smtplib."""
    with _LOCK:
        line = get_connection()
        if not isinstance(line, EmailBackend):  # letters become files, or stay in memory
            line.send_messages([message])
            return
        held = _ready(line)
        try:
            held.send_messages([message])
        except BaseException:
            _hang_up()
            raise
        _Held.used += 1


def hang_up() -> None:
    """End the connection, if there is one."""
    with _LOCK:
        _hang_up()


def _ready(fresh: EmailBackend) -> EmailBackend:
    held = _Held.line
    if held is not None and _Held.used < MOST and _is_there(held):
        return held
    _hang_up()
    try:
        fresh.open()
    except BaseException:
        fresh.close()
        raise
    _Held.line = fresh
    return fresh


def _is_there(line: EmailBackend) -> bool:
    try:
        return line.connection is not None and line.connection.noop()[0] == THERE
    except OSError:
        return False


def _hang_up() -> None:
    held, _Held.line, _Held.used = _Held.line, None, 0
    if held is None:
        return
    try:
        held.close()
    except (OSError, smtplib.SMTPException):  # it is gone already
        if held.connection is not None:
            held.connection.close()
