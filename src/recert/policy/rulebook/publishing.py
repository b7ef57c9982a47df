"""What a programme tells the public besides its rules: answers, and whom to ask."""

from __future__ import annotations

import msgspec

from recert.policy.rulebook.table import Table


class Question(Table, frozen=True):
    """What people ask, and what the board answers; values stand in it by their places."""

    asks: str
    answer: str  # holds places such as {cycle.years}
    rule: str


class Contact(Table, frozen=True):
    """Whom to ask, and when somebody is there."""

    email: str
    rule: str
    hours: str = ""
    website: str = ""
    telephones: dict[str, str] = msgspec.field(default_factory=dict)  # by from where one calls
