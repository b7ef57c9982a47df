"""What happens to badges by itself, and to what addresses asked."""

from __future__ import annotations

from procrastinate.contrib.django import app

from recert import clock
from recert.board import the_rulebook
from recert.policy.calendar import board_day
from recert.policy.permissions import SYSTEM
from recert.registry.asking import forget_askings
from recert.registry.badges.actions import end_badges
from recert.registry.badges.queries import last_list


@app.periodic(cron="40 * * * *")
@app.task(queueing_lock="end-badges")
def end_badges_that_hold_no_more(timestamp: int) -> int:
    """Note which badges say what is so no more, and answer how many.

    Their lists say it without waiting for this; from here on it stays so, whatever comes.
    """
    del timestamp
    at = clock.now()
    today = board_day(the_rulebook(), at=at)
    return sum(
        end_badges(number, today=today, by=SYSTEM, at=at) for number in range(1, last_list() + 1)
    )


@app.periodic(cron="50 * * * *")
@app.task(queueing_lock="forget-askings")
def forget_who_asked(timestamp: int) -> int:
    """Forget the addresses that asked the register, once it does not matter; answer how many."""
    del timestamp
    return forget_askings(before=clock.now())
