"""What it costs."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from recert.policy.dated import GoverningDay
from recert.policy.rulebook.table import Count, Key, Setting, Table


class CountryAmount(Table, frozen=True):
    """An amount for the residents of a group of countries."""

    countries: Key
    amount: str


class FeeStep(Table, frozen=True):
    """What a fee is from a day on, in the programme's currency."""

    from_: date = msgspec.field(name="from")
    amount: str
    instead: tuple[CountryAmount, ...] = ()


class Fee(Table, frozen=True):
    """A fee and its dates."""

    title: str
    rule: str
    governed_by: GoverningDay
    steps: tuple[FeeStep, ...]
    refundable: bool = False


class Reduction(Table, frozen=True):
    """A lower fee for further credentials declared on the same business day."""

    fee: Key
    instead_of: Key
    rule: str
    within_months: Setting[Count]  # of every other expiration date of the set
    same: Setting[Literal["business-day"]]
