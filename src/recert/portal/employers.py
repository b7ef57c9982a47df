"""Which employers see where one stands: given, shown and withdrawn by oneself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.organisations.consent_actions import decline_consent, give_consent, withdraw_consent
from recert.organisations.consents import (
    consents_of,
    employer_called,
    employers,
    own_consent,
    request_behind,
    request_called,
    requests_to,
)
from recert.organisations.forms import EmployerForm
from recert.organisations.models import ConsentRequest
from recert.people.access import Request, needs, own_record
from recert.people.actions import must_be_themselves
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.staff import seen_of


@needs(Permission.KEEP_OWN_RECORD)
def my_employers(request: Request) -> HttpResponse:
    """Show which employers see what, and who asks; give it, or withdraw it by one click."""
    must_be_themselves(request.actor)
    person = own_record(request)
    if "withdraw" in request.POST:
        consent = own_consent(person, request.POST["withdraw"])
        withdraw_consent(consent, by=request.actor, at=request.at)
        message = _("%(name)s sees nothing of you any more.")
        messages.success(request, message % {"name": consent.organisation.name})
        return redirect("portal:employers")
    for_answer = request.POST.get("yes") or request.POST.get("no")
    if for_answer:
        return _answer(request, request_called(for_answer, person))
    given = consents_of(person)
    seeing = {one.organisation_id for one in given}
    others = [one for one in employers() if one.pk not in seeing]
    form = EmployerForm(request.POST or kept_form(request), employers=others)
    if request.method == "POST" and form.is_valid():
        employer = employer_called(form.cleaned_data["employer"])
        try:
            give_consent(employer, person, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            _say_given(request, employer.name)
            return redirect("portal:employers")
    page = {
        "consents": given,
        "requests": requests_to(person, at=request.at),
        "others": others,
        "form": form,
        "rows": seen_of(person, today=request.today),
        "person": person,
        "today": request.today,
    }
    return render(request, "portal/employers.html", page, status=422 if form.errors else 200)


@needs(Permission.KEEP_OWN_RECORD)
def consent_asked(request: Request, token: str) -> HttpResponse:
    """Answer an employer that asked by a letter."""
    must_be_themselves(request.actor)
    person = own_record(request)
    asked = request_behind(token, person)
    if asked.answered_at or asked.expires_at <= request.at:
        return redirect("portal:employers")
    if request.method == "POST":
        return _answer(request, asked)
    page = {
        "asked": asked,
        "person": person,
        "rows": seen_of(person, today=request.today),
        "today": request.today,
    }
    return render(request, "portal/consent_asked.html", page)


def _answer(request: Request, asked: ConsentRequest) -> HttpResponse:
    """Take a yes or a no."""
    person, name = own_record(request), asked.organisation.name
    if "yes" in request.POST:
        give_consent(asked.organisation, person, request=asked, by=request.actor, at=request.at)
        _say_given(request, name)
    else:
        decline_consent(asked, person, by=request.actor, at=request.at)
        messages.success(request, _("%(name)s sees nothing, and is not told.") % {"name": name})
    return redirect("portal:employers")


def _say_given(request: Request, name: str) -> None:
    message = _("%(name)s sees where you stand from now on. You can withdraw it here at any time.")
    messages.success(request, message % {"name": name})
