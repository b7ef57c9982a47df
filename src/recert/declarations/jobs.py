"""What happens to declarations by itself. Nothing here decides: it notes what is so already."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.decisions import delete_declaration
from recert.declarations.declared import overdue_corrections
from recert.declarations.paying import give_back, reconcile
from recert.payments.gateway import Unreachable, the_gateway
from recert.payments.queries import attempts_without_end, refunds_without_end
from recert.policy.calendar import board_day
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused

LOG = logging.getLogger(__name__)

ON_ITS_WAY: Final = timedelta(seconds=30)
"""How long an attempt is left to the page that began it."""


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="reconcile-payments")
def reconcile_payments(timestamp: int) -> None:
    """Ask the processor about every attempt and refund without an end, each minute.

    A lost webhook, a closed browser or a killed process then neither charges twice nor loses a
    payment.
    """
    del timestamp
    at = clock.now()
    for attempt in attempts_without_end(started_before=at - ON_ITS_WAY):
        try:
            reconcile(attempt, gateway=the_gateway(), at=at)
        except (Unreachable, Refused) as error:
            LOG.warning("payment attempt %s is not settled yet: %s", attempt, error)
    for refund in refunds_without_end():
        try:
            give_back(refund, gateway=the_gateway(), at=at)
        except (Unreachable, Refused) as error:
            LOG.warning("refund %s is not settled yet: %s", refund, error)


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="end-overdue-corrections")
def end_overdue_corrections(timestamp: int) -> None:
    """Note which deficient declarations were not put right in time, and tell so (DEC-6)."""
    del timestamp
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    for declaration in overdue_corrections(as_of=today):
        try:
            delete_declaration(declaration, today=today, by=SYSTEM, at=at)
        except Refused as refusal:  # put right, or deleted, since it was looked for
            LOG.info("declaration %s: %s", declaration, refusal)
