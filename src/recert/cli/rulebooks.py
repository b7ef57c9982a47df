"""`recert rulebook`: check a programme's file, show it to people, describe it to editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from recert.cli.drawing import console, heading
from recert.cli.problems import Problem
from recert.policy import Unusable, load_rulebook
from recert.policy.loading import shipped_rulebooks
from recert.policy.overview import (
    FeeRow,
    KindRow,
    RequirementTable,
    fee_rows,
    kind_rows,
    period_titles,
    requirement_tables,
)
from recert.policy.schema import rulebook_schema

app = typer.Typer(help="Check, show and describe rulebooks.", no_args_is_help=True)


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Rulebook files (TOML).")],
) -> None:
    """Say everything that is wrong with rulebook files, or that nothing is."""
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
    """Print a programme for people: requirements, points and fees, each with its rule."""
    book = load_rulebook(rulebook)
    out = console()
    out.print(f"{book.title}\n{book.board}. {book.source}.", style="bold")
    for table in requirement_tables(book):
        _requirements(out, table)
    _kinds(out, kind_rows(book))
    _fees(out, fee_rows(book))


@app.command("list")
def list_shipped() -> None:
    """List the programmes that come with recert."""
    for key in shipped_rulebooks():
        typer.echo(f"{key}  {load_rulebook(key).title}")


@app.command("schema")
def schema() -> None:
    """Print a JSON Schema of rulebook files, for editors that complete and check TOML."""
    typer.echo(json.dumps(rulebook_schema(), indent=2))


def _requirements(out: Console, table: RequirementTable) -> None:
    out.print(heading(f"{table.title}: {', '.join(table.categories)}"))
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    drawn.add_column("Required in a cycle that expires")
    for title in period_titles(table.days):
        drawn.add_column(title, justify="right")
    drawn.add_column("Rule", style="dim")
    for row in table.rows:
        drawn.add_row(row.title, *row.points, ", ".join(row.rules))
    out.print(drawn)
    out.print(f"The rest of the total: {table.rest}.", style="dim")


def _kinds(out: Console, rows: list[KindRow]) -> None:
    out.print(heading("What activities earn"))
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Kind", "Earns", "At most"):
        drawn.add_column(title)
    drawn.add_column("Rule", style="dim", no_wrap=True)
    for row in rows:
        drawn.add_row(row.title, row.earns, row.caps.removeprefix("at most "), row.rule)
    out.print(drawn)


def _fees(out: Console, rows: list[FeeRow]) -> None:
    out.print(heading("Fees"))
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    drawn.add_column("Fee")
    drawn.add_column("From")
    drawn.add_column("Amount", justify="right", no_wrap=True)
    drawn.add_column("For")
    drawn.add_column("Rule", style="dim", no_wrap=True)
    for row in rows:
        drawn.add_row(row.title, str(row.from_), row.amount, row.who, row.rule)
    out.print(drawn)
