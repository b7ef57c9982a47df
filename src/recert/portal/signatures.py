"""A certificant asks somebody to sign, and sees what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.core import ratelimit
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.people.access import Request, needs, own_record
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.policy.rulebook import SignedFormType
from recert.portal.uploads import saved
from recert.transcript.models import ONCE_SIGNED, STANDING, SignedForm
from recert.transcript.queries import own_activity
from recert.transcript.signing.actions import ask_again, ask_for_signature, cancel_form
from recert.transcript.signing.answers import Answer, differing
from recert.transcript.signing.flags import OWN_ADDRESS, words_of_flags
from recert.transcript.signing.forms import AskForm
from recert.transcript.signing.queries import (
    form_for,
    needs_approval,
    own_form,
    type_of,
)

State = SignedForm.State


@dataclass(frozen=True, slots=True)
class Signature:
    """A form that somebody was asked to sign, as pages show it.

    `differs`: what was signed otherwise than it was entered, with what was entered.
    """

    form: SignedForm
    type: SignedFormType
    state: str
    tone: str
    is_asked: bool
    is_expired: bool
    is_signed: bool
    waits: bool
    stands: bool
    own_address: bool
    flags: tuple[str, ...]
    differs: tuple[tuple[Answer, str], ...]


def signature_of(form: SignedForm, *, at: datetime) -> Signature:
    """Answer a form as pages show it."""
    is_expired = form.state == State.ASKED and form.expires_at <= at
    waits = form.state == State.SIGNED and needs_approval(form)
    words = words_of_flags()
    form_type = type_of(form)
    state, tone = _state_of(form, is_expired=is_expired, waits=waits)
    return Signature(
        form=form,
        type=form_type,
        state=state,
        tone=tone,
        is_asked=form.state == State.ASKED,
        is_expired=is_expired,
        is_signed=form.state in ONCE_SIGNED,
        waits=waits,
        stands=form.state in STANDING,
        own_address=OWN_ADDRESS in form.flags,
        flags=tuple(words.get(one, one) for one in form.flags),
        differs=tuple(differing(form.activity, form_type, form.answers)),
    )


def _state_of(form: SignedForm, *, is_expired: bool, waits: bool) -> tuple[str, str]:
    """Answer in words where a form is, and the tone in which it is said."""
    if is_expired:
        return _("the link has ended"), "bad"
    if waits:
        return _("signed, waits for the board"), "wait"
    words = {
        State.ASKED: (_("waits for the signature"), "wait"),
        State.SIGNED: (_("signed"), "good"),
        State.DECLINED: (_("declined"), "bad"),
        State.CANCELLED: (_("cancelled"), "quiet"),
        State.APPROVED: (_("signed and approved"), "good"),
        State.REFUSED: (_("signed, not approved"), "bad"),
    }
    return words[State(form.state)]


@needs(Permission.KEEP_OWN_RECORD)
def ask(request: Request, ref: str) -> HttpResponse:
    """Ask somebody to sign the board's form for an activity."""
    activity = own_activity(request.actor, ref)
    form_type = form_for(activity)
    if form_type is None:
        raise not_found()
    kept = kept_form(request)
    form = AskForm(request.POST or kept)
    if request.method == "POST" and form.is_valid():
        try:
            _slow_down(request)
            asked = ask_for_signature(
                activity.pk, **form.cleaned_data, by=request.actor, at=request.at
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            _tell(request, asked)
            return redirect("portal:activity", ref)
    page = {"form": form, "activity": activity, "type": form_type, "kept": kept is not None}
    return render(request, "portal/ask_signature.html", page, status=422 if form.errors else 200)


def _tell(request: Request, asked: SignedForm) -> None:
    said = _("A letter with a link goes to %(name)s at %(email)s.")
    messages.success(request, said % {"name": asked.signer_name, "email": asked.signer_email})
    if asked.flags:
        messages.warning(
            request,
            _(
                "The name or the address is like your own. The form can be signed, and the board "
                "will look at it."
            ),
        )


@needs(Permission.KEEP_OWN_RECORD)
def again(request: Request, ref: str) -> HttpResponse:
    """Send the letter again; the link before ends."""
    form = own_form(request.actor, ref)
    if request.method == "POST":
        _slow_down(request)
        ask_again(form.pk, by=request.actor, at=request.at)
        said = _("Another letter goes to %(email)s. The link in the one before has ended.")
        messages.success(request, said % {"email": form.signer_email})
    return redirect("portal:activity", form.activity.ref)


@needs(Permission.KEEP_OWN_RECORD)
def cancel(request: Request, ref: str) -> HttpResponse:
    """Ask no more; the link ends."""
    form = own_form(request.actor, ref)
    if request.method == "POST":
        cancel_form(form.pk, by=request.actor, at=request.at)
        messages.success(request, _("The link has ended. You can ask somebody else."))
    return redirect("portal:activity", form.activity.ref)


@needs(Permission.KEEP_OWN_RECORD)
def paper(request: Request, ref: str) -> FileResponse:
    """Hand what was signed to the certificant whom it is about."""
    form = own_form(request.actor, ref)
    if form.state not in ONCE_SIGNED:
        raise not_found()
    return paper_to_save(form)


def paper_to_save(form: SignedForm) -> FileResponse:
    """Answer what was signed, to be saved."""
    return saved(form.paper, name=form.name, media_type="application/pdf")


def _slow_down(request: Request) -> None:
    """Let nobody have us write to any number of strangers."""
    key = f"person {own_record(request).pk}"
    if not ratelimit.consume(request, action="ask-signature", key=key):
        raise Refused(
            "too-many-tries", _("You have asked for many signatures today. Go on tomorrow.")
        )
