"""Asking the system that runs on a data folder, or the database that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from recert.cli.problems import Problem


def running_system(data: Path) -> None:
    """Make Django ready with the database of a system that runs. Raises `Problem`."""
    # Inside, because whoever asks for an assessment should not wait for them.
    from recert.running.folder import environment, running_database  # noqa: PLC0415  # slow

    url = os.environ.get("DATABASE_URL") or running_database(data)
    if not url:
        raise Problem(f"{data}: nothing runs on this folder; start it with recert up first")
    os.environ.update(environment(data, url=url, demo=False))
    import django  # noqa: PLC0415  # it must know its database first

    django.setup()
