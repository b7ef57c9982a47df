"""The code that confirms a signer's address: worked out like a token, so that nothing holds it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import constant_time_compare, salted_hmac

from recert.transcript.models import SignedForm

DIGITS: Final = 6
LASTS: Final = timedelta(minutes=15)
MOST_TRIES: Final = 5
"""With one code; after them, another has to be sent."""

MOST_CODES: Final = 10
"""With one link. Whoever guesses has fifty tries in a million."""

SENT_JUST_NOW: Final = timedelta(seconds=30)
"""So long a second click, or a second tab, sends no other code."""


def code_of(form: SignedForm) -> str:
    """Answer the code that was sent last for a form."""
    turn = f"{form.ref}.{form.link}.{form.codes}"
    digest = salted_hmac("recert.signing-code", turn, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**DIGITS:0{DIGITS}}"


def can_be_tried(form: SignedForm, *, at: datetime) -> bool:
    """Answer whether the code that was sent last can still confirm the address."""
    sent_at = form.code_sent_at
    return sent_at is not None and at < sent_at + LASTS and form.code_tries < MOST_TRIES


def is_right(form: SignedForm, code: str) -> bool:
    """Answer whether somebody typed the code that was sent last."""
    return constant_time_compare(code_of(form), code)
