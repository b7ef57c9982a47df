"""What happens to declarations by itself. Nothing here decides: it notes what is so already."""

from __future__ import annotations

import logging
from collections.abc import Callable

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.audits import fail_overdue, take_documents
from recert.declarations.actions.decisions import delete_declaration
from recert.declarations.auditing import overdue_documents, overdue_responses
from recert.declarations.declared import overdue_corrections
from recert.policy.calendar import board_day
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused

LOG = logging.getLogger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="note-what-is-over")
def note_what_is_over(timestamp: int) -> None:
    """Note what was not done in time, and tell so: corrections (DEC-6), audits (AUD-2, AUD-5)."""
    del timestamp
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    overdue: list[tuple[Callable[..., object], list[int]]]
    overdue = [(delete_declaration, overdue_corrections(as_of=today))]
    overdue += [(take_documents, overdue_documents(as_of=today))]
    overdue += [(fail_overdue, overdue_responses(as_of=today))]
    for end, ids in overdue:
        for one in ids:
            try:
                end(one, today=today, by=SYSTEM, at=at)
            except Refused as refusal:  # put right, or ended, since it was looked for
                LOG.info("%s of %s: %s", end.__name__, one, refusal)
            except Exception:  # likewise
                LOG.exception("%s of %s did not come to its end", end.__name__, one)
