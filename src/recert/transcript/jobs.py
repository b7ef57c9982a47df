"""What happens to documents by itself."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import default_storage
from procrastinate.contrib.django import app

from recert import clock
from recert.transcript.models import Document

FOLDER = "documents"
LEFT_ALONE = timedelta(days=1)
"""How long a file may be without its row: it may be on its way."""


@app.periodic(cron="47 3 * * *")
@app.task(queueing_lock="sweep-files")
def sweep_files(timestamp: int) -> int:
    """Delete files that belong to no document, and answer how many.

    A process that was killed between keeping a file and its row leaves such. Removed documents
    keep their rows, and so their files.
    """
    del timestamp
    swept = 0
    if not default_storage.exists(FOLDER):
        return swept
    for inner in default_storage.listdir(FOLDER)[0]:
        folder = f"{FOLDER}/{inner}"
        names = set(default_storage.listdir(folder)[1])
        known = set(Document.objects.filter(ref__in=names).values_list("ref", flat=True))
        for name in sorted(names - known):
            path = f"{folder}/{name}"
            if clock.now() - default_storage.get_modified_time(path) > LEFT_ALONE:
                default_storage.delete(path)
                swept += 1
    return swept
