"""`recert rulebook`: check a programme's file, show it to people, describe it to editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from recert.cli.problems import Problem
from recert.policy import Unusable, load_rulebook
from recert.policy.loading import shipped_rulebooks
from recert.policy.schema import rulebook_schema

app = typer.Typer(help="Check, show and describe rulebooks.", no_args_is_help=True)


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Rulebook files (TOML).")],
) -> None:
    """Say all that is wrong with a rulebook.

    Each mistake with its file and its place in it; all at once.
    """
    lines: list[str] = []
    for file in files:
        try:
            book = load_rulebook(file)
        except Unusable as unusable:
            lines += str(unusable).splitlines()
        else:
            counts = f"{len(book.rules)} rules, {len(book.categories)} categories"
            typer.echo(f"{file}: good. {book.title}: {counts}, {len(book.kinds)} kinds.")
    if lines:
        raise Problem(*lines)


@app.command("show")
def show(
    rulebook: Annotated[
        str, typer.Argument(metavar="KEY", help="The key of a shipped rulebook, or a file.")
    ],
) -> None:
    """Print a programme for people.

    Requirements by category and expiration date, points, limits and fees, each with its rule.
    """
    book = load_rulebook(rulebook)
    # Inside: see `assessing`.
    from recert.cli.programme_page import print_programme  # noqa: PLC0415  # slow to import

    print_programme(book)


@app.command("list")
def list_shipped() -> None:
    """List the programmes that come with recert."""
    for key in shipped_rulebooks():
        typer.echo(f"{key}  {load_rulebook(key).title}")


@app.command("schema")
def schema() -> None:
    """Print a JSON Schema of rulebooks.

    For editors that complete and check TOML.
    """
    typer.echo(json.dumps(rulebook_schema(), indent=2))
