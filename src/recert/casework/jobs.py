"""What happens to payments by itself, whatever they are for."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app

from recert import clock
from recert.casework.paying import reconcile
from recert.declarations.paying import give_back
from recert.payments.gateway import Unreachable, the_gateway
from recert.payments.queries import attempts_without_end, refunds_without_end
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
