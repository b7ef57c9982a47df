"""The pages of somebody who signs a form of the board: by a link, once, without an account."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from allauth.core import ratelimit
from django.contrib import messages
from django.core.mail import send_mail
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.board import the_rulebook
from recert.people.access import Request, public
from recert.people.kept_forms import kept_form, with_version
from recert.policy.refusals import Refused, not_found
from recert.portal.signatures import paper_to_save
from recert.transcript.models import ONCE_SIGNED, SignedForm
from recert.transcript.signing import codes
from recert.transcript.signing.actions import decline_form, send_code, sign_form
from recert.transcript.signing.answers import differing
from recert.transcript.signing.forms import CodeForm, DeclineForm, SignForm, initial_of
from recert.transcript.signing.paper import statement
from recert.transcript.signing.queries import (
    form_behind,
    link_state,
    signer_of,
    type_of,
)

LOG = logging.getLogger(__name__)

SIGNED_HERE: Final = "signed-forms"
"""What a session remembers of the forms that were signed in it."""

SOMEWHERE_ELSE: Final = timedelta(days=1)
"""Where the board's day ends late, others have the next one already."""


@public
def sign(request: Request, token: str) -> HttpResponse:
    """Fill in a form of the board; then confirm the address by a code, and sign."""
    form, link = form_behind(token)
    if link_state(form, link, at=request.at) != "open":
        return _over(request, form, link, token)
    try:
        if form.typed and "sign" in request.POST:
            return _sign(request, form, link, token)
        if form.typed and "again" in request.POST:
            return _send_another(request, form, link, token)
    except Refused as refusal:
        if refusal.code not in {"form-over", "changed-meanwhile"}:
            raise
        messages.warning(request, refusal.message)
        return redirect("portal:sign", token)
    changes = "change" in request.GET or not _is_as_typed(form)
    if request.method == "POST" or changes:
        return _fill(request, form, link, token)
    return _confirm(request, form, CodeForm(), token)


def _is_as_typed(form: SignedForm) -> bool:
    """Answer whether what the signer typed is about the entry as it is now."""
    return bool(form.typed) and form.typed["version"] == form.activity.version


def _fill(request: Request, form: SignedForm, link: int, token: str) -> HttpResponse:
    """Take what the form asks; taken, send the code."""
    kept = kept_form(request)
    fields = SignForm(
        request.POST or kept,
        form_type=type_of(form),
        latest=request.today + SOMEWHERE_ELSE,
        initial=initial_of(form),
    )
    if request.method == "POST" and fields.is_valid():
        try:
            _slow_down(request, form)
            coded, is_new = send_code(
                form.pk,
                link=link,
                typed=fields.cleaned_data["typed"],
                version=fields.cleaned_data["version"],
                by=signer_of(form, person=request.actor.person),
                at=request.at,
            )
        except Refused as refusal:
            if refusal.code == "form-over":
                return redirect("portal:sign", token)
            fields.add_error(None, refusal.message)
            form, _link = form_behind(token)
            fields.data = with_version(fields.data, form.activity.version)
        else:
            if is_new:
                _send(request, coded)
            return redirect("portal:sign", token)
    page = _about(form, token) | {"form": fields, "kept": kept is not None}
    return render(request, "portal/sign.html", page, status=422 if fields.errors else 200)


def _send_another(request: Request, form: SignedForm, link: int, token: str) -> HttpResponse:
    """Send another code for what is typed already."""
    try:
        _slow_down(request, form)
        coded, is_new = send_code(
            form.pk,
            link=link,
            typed=form.typed,
            version=form.typed["version"],
            by=signer_of(form, person=request.actor.person),
            at=request.at,
        )
    except Refused as refusal:
        if refusal.code not in {"too-many-tries", "too-many-codes"}:
            raise
        messages.error(request, refusal.message)
    else:
        if is_new:
            _send(request, coded)
            messages.success(request, _("Another code is on its way; the one before has ended."))
        else:
            messages.info(request, _("A code was sent just now. Give it half a minute."))
    return redirect("portal:sign", token)


