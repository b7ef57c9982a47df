"""What a provider reported and may be one's own: yes, or no."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.intake.actions.matching import deny_completion, record_completion
from recert.intake.queries import own_perhaps
from recert.people.access import Request, needs, own_record
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.reported import reported_activity


@needs(Permission.KEEP_OWN_RECORD)
def perhaps(request: Request, ref: str) -> HttpResponse:
    """Show a course that may be one's own, and take the answer."""
    found = own_perhaps(request.actor, ref)
    person = own_record(request)
    try:
        if "mine" in request.POST:
            activity = record_completion(found.pk, person.pk, by=request.actor, at=request.at)
            messages.success(request, _("It is in your transcript; nothing has to be proved."))
            return redirect("portal:activity", activity.ref)
        if "not-mine" in request.POST:
            deny_completion(found.pk, person.pk, by=request.actor, at=request.at)
            messages.success(request, _("Thank you. It is not in your transcript."))
            return redirect("portal:transcript")
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:transcript")
    return render(
        request, "portal/perhaps.html", {"one": found, "said": reported_activity(found.said)}
    )
