"""`recert seed`: fill a board with invented people."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recert import clock
from recert.cli.arguments import day_of
from recert.cli.problems import Problem
from recert.cli.running import DEFAULT_DATA, DataFolder
from recert.policy.refusals import Refused

if TYPE_CHECKING:
    from recert.seeding.boards import Seeded


def seed_board(
    *,
    certificants: Annotated[int, typer.Option(min=0, help="How many people.")] = 0,
    seed: Annotated[int, typer.Option(help="Another number, other people.")] = 1,
    as_of: Annotated[
        str, typer.Option(metavar="DAY", help="The day on which they stand; left out: today.")
    ] = "",
    data: DataFolder = DEFAULT_DATA,
    demo: Annotated[
        bool, typer.Option("--demo", help="Also the personas of the demo, each one click away.")
    ] = False,
    add: Annotated[
        bool, typer.Option("--add", help="Add to the people who are there already.")
    ] = False,
) -> None:
    """Fill a board with invented people.

    For trying it out and for measuring; the same number, seed and day bring the same people. The
    database is its own, unless DATABASE_URL names one; its own must not be in use.
    """
    if not (certificants or demo):
        raise Problem("expected --certificants with a number, or --demo")
    given = day_of("--as-of", as_of) if as_of else None
    with _ready(data, demo=demo):
        _seed(certificants, seed, given, demo=demo, add=add)


@contextmanager
def _ready(data: Path, *, demo: bool) -> Iterator[None]:
    """Make the database ready, and Django with it, for as long as it takes."""
    # Inside, because whoever asks for an assessment should not wait for them.
    from recert.running.database import database  # noqa: PLC0415  # slow to import
    from recert.running.folder import InUse, environment, held  # noqa: PLC0415  # as above
    from recert.running.up import NotUp, prepare  # noqa: PLC0415  # as above

    try:
        if os.environ.get("DATABASE_URL"):  # which others may use at the same time
            data.mkdir(parents=True, exist_ok=True)
            with database(data) as kept:
                prepare(_set(environment(data, url=kept.url, demo=demo)))
                yield
        else:
            with held(data), database(data) as kept:
                prepare(_set(environment(data, url=kept.url, demo=demo)))
                yield
    except (InUse, NotUp) as error:
        raise Problem(*str(error).splitlines()) from None


def _set(given: dict[str, str]) -> dict[str, str]:
    os.environ.update(given)
    return given


def _seed(certificants: int, seed: int, given: date | None, *, demo: bool, add: bool) -> None:
    import django  # noqa: PLC0415  # slow to import

    django.setup()

    from django.db import connections  # noqa: PLC0415  # needs what stands above

    from recert.board import the_rulebook  # noqa: PLC0415  # as above
    from recert.demo.personas import are_there, make_personas  # noqa: PLC0415  # as above
    from recert.seeding import boards  # noqa: PLC0415  # as above

    as_of = given or clock.today(the_rulebook().calendar.time_zone.value)
    try:
        if demo and are_there() and not add:
            typer.echo("The personas of the demo are there already; nothing was changed.")
            return
        if certificants:
            done = boards.seed_board(
                certificants=certificants,
                as_of=as_of,
                seed=seed,
                add=add,
                progress=_progress(certificants),
            )
            typer.echo(
                f"{done.people:,} people with {done.credentials:,} credentials and "
                f"{done.activities:,} activities, as of {as_of}."
            )
        if demo and make_personas(as_of=as_of):
            typer.echo("The personas of the demo are made; their page is /demo/.")
    except Refused as refusal:
        raise Problem(
            refusal.message, "Give --add to add to them, or name another folder with --data."
        ) from None
    finally:
        connections.close_all()  # or a database of our own would wait for them


def _progress(certificants: int) -> Callable[[Seeded], None]:
    """Say on standard error how far it is, at every tenth of the way."""
    began, said = time.monotonic(), 0

    def tell(done: Seeded) -> None:
        nonlocal said
        tenth = 10 * done.people // certificants
        if tenth > said:
            said = tenth
            seconds = time.monotonic() - began
            typer.echo(
                f"{done.people:,} of {certificants:,} people, {done.activities:,} activities, "
                f"{seconds:.0f} s",
                err=True,
            )

    return tell
