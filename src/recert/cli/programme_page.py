"""The page that shows a programme to people."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from recert.cli.drawing import console, heading
from recert.policy import Rulebook
from recert.policy.overview import (
    FeeRow,
    KindRow,
    RequirementTable,
    fee_rows,
    kind_rows,
    period_titles,
    requirement_tables,
)


def print_programme(book: Rulebook) -> None:
    """Print a programme as a page: requirements, points and fees, each with its rule."""
    out = console()
    out.print(book.title, style="bold")
    out.print(f"{book.board}. {book.source}.")
    for table in requirement_tables(book):
        _requirements(out, table)
    _kinds(out, kind_rows(book))
    _fees(out, fee_rows(book))


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
        drawn.add_row(row.title, row.earns, row.caps, row.rule)
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
