"""Payments that are under way, whatever they are for: the bank's question, and calling them off."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.contrib import messages
from django.utils.translation import gettext as _

from recert.declarations.paying import waiting_charge
from recert.payments.gateway import Found, Gateway, Unreachable, the_gateway
from recert.payments.models import Attempt
from recert.people.access import Request
from recert.policy.refusals import Refused


class Pursues(Protocol):
    """What brings an attempt as far as it goes."""

    def __call__(self, attempt_id: int, /, *, gateway: Gateway, at: datetime) -> Attempt:
        """Go on with it."""


class CallsOff(Protocol):
    """What ends an attempt so that no charge can come of it."""

    def __call__(
        self, attempt_id: int, /, *, because: str, gateway: Gateway, at: datetime
    ) -> Attempt:
        """End it."""


def go_on(request: Request, attempt: Attempt, pursue: Pursues) -> Attempt | Found | None:
    """Go on with a payment: answer it once it has ended, or else what its bank asks.

    None where nothing is known of it just now, or nothing is asked.
    """
    try:
        if request.method == "POST":
            attempt = pursue(attempt.pk, gateway=the_gateway(), at=request.at)
        if attempt.state != Attempt.State.OPEN:
            return attempt
        found = waiting_charge(attempt, gateway=the_gateway()) if attempt.intent else None
    except (Unreachable, Refused):
        return None
    return found if found and found.status == "to-authenticate" else None


def asked_by_bank(request: Request, attempt: Attempt, found: Found) -> dict[str, object]:
    """Answer what a page needs on which a card holder answers their bank."""
    return {
        "attempt": attempt,
        "again": request.method == "POST",
        "client_secret": found.client_secret,
        "cards": settings.CARDS,
    }


def is_called_off(request: Request, attempt: Attempt, call_off: CallsOff) -> bool:
    """Call a payment off and say what became of that; answer whether nothing was charged."""
    because = _("You called it off.")
    try:
        attempt = call_off(attempt.pk, because=because, gateway=the_gateway(), at=request.at)
    except Unreachable:
        messages.error(
            request,
            _(
                "The card processor does not answer, so it cannot be called off just now. Try "
                "again in a minute; meanwhile it goes on by itself."
            ),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        if attempt.state == Attempt.State.FAILED:
            messages.success(request, _("The payment was called off. Nothing was charged."))
            return True
        messages.info(request, _("It was too late to call it off."))
    return False
