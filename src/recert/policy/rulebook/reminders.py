"""When people are reminded of what ends."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from recert.policy.rulebook.table import Table

Some = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Reminder(Table, frozen=True):
    """A letter on a day that is counted from one of a cycle: so long before it, or after it.

    `courtesy`: whether one may ask not to get it.
    """

    title: str
    rule: str
    of: Literal["begins", "opens", "due", "expires"]
    months_before: Some = 0
    days_before: Some = 0
    days_after: Some = 0
    courtesy: bool = True
