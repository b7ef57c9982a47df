"""The desk: look a record up, open a document with a reason, invite, and give roles."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.queries import people_with_number
from recert.declarations.queries import positions_of
from recert.declarations.waiting import counts_of_waiting, submitted_by
from recert.desk.cases import rows_of
from recert.desk.forms import InviteForm, NameForm, ReasonForm, RoleForm, SearchForm
from recert.desk.payments import concerns_of
from recert.desk.queue import first_rows, tallies_of
from recert.desk.rights import rights_of
from recert.journal.queries import events_about
from recert.journal.stopping import stop_of
from recert.people.access import Request, needs
from recert.people.actions import change_name, grant_role, invite, take_role
from recert.people.kept_forms import kept_form
from recert.people.links import SIGNER
from recert.people.queries import (
    account_called,
    addresses_of,
    former_names_of,
    person_seen_by,
    reader_of,
    staff_members,
)
from recert.people.search import people_like
from recert.policy.permissions import Permission, Role
from recert.policy.refusals import Refused, not_found
from recert.portal.cards import cards_of
from recert.portal.histories import lines_of_history
from recert.portal.signatures import signature_of
from recert.portal.uploads import attachment
from recert.transcript.actions import open_document
from recert.transcript.queries import (
    activities_of,
    activity_seen_by,
    all_documents_of,
    document_seen_by,
    documents_by_activity,
)
from recert.transcript.signing.queries import forms_of

PER_PAGE = 50


@needs(Permission.SEE_RECORDS)
def home(request: Request) -> HttpResponse:
    """Tell what waits; or find a person."""
    form = SearchForm(request.GET or None)
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        found = people_with_number(request.actor, words) or people_like(request.actor, words)
        return render(request, "desk/home.html", {"form": form, "found": found})
    actor, tallies = request.actor, tallies_of(request)
    page = {
        "form": form,
        "tallies": tallies,
        "rows": first_rows(request) if tallies else [],
        "may": rights_of(actor),
        "counts": counts_of_waiting(actor, as_of=request.today)
        if actor.may(Permission.SEE_DECLARATIONS)
        else None,
        "concerns": len(concerns_of(actor, at=request.at))
        if actor.may(Permission.SEE_PAYMENTS)
        else None,
    }
    return render(request, "desk/home.html", page)


@needs(Permission.SEE_RECORDS)
def person(request: Request, ref: str) -> HttpResponse:
    """Show a person's record: where the credentials stand, and the transcript."""
    found = person_seen_by(request.actor, ref)
    if found.ref != ref:  # merged into another record, to which the ref leads
        return redirect("desk:person", found.ref)
    most = None if "all" in request.GET else PER_PAGE
    activities = list(activities_of(found.pk)[:most])
    counted = documents_by_activity(found.pk)
    to = reader_of(found).email
    page = {
        "person": found,
        "to": to,
        "stop": stop_of(to),
        "addresses": addresses_of(found),
        "former_names": former_names_of(found),
        "cards": cards_of(positions_of(found.pk, as_of=request.today)),
        "activities": [(one, counted.get(one.pk, 0)) for one in activities],
        "more": activities_of(found.pk).count() - len(activities),
        "may": rights_of(request.actor),
        "declarations": rows_of(
            submitted_by(found.pk), person=request.actor.person, today=request.today
        )
        if request.actor.may(Permission.SEE_DECLARATIONS)
        else [],
        "history": lines_of_history(events_about(found.ref))
        if request.actor.may(Permission.SEE_JOURNAL)
        else None,
        "today": request.today,
    }
    return render(request, "desk/person.html", page)


@needs(Permission.SEE_RECORDS)
def activity(request: Request, ref: str) -> HttpResponse:
    """Show an activity of somebody's transcript, with the names of its documents."""
    found = activity_seen_by(request.actor, ref)
    page = {
        "activity": found,
        "kind": the_rulebook().kinds[found.kind],
        "documents": all_documents_of(found),
        "signatures": [signature_of(one, at=request.at) for one in forms_of(found)],
        "may": rights_of(request.actor),
        "form": ReasonForm(),
    }
    return render(request, "desk/activity.html", page)


@needs(Permission.OPEN_DOCUMENTS)
def document(request: Request, ref: str) -> HttpResponseBase:
    """Hand a document of somebody else to staff who say why; the journal keeps the reason."""
    found = document_seen_by(request.actor, ref)
    form = ReasonForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        open_document(found, because=because, by=request.actor, at=request.at)
        return attachment(found)
    page = {"form": form, "document": found, "person": found.activity.person}
    return render(request, "desk/document.html", page, status=422 if form.errors else 200)


@needs(Permission.KEEP_RECORDS)
def change_name_of(request: Request, ref: str) -> HttpResponse:
    """Change the legal name of a person; the one until then stays on record (PER-1)."""
    found = person_seen_by(request.actor, ref)
    initial = {"given_names": found.given_names, "family_name": found.family_name}
    form = NameForm(request.POST or kept_form(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            change_name(found.pk, **said, on=request.today, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The name was changed; the earlier one stays on record."))
            return redirect("desk:person", ref)
    page = {"form": form, "person": found}
    return render(request, "desk/name.html", page, status=422 if form.errors else 200)


@needs(Permission.INVITE)
def invite_person(request: Request, ref: str) -> HttpResponse:
    """Invite a person, by a letter to an address, to bind an account to their record."""
    found = person_seen_by(request.actor, ref)
    form = InviteForm(request.POST or kept_form(request), initial={"email": found.email})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            made = invite(found, email=email, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            path = reverse("portal:invitation", args=[SIGNER.sign(made.ref)])
            facts = {
                "invitation": made,
                "person": found,
                "address": settings.ADDRESS + path,
                "board": request.get_host(),
            }
            subject = _("Your record at the board is waiting for you")
            body = render_to_string("letters/invitation.txt", facts, request=request)
            send_mail(subject, body, None, [email])
            messages.success(request, _("The invitation was sent to %(to)s.") % {"to": email})
            return redirect("desk:person", ref)
    page = {"form": form, "person": found}
    return render(request, "desk/invite.html", page, status=422 if form.errors else 200)


@needs(Permission.GRANT_ROLES)
def staff(request: Request) -> HttpResponse:
    """Give and take the roles of staff."""
    form = RoleForm(request.POST if "grant" in request.POST else kept_form(request))
    try:
        if request.method == "POST" and "take" in request.POST:
            ref, _space, role = request.POST["take"].partition(" ")
            account = account_called(ref)
            take_role(account, role=_role(role), by=request.actor, at=request.at)
            messages.success(request, _("The role was taken."))
            return redirect("desk:staff")
        if request.method == "POST" and form.is_bound and form.is_valid():
            account = form.cleaned_data["account"]
            role = Role(form.cleaned_data["role"])
            grant_role(account, role=role, by=request.actor, at=request.at)
            messages.success(request, _("The role was given."))
            return redirect("desk:staff")
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("desk:staff")
    page = {"form": form, "members": staff_members()}
    return render(request, "desk/staff.html", page, status=422 if form.errors else 200)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise not_found() from None
