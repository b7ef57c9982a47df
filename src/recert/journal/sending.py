"""Sending what is owed: each letter once in effect.

The row is locked while its letter is sent, so that of several senders one sends. A crash after the
mail server took the letter and before the row says so repeats it, with the same Message-ID; there
is no moment in which it could be lost.
"""

from __future__ import annotations

import logging
import re
import smtplib
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from recert.journal.courtesy import is_courtesy
from recert.journal.letters import Letter, letter_of
from recert.journal.models import OWED, Notice
from recert.journal.posting import post
from recert.journal.stopping import STOPPED, is_stopped, stop_address

logger = logging.getLogger(__name__)

REFUSED_FOR_GOOD: Final = range(500, 600)
"""Answers of a mail server that will be the same the next time."""

SIGN_IN_FIRST: Final = 530
"""One of them that is about us and not about the letter."""


NO_MAILBOX: Final = frozenset({550, 551, 553})
"""Answers to an address that mean that there is nobody, where no detailed code says more."""

DETAILED: Final = re.compile(r"5\.(?P<subject>\d{1,3})\.\d{1,3}\b")
"""The detailed code of a final answer (RFC 3463); its second number is what it is about."""


class NotSentYet(Exception):
    """The letter could not be sent now, and will be tried again."""


def send_owed(notice_id: int, *, at: datetime) -> None:
    """Send the letter of a notice, unless that is done or under way. Raises `NotSentYet`."""
    problem = _try_to_send(notice_id, at)
    if problem:
        raise NotSentYet(_reply(problem)) from problem


@transaction.atomic
def _try_to_send(notice_id: int, at: datetime) -> OSError | None:
    """Send it, and note what became of it; answer what stood in the way for now."""
    rows = Notice.objects.select_for_update(skip_locked=True, of=("self",))
    notice = rows.select_related("event").filter(OWED, pk=notice_id).first()
    if notice is None:
        return None
    notice.tries += 1
    letter = _written(notice, at)
    if letter is None:
        return None
    try:
        post(_message(notice, letter))
    except OSError as error:  # all that smtplib raises is one
        if _is_final(error):
            logger.warning("%s was refused: %s", notice.ref, _reply(error))
            _give_up(notice, _reply(error), at)
            if _is_about_the_address(error):
                stop_address(notice, says=_reply(error), at=at)
            return None
        logger.warning("%s could not be sent yet: %s", notice.ref, _reply(error))
        notice.last_error = _reply(error)
        notice.save(update_fields=["tries", "last_error"])
        return error
    except ValueError as error:  # an address that looks like one, and cannot be written down
        logger.warning("%s cannot be addressed: %s", notice.ref, error)
        _give_up(notice, f"the letter could not be addressed: {error}", at)
        return None
    notice.subject, notice.text = letter.subject, letter.kept
    notice.sent_at, notice.last_error = at, ""
    notice.save(update_fields=["tries", "subject", "text", "sent_at", "last_error"])
    return None


def _written(notice: Notice, at: datetime) -> Letter | None:
    """Write the letter, or give it up."""
    if is_stopped(notice.to):
        _give_up(notice, STOPPED, at, is_settled=is_courtesy(notice.event))
        return None
    try:
        return letter_of(notice)
    except Exception as error:  # a template may raise anything; the desk must learn of each
        logger.exception("%s cannot be written", notice.ref)
        _give_up(notice, f"the letter could not be written: {error}", at)
        return None


def _give_up(notice: Notice, because: str, at: datetime, *, is_settled: bool = False) -> None:
    notice.last_error, notice.failed_at = because, at
    notice.settled_at = at if is_settled else None
    notice.save(update_fields=["tries", "last_error", "failed_at", "settled_at"])


def _message(notice: Notice, letter: Letter) -> EmailMultiAlternatives:
    """Answer the message, to the bare address: a name in a header is one more thing to forge.

    What comes back goes to where the operator wants it; who wrote is seen all the same.
    """
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": notice.message_id,
        "Auto-Submitted": "auto-generated",
    }
    if letter.stop:
        headers["List-Unsubscribe"] = f"<{letter.stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        letter.subject, letter.text, settings.BOUNCES_TO, to=[notice.to], headers=headers
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def _is_final(error: OSError) -> bool:
    """Answer whether the server refuses this letter, or this reader, for good.

    What it says about us (who we are, how we sign in) is put right here and then sent again.
    """
    if not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return False
    code, _text = _answer(error)
    return code in REFUSED_FOR_GOOD and code != SIGN_IN_FIRST


def _is_about_the_address(error: OSError) -> bool:
    """Answer whether a final answer says that there is no such mailbox.

    A refusal of what we write, or of us, has another subject, and says nothing of the address.
    """
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    code, text = _answer(error)
    detailed = DETAILED.match(text)
    return detailed["subject"] == "1" if detailed else code in NO_MAILBOX


def _answer(
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException,
) -> tuple[int, str]:
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    else:
        code, text = error.smtp_code, error.smtp_error
    return code, text.decode("utf-8", "replace") if isinstance(text, bytes) else text


def _reply(error: OSError) -> str:
    """Answer what went wrong, in a line for the desk."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException):
        code, text = _answer(error)
        return " ".join(f"{code} {text}".split())
    return str(error) or type(error).__name__
