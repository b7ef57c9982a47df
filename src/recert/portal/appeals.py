"""An appeal after an audit, as the certificant makes it and sees it (AUD-6)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.appeals import send_appeal
from recert.casework.actions.drafts import start_appeal
from recert.casework.asked import appeal_of, files_of, own_appeal
from recert.casework.asking import ground_of_appeal, may_appeal, title_in_requests
from recert.casework.forms import AppealForm, EnclosureForm
from recert.casework.wording import TONES, appeal_state_words
from recert.declarations.auditing import own_audit
from recert.journal.queries import history_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.enclosing import take_enclosures
from recert.portal.histories import lines_of_history

BETWEEN_STAFF = frozenset({"appeal.proposed", "appeal.sent-back"})
"""What two people of the board do before one of them decides is no answer to a certificant yet."""


@needs(Permission.DECLARE)
def ask(request: Request, ref: str) -> HttpResponse:
    """Write an appeal, or change it before it is sent; documents are added on its own page."""
    audit = own_audit(request.actor, ref)
    there = appeal_of(audit)
    if there and not there.is_editable:
        return redirect("portal:appeal", there.ref)
    if not may_appeal(audit, as_of=request.today):
        return redirect("portal:audit", ref)
    initial = {"ground": there.ground, "letter": there.letter} if there else None
    form = AppealForm(request.POST or kept_form(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = start_appeal(
            ref, **form.cleaned_data, today=request.today, by=request.actor, at=request.at
        )
        return redirect("portal:appeal", made.ref)
    page = {
        "form": form,
        "audit": audit,
        "about": title_in_requests(audit.declaration.credential),
        "rules": the_rulebook().appeal,
        "today": request.today,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/appeals/form.html", page, status=status)


@needs(Permission.DECLARE)
def show(request: Request, ref: str) -> HttpResponse:
    """Show an appeal: before it is sent, with its documents; then what becomes of it."""
    appeal = own_appeal(request.actor, ref)
    events = [one for one in history_of(appeal.ref) if one.kind not in BETWEEN_STAFF]
    page = {
        "appeal": appeal,
        "audit": appeal.audit,
        "about": title_in_requests(appeal.audit.declaration.credential),
        "state": appeal_state_words()[appeal.state],
        "tone": TONES[appeal.state],
        "ground": ground_of_appeal(appeal),
        "files": files_of(appeal),
        "form": EnclosureForm(),
        "may_send": appeal.is_editable and may_appeal(appeal.audit, as_of=request.today),
        "rules": the_rulebook().appeal,
        "history": lines_of_history(reversed(events)),
        "today": request.today,
    }
    return render(request, "portal/appeals/appeal.html", page)


@needs(Permission.DECLARE)
def add_files(request: Request, ref: str) -> HttpResponse:
    """Keep the files that were sent with an appeal."""
    appeal = own_appeal(request.actor, ref)
    if request.method == "POST":
        take_enclosures(request, appeal)
    return redirect("portal:appeal", ref)


@needs(Permission.DECLARE)
def send(request: Request, ref: str) -> HttpResponse:
    """Send an appeal to the board."""
    appeal = own_appeal(request.actor, ref)
    if request.method == "POST" and appeal.is_editable:
        try:
            send_appeal(appeal.pk, today=request.today, by=request.actor, at=request.at)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(
                request, _("Your appeal is with the board. You get a letter once it is decided.")
            )
    return redirect("portal:appeal", ref)