def _sign(request: Request, form: SignedForm, link: int, token: str) -> HttpResponse:
    """Sign, where the code is right."""
    fields = CodeForm(request.POST)
    if not fields.is_valid():
        return _confirm(request, form, fields, token)
    left = sign_form(
        form.pk,
        link=link,
        code=fields.cleaned_data["code"],
        by=signer_of(form, person=request.actor.person),
        at=request.at,
    )
    if left is None:
        _remember(request, form)
        return redirect("portal:sign", token)
    said = ngettext(
        "This is not the code of the last letter. You can try once more.",
        "This is not the code of the last letter. You can try %(left)s more times.",
        left,
    )
    ended = _("This code has ended. Send another one; what you wrote stays.")
    fields.add_error("code", said % {"left": left} if left else ended)
    form, _link = form_behind(token)
    return _confirm(request, form, fields, token)


def _confirm(request: Request, form: SignedForm, fields: CodeForm, token: str) -> HttpResponse:
    """Show what would be signed, and ask for the code."""
    answers = form.typed["answers"]
    page = _about(form, token) | {
        "form": fields,
        "answers": answers,
        "signed_name": form.typed["signed_name"],
        "differs": differing(form.activity, type_of(form), answers),
        "can_be_tried": codes.can_be_tried(form, at=request.at),
        "minutes": codes.LASTS // timedelta(minutes=1),
    }
    return render(request, "portal/sign_confirm.html", page, status=422 if fields.errors else 200)


@public
def decline(request: Request, token: str) -> HttpResponse:
    """Say that one does not sign, and why."""
    form, link = form_behind(token)
    if link_state(form, link, at=request.at) != "open":
        return redirect("portal:sign", token)
    fields = DeclineForm(request.POST or kept_form(request))
    if request.method == "POST" and fields.is_valid():
        try:
            decline_form(
                form.pk,
                link=link,
                because=fields.cleaned_data["because"],
                by=signer_of(form, person=request.actor.person),
                at=request.at,
            )
        except Refused as refusal:
            if refusal.code != "form-over":
                raise
        return redirect("portal:sign", token)
    page = _about(form, token) | {"form": fields}
    return render(request, "portal/decline.html", page, status=422 if fields.errors else 200)


@public
def signed_paper(request: Request, token: str) -> FileResponse:
    """Hand what was signed to whoever signed it here."""
    form, _link = form_behind(token)
    if not _was_signed_here(request, form):
        raise not_found()
    return paper_to_save(form)


def _over(request: Request, form: SignedForm, link: int, token: str) -> HttpResponse:
    """Show what became of a form, and what one can do; to who signed it here, with the paper."""
    state = link_state(form, link, at=request.at)
    page = _about(form, token) | {"state": state, "here": _was_signed_here(request, form)}
    return render(request, "portal/sign_over.html", page, status=200 if page["here"] else 410)


def _about(form: SignedForm, token: str) -> dict[str, object]:
    """Answer what every page of a signer shows."""
    activity = form.activity
    return {
        "asked": form,
        "activity": activity,
        "person": activity.person,
        "type": type_of(form),
        "kind": the_rulebook().kinds[activity.kind],
        "statement": statement(activity.person.name),
        "token": token,
    }


def _remember(request: Request, form: SignedForm) -> None:
    request.session[SIGNED_HERE] = [*request.session.get(SIGNED_HERE, ()), form.ref]


def _was_signed_here(request: Request, form: SignedForm) -> bool:
    return form.state in ONCE_SIGNED and form.ref in request.session.get(SIGNED_HERE, ())


def _send(request: Request, form: SignedForm) -> None:
    """Send the code at once: in an hour it would be worth nothing."""
    facts = {
        "form": form,
        "title": type_of(form).title,
        "code": codes.code_of(form),
        "minutes": codes.LASTS // timedelta(minutes=1),
    }
    text = render_to_string("letters/signing_code.txt", facts, request=request)
    subject = _("%(code)s is your code to sign") % {"code": facts["code"]}
    try:
        send_mail(subject, text, None, [form.signer_email])
    except OSError:  # all that smtplib raises is one
        LOG.exception("the code for %s could not be sent", form.ref)
        messages.error(
            request,
            _("The letter with the code could not be sent just now. Try again in a minute."),
        )


def _slow_down(request: Request, form: SignedForm) -> None:
    """Let nobody have us write to an address again and again."""
    if not ratelimit.consume(request, action="signing-code", key=f"to {form.signer_email}"):
        raise Refused(
            "too-many-tries",
            _("Many codes were sent to this address. Try again in an hour; what you wrote stays."),
        )
