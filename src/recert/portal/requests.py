"""Requests to the board: what one asked for, what can be asked for, and saying it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.drafts import (
    change_request,
    start_request,
)
from recert.casework.asked import (
    appeals_of,
    own_request,
    requests_of,
)
from recert.casework.asking import (
    inactive_choices,
    may_align,
    shortenings,
    title_in_requests,
)
from recert.casework.forms import FORMS, AskingForm
from recert.casework.models import Appeal
from recert.casework.models import Request as Asking
from recert.casework.wording import (
    TONES,
    appeal_state_words,
    kind_words,
    request_state_words,
)
from recert.people.access import Request, needs, own_record
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.templatetags.words import with_days

Kind, State = Asking.Kind, Asking.State


@dataclass(frozen=True, slots=True)
class Mine:
    """A request or an appeal in the list of one's own."""

    path: str
    ref: str
    title: str
    about: str
    state: str
    tone: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be asked for; `why_not` says why it cannot, with the rule."""

    kind: str
    title: str
    says: str
    rule: str
    why_not: str = ""


@needs(Permission.DECLARE)
def requests(request: Request) -> HttpResponse:
    """List what one asked for and what became of it, and what can be asked for."""
    person = own_record(request)
    asked = [_mine(one) for one in requests_of(person.pk)]
    page = {
        "asked": asked + [_my_appeal(one) for one in appeals_of(person.pk)],
        "offers": _offers(person.pk, request.today),
    }
    return render(request, "portal/requests/list.html", page)


def _mine(one: Asking) -> Mine:
    about = title_in_requests(one.credential) if one.credential else ""
    words = request_state_words()
    title, tone = kind_words()[one.kind], TONES[one.state]
    return Mine("portal:request", one.ref, title, about, words[one.state], tone, one.submitted_on)


def _my_appeal(one: Appeal) -> Mine:
    about = title_in_requests(one.audit.declaration.credential)
    state, tone = appeal_state_words()[one.state], TONES[one.state]
    return Mine(
        "portal:appeal", one.ref, _("Appeal after an audit"), about, state, tone, one.sent_on
    )


def _offers(person: int, today: date) -> list[Offer]:
    book, words = the_rulebook(), kind_words()
    inactive = inactive_choices(person, as_of=today)
    aligned = book.cycle.aligned_on_request.rule
    no_alignment = ""
    if not may_align():
        no_alignment = _("The programme does not end a cycle earlier than its rules say.")
    elif not shortenings(person, as_of=today):
        no_alignment = _("None of your cycles could end together with an earlier one now.")
    return [
        Offer(
            Kind.INACTIVE,
            words[Kind.INACTIVE],
            _("If illness, service abroad or the like keep you from taking part for a long time."),
            _rule_of_inactive(),
            ""
            if any(not one.why_not for one in inactive)
            else _("None of your certifications can become inactive now."),
        ),
        Offer(
            Kind.NAME,
            words[Kind.NAME],
            _("If your legal name has changed. It needs an official document."),
            book.naming.name_changes.rule,
        ),
        Offer(
            Kind.ALIGNMENT,
            words[Kind.ALIGNMENT],
            _("If several of your certifications should end on the same day."),
            aligned,
            no_alignment,
        ),
        Offer(
            Kind.CORRECTION,
            words[Kind.CORRECTION],
            _("If a day, a category, a number or your date of birth is wrong in our record."),
            "",
        ),
    ]


def _rule_of_inactive() -> str:
    """Answer the rule by which grounds are likely to be accepted."""
    grounds = the_rulebook().inactive.grounds.values()
    return next((one.rule for one in grounds if one.accepted and not one.waives_fee), "")


@needs(Permission.DECLARE)
def ask(request: Request, kind: str) -> HttpResponse:
    """Begin a request of a kind: what it says; documents are added on its own page."""
    if kind not in FORMS or (kind == Kind.ALIGNMENT and not may_align()):
        raise not_found()
    person = own_record(request)
    chosen = request.GET.get("about", "")
    data = request.POST or kept_form(request)
    form = FORMS[kind](data, person=person, as_of=request.today, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        asked = form.asked()
        try:
            made = start_request(
                person.pk,
                kind=Kind(kind),
                credential=asked.credential,
                said=asked.said,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("portal:request", made.ref)
    return _form_page(request, form, kind)


@needs(Permission.DECLARE)
def change(request: Request, ref: str) -> HttpResponse:
    """Change what a request says, before it is sent."""
    asking = own_request(request.actor, ref)
    if not asking.is_editable:
        return redirect("portal:request", ref)
    person, data = own_record(request), request.POST or kept_form(request)
    form = FORMS[asking.kind](data, person=person, as_of=request.today, request=asking)
    if request.method == "POST" and form.is_valid():
        asked = form.asked()
        try:
            change_request(
                asking.pk,
                credential=asked.credential,
                said=asked.said,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("portal:request", ref)
    return _form_page(request, form, asking.kind, asking)


def _form_page(
    request: Request, form: AskingForm, kind: str, asking: Asking | None = None
) -> HttpResponse:
    about = form.fields.get("about")
    if about is not None:  # its choices are written before a reader is known
        choices = [(key, with_days(text)) for key, text in about.choices]  # type: ignore[attr-defined]  # a choice field
        about.choices = choices  # type: ignore[attr-defined]  # likewise
    not_now = []
    if kind == Kind.INACTIVE:
        choices_now = inactive_choices(own_record(request).pk, as_of=request.today)
        not_now = [one for one in choices_now if one.why_not]
    page = {
        "form": form,
        "kind": kind,
        "title": kind_words()[kind],
        "asking": asking,
        "not_now": not_now,
        "nothing": about is not None and not [key for key, _text in about.choices if key],  # type: ignore[attr-defined]  # likewise
        "person": request.person,
        "rules": the_rulebook(),
        "rule": _rule_of_inactive(),
    }
    status = 422 if form.errors else 200
    return render(request, "portal/requests/form.html", page, status=status)
