"""A whole record at the desk: taken out, acted for, erased."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.desk.dossier_forms import ActForm, AskErasureForm, EraseForm, TakeOutForm
from recert.dossiers.actions.acting import start_acting
from recert.dossiers.actions.erasures import ask_erasure, call_off_erasure, erase_person
from recert.dossiers.actions.takings import take_out
from recert.dossiers.erasing import erasure_of, goes_and_stays, hindrances_to_erasing
from recert.dossiers.merging import mergers_seen_by
from recert.people.access import Request, needs
from recert.people.acting import begin_acting
from recert.people.kept_forms import kept_form
from recert.people.models import Person
from recert.people.queries import person_seen_by
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.everything import archive


@needs(Permission.SEE_RECORDS)
def record(request: Request, ref: str) -> HttpResponse:
    """Offer what can be done with a whole record."""
    person = person_seen_by(request.actor, ref)
    may = request.actor.may
    page = {
        "person": person,
        "may": {one.name.lower(): may(one) for one in Permission},
        "mergers": mergers_seen_by(request.actor, person) if may(Permission.MERGE_RECORDS) else [],
        "asked": erasure_of(request.actor, person) if may(Permission.ERASE) else None,
    }
    return render(request, "desk/record.html", page)


@needs(Permission.EXPORT_RECORDS)
def take_out_record(request: Request, ref: str) -> HttpResponseBase:
    """Hand staff all that is on record of a person who asked for it; the journal keeps why."""
    person = person_seen_by(request.actor, ref)
    form = TakeOutForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        take_out(person, because=form.cleaned_data["because"], by=request.actor, at=request.at)
        return archive(request, person, own=False)
    page = {"form": form, "person": person}
    return render(request, "desk/take_out.html", page, status=422 if form.errors else 200)


@needs(Permission.ACT_FOR)
def act_for(request: Request, ref: str) -> HttpResponse:
    """Begin to act in a certificant's name; the reason is in the letter that they get."""
    person = person_seen_by(request.actor, ref)
    form = ActForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        start_acting(person.pk, because=because, by=request.actor, at=request.at)
        begin_acting(request.session, person, by=request.actor, at=request.at)
        return redirect("portal:dashboard")
    page = {"form": form, "person": person}
    return render(request, "desk/act_for.html", page, status=422 if form.errors else 200)


@needs(Permission.ERASE)
def erase(request: Request, ref: str) -> HttpResponse:
    """Say what goes and what stays; ask for it, call it off, or do what somebody else asked for."""
    person = person_seen_by(request.actor, ref)
    asked = erasure_of(request.actor, person)
    form = _erasing_form(request, person, asked=asked is not None)
    if request.method == "POST":
        try:
            if asked and "call-off" in request.POST:
                call_off_erasure(asked.erasure.pk, by=request.actor, at=request.at)
                messages.success(request, _("They will not be erased."))
                return redirect("desk:record", ref)
            if asked and form.is_valid():
                erase_person(asked.erasure.pk, by=request.actor, at=request.at)
                messages.success(request, _("They are erased. What stays is below."))
                return redirect("desk:person", person.ref)
            if not asked and form.is_valid():
                because = form.cleaned_data["because"]
                ask_erasure(person.pk, because=because, by=request.actor, at=request.at)
                messages.success(request, _("Asked for. Another administrator must do it."))
                return redirect("desk:record", ref)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    goes, stays = goes_and_stays(person)
    page = {
        "form": form,
        "person": person,
        "asked": asked,
        "goes": goes,
        "stays": stays,
        "hindrances": hindrances_to_erasing(person),
    }
    return render(request, "desk/erase.html", page, status=422 if form.errors else 200)


def _erasing_form(request: Request, person: Person, *, asked: bool) -> AskErasureForm | EraseForm:
    said = None if "call-off" in request.POST else request.POST or kept_form(request)
    return EraseForm(said, number=person.customer_number) if asked else AskErasureForm(said)
