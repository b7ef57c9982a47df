"""The second pair of eyes on a refund, where the rulebook wants one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.desk.payments import pay_back
from recert.desk.request_forms import SendBackForm
from recert.payments.actions.refunds import agree_refund, decline_refund
from recert.payments.models import Refund
from recert.payments.queries import refund_seen_by
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused


@needs(Permission.REFUND)
def second_look(request: Request, ref: str) -> HttpResponse:
    """Show a refund that was proposed; sent, agree to it or refuse it."""
    refund = refund_seen_by(request.actor, ref)
    attempt = refund.attempt
    if refund.state != Refund.State.PROPOSED:
        return redirect("desk:payment", attempt.ref)
    data = request.POST or kept_form(request)
    form = SendBackForm(data if data is not None and "agree" not in data else None)
    sent = request.method == "POST" and (not form.is_bound or form.is_valid())
    if sent and not is_untold(request, ref):
        by, at = request.actor, request.at
        try:
            if "agree" in request.POST:
                pay_back(request, agree_refund(refund.pk, by=by, at=at))
            else:
                decline_refund(refund.pk, because=form.cleaned_data["because"], by=by, at=at)
                messages.success(request, _("It is not given back; the history says why."))
        except Refused as refusal:
            messages.error(request, refusal.message)
        then = next_in_queue(request, ref) or reverse("desk:payment", args=[attempt.ref])
        return redirect(then)
    page = {
        "refund": refund,
        "attempt": attempt,
        "person": attempt.order.person,
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
        "form": form,
        "own_proposal": refund.asked_by_ref == request.actor.ref,
        "rule": the_rulebook().desk.second_person.rule,
    }
    status = 422 if form.errors else 200
    return render(request, "desk/refund.html", page, status=status)
