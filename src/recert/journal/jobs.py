"""What happens to letters, and to the chain, by itself."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from recert import clock
from recert.journal.chaining import chain_events
from recert.journal.models import OWED, Notice
from recert.journal.pace import turn_from
from recert.journal.sending import NotSentYet, send_owed

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""Between two tries; each wait is twice the one before. There is no last one: a mail server that is
down for a week loses nothing.
"""

LEFT_ALONE: Final = timedelta(minutes=5)
"""How long a notice may be owed before the sweep looks for its job."""

ALIVE: Final = timedelta(minutes=1)
"""A worker that has been silent for longer is gone; it says every ten seconds that it is there."""

AFTER_ALL_ELSE: Final = -10
"""Thousands of letters must not keep what else happens by itself from happening."""


class _Patience(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Answer when to try again; None for a bug, after which the sweep does."""
        if not isinstance(exception, NotSentYet):
            return None
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(job.attempts, 10))
        return RetryDecision(retry_in={"seconds": int(wait.total_seconds())})


@app.task(retry=_Patience(), priority=AFTER_ALL_ELSE)
def send_notice(notice_id: int) -> None:
    """Send the letter of a notice, when it is its turn."""
    at = clock.now()
    turn = turn_from(at)
    if turn > at:
        time.sleep((turn - at).total_seconds())
    send_owed(notice_id, at=max(at, turn))


def defer_notice(notice_id: int) -> None:
    """Have a notice sent soon after the transaction commits; not at all if it does not."""
    send_notice.configure(queueing_lock=f"{WAITING}{notice_id}").defer(notice_id=notice_id)


def defer_again(notice_id: int) -> None:
    """Have a notice sent soon whose earlier job may wait still; the one that comes late rests."""
    send_notice.defer(notice_id=notice_id)


WAITING: Final = "notice-"
"""What the name of a waiting job begins with; of each notice there is at most one."""


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="sweep-notices")
def sweep_notices(timestamp: int) -> int:
    """Give each notice that is owed and whose job is gone another, and answer how many.

    A worker that is killed while it sends leaves such. One job too many does no harm.
    """
    del timestamp
    swept = 0
    for notice_id in _without_job(clock.now()):
        with suppress(AlreadyEnqueued):
            defer_notice(notice_id)
            swept += 1
    return swept


def _without_job(at: datetime) -> list[int]:
    waiting = ProcrastinateJob.objects.filter(
        status="todo", queueing_lock=Concat(Value(WAITING), Cast(OuterRef("pk"), TextField()))
    )
    under_way = ProcrastinateJob.objects.filter(
        status="doing", task_name=send_notice.name, worker__last_heartbeat__gt=at - ALIVE
    )
    left = Notice.objects.filter(OWED, ~Exists(waiting), owed_at__lt=at - LEFT_ALONE)
    left = left.exclude(pk__in=[job.args["notice_id"] for job in under_way])
    return list(left.order_by("id").values_list("id", flat=True))


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="chain-journal")
def chain_journal(timestamp: int) -> int:
    """Give each event since the last minute its link in the chain, and answer how many."""
    del timestamp
    return chain_events()
