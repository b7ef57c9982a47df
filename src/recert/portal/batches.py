"""Forms of the board that wait for one signer, checked each and signed together.

Whoever signed in with the address to which they were sent needs no code. Each form is an action of
its own: what one cannot do is told, and the others are signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.board import the_rulebook
from recert.organisations.queries import own_organisation
from recert.people.access import Request, signed_in
from recert.people.actions import must_be_themselves
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.signing import SOMEWHERE_ELSE
from recert.transcript.models import SignedForm
from recert.transcript.signing.actions import sign_signed_in
from recert.transcript.signing.forms import SignatureForm, SignForm, initial_of
from recert.transcript.signing.paper import statement
from recert.transcript.signing.queries import forms_to_sign, type_of

MOST_AT_ONCE: Final = 20
"""So many forms are on a page, so that each is looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A form on the page, with what is typed for it. `chosen`: it was checked, and is signed."""

    asked: SignedForm
    title: str
    kind: str
    statement: str
    fields: SignForm
    chosen: bool


@signed_in
def forms(request: Request, ref: str) -> HttpResponse:
    """Show the forms that wait for whoever is signed in; sign those that they checked."""
    found, _actor = own_organisation(request.account, ref, Permission.SEE_OWN_STAFF)
    must_be_themselves(request.actor)
    signature = SignatureForm(request.POST or None)
    name = signature.cleaned_data["signed_name"] if signature.is_valid() else ""
    every = forms_to_sign(request.actor.ref, at=request.at, most=MOST_AT_ONCE)
    waiting = [_waiting(request, one, name) for one in every]
    failed = False
    if request.method == "POST":
        chosen = [one for one in waiting if one.chosen]
        if not chosen:
            messages.error(request, _("Tick each form that you checked and sign."))
        signed = [one for one in chosen if name and _sign(request, one)]
        if signed:
            _say_signed(request, len(signed))
        failed = not signed or len(signed) < len(chosen)
        if not failed:
            return redirect("portal:forms-to-sign", ref)
        waiting = [one for one in waiting if one not in signed]
    page = {
        "organisation": found,
        "waiting": waiting,
        "form": signature,
    }
    return render(request, "portal/organisations/forms.html", page, status=422 if failed else 200)


def _waiting(request: Request, asked: SignedForm, name: str) -> Waiting:
    """Answer a form with what was typed for it; where it was not chosen, as it is at first."""
    chosen = request.POST.get(f"{asked.ref}-sign") == "yes"
    data: QueryDict | None = None
    if chosen:
        data = request.POST.copy()
        data[f"{asked.ref}-signed_name"] = name
    fields = SignForm(
        data,
        prefix=asked.ref,
        form_type=type_of(asked),
        latest=request.today + SOMEWHERE_ELSE,
        initial=initial_of(asked) | _typed(request, asked),
    )
    return Waiting(
        asked=asked,
        title=type_of(asked).title,
        kind=the_rulebook().kinds[asked.activity.kind].title,
        statement=statement(asked.activity.person.name),
        fields=fields,
        chosen=chosen,
    )


def _typed(request: Request, asked: SignedForm) -> dict[str, object]:
    """Answer what was typed for a form that is not signed yet, so that it stays."""
    begins = f"{asked.ref}-"
    said = request.POST.items()
    return {name.removeprefix(begins): value for name, value in said if name.startswith(begins)}


def _sign(request: Request, one: Waiting) -> bool:
    """Sign one form; answer whether it is signed. What hinders it stands on it."""
    if not one.fields.is_valid():
        return False
    said = one.fields.cleaned_data
    try:
        sign_signed_in(
            one.asked.pk,
            typed=said["typed"],
            version=said["version"],
            by=request.actor,
            at=request.at,
        )
    except Refused as refusal:
        one.fields.add_error(None, refusal.message)
        return False
    return True


def _say_signed(request: Request, count: int) -> None:
    said = ngettext("%(count)s form is signed.", "%(count)s forms are signed.", count)
    messages.success(request, said % {"count": count})
