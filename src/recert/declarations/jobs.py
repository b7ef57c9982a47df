"""What happens to declarations by itself. Nothing here decides: it notes what is so already."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.audits import fail_overdue, take_documents
from recert.declarations.actions.decisions import delete_declaration
from recert.declarations.auditing import overdue_documents, overdue_responses
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
        except Exception:  # a bug about one of them must not keep the others waiting
            LOG.exception("payment attempt %s cannot be settled", attempt)
    for refund in refunds_without_end():
        try:
            give_back(refund, gateway=the_gateway(), at=at)
        except (Unreachable, Refused) as error:
            LOG.warning("refund %s is not settled yet: %s", refund, error)
        except Exception:  # likewise
            LOG.exception("refund %s cannot be settled", refund)


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
