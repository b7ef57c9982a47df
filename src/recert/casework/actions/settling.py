"""What follows a payment, by what its order is for: a declaration, or a request."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recert.casework.actions.locking import request_locked
from recert.casework.actions.sending import submit
from recert.casework.asked import request_of_order
from recert.casework.lives import REQUEST_MOVES
from recert.casework.models import Request
from recert.declarations.actions.submissions import give_up_payment, settle_payment
from recert.journal.actions import advance
from recert.payments.actions.attempts import abandon_attempt, settle_attempt
from recert.payments.gateway import Found
from recert.payments.models import Attempt
from recert.payments.queries import attempt_at, last_attempt
from recert.policy.permissions import SYSTEM


@transaction.atomic
def settle_any_payment(attempt_id: int, *, found: Found, at: datetime) -> Attempt:
    """Note what the processor says of a charge, and what follows for what it pays.

    What is known already changes nothing, so the word may come twice, or late.
    """
    request_id = request_of_order(attempt_at(attempt_id).order_id)
    if request_id is None:
        return settle_payment(attempt_id, found=found, at=at)
    request = request_locked(request_id)
    attempt = settle_attempt(attempt_id, found=found, by=SYSTEM, at=at)
    _follow(attempt, request, at)
    return attempt


@transaction.atomic
def give_up_any_payment(attempt_id: int, *, intent: str, because: str, at: datetime) -> Attempt:
    """End an attempt of which the processor knows no charge; `intent` is what we called it."""
    request_id = request_of_order(attempt_at(attempt_id).order_id)
    if request_id is None:
        return give_up_payment(attempt_id, intent=intent, because=because, at=at)
    request = request_locked(request_id)
    attempt = abandon_attempt(attempt_id, intent=intent, because=because, by=SYSTEM, at=at)
    _follow(attempt, request, at)
    return attempt


def _follow(attempt: Attempt, request: Request, at: datetime) -> None:
    """Send a request that is paid, or let it be a draft again.

    One that has another order by now, or waits for nothing, stays as it is. That an earlier
    attempt failed says nothing of the latest, in whatever order the words come; that it was paid
    after all does.
    """
    latest = last_attempt(attempt.order) or attempt
    waits = request.state == Request.State.AWAITING_PAYMENT
    if not waits or request.order_id != attempt.order_id:
        return
    if attempt.state == Attempt.State.SUCCEEDED:
        card = attempt.card_last4
        submit(request, "take_request_payment", on=latest.acted_on, by=SYSTEM, at=at, card=card)
    elif attempt.state == Attempt.State.FAILED and attempt.pk == latest.pk:
        advance(
            request,
            REQUEST_MOVES["give_up_request_payment"],
            about=request.person.ref,
            by=SYSTEM,
            at=at,
            because=attempt.failure,
        )
