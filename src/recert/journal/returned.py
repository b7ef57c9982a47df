"""What comes back: reports of a mail provider, and what mail servers write to the sender."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Final, Literal

import msgspec
from flufl.bounce import all_failures

from recert.journal.models import Notice
from recert.journal.queries import last_notice_to, notice_sent_as

LONGEST: Final = 500
"""So much of what a mail server said is kept."""

NO_REASON: Final = "the mail server gave no reason"


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a letter after the mail server took it.

    `kind`: `bounce` for one that could not be delivered, `complaint` for one that its reader
    called unwanted. A bounce that is not `permanent` may still be delivered; it changes nothing.
    """

    kind: Literal["bounce", "complaint"]
    address: str = ""
    message_id: str = ""
    permanent: bool = True
    reason: str = ""


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several of them, as they come in one request."""

    reports: tuple[Report, ...]


def reports_in(body: bytes) -> tuple[Report, ...]:
    """Read the reports of a request. Raises `msgspec.ValidationError` and says where."""
    return msgspec.json.decode(body, type=Reports).reports


def notice_of(report: Report) -> Notice | None:
    """Answer the letter that a report of the provider means.

    By its Message-ID; where the provider gave it another, the last one to the address.
    """
    named = _bracketed(report.message_id)
    found = notice_sent_as(named) if named else None
    return found or (last_notice_to(report.address) if report.address else None)


def report_in_mail(written: bytes) -> Report | None:
    """Read what a mail server, or the reader's provider, wrote back; None for any other mail.

    Anybody can write such a mail, so one counts only where it names one of our letters by its
    Message-ID, which its reader and their servers alone know.
    """
    message = message_from_bytes(written, _class=EmailMessage, policy=policy.compat32)
    named = next((one for one in _ids_in(message) if notice_sent_as(one)), "")
    if not named:
        return None
    if _is_complaint(message):
        return Report("complaint", message_id=named, reason="called unwanted by its reader")
    try:
        passing, final = all_failures(message)
    except Exception:  # noqa: BLE001  # it knows the habits of many servers, and trips over others
        return None
    if not passing and not final:
        return None
    return Report(
        "bounce", message_id=named, permanent=bool(final), reason=_reason_in(message) or NO_REASON
    )


def cut(reason: str) -> str:
    """Answer a reason on one line that is not too long."""
    return " ".join(reason.replace("\0", "").split())[:LONGEST] or NO_REASON


def _ids_in(message: Message) -> Iterator[str]:
    """Answer the Message-IDs of what is enclosed, or quoted, but not that of the mail itself."""
    for part in message.walk():
        if part is not message and part["Message-ID"]:
            yield _bracketed(str(part["Message-ID"]))
        if part.get_content_maintype() == "text":
            yield from _quoted_in(part)


def _quoted_in(part: Message) -> Iterator[str]:
    payload = part.get_payload(decode=True)
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    for line in text.splitlines():
        name, colon, value = line.strip(" >\t").partition(":")
        if colon and name.lower() == "message-id":
            yield _bracketed(value)


def _bracketed(message_id: str) -> str:
    named = message_id.strip().strip("<>").strip()
    return f"<{named}>" if named else ""


def _is_complaint(message: Message) -> bool:
    """Answer whether it is a report of a complaint (RFC 5965)."""
    return any(one.get_content_type() == "message/feedback-report" for one in message.walk())


def _reason_in(message: Message) -> str:
    """Answer what the server said, from the part that is for programs (RFC 3464)."""
    for part in message.walk():
        if part.get("Diagnostic-Code"):
            return cut(str(part["Diagnostic-Code"]).partition(";")[2])
    status = next((str(one["Status"]) for one in message.walk() if one.get("Status")), "")
    return cut(status) if status else ""
