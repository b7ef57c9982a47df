"""`recert plan`: what is still to do, the least of it, and by when."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

import typer

from recert.cli import inputs
from recert.cli.arguments import day_of
from recert.cli.assessing import AsJson
from recert.cli.problems import Problem
from recert.policy import assess, plan

On = Annotated[
    str, typer.Option("--on", metavar="DAY", help="The day of the plan; else that of the case.")
]


def plan_files(
    files: inputs.Files,
    *,
    as_json: AsJson = False,
    on: On = "",
    rulebook: inputs.RulebookFile = None,
    program: inputs.Program = "",
    category: inputs.Category = "",
    cycle: inputs.CycleDays = "",
    as_of: inputs.AsOf = "",
    participation: inputs.Participation = "",
) -> None:
    """Say what is still to do, and by when.

    Several files are the credentials of one person, and are planned together.

    The status is 0 when nothing is left to earn, 1 when something is, and 2 when a file cannot
    be used.
    """
    facts = inputs.TranscriptFacts(program, category, cycle, as_of, participation)
    questions = [inputs.read_question(path, facts, rulebook) for path in files]
    books = {question.rulebook.key for question in questions}
    if len(books) > 1:
        raise Problem(f"one plan is for one programme; found {', '.join(sorted(books))}")
    seen: dict[str, str] = {}
    for question in questions:
        category_key = question.case.category
        if category_key in seen:
            raise Problem(
                f"{question.name}: {category_key} is planned in {seen[category_key]} already; "
                "expected one file for each credential"
            )
        seen[category_key] = question.name
    day: date = day_of("--on", on) if on else max(question.case.as_of for question in questions)
    todo = plan([assess(question.rulebook, question.case) for question in questions], as_of=day)
    if as_json:
        typer.echo(json.dumps(todo.answer()))
    else:
        # Inside: see `assessing`.
        from recert.cli.pages import print_plan  # noqa: PLC0415  # slow to import

        print_plan(todo)
    raise typer.Exit(1 if todo.fewest or any(one.moves for one in todo.credentials) else 0)
