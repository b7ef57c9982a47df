"""Payments of requests, and of whatever else an order may be for.

A payment goes its way as `declarations.paying` says. Whoever does not know what an attempt is for,
as the processor's word and the job that asks for it do not, takes the functions here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from recert.casework.actions.sending import pay_request
from recert.casework.actions.settling import give_up_any_payment, settle_any_payment
from recert.casework.models import Request
from recert.declarations import paying
from recert.declarations.paying import Following
from recert.payments.gateway import Card, Gateway, Unreachable
from recert.payments.models import Attempt
from recert.payments.queries import attempt_at
from recert.policy.permissions import Actor

OF_EVERYTHING: Final = Following(settle_any_payment, give_up_any_payment)


def send_and_pay(
    request: Request, *, card: Card, gateway: Gateway, today: date, by: Actor, at: datetime
) -> Attempt:
    """Send a request, and pay what it costs.

    Raises `Refused` where it cannot be sent. A processor that does not answer is no error: the
    attempt is open then, and goes on by itself.
    """
    attempt = pay_request(request.pk, card=card, today=today, by=by, at=at)
    try:
        return pursue(attempt.pk, gateway=gateway, at=at)
    except Unreachable:
        return attempt_at(attempt.pk)


def pursue(attempt_id: int, *, gateway: Gateway, at: datetime) -> Attempt:
    """Bring an attempt to its end, as far as it goes. Raises `Unreachable`."""
    return paying.pursue(attempt_id, gateway=gateway, at=at, following=OF_EVERYTHING)


def call_off(attempt_id: int, *, because: str, gateway: Gateway, at: datetime) -> Attempt:
    """End an attempt so that no charge can come of it. Raises `Unreachable`."""
    return paying.call_off(
        attempt_id, because=because, gateway=gateway, at=at, following=OF_EVERYTHING
    )


def reconcile(attempt_id: int, *, gateway: Gateway, at: datetime) -> Attempt:
    """Ask what became of an attempt, and go on with it. Raises `Unreachable`."""
    return paying.reconcile(attempt_id, gateway=gateway, at=at, following=OF_EVERYTHING)
