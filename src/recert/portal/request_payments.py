"""Paying for a request: the card, its bank's question, and calling it off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.casework.actions.sending import has_to_pay, lacking_in
from recert.casework.asked import own_request
from recert.casework.asking import charge_of
from recert.casework.models import Request as Asking
from recert.casework.paying import call_off, pursue, send_and_pay
from recert.casework.wording import kind_words
from recert.payments.gateway import CardRefused, Unreachable, the_gateway
from recert.payments.models import Attempt
from recert.payments.queries import last_attempt, open_attempt
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.card_forms import card_entered, card_form, with_cards
from recert.portal.papers import rule_of_no_refund
from recert.portal.under_way import asked_by_bank, go_on, is_called_off

State = Asking.State

UNDER_WAY = ("wrong-state", "payment-under-way", "paid-already", "incomplete")
"""Refusals that the page of the request shows better than this one."""


@needs(Permission.DECLARE)
def pay(request: Request, ref: str) -> HttpResponse:
    """Show where to enter a card; sent, pay for the request and send it (FEE-4)."""
    asking = own_request(request.actor, ref)
    if asking.state == State.AWAITING_PAYMENT:
        return _go_on(request, asking)
    ready = asking.state == State.DRAFT and not lacking_in(asking, today=request.today)
    if not ready or not has_to_pay(asking, today=request.today):
        return redirect("portal:request", ref)
    problem = ""
    if request.method == "POST":
        sent = _sent(request, asking)
        if isinstance(sent, HttpResponse):
            return sent
        problem = sent
    form = card_form(request, problem=problem)
    charge = charge_of(asking, today=request.today)
    earlier = last_attempt(asking.order)
    page = {
        "asking": asking,
        "title": kind_words()[asking.kind],
        "charge": charge,
        "no_refund": rule_of_no_refund([charge] if charge else []),
        "failed": earlier if earlier and earlier.state == Attempt.State.FAILED else None,
        "kept": kept_form(request) is not None,
        **form.for_page,
    }
    return with_cards(render(request, "portal/requests/pay.html", page, status=form.status))


def _sent(request: Request, asking: Asking) -> HttpResponse | str:
    """Pay for a request and send it, and lead on; else answer what is to be said on the page."""
    try:
        attempt = send_and_pay(
            asking,
            card=card_entered(request),
            gateway=the_gateway(),
            today=request.today,
            by=request.actor,
            at=request.at,
        )
    except CardRefused as refused:
        return refused.message
    except Unreachable:  # before anything was begun
        return _("The card processor does not answer just now. Nothing was charged.")
    except Refused as refusal:
        if refusal.code not in UNDER_WAY:
            return refusal.message
        messages.error(request, refusal.message)
        return redirect("portal:request", asking.ref)
    return _after(attempt, asking)


def _after(attempt: Attempt, asking: Asking) -> HttpResponse:
    """Lead to what became of a payment: done, declined, or under way."""
    done = attempt.state == Attempt.State.SUCCEEDED
    return redirect("portal:request" if done else "portal:pay-request", asking.ref)


def _go_on(request: Request, asking: Asking) -> HttpResponse:
    """Show what a bank asks its card holder; sent, ask what became of the payment."""
    attempt = open_attempt(asking.order)
    found = go_on(request, attempt, pursue) if attempt else None
    if isinstance(found, Attempt):
        return _after(found, asking)
    if attempt is None or found is None:
        return redirect("portal:request", asking.ref)
    page = {"asking": asking, **asked_by_bank(request, attempt, found)}
    return with_cards(render(request, "portal/requests/authenticate.html", page))


@needs(Permission.DECLARE)
def call_payment_off(request: Request, ref: str) -> HttpResponse:
    """End a payment that is under way, so that nothing is charged any more."""
    asking = own_request(request.actor, ref)
    attempt = open_attempt(asking.order)
    if request.method != "POST" or attempt is None:
        return redirect("portal:request", ref)
    is_called_off(request, attempt, call_off)
    return redirect("portal:request", ref)
