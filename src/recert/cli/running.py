"""`recert up`: run all of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from recert.cli.problems import Problem

DataFolder = Annotated[
    Path, typer.Option("--data", help="The folder of the database, documents and letters.")
]
DEFAULT_DATA = Path("recert-data")


def run_system(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where pages are served.")] = 8000,
    data: DataFolder = DEFAULT_DATA,
    address: Annotated[
        str, typer.Option(metavar="URL", help="How people reach it, where that is not localhost.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web processes.")] = 2,
    demo: Annotated[
        bool, typer.Option("--demo", help="With invented people, each one click away.")
    ] = False,
) -> None:
    """Run the system.

    The database (its own, unless DATABASE_URL names one), the web pages, the worker, and without
    the keys of a card processor a sandbox of one. Ctrl-C stops all of it.
    """
    # Inside, because whoever asks for an assessment should not wait for them.
    from recert.running.folder import InUse  # noqa: PLC0415  # slow to import
    from recert.running.processes import Fallen  # noqa: PLC0415  # as above
    from recert.running.up import NotUp, up  # noqa: PLC0415  # as above

    try:
        up(data, port=port, address=address, workers=workers, demo=demo, say=typer.echo)
    except (InUse, NotUp, Fallen) as error:
        raise Problem(*str(error).splitlines()) from None


def set_up(data: Path) -> None:
    """Let Django know the database that runs on a folder. Raises `Problem`."""
    from recert.running.folder import environment, running_database  # noqa: PLC0415  # slow

    url = os.environ.get("DATABASE_URL") or running_database(data)
    if not url:
        raise Problem(f"{data}: nothing runs on this folder; start it with recert up first")
    os.environ.update(environment(data, url=url, demo=False))
    import django  # noqa: PLC0415  # it must know its database first

    django.setup()
