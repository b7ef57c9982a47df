"""Answer `recert assess`: is this enough, which points count, and why not the others."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from recert.cli import inputs
from recert.cli.problems import as_problem
from recert.policy import Assessment, assess

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, one line for each file.")]
NOT_MET, UNUSABLE = 1, 2


def assess_files(
    files: inputs.Files,
    *,
    as_json: AsJson = False,
    rulebook: inputs.RulebookFile = None,
    program: inputs.Program = "",
    category: inputs.Category = "",
    cycle: inputs.CycleDays = "",
    as_of: inputs.AsOf = "",
    participation: inputs.Participation = "",
) -> None:
    """Say whether transcripts are enough.

    Which points count, why the others do not, and what is next.

    The status is 0 when all are met, 1 when one is not, and 2 when a file cannot be used; of
    several files, the others are answered all the same.
    """
    facts = inputs.TranscriptFacts(program, category, cycle, as_of, participation)
    status = 0
    for number, path in enumerate(files):
        try:
            question = inputs.read_question(path, facts, rulebook)
            assessment = assess(question.rulebook, question.case)
        except Exception as error:
            lines = as_problem(error)
            if lines is None:
                raise
            status = UNUSABLE
            for line in lines:
                typer.echo(line, err=True)
            if as_json and len(files) > 1:  # so that line and file still correspond
                typer.echo(json.dumps({"file": path, "error": list(lines)}))
            continue
        if assessment.outcome == "not-met":
            status = max(status, NOT_MET)
        if as_json:
            typer.echo(json.dumps(assessment.answer()))
        else:
            if number:
                typer.echo()
            _print(assessment, question.name if len(files) > 1 else "")
    raise typer.Exit(status)


def _print(assessment: Assessment, name: str) -> None:
    # Inside, because whoever asks for JSON should not wait for what draws the page.
    from recert.cli.pages import print_assessment  # noqa: PLC0415  # slow to import

    print_assessment(assessment, name=name)
