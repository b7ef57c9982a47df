"""What is one's own: details, the way in, the binding to the board's record, private links."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.dossiers.actions.acting import end_acting
from recert.journal.stopping import stop_of
from recert.people.access import Request, needs, own_record, public, signed_in
from recert.people.acting import stop_acting
from recert.people.actions import (
    accept_invitation,
    bind_account,
    change_address,
    change_details,
    is_open,
    make_link,
    must_be_themselves,
    revoke_link,
)
from recert.people.forms import AddressForm, BindForm, DetailsForm, LinkForm
from recert.people.kept_forms import kept_form, with_version
from recert.people.links import token_of
from recert.people.models import Account, Address, PrivateLink
from recert.people.queries import (
    address_of,
    addresses_of,
    former_names_of,
    has_second_factor,
    invitation_behind,
    links_of,
    own_link,
    person_called,
    reader_of,
)
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.declarations import own_declarations


@signed_in
def account(request: Request) -> HttpResponse:
    """Show what there is to one's account."""
    person = request.person
    to = reader_of(person).email if person else ""
    page = {
        "person": person,
        "to": to,
        "stop": stop_of(to),
        "addresses": addresses_of(person) if person else [],
        "former_names": former_names_of(person) if person else [],
        "has_second_factor": has_second_factor(request.account),
        "declarations": own_declarations(person.pk, today=request.today) if person else [],
    }
    return render(request, "portal/account.html", page)


@needs(Permission.KEEP_OWN_RECORD)
def details(request: Request) -> HttpResponse:
    """Change what one keeps current oneself."""
    person = own_record(request)
    fields = ("email", "phone", "language", "time_zone", "workplace", "job_title", "gender")
    initial = {name: getattr(person, name) for name in (*fields, "version")}
    kept = kept_form(request)
    form = DetailsForm(request.POST or kept, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        version = said.pop("version")
        try:
            change_details(person.pk, said=said, version=version, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
            form.data = with_version(form.data, person_called(person.ref).version)
        else:
            messages.success(request, _("Your details are saved."))
            return redirect("portal:account")
    page = {"form": form, "title": _("Your details"), "kept": kept is not None}
    return render(request, "portal/form.html", page, status=422 if form.errors else 200)


@needs(Permission.KEEP_OWN_RECORD)
def address(request: Request, use: str) -> HttpResponse:
    """Change where one lives or works."""
    if use not in Address.Use.values:
        raise not_found()
    person = own_record(request)
    there = address_of(person, use)
    names = ("lines", "city", "region", "postal_code", "country")
    initial = {name: getattr(there, name) for name in names} if there else None
    kept = kept_form(request)
    form = AddressForm(request.POST or kept, initial=initial)
    takes_away = request.method == "POST" and "take-away" in request.POST
    if takes_away or (request.method == "POST" and form.is_valid()):
        said = None if takes_away else form.cleaned_data
        change_address(person.pk, use=use, said=said, by=request.actor, at=request.at)
        messages.success(request, _("Your address is saved."))
        return redirect("portal:account")
    page = {
        "form": form,
        "title": _("Address: %(use)s") % {"use": Address.Use(use).label},
        "can_take_away": there is not None,
        "kept": kept is not None,
    }
    return render(request, "portal/form.html", page, status=422 if form.errors else 200)


@signed_in
def bind(request: Request) -> HttpResponse:
    """Bind the account to the board's record by customer number and date of birth."""
    if request.person:
        return redirect("portal:dashboard")
    form = BindForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            _slow_down(request, form.cleaned_data["customer_number"])
            bind_account(_account_of(request), **form.cleaned_data, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Welcome. This is your record."))
            return redirect("portal:dashboard")
    page = {"form": form}
    return render(request, "portal/bind.html", page, status=422 if form.errors else 200)


def _slow_down(request: Request, customer_number: str) -> None:
    """Let nobody try birthdays one after the other, on one account or against one number."""
    for key in (f"account {_account_of(request).ref}", f"number {customer_number}"):
        if not ratelimit.consume(request, action="bind", key=key):
            raise Refused(
                "too-many-tries",
                _("There were too many tries. Try again in an hour, or write to the board."),
            )


def _account_of(request: Request) -> Account:
    if request.account is None:
        raise not_found()
    return request.account


@signed_in
def invitation(request: Request, token: str) -> HttpResponse:
    """Accept an invitation of the board."""
    found = invitation_behind(token)
    if not is_open(found, at=request.at):
        raise Refused(
            "invitation-over",
            _("This invitation has been used, or is too old. Ask the board for another."),
        )
    if request.method == "POST":
        accept_invitation(found.pk, _account_of(request), by=request.actor, at=request.at)
        messages.success(request, _("Welcome. This is your record."))
        return redirect("portal:dashboard")
    page = {"invitation": found, "person": found.person, "account": request.account}
    return render(request, "portal/invitation.html", page)


@signed_in
def end_acting_for(request: Request) -> HttpResponse:
    """Act in one's own name again."""
    ref = request.actor.acting_for
    if request.method == "POST" and ref:
        end_acting(by=request.actor, at=request.at)
        stop_acting(request.session)
        messages.success(request, _("You act in your own name again."))
        return redirect("desk:person", ref)
    return redirect("portal:home")


@needs(Permission.KEEP_OWN_RECORD)
def links(request: Request) -> HttpResponse:
    """Make and revoke private links: the calendar, and one's standing for an employer."""
    must_be_themselves(request.actor)
    person = own_record(request)
    form = LinkForm(request.POST if "make-standing" in request.POST else kept_form(request))
    if request.method == "POST":
        if "revoke" in request.POST:
            link = own_link(person, request.POST["revoke"])
            revoke_link(link, by=request.actor, at=request.at)
            messages.success(request, _("The link shows nothing any more."))
            return redirect("portal:links")
        if "make-calendar" in request.POST:
            purpose, label = PrivateLink.Purpose.CALENDAR, ""
            make_link(person, purpose=purpose, label=label, by=request.actor, at=request.at)
            return redirect("portal:links")
        if form.is_valid():
            purpose, label = PrivateLink.Purpose.STANDING, form.cleaned_data["label"]
            make_link(person, purpose=purpose, label=label, by=request.actor, at=request.at)
            messages.success(request, _("The link is made. Copy it and send it on."))
            return redirect("portal:links")
    here = [
        (one, request.build_absolute_uri(_address_of(one)))
        for one in links_of(person, at=request.at)
    ]
    page = {
        "form": form,
        "calendar": next((one for one in here if one[0].purpose == "calendar"), None),
        "standing": [one for one in here if one[0].purpose == "standing"],
    }
    return render(request, "portal/links.html", page, status=422 if form.errors else 200)


def _address_of(link: PrivateLink) -> str:
    name = "portal:calendar-feed" if link.purpose == "calendar" else "portal:standing-link"
    return reverse(name, args=[token_of(link)])


@public
def not_here(request: Request, exception: Exception | None = None) -> HttpResponse:
    """Show that there is no such page."""
    del exception
    page = {"refusal": not_found(), "status": 404}
    return render(request, "refused.html", page, status=404)
