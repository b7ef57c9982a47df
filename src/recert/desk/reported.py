"""What providers reported and staff have to look at: whose it is, and changes of what was used."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.desk.forms import ReasonForm
from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.intake.actions.matching import close_review, deny_completion, record_completion
from recert.intake.queries import completion_seen_by, review_seen_by
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.reported import reported_activity


@needs(Permission.KEEP_RECORDS)
def completion(request: Request, ref: str) -> HttpResponse:
    """Say whose a completion is: one of those it may be, or none of them."""
    found = completion_seen_by(request.actor, ref)
    candidates = list(found.candidates.filter(denied_at=None).select_related("person"))
    chosen = request.POST.get("person", "") or request.POST.get("not", "")
    person = next((one.person for one in candidates if one.person.ref == chosen), None)
    if person and not is_untold(request, ref):
        decide = record_completion if "person" in request.POST else deny_completion
        try:
            decide(found.pk, person.pk, by=request.actor, at=request.at)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("That is noted."))
        found.refresh_from_db()
        stays = found.state == found.State.UNCLEAR
        here = reverse("desk:completion", args=[ref])
        return redirect(here if stays else next_in_queue(request, ref) or reverse("desk:queue"))
    page = {
        "one": found,
        "said": reported_activity(found.said),
        "candidates": candidates,
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
    }
    return render(request, "desk/completion.html", page)


@needs(Permission.KEEP_RECORDS)
def review(request: Request, ref: str) -> HttpResponse:
    """Look at what a provider changed that was declared, and note what was found."""
    found = review_seen_by(request.actor, ref)
    form = ReasonForm(request.POST or kept_form(request))
    if "close" in request.POST and form.is_valid() and not is_untold(request, ref):
        because = form.cleaned_data["because"]
        try:
            close_review(found.pk, because=because, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("What you found is noted."))
            return redirect(next_in_queue(request, ref) or reverse("desk:queue"))
    activity = found.completion.activity
    page = {
        "one": found,
        "activity": activity,
        "kind": the_rulebook().kinds[activity.kind].title if activity else "",
        "said": reported_activity(found.said),
        "form": form,
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
    }
    return render(request, "desk/review.html", page, status=422 if form.errors else 200)
