"""What happens by itself: what webhooks are told is found day by day, and told until taken."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from recert import clock
from recert.board import the_rulebook
from recert.webhooks.actions import claim, note_day, note_told, owe
from recert.webhooks.messages import message_of
from recert.webhooks.queries import (
    days_to_look_at,
    delivery_with,
    due,
    due_for,
    ended_on,
    renewed_between,
)
from recert.webhooks.sending import tell

MOST_AT_ONCE: Final = 50
"""So much one job tells one address; the next job goes on."""

YESTERDAY_TOO: Final = timedelta(days=3)
"""How far back renewals are looked for: the board may decide just before the day ends."""


@app.periodic(cron="*/15 * * * *")
@app.task(queueing_lock="find-what-ended")
def find_what_ended(timestamp: int) -> None:
    """Owe what expired, or lost its designation, on each day that was not looked at yet."""
    del timestamp
    at = clock.now()
    for day in days_to_look_at(today=clock.today(the_rulebook().calendar.time_zone.value)):
        for happened in ended_on(day):
            owe(happened, at=at)
        note_day(day)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="find-what-was-renewed")
def find_what_was_renewed(timestamp: int) -> None:
    """Owe what was renewed lately; what is owed already is not owed twice."""
    del timestamp
    at, today = clock.now(), clock.today(the_rulebook().calendar.time_zone.value)
    for happened in renewed_between(today - YESTERDAY_TOO, today):
        owe(happened, at=at)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="deliver-to-webhooks")
def deliver(timestamp: int) -> None:
    """Give each webhook that is owed something a job of its own: a slow one holds up no other."""
    del timestamp
    for webhook in due(at=clock.now()):
        lock = f"webhook-{webhook}"
        with suppress(AlreadyEnqueued):
            deliver_to.configure(queueing_lock=lock, lock=lock).defer(webhook_id=webhook)


@app.task(priority=-5)
def deliver_to(webhook_id: int) -> int:
    """Tell a webhook what it is owed now, and answer how much it took."""
    taken = 0
    for pk in due_for(webhook_id, at=clock.now(), most=MOST_AT_ONCE):
        delivery, at = delivery_with(pk), clock.now()
        if not claim(delivery, at=at):
            continue
        told = tell(
            delivery.webhook.url,
            webhook=delivery.webhook.ref,
            message=delivery.ref,
            body=message_of(delivery),
            at=at,
        )
        note_told(delivery, told, at=clock.now())
        taken += told.is_taken
    return taken
