"""Claims that a manager signed, and what else was signed: to decide, and to look at."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.desk.forms import DecisionForm, ReasonForm
from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.signatures import paper_to_save, signature_of
from recert.transcript.signing.actions import approve_claim, open_paper, refuse_claim
from recert.transcript.signing.queries import (
    claim_seen_by,
    claims_waiting,
    forms_flagged,
    signed_form_seen_by,
)


@needs(Permission.APPROVE_CLAIMS)
def claims(request: Request) -> HttpResponse:
    """List the claims that wait for the board, and signatures that stand out."""
    at = request.at
    page = {
        "waiting": [signature_of(one, at=at) for one in claims_waiting(request.actor)],
        "flagged": [signature_of(one, at=at) for one in forms_flagged(request.actor, at=at)],
        "today": request.today,
    }
    return render(request, "desk/claims.html", page)


@needs(Permission.APPROVE_CLAIMS)
def claim(request: Request, ref: str) -> HttpResponse:
    """Approve a claim that a manager signed, or refuse it with a reason (ACT-5)."""
    found = claim_seen_by(request.actor, ref)
    form = DecisionForm(request.POST or kept_form(request))
    is_sent = bool({"approve", "refuse"} & set(request.POST))
    if is_sent and form.is_valid() and not is_untold(request, ref):
        decide = refuse_claim if "refuse" in request.POST else approve_claim
        try:
            decide(found.pk, **form.cleaned_data, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            said = _("The claim of %(name)s is decided; a letter goes to them.")
            messages.success(request, said % {"name": found.activity.person.name})
            return redirect(next_in_queue(request, ref) or reverse("desk:claims"))
    page = {
        "one": signature_of(found, at=request.at),
        "activity": found.activity,
        "person": found.activity.person,
        "kind": the_rulebook().kinds[found.activity.kind],
        "form": form,
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
        "may_open": request.actor.may(Permission.OPEN_DOCUMENTS),
    }
    return render(request, "desk/claim.html", page, status=422 if form.errors else 200)


@needs(Permission.OPEN_DOCUMENTS)
def paper(request: Request, ref: str) -> HttpResponseBase:
    """Hand what somebody signed to staff who say why; the journal keeps the reason."""
    found = signed_form_seen_by(request.actor, ref)
    form = ReasonForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        open_paper(found, because=because, by=request.actor, at=request.at)
        return paper_to_save(found)
    page = {"form": form, "document": found, "person": found.activity.person}
    return render(request, "desk/document.html", page, status=422 if form.errors else 200)
