"""The command line: `recert`.

Each command reads its arguments, asks the kernel, and prints; it decides nothing itself. What
cannot be used ends with status 2 and says on standard error where, what, and what would be right.
"""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

from recert import __version__
from recert.cli import (
    assessing,
    badges,
    cycles,
    fees,
    journal,
    notices,
    planning,
    receipts,
    rulebooks,
    running,
    seeding,
    staff,
    templates,
)
from recert.cli.assessing import UNUSABLE
from recert.cli.problems import as_problem

BUG = 70
"""The status of a program that is wrong itself, as in sysexits.h."""

app = typer.Typer(
    name="recert",
    help="Keep the credentials of a certification board current.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("assess")(assessing.assess_files)
app.command("plan")(planning.plan_files)
app.command("fee")(fees.fees_of_submissions)
app.command("cycle")(cycles.cycle_of)
app.command("up")(running.run_system)
app.command("seed")(seeding.seed_board)
app.add_typer(staff.app, name="staff")
app.add_typer(notices.app, name="notices")
app.add_typer(journal.app, name="journal")
app.add_typer(badges.app, name="badge")
app.add_typer(receipts.app, name="receipt")
app.add_typer(rulebooks.app, name="rulebook")
app.add_typer(templates.app, name="template")


def _version(value: bool) -> None:  # noqa: FBT001  # as typer calls it
    if value:
        typer.echo(f"recert {__version__}")
        raise typer.Exit


@app.callback()
def _recert(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot write must not cost the answer.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are text files
    try:
        app()
    except Exception as error:  # noqa: BLE001  # told apart just below
        problem = as_problem(error)
        if problem is None:  # a bug of ours, which must not pass for the answer "not met"
            traceback.print_exception(error)
            sys.exit(BUG)
        for line in problem:
            typer.echo(line, err=True)
        sys.exit(UNUSABLE)
