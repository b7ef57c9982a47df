"""One's own keys, with which programs act in one's name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.organisations.key_actions import make_key, revoke_key
from recert.organisations.key_forms import KeyForm, scope_words
from recert.organisations.keys import SCOPES_OF_PEOPLE, keys_of, own_key
from recert.people.access import Request, needs
from recert.people.actions import must_be_themselves
from recert.people.kept_forms import kept_form
from recert.people.models import Account
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found


@needs(Permission.KEEP_OWN_RECORD)
def keys(request: Request) -> HttpResponse:
    """Make and revoke keys; the secret of a new one is shown this once."""
    must_be_themselves(request.actor)
    account, key, secret = _account_of(request), None, ""
    if "revoke" in request.POST:
        revoke_key(own_key(account, request.POST["revoke"]), by=request.actor, at=request.at)
        messages.success(request, _("The key opens nothing any more."))
        return redirect("portal:own-keys")
    typed = request.POST if "make" in request.POST else kept_form(request)
    form = KeyForm(typed, scopes=SCOPES_OF_PEOPLE)
    if request.method == "POST" and form.is_valid():
        try:
            key, secret = make_key(
                account,
                label=form.cleaned_data["label"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(at=request.at),
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            form = KeyForm(scopes=SCOPES_OF_PEOPLE)
    words = scope_words()
    page = {
        "form": form,
        "new": key,
        "secret": secret,
        "keys": [
            (one, [words[Permission(scope)] for scope in one.scopes]) for one in keys_of(account)
        ],
        "now": request.at,
    }
    return render(request, "portal/keys.html", page, status=422 if form.errors else 200)


def _account_of(request: Request) -> Account:
    if request.account is None:
        raise not_found()
    return request.account
