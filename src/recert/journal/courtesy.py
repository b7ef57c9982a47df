"""Letters that one may do without, and how whoever got one stops them without an account."""

from __future__ import annotations

from typing import Final

from recert.board import the_rulebook
from recert.journal.models import Event
from recert.policy.refusals import not_found

STOP_PATH: Final = "/letters/stop/"
"""Where a reader stops them; what follows is theirs alone."""

_STOPS: Final = "courtesy-"


def is_courtesy(event: Event) -> bool:
    """Answer whether the letter of an event is one that its reader may do without.

    A reminder is, where the rulebook says so of each one in it; a decision never is.
    """
    reminders = the_rulebook().reminders
    told = event.facts.get("reminders") or []
    named = [reminders.get(str(one.get("reminder"))) for one in told]
    return bool(named) and all(one is not None and one.courtesy for one in named)


def stop_key(person: str) -> str:
    """Answer for what the secret part of a stopping address stands."""
    return f"{_STOPS}{person}"


def who_stops(key: str) -> str:
    """Answer the ref of the person for whom such an address stands. Raises `Refused`."""
    if not key.startswith(_STOPS):
        raise not_found()
    return key.removeprefix(_STOPS)
