"""Appeals at the desk: proposed by one, agreed to by another, and never by whoever audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.casework.actions.appeals import agree_outcome, propose_outcome, send_back_appeal
from recert.casework.asked import appeal_seen_by, appeals_seen_by, files_of, person_of
from recert.casework.asking import ground_of_appeal, title_in_requests
from recert.casework.models import Appeal
from recert.casework.wording import TONES
from recert.declarations.auditing import assessment_audited, checklist_of
from recert.desk.matters import is_untold, next_in_queue, queue_behind, slip_for
from recert.desk.request_forms import AppealFilter, OutcomeForm, SendBackForm
from recert.desk.requests import hand_over
from recert.desk.rights import rights_of
from recert.journal.queries import history_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.cards import bars_of
from recert.portal.histories import lines_of_history

State, Outcome = Appeal.State, Appeal.Outcome


def state_words() -> dict[str, str]:
    """Answer what staff call each state of an appeal."""
    return {
        State.SENT: _("To decide"),
        State.PROPOSED: _("For a second person"),
        State.GRANTED: _("Granted"),
        State.DENIED: _("Denied"),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """An appeal in the list; `why_not` says why it is not for whoever looks."""

    ref: str
    name: str
    about: str
    on: date | None
    state: str
    tone: str
    why_not: str


@needs(Permission.DECIDE_APPEALS)
def appeals(request: Request) -> HttpResponse:
    """List appeals; at first those that wait for us, the oldest first."""
    form = AppealFilter(request.GET or None)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = said.get("state", "")
    states = [wanted] if wanted else [State.SENT, State.PROPOSED]
    words = state_words()
    rows = [
        Row(
            ref=one.ref,
            name=person_of(one).name,
            about=title_in_requests(one.audit.declaration.credential),
            on=one.sent_on,
            state=words[one.state],
            tone=TONES[one.state],
            why_not=_why_not(request, one),
        )
        for one in appeals_seen_by(request.actor, states=states)
    ]
    page = {"form": form, "rows": rows, "today": request.today}
    return render(request, "desk/appeals/list.html", page)


def _why_not(request: Request, appeal: Appeal) -> str:
    """Answer why somebody must leave an appeal to others; or nothing."""
    if person_of(appeal).pk == request.actor.person:
        return _("It is your own.")
    if appeal.audit.judged_by == request.actor.ref:
        return _("You judged the audit.")
    if appeal.state == State.PROPOSED and appeal.proposed_by_ref == request.actor.ref:
        return _("You proposed the outcome.")
    return ""


@needs(Permission.DECIDE_APPEALS)
def show(request: Request, ref: str) -> HttpResponse:
    """Show an appeal beside its audit; sent, propose, agree or send back."""
    appeal = appeal_seen_by(request.actor, ref)
    why_not = _why_not(request, appeal)
    outcome = back = None
    data = request.POST or kept_form(request)
    if appeal.state == State.SENT and not why_not:
        outcome = OutcomeForm(data)
    elif appeal.state == State.PROPOSED and not why_not:
        back = SendBackForm(data if data is not None and "agree" not in data else None)
    if request.method == "POST":
        if outcome is None and back is None:
            raise Refused("not-yours", why_not or _("Nothing is to be decided here any more."))
        if not is_untold(request, ref) and _decided(request, appeal, outcome, back):
            return _next(request, ref)
    page = {
        "appeal": appeal,
        "audit": appeal.audit,
        "person": person_of(appeal),
        "about": title_in_requests(appeal.audit.declaration.credential),
        "state": state_words()[appeal.state],
        "tone": TONES[appeal.state],
        "proposed": dict(OutcomeForm().fields["outcome"].choices).get(appeal.proposed_outcome),  # type: ignore[attr-defined]  # a choice field
        "ground": ground_of_appeal(appeal),
        "files": files_of(appeal),
        "bars": bars_of(assessment_audited(appeal.audit)),
        "checklist": checklist_of(appeal.audit),
        "slip": slip_for(request, ref),
        "behind": queue_behind(request),
        "form": outcome or back,
        "back": back,
        "why_not": why_not if appeal.state in {State.SENT, State.PROPOSED} else "",
        "by_two": "appeal" in the_rulebook().desk.second_person.value,
        "rule": the_rulebook().desk.second_person.rule,
        "history": lines_of_history(history_of(appeal.ref)),
        "may": rights_of(request.actor),
        "today": request.today,
    }
    invalid = any(form and form.is_bound and form.errors for form in (outcome, back))
    return render(request, "desk/appeals/appeal.html", page, status=422 if invalid else 200)


def _decided(
    request: Request, appeal: Appeal, outcome: OutcomeForm | None, back: SendBackForm | None
) -> bool:
    """Do as the form that was sent says; answer whether it was done."""
    form = outcome or back
    if form is None or (form.is_bound and not form.is_valid()):
        return False
    by, at, today = request.actor, request.at, request.today
    try:
        if outcome:
            said = outcome.cleaned_data
            propose_outcome(
                appeal.pk,
                outcome=Outcome(said["outcome"]),
                because=said["because"],
                today=today,
                by=by,
                at=at,
            )
        elif "agree" in request.POST:
            agree_outcome(appeal.pk, today=today, by=by, at=at)
        else:
            send_back_appeal(appeal.pk, because=form.cleaned_data["because"], by=by, at=at)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("It is noted; %(ref)s goes on.") % {"ref": appeal.ref})
    return True


def _next(request: Request, ref: str) -> HttpResponse:
    """Lead on in the queue, or to the next appeal that somebody may decide, or to the list."""
    on_in_queue = next_in_queue(request, ref)
    if on_in_queue:
        return redirect(on_in_queue)
    waiting = appeals_seen_by(request.actor, states=[State.SENT, State.PROPOSED])
    for one in waiting:
        if not _why_not(request, one):
            return redirect("desk:appeal", one.ref)
    return redirect("desk:appeals")


@needs(Permission.DECIDE_APPEALS)
def enclosure(request: Request, ref: str) -> HttpResponseBase:
    """Hand a file of an appeal to whoever decides about it; the journal notes each look."""
    return hand_over(request, ref)
