"""What happens to the interface by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from recert import clock
from recert.api.limits import clear_full


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="clear-allowances")
def clear_allowances(timestamp: int) -> int:
    """Forget the allowances that are full again, and answer how many."""
    del timestamp
    return clear_full(at=clock.now())
