"""What happens to erased people by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from recert import clock
from recert.dossiers.actions.erasures import sweep_erased
from recert.people.models import Person

WITHIN: Final = timedelta(days=2)
"""No request lasts as long: what was not swept by then was not under way."""


@app.periodic(cron="23 * * * *")
@app.task(queueing_lock="sweep-erased")
def sweep_words_of_erased(timestamp: int) -> int:
    """Erase what was noted of people while they were being erased; answer how many events."""
    del timestamp
    lately = Person.objects.filter(erased_at__gt=clock.now() - WITHIN, merged_into=None)
    return sum(sweep_erased(one) for one in lately)
