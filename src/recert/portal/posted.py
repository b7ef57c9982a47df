"""Letters as pages show them: what became of each, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from recert.journal.letters import kept_words
from recert.journal.models import Notice
from recert.portal.histories import words_of_events

State = Literal["waits", "sent", "came-back", "not-sent"]

TONES: dict[State, str] = {
    "waits": "wait",
    "sent": "good",
    "came-back": "bad",
    "not-sent": "bad",
}


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter in a list. `title` is its subject; `at` when it was sent, or else owed."""

    ref: str
    title: str
    to: str
    at: datetime
    state: str
    tone: str
    again: bool


def posted(notices: Iterable[Notice]) -> list[Posted]:
    """Answer letters as a list shows them."""
    words, states = words_of_events(), state_words()
    return [
        Posted(
            ref=one.ref,
            title=one.subject or kept_words(one)[0] or words.get(one.event.kind, one.event.kind),
            to=one.to,
            at=one.sent_at or one.owed_at,
            state=states[state_of(one)],
            tone=TONES[state_of(one)],
            again=one.again_of_id is not None,
        )
        for one in notices
    ]


def state_of(notice: Notice) -> State:
    """Answer what became of a letter."""
    if notice.sent_at is None:
        return "waits" if notice.failed_at is None else "not-sent"
    return "sent" if notice.failed_at is None else "came-back"


def state_words() -> dict[State, str]:
    """Answer how people call it."""
    return {
        "waits": _("on its way"),
        "sent": _("sent"),
        "came-back": _("came back"),
        "not-sent": _("could not be sent"),
    }
