"""What one works for: each organisation's home, its people, and its keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.organisations.actions import (
    change_member_role,
    end_membership,
    invite_member,
    is_open,
    join_organisation,
    revoke_member_invitation,
)
from recert.organisations.forms import MemberForm
from recert.organisations.key_actions import make_key, revoke_key
from recert.organisations.key_forms import KeyForm, scope_words
from recert.organisations.keys import keys_of, own_key, scopes_for
from recert.organisations.models import ApiKey, Member
from recert.organisations.queries import (
    invitations_open,
    member_invitation_behind,
    member_of,
    members_of,
    memberships_of,
    own_invitation,
    own_membership,
    own_organisation,
)
from recert.people.access import Request, signed_in
from recert.people.actions import must_be_themselves
from recert.people.kept_forms import kept_form
from recert.people.models import Account
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.batches import MOST_AT_ONCE
from recert.transcript.signing.queries import forms_to_sign


@signed_in
def organisations(request: Request) -> HttpResponse:
    """List what one works for; of one there is no need for a list."""
    found = memberships_of(_account_of(request))
    if len(found) == 1:
        return redirect("portal:organisation", found[0].organisation.ref)
    return render(request, "portal/organisations/mine.html", {"memberships": found})


@signed_in
def organisation(request: Request, ref: str) -> HttpResponse:
    """Show what one may do for an organisation."""
    found, actor = own_organisation(request.account, ref)
    page = {
        "organisation": found,
        "membership": own_membership(request.account, ref),
        "provides": actor.may(Permission.REPORT_COMPLETIONS),
        "employs": actor.may(Permission.SEE_OWN_STAFF),
        "verifies": actor.may(Permission.VERIFY_MANY),
        "keeps": actor.may(Permission.KEEP_OWN_ORGANISATION),
        "accreditations": list(found.accreditations.all()),
        "managers": [one for one in members_of(found) if one.role == Member.Role.MANAGER],
        "waiting": len(forms_to_sign(request.actor.ref, at=request.at, most=MOST_AT_ONCE)),
    }
    return render(request, "portal/organisations/home.html", page)


@signed_in
def join(request: Request, token: str) -> HttpResponse:
    """Accept an invitation to work for an organisation here."""
    invitation = member_invitation_behind(token)
    if not is_open(invitation, at=request.at):
        raise Refused(
            "invitation-over",
            _("This invitation has been used, or is too old. Ask who sent it for another."),
        )
    account = _account_of(request)
    if request.method == "POST":
        join_organisation(invitation, account, by=request.actor, at=request.at)
        messages.success(request, _("Welcome. This is what you can do here."))
        return redirect("portal:organisation", invitation.organisation.ref)
    page = {"invitation": invitation, "account": account}
    return render(request, "portal/organisations/join.html", page)


@signed_in
def members(request: Request, ref: str) -> HttpResponse:
    """Show who works for an organisation, and invite by a letter."""
    found, actor = own_organisation(request.account, ref, Permission.KEEP_OWN_ORGANISATION)
    if "revoke" in request.POST:
        invitation = own_invitation(found, request.POST["revoke"])
        revoke_member_invitation(invitation, by=actor, at=request.at)
        messages.success(request, _("The link of this letter opens nothing any more."))
        return redirect("portal:members", ref)
    form = MemberForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            invite_member(found, email=said["email"], role=said["role"], by=actor, at=request.at)
        except Refused as refusal:
            form.add_error("email", refusal.message)
        else:
            messages.success(request, _("A letter goes to %(email)s.") % {"email": said["email"]})
            return redirect("portal:members", ref)
    page = {
        "organisation": found,
        "members": members_of(found),
        "account": request.account,
        "invitations": invitations_open(found, at=request.at),
        "form": form,
    }
    return render(
        request, "portal/organisations/members.html", page, status=422 if form.errors else 200
    )


@signed_in
def member(request: Request, ref: str, member_ref: str) -> HttpResponse:
    """Change what a member may do, or end it: by a manager, or oneself by oneself."""
    own = own_membership(request.account, ref)
    found, actor = own_organisation(request.account, ref)
    about = member_of(found, member_ref)
    if about.pk != own.pk and not actor.may(Permission.KEEP_OWN_ORGANISATION):
        raise not_found()
    try:
        if "role" in request.POST and request.POST["role"] in Member.Role.values:
            change_member_role(about, role=request.POST["role"], by=actor, at=request.at)
            messages.success(request, _("The role is changed."))
            return redirect("portal:organisation" if about.pk == own.pk else "portal:members", ref)
        if "end" in request.POST:
            end_membership(about, by=actor, at=request.at)
            if about.pk == own.pk:
                messages.success(
                    request, _("You do not work for %(name)s here any more.") % {"name": found.name}
                )
                return redirect("portal:organisations")
            messages.success(
                request, _("They do not work for %(name)s here any more.") % {"name": found.name}
            )
            return redirect("portal:members", ref)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:member", ref, member_ref)
    page = {
        "organisation": found,
        "member": about,
        "is_self": about.pk == own.pk,
        "keeps": actor.may(Permission.KEEP_OWN_ORGANISATION),
        "other_role": Member.Role.MEMBER
        if about.role == Member.Role.MANAGER
        else Member.Role.MANAGER,
    }
    return render(request, "portal/organisations/member.html", page)


@signed_in
def keys(request: Request, ref: str) -> HttpResponse:
    """Show the keys of an organisation's programs, and make one; it is shown this once."""
    found, actor = own_organisation(request.account, ref, Permission.KEEP_OWN_ORGANISATION)
    form = KeyForm(request.POST or kept_form(request), scopes=scopes_for(found))
    made: tuple[ApiKey, str] | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = make_key(
                found,
                label=said["label"],
                scopes=said["scopes"],
                expires_at=form.expires_at(at=request.at),
                by=actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
    page = {
        "organisation": found,
        "keys": [
            (one, _scopes_in_words(one), one.expires_at and one.expires_at <= request.at)
            for one in keys_of(found)
        ],
        "made": made,
        "form": form,
    }
    return render(
        request, "portal/organisations/keys.html", page, status=422 if form.errors else 200
    )


@signed_in
def revoke(request: Request, ref: str, key_ref: str) -> HttpResponse:
    """Let a key open nothing any more, once that was confirmed."""
    found, actor = own_organisation(request.account, ref, Permission.KEEP_OWN_ORGANISATION)
    key = own_key(found, key_ref)
    if request.method == "POST":
        revoke_key(key, by=actor, at=request.at)
        messages.success(
            request, _("The key “%(label)s” opens nothing any more.") % {"label": key.label}
        )
        return redirect("portal:keys", ref)
    page = {"organisation": found, "key": key, "scopes": _scopes_in_words(key)}
    return render(request, "portal/organisations/revoke.html", page)


def _scopes_in_words(key: ApiKey) -> list[str]:
    words = scope_words()
    return [words[Permission(one)] for one in key.scopes]


def _account_of(request: Request) -> Account:
    must_be_themselves(request.actor)
    if request.account is None:
        raise not_found()
    return request.account
