"""`recert journal`: verify the chain of what happened, and tell its head to keep elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from recert.cli.asking import running_system
from recert.cli.problems import Problem
from recert.cli.running import DEFAULT_DATA, DataFolder

if TYPE_CHECKING:
    from recert.journal.chain import Head
    from recert.journal.verifying import Verified

NOT_WHOLE = 1
"""The status when something in the journal is not as it was written."""

EACH = 5.0
"""Seconds between two words on how far it is."""

app = typer.Typer(help="The journal, as a chain that shows each change.", no_args_is_help=True)


@app.callback()
def _journal() -> None:
    pass


@app.command("verify")
def verify(
    *,
    against: Annotated[
        str, typer.Option(metavar="HEAD", help="A head that was kept elsewhere, as `head` prints.")
    ] = "",
    data: DataFolder = DEFAULT_DATA,
) -> None:
    """Find what was changed, taken out, put in or moved in the journal.

    The status is 0 where all is as it was written, 1 where something is not, 2 where it could not
    be looked at. The system may be running.
    """
    kept = _head(against) if against else None
    running_system(data)
    from recert.journal.verifying import verify_journal  # noqa: PLC0415  # it needs its database

    found = verify_journal(against=kept, progress=_progress())
    _tell(found)
    if not found.is_whole:
        raise typer.Exit(NOT_WHOLE)


@app.command("head")
def head(*, data: DataFolder = DEFAULT_DATA) -> None:
    """Chain what waits, and print the head of the chain.

    Keep it where whoever runs the database cannot write: it holds all that happened until now.
    """
    running_system(data)
    from recert.journal.chaining import (  # noqa: PLC0415  # it needs its database
        chain_events,
        head_of_chain,
    )

    chain_events()
    typer.echo(head_of_chain())


def _head(text: str) -> Head:
    from recert.journal.chain import read_head  # noqa: PLC0415  # as the others

    found = read_head(text)
    if found is None:
        raise Problem(f"--against: expected a head such as 1200:5b…, found {text!r}")
    return found


def _tell(found: Verified) -> None:
    for one in found.findings:
        place = f"{one.position:,}" if one.position else "-"
        typer.echo(f"{one.fault.upper():<9}  {place:>11}  {one.what}")
    if found.more:
        typer.echo(f"and {found.more:,} more events that are not as written")
    said = f"{found.chained:,} events are chained"
    if found.erased:
        said += f", the words of {found.erased:,} of them erased"
    if found.waiting:
        said += f"; {found.waiting:,} wait for it, the earliest since {found.waiting_since}"
    typer.echo(f"{said}.")
    if found.is_whole:
        typer.echo(f"All is as it was written. The head is {found.head}")
    else:
        typer.echo("The journal is NOT as it was written.")


def _progress() -> Callable[[int, int], None]:
    """Say on standard error how far it is, from time to time."""
    began = said = time.monotonic()

    def tell(position: int, last: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said > EACH:
            said = now
            typer.echo(f"{position:,} of {last:,} events, {now - began:.0f} s", err=True)

    return tell
