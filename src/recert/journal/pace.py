"""At which rate letters go, over all workers together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

TAKE_A_TURN = """
INSERT INTO journal_pace AS pace (id, next_at) VALUES (1, %(free)s)
ON CONFLICT (id) DO UPDATE SET next_at = greatest(pace.next_at, %(at)s) + (%(free)s - %(at)s)
RETURNING next_at - (%(free)s - %(at)s)
"""


def turn_from(at: datetime) -> datetime:
    """Take the next turn, and answer when it is; at once where there is no limit.

    Who took a turn waits for it before taking another, so no turn is further away than there are
    workers.
    """
    if not settings.LETTERS_A_MINUTE:
        return at
    apart = timedelta(minutes=1) / settings.LETTERS_A_MINUTE
    with connection.cursor() as cursor:
        cursor.execute(TAKE_A_TURN, {"at": at, "free": at + apart})
        [turn] = cursor.fetchone()
    return turn  # type: ignore[no-any-return]  # what the database answers
