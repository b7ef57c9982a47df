"""`recert template`: files to begin with."""

from __future__ import annotations

import typer

from recert.casefile import transcript_template
from recert.cli.inputs import Program, RulebookFile, rulebook_for

app = typer.Typer(help="Print files to begin with.", no_args_is_help=True)


@app.callback()
def _template() -> None:
    pass


@app.command("csv")
def csv_template(*, rulebook: RulebookFile = None, program: Program = "") -> None:
    """Print a transcript to fill in, as CSV: `recert template csv > transcript.csv`."""
    typer.echo(transcript_template(rulebook_for(program, rulebook)), nl=False)
