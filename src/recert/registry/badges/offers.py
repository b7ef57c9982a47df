"""What a badge would say of a credential on a day, and whether an earlier one still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from recert.policy.rulebook import Rulebook
from recert.policy.standing import Holding, Standing, Title, standing_on


@dataclass(frozen=True, slots=True)
class Offer:
    """What a badge would say: how the credential is written, and in which days.

    `until` is None where it has no last day. One with the designation says that the credential
    is maintained; one without, that it is held (PAR-2, PAR-3, DEC-7).
    """

    title: Title
    starts: date
    until: date | None

    @property
    def maintained(self) -> bool:
        """Whether it has the designation."""
        return bool(self.title.superscript)


class Said(Protocol):
    """What a badge said when it was issued."""

    category: str
    number: str
    title: str
    superscript: str
    until_on: date | None


def offer_of(standing: Standing, *, certified_on: date, as_of: date) -> Offer | None:
    """Answer what a badge would say today; None where nothing may be shown, or none has an end yet.

    It never says more than is certain: a cycle that begins later has a badge from its first day
    on, and a renewal that the board has not decided has none.
    """
    if not standing.valid or not standing.title.text:
        return None
    if standing.cycle is None:
        return Offer(standing.title, certified_on, None)
    if as_of > standing.cycle.ends:
        return None
    return Offer(standing.title, standing.cycle.starts, standing.cycle.ends)


def still_holds(book: Rulebook, holding: Holding, said: Said, *, number: str, as_of: date) -> bool:
    """Answer whether what a badge said of a credential is so on a day.

    One whose last day is past ended on that day, and is judged by it. A certification that is
    maintained now is still the one that was certified, so a badge without the designation holds.
    """
    on = min(as_of, said.until_on) if said.until_on else as_of
    if (said.category, said.number) != (holding.category, number):
        return False
    standing = standing_on(book, holding, as_of=on)
    if not standing.valid or not standing.title.text:
        return False
    if said.superscript and (said.title, said.superscript) != (
        standing.title.text,
        standing.title.superscript,
    ):
        return False
    # A cycle that was shortened ends before the badge says so.
    running = standing.renewed or standing.cycle
    return said.until_on is None or running is None or said.until_on <= running.ends
