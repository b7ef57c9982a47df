"""The desk's pages for organisations: admitting them, their accreditations, and their end."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.organisations.actions import (
    add_accreditation,
    admit_organisation,
    change_organisation,
    end_accreditation,
    end_organisation,
    invite_member,
)
from recert.organisations.forms import AccreditationForm, EndForm, MemberForm, OrganisationForm
from recert.organisations.models import Accreditation, Member, Organisation
from recert.organisations.queries import (
    invitations_open,
    members_of,
    organisation_seen_by,
    organisations_like,
)
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form, with_version
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found

FIELDS = ("name", "email", "website", "provides", "employs", "verifies", "version")


@needs(Permission.KEEP_ORGANISATIONS)
def organisations(request: Request) -> HttpResponse:
    """List the organisations that the board knows."""
    words = request.GET.get("words", "").replace("\0", "").strip()[:100]
    page = {"found": organisations_like(request.actor, words), "words": words}
    return render(request, "desk/organisations/list.html", page)


@needs(Permission.KEEP_ORGANISATIONS)
def admit(request: Request) -> HttpResponse:
    """Admit an organisation."""
    form = OrganisationForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        made = admit_organisation(said=form.cleaned_data, by=request.actor, at=request.at)
        message = _("%(name)s is admitted. Invite its first manager now.")
        messages.success(request, message % {"name": made.name})
        return redirect("desk:invite-manager", made.ref)
    page = {"form": form, "title": _("Admit an organisation"), "button": _("Admit")}
    return _form_page(request, page)


@needs(Permission.KEEP_ORGANISATIONS)
def organisation(request: Request, ref: str) -> HttpResponse:
    """Show an organisation: what it may do, its people, its accreditations."""
    found = organisation_seen_by(request.actor, ref)
    if "end-accreditation" in request.POST:
        end_accreditation(
            found,
            _number(request.POST["end-accreditation"]),
            on=request.today,
            by=request.actor,
            at=request.at,
        )
        messages.success(request, _("The accreditation ends today."))
        return redirect("desk:organisation", ref)
    page = {
        "organisation": found,
        "members": members_of(found),
        "invitations": invitations_open(found, at=request.at),
        "accreditations": [
            (one, *_state_of(one, request.today)) for one in found.accreditations.all()
        ],
        "keys": found.keys.filter(revoked_at=None).count(),
    }
    return render(request, "desk/organisations/show.html", page)


@needs(Permission.KEEP_ORGANISATIONS)
def change(request: Request, ref: str) -> HttpResponse:
    """Change what the board says of an organisation."""
    found = _open_one(request, ref)
    initial = {name: getattr(found, name) for name in FIELDS}
    form = OrganisationForm(request.POST or kept_form(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        version = said["version"] or 0
        try:
            change_organisation(found, said=said, version=version, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
            now = organisation_seen_by(request.actor, ref).version
            form.data = with_version(form.data, now)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("desk:organisation", ref)
    page = {"form": form, "organisation": found, "title": _("Change"), "button": _("Save")}
    return _form_page(request, page)


@needs(Permission.KEEP_ORGANISATIONS)
def accredit(request: Request, ref: str) -> HttpResponse:
    """Note an accreditation of an organisation's courses."""
    found = _open_one(request, ref)
    form = AccreditationForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        add_accreditation(found, **form.cleaned_data, by=request.actor, at=request.at)
        messages.success(request, _("The accreditation is noted."))
        return redirect("desk:organisation", ref)
    page = {
        "form": form,
        "organisation": found,
        "title": _("Add an accreditation"),
        "button": _("Add"),
    }
    return _form_page(request, page)


@needs(Permission.KEEP_ORGANISATIONS)
def invite_manager(request: Request, ref: str) -> HttpResponse:
    """Invite somebody to work for an organisation: its first manager by a letter."""
    found = _open_one(request, ref)
    initial = {"email": found.email, "role": Member.Role.MANAGER}
    form = MemberForm(request.POST or kept_form(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            invite_member(
                found, email=said["email"], role=said["role"], by=request.actor, at=request.at
            )
        except Refused as refusal:
            form.add_error("email", refusal.message)
        else:
            messages.success(request, _("A letter goes to %(email)s.") % {"email": said["email"]})
            return redirect("desk:organisation", ref)
    page = {
        "form": form,
        "organisation": found,
        "title": _("Invite a manager"),
        "button": _("Send the invitation"),
    }
    return _form_page(request, page)


@needs(Permission.KEEP_ORGANISATIONS)
def end(request: Request, ref: str) -> HttpResponse:
    """End what an organisation may do here, with the reason."""
    found = _open_one(request, ref)
    form = EndForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        try:
            end_organisation(found, because=because, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("%(name)s has ended here.") % {"name": found.name})
            return redirect("desk:organisation", ref)
    page = {
        "form": form,
        "organisation": found,
        "title": _("End it"),
        "button": _("End it"),
        "warning": _(
            "Its people see their pages no more, its keys open nothing, and it sees nobody's "
            "standing. What it reported stays."
        ),
    }
    return _form_page(request, page)


def _form_page(request: Request, page: dict[str, object]) -> HttpResponse:
    failed = bool(getattr(page["form"], "errors", None))
    return render(request, "desk/organisations/form.html", page, status=422 if failed else 200)


def _open_one(request: Request, ref: str) -> Organisation:
    found = organisation_seen_by(request.actor, ref)
    if found.ended_at:
        raise Refused("organisation-ended", _("This organisation has ended here."))
    return found


def _state_of(one: Accreditation, today: date) -> tuple[str, str, bool]:
    """Answer in a word whether an accreditation holds today, its tone, and whether it can end."""
    if today < one.from_on:
        return _("begins later"), "wait", True
    if one.until_on and one.until_on < today:
        return _("ended"), "quiet", False
    return _("holds"), "good", not one.until_on or one.until_on > today


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:  # noqa: PLR2004  # as an id has
        raise not_found()
    return int(text)
