"""Where somebody would stand of whom nothing is on record: supposed, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.queries import Position, purpose_for
from recert.policy import assess, plan
from recert.policy.case import Activity, build_case
from recert.policy.cycles import DAY, cycle_ending
from recert.policy.standing import Grant, Holding, declarable_on, standing_on


def holding_supposed(category: str, *, ends_on: date | None, as_of: date) -> Holding:
    """Answer a certification whose cycle ends on a day; None: it never ends, and none runs.

    Raises `ValueError` where no cycle ends on the day.
    """
    book = the_rulebook()
    if ends_on is None:
        required_from = book.categories[category].required_from
        return Holding(category=category, certified_on=(required_from or as_of) - DAY)
    cycle = cycle_ending(book, ends_on)
    return Holding(
        category=category,
        certified_on=cycle.starts,
        grants=(Grant(cycle=cycle, granted_on=cycle.starts),),
    )


def position_supposed(holding: Holding, activities: Sequence[Activity], *, as_of: date) -> Position:
    """Answer where a certification would stand with some activities, as the kernel judges it.

    Raises `NotInForce` for days of which the rulebook says nothing.
    """
    book = the_rulebook()
    standing = standing_on(book, holding, as_of=as_of)
    purpose = purpose_for(book, standing)
    assessment, planned = None, None
    if purpose:
        case = build_case(
            book,
            category=holding.category,
            purpose=purpose,
            cycle=None if purpose == "voluntary" else standing.cycle,
            as_of=as_of,
            activities=tuple(activities),
        )
        assessment = assess(book, case)
        planned = plan([assessment], as_of=as_of).credentials[0]
    return Position(
        credential=Credential(category=holding.category, certified_on=holding.certified_on),
        holding=holding,
        standing=standing,
        declarable=declarable_on(book, holding, as_of=as_of),
        purpose=purpose,
        assessment=assessment,
        plan=planned,
        declaration=None,
    )
