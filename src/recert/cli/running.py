"""`recert up`: run all of it."""

from __future__ import annotations

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
