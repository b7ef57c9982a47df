"""`recert cycle`: the days of a cycle, and what a certification is worth on one."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

import typer

from recert.cli import inputs
from recert.cli.arguments import day_of
from recert.cli.assessing import AsJson
from recert.cli.problems import Problem
from recert.policy import Rulebook
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import (
    Cycle,
    declaration_window,
    examination_needed_from,
    first_cycle,
    later_years_of,
    next_cycle,
)
from recert.policy.mistakes import nearest
from recert.policy.standing import Holding, declarable_on, standing_on


def cycle_of(
    *,
    certified: Annotated[
        str, typer.Option(metavar="DAY", help="The day of certification: the first cycle.")
    ] = "",
    cycle: Annotated[
        str, typer.Option(metavar="START:END", help="A cycle as it stands on the record.")
    ] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DAY", help="Say the standing on this day too.")
    ] = "",
    category: Annotated[str, typer.Option(help="For the standing: such as MLS.")] = "",
    rulebook: inputs.RulebookFile = None,
    program: inputs.Program = "",
    as_json: AsJson = False,
) -> None:
    """Say the days of a cycle.

    When it begins and ends, when its declaration opens and is due, what follows; and on a day,
    what the certification is worth.
    """
    book = inputs.rulebook_for(program, rulebook)
    if bool(certified) == bool(cycle):
        raise Problem("expected either --certified DAY or --cycle START:END")
    if as_of and not (certified and category):
        raise Problem("--as-of: the standing needs --certified and --category too")
    this = (
        first_cycle(book, certified_on=day_of("--certified", certified))
        if certified
        else _given(cycle)
    )
    facts = _facts(book, this)
    if as_of:
        if category not in book.categories:
            raise Problem(
                f"--category: unknown category {category!r}; {nearest(category, book.categories)}"
            )
        facts |= _standing(
            book, category, day_of("--certified", certified), day_of("--as-of", as_of)
        )
    if as_json:
        typer.echo(json.dumps(facts))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {value}")


def _given(text: str) -> Cycle:
    starts, colon, ends = text.partition(":")
    if not colon:
        raise Problem(f"--cycle: expected START:END, found {text!r}")
    cycle = Cycle(starts=day_of("--cycle", starts), ends=day_of("--cycle", ends))
    if cycle.ends < cycle.starts:
        raise Problem(f"--cycle: ends before it starts; expected {cycle.starts} or later")
    return cycle


def _facts(book: Rulebook, cycle: Cycle) -> dict[str, str]:
    window = declaration_window(book, cycle)
    following = next_cycle(book, cycle)
    days = book.processing.business_days.value
    decided_by = BusinessDays(book).after(window.due_on, business_days=days)
    later_years = later_years_of(cycle.starts, book.cycle.years.value)
    facts: dict[str, str | date] = {
        "starts_on": cycle.starts,
        "later_years_begin_on": ", ".join(map(str, later_years)),
        "declaration_opens_on": window.opens_on,
        "declaration_due_on": window.due_on,
        "decided_by_if_declared_when_due": decided_by,
        "expires_on": cycle.ends,
        "next_cycle": f"{following.starts} to {following.ends}",
        "examination_needed_from": examination_needed_from(book, expired_on=cycle.ends),
    }
    return {name: str(value) for name, value in facts.items()}


def _standing(book: Rulebook, category: str, certified_on: date, as_of: date) -> dict[str, str]:
    holding = Holding(category=category, certified_on=certified_on)
    standing = standing_on(book, holding, as_of=as_of)
    declarable = declarable_on(book, holding, as_of=as_of)
    return {
        "standing": f"{standing.state} on {as_of} ({standing.rule})",
        "title": str(standing.title) or "not to be used",
        "says": standing.says,
        "declaration": f"{declarable.says} ({declarable.rule})",
    }
