"""What happens to documents by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from procrastinate.contrib.django import app

from recert import clock
from recert.transcript.models import Document, SignedForm

LEFT_ALONE = timedelta(days=1)
"""How long a file may be without its row: it may be on its way."""


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="sweep-files")
def sweep_files(timestamp: int) -> int:
    """Delete files that belong to no document and no form, and answer how many.

    A process that was killed between keeping a file and its row leaves such. Removed documents
    keep their rows, and so their files.
    """
    del timestamp
    kept: dict[str, tuple[QuerySet[Any], str]] = {
        "documents": (Document.objects.all(), "file"),
        "forms": (SignedForm.objects.all(), "paper"),
    }
    return sum(
        _sweep(f"{folder}/{inner}", *rows)
        for folder, rows in kept.items()
        if default_storage.exists(folder)
        for inner in default_storage.listdir(folder)[0]
    )


def _sweep(folder: str, known_in: QuerySet[Any], field: str) -> int:
    """Delete what lies in a folder and is the file of no row."""
    paths, swept = {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}, 0
    known = set(known_in.filter(**{f"{field}__in": paths}).values_list(field, flat=True))
    for path in sorted(paths - known):
        if clock.now() - default_storage.get_modified_time(path) > LEFT_ALONE:
            default_storage.delete(path)
            swept += 1
    return swept
