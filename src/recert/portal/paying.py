"""Paying a declaration: the card, which never comes here, its bank's question, and the webhook."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from recert.board import the_rulebook
from recert.casework.paying import pursue as pursue_any
from recert.declarations.declared import (
    Draft,
    charges_of,
    declarations_of,
    is_paid,
    own_declaration,
)
from recert.declarations.models import Declaration
from recert.declarations.paying import (
    call_off,
    pay_declaration,
    pursue,
)
from recert.payments.gateway import CardRefused, ForgedEvent, Unreachable, the_gateway
from recert.payments.models import Attempt
from recert.payments.queries import attempt_of_intent, last_attempt, open_attempt
from recert.people.access import Request, needs, own_record, public
from recert.people.kept_forms import kept_form
from recert.policy.fees import Charge, total_of
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.card_forms import card_entered, card_form, with_cards
from recert.portal.papers import rule_of_no_refund
from recert.portal.steps import draft_at, is_ready, way_of
from recert.portal.under_way import asked_by_bank, go_on, is_called_off

State = Declaration.State

NOT_HERE: Final = ("not-met", "not-attested", "not-declarable", "another-purpose")
"""Refusals that say what lacks in the declaration; the page before shows it."""

UNDER_WAY: Final = ("declared-already", "payment-under-way", "paid-already")
"""Refusals that say that another window was faster; the declaration's own page shows it."""

ELSEWHERE: Final = dict.fromkeys(NOT_HERE, "portal:declaration-check") | dict.fromkeys(
    UNDER_WAY, "portal:declaration"
)


@needs(Permission.DECLARE)
def pay(request: Request, ref: str) -> HttpResponse:
    """Show where to enter a card; sent, submit the declaration and pay what it costs."""
    declaration = own_declaration(request.actor, ref)
    if declaration.state == State.AWAITING_PAYMENT:
        return _go_on(request, declaration)
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    if declaration.state != State.DRAFT or not is_ready(draft):
        return redirect("portal:declaration-check", ref)
    charges = charges_of(declaration, today=request.today)
    to_pay = bool(total_of(the_rulebook(), charges).amount) and not is_paid(declaration, charges)
    sent = _sent(request, declaration, to_pay=to_pay) if request.method == "POST" else ""
    if isinstance(sent, HttpResponse):
        return sent
    return _card_page(request, draft, charges, sent, to_pay=to_pay)


def _sent(request: Request, declaration: Declaration, *, to_pay: bool) -> HttpResponse | str:
    """Pay and submit a declaration, and lead on; else answer what is to be said on the page."""
    try:
        return _paid(request, declaration, to_pay=to_pay)
    except CardRefused as refused:
        return refused.message
    except Unreachable:  # before anything was begun
        return _("The card processor does not answer just now. Nothing was charged.")
    except Refused as refusal:
        if refusal.code not in ELSEWHERE:
            return refusal.message
        if refusal.code in NOT_HERE:
            messages.error(request, refusal.message)
        return redirect(ELSEWHERE[refusal.code], declaration.ref)


def _paid(request: Request, declaration: Declaration, *, to_pay: bool) -> HttpResponse:
    """Submit a declaration with the card that the browser names, and lead to what came of it."""
    card = card_entered(request) if to_pay else None
    attempt = pay_declaration(
        declaration,
        card=card,
        gateway=the_gateway(),
        today=request.today,
        by=request.actor,
        at=request.at,
    )
    return _after(attempt, declaration)


def _after(attempt: Attempt | None, declaration: Declaration) -> HttpResponse:
    """Lead to what became of a payment: done, declined, or under way."""
    done = attempt is None or attempt.state == Attempt.State.SUCCEEDED
    return redirect("portal:declaration" if done else "portal:declaration-pay", declaration.ref)


def _being_paid(request: Request, declaration: Declaration) -> Declaration | None:
    """Answer another declaration of the person whose payment is under way."""
    others = declarations_of(own_record(request).pk)
    return next(
        (one for one in others if one.state == State.AWAITING_PAYMENT and one != declaration), None
    )


def _card_page(
    request: Request,
    draft: Draft,
    charges: list[Charge],
    problem: str,
    *,
    to_pay: bool,
) -> HttpResponse:
    declaration = draft.declaration
    form = card_form(request, problem=problem, wanted=to_pay)
    earlier = last_attempt(declaration.order)
    page = {
        "declaration": declaration,
        "title": draft.position.written,
        "way": way_of(declaration, "pay"),
        "charges": charges,
        "total": total_of(the_rulebook(), charges),
        "no_refund": rule_of_no_refund(charges),
        "to_pay": to_pay,
        **form.for_page,
        "other": _being_paid(request, declaration) if form.problem else None,
        "failed": earlier if earlier and earlier.state == Attempt.State.FAILED else None,
        "kept": kept_form(request) is not None,
    }
    return with_cards(render(request, "portal/declaration/pay.html", page, status=form.status))


def _go_on(request: Request, declaration: Declaration) -> HttpResponse:
    """Show what a bank asks its card holder; sent, ask what became of the payment.

    The question opens by itself the first time only: else one that fails would open for ever.
    """
    attempt = open_attempt(declaration.order)
    found = go_on(request, attempt, pursue) if attempt else None
    if isinstance(found, Attempt):
        return _after(found, declaration)
    if attempt is None or found is None:
        return redirect("portal:declaration", declaration.ref)
    page = {
        "declaration": declaration,
        "way": way_of(declaration, "pay"),
        **asked_by_bank(request, attempt, found),
    }
    return with_cards(render(request, "portal/declaration/authenticate.html", page))


@needs(Permission.DECLARE)
def call_payment_off(request: Request, ref: str) -> HttpResponse:
    """End a payment that is under way, so that nothing is charged any more."""
    declaration = own_declaration(request.actor, ref)
    attempt = open_attempt(declaration.order)
    if request.method != "POST" or attempt is None:
        return redirect("portal:declaration", ref)
    called_off = is_called_off(request, attempt, call_off)
    return redirect("portal:declaration-check" if called_off else "portal:declaration", ref)


@public
@csrf_exempt
@require_POST
def webhook(request: Request) -> HttpResponse:
    """Take the processor's word that something happened to a charge, and ask what it is now.

    A word may come late, twice and out of order: what counts is what the processor says when it
    is asked. Where it cannot be asked it is to say it again.
    """
    gateway = the_gateway()
    try:
        intent = gateway.intent_in(request.body, request.headers.get("Stripe-Signature", ""))
    except ForgedEvent:
        return HttpResponse(status=400)
    attempt = attempt_of_intent(intent) if intent else None
    if attempt is None:  # nothing of ours
        return HttpResponse(status=200)
    try:
        pursue_any(attempt.pk, gateway=gateway, at=request.at)
    except (Unreachable, Refused):
        return HttpResponse(status=503)
    return HttpResponse(status=200)
