"""What a plan consists of. `planning` makes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from recert.policy.assessment import Assessment
from recert.policy.case import Activity
from recert.policy.cycles import Window
from recert.policy.joint_days import JointDays
from recert.policy.points import points_text
from recert.policy.rulebook import Key


def _texts(points: Mapping[Key, int]) -> dict[Key, str]:
    return {area: points_text(some) for area, some in points.items()}


class Move(msgspec.Struct, frozen=True):
    """An activity whose points serve better elsewhere. Hundredths by area."""

    activity: str
    title: str
    before: dict[Key, int]
    after: dict[Key, int]

    def answer(self) -> dict[str, object]:
        """Answer the move as plain data."""
        return {
            "activity": self.activity,
            "before": _texts(self.before),
            "after": _texts(self.after),
        }


class ToDo(msgspec.Struct, frozen=True):
    """Points to earn in one area, in hundredths, and the credentials that lack them there."""

    area: Key
    title: str
    points: int
    rules: tuple[str, ...]
    serves: tuple[str, ...]

    def answer(self) -> dict[str, object]:
        """Answer what to earn as plain data."""
        return {
            "area": self.area,
            "points": points_text(self.points),
            "rules": list(self.rules),
            "serves": list(self.serves),
        }


class Room(msgspec.Struct, frozen=True):
    """What a kind of activity can still bring. `points`: in hundredths, None for no limit."""

    kind: Key
    title: str
    points: int | None
    rule: str
    because: str = ""

    def answer(self) -> dict[str, object]:
        """Answer the room as plain data; `points` is null without a limit."""
        points = None if self.points is None else points_text(self.points)
        return {"kind": self.kind, "points": points, "rule": self.rule, "because": self.because}


class Dates(msgspec.Struct, frozen=True):
    """The days that matter to one declaration.

    With a cycle: `window`, and `last_day` on which a point may still be earned. Without one the
    days slide: `counts_until` is the last day of submission on which everything that counts now
    still does. Once expired, `no_declaration_from` is the day from which only the examination is
    left (STA-5).
    """

    last_day: date | None = None
    window: Window | None = None
    counts_until: date | None = None
    no_declaration_from: date | None = None

    def answer(self) -> dict[str, str]:
        """Answer the days that there are, as ISO texts."""
        window = self.window
        days = {
            "opens_on": window and window.opens_on,
            "due_on": window and window.due_on,
            "expires_on": window and window.expires_on,
            "last_day": self.last_day,
            "counts_until": self.counts_until,
            "no_declaration_from": self.no_declaration_from,
        }
        return {name: day.isoformat() for name, day in days.items() if day}


class CredentialPlan(msgspec.Struct, frozen=True):
    """What is still to do for one credential. Points in hundredths.

    `fewest`: the fewest further points with which it is met once the `moves` are made; without
    them it is `fewest_as_claimed`. `reallocating_wins`: the points that areas lack, or the total
    lacks, no more after the moves. `to_do` and `anywhere` are one way to earn the fewest.
    `borrowed`: activities entered for another credential that would serve this one too.
    """

    name: str
    assessment: Assessment
    fewest_as_claimed: int
    fewest: int
    reallocating_wins: int
    moves: tuple[Move, ...]
    borrowed: tuple[Activity, ...]
    spent_elsewhere: tuple[Activity, ...]
    to_do: tuple[ToDo, ...]
    anywhere: int
    room: tuple[Room, ...]
    dates: Dates

    def answer(self) -> dict[str, object]:
        """Answer the credential's plan as plain data."""
        return {
            "category": self.assessment.case.category,
            "outcome": self.assessment.outcome,
            "fewest": points_text(self.fewest),
            "fewest_as_claimed": points_text(self.fewest_as_claimed),
            "reallocating_wins": points_text(self.reallocating_wins),
            "moves": [one.answer() for one in self.moves],
            "borrowed": [one.id for one in self.borrowed],
            "spent_elsewhere": [one.id for one in self.spent_elsewhere],
            "to_do": [one.answer() for one in self.to_do],
            "anywhere": points_text(self.anywhere),
            "room": [one.answer() for one in self.room],
            "dates": self.dates.answer(),
        }


class Plan(msgspec.Struct, frozen=True):
    """What is still to do for the credentials of one person, all of them together.

    A further point may serve each of them (ACT-2), so `fewest` is less than their sum.
    """

    as_of: date
    credentials: tuple[CredentialPlan, ...]
    to_do: tuple[ToDo, ...]
    anywhere: int
    together: tuple[JointDays, ...]

    @property
    def fewest(self) -> int:
        """The fewest further points that meet every credential, in hundredths."""
        return sum(one.points for one in self.to_do) + self.anywhere

    def answer(self) -> dict[str, object]:
        """Answer the whole plan as plain data."""
        return {
            "as_of": self.as_of.isoformat(),
            "fewest": points_text(self.fewest),
            "to_do": [one.answer() for one in self.to_do],
            "anywhere": points_text(self.anywhere),
            "credentials": [one.answer() for one in self.credentials],
            "together": [one.answer() for one in self.together],
        }
