"""Audits at the desk: which wait, what each activity's documents show, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.declarations.actions.audits import find_short, judge_item, pass_audit
from recert.declarations.actions.draws import (
    declare_period,
    note_refused_draw,
    publish_key,
    select_for_audit,
)
from recert.declarations.auditing import (
    Checked,
    assessment_audited,
    audit_seen_by,
    audits_seen_by,
    checklist_of,
    period_called,
    periods_seen_by,
    same_files,
    unjudged,
)
from recert.declarations.declared import declaration_seen_by
from recert.declarations.models import Audit
from recert.desk.audit_forms import AuditFilter, DecisionForm, JudgementForm, PeriodForm
from recert.desk.forms import ReasonForm
from recert.desk.matters import (
    Slip,
    filters_in,
    is_untold,
    next_in_queue,
    queue_behind,
    slip_of,
)
from recert.desk.rights import rights_of
from recert.journal.queries import history_of
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.cards import bars_of, total_bar
from recert.portal.histories import lines_of_history
from recert.portal.signatures import signature_of
from recert.transcript.models import Document

PER_PAGE = 50


@needs(Permission.SEE_DECLARATIONS)
def audits(request: Request) -> HttpResponse:
    """List audits; at first those whose documents wait to be judged."""
    form = AuditFilter(request.GET or None)
    state = form.cleaned_data["state"] if form.is_bound and form.is_valid() else Audit.State.SENT
    found = audits_seen_by(request.actor, state=state, most=PER_PAGE)
    page = {"form": form, "audits": found, "today": request.today, "may": rights_of(request.actor)}
    return render(request, "desk/audits.html", page)


@needs(Permission.SEE_DECLARATIONS)
def audit(request: Request, ref: str) -> HttpResponse:
    """Show an audit: each activity beside its documents, and the figures with what was proven."""
    found = audit_seen_by(request.actor, ref)
    checklist = checklist_of(found)
    documents = [one for row in checklist for one in row.documents]
    alike = same_files(documents)
    assessment = assessment_audited(found)
    left = unjudged(found)
    page = {
        "audit": found,
        "declaration": found.declaration,
        "person": found.declaration.credential.person,
        "rows": [
            (
                row,
                JudgementForm(row=row, auto_id=f"{row.item.pk}_%s"),
                _alike(row, alike, found),
                [signature_of(one, at=request.at) for one in row.forms],
            )
            for row in checklist
        ],
        "bars": [total_bar(assessment), *bars_of(assessment)],
        "is_met": assessment.outcome == "met",
        "left": len(left),
        "decision": DecisionForm(),
        "history": lines_of_history(history_of(found.ref)),
        "may": rights_of(request.actor),
        "slip": _slip(request, found),
        "query": filters_in(request),
        "behind": queue_behind(request),
        "today": request.today,
    }
    return render(request, "desk/audit.html", page)


def _slip(request: Request, found: Audit) -> Slip:
    return slip_of(
        request,
        found.ref,
        waits=found.state == Audit.State.SENT,
        needs=Permission.AUDIT_DECLARATIONS,
        owner=found.declaration.credential.person_id,
    )


def _alike(
    row: Checked, alike: Mapping[str, list[Document]], found: Audit
) -> list[tuple[str, str, str]]:
    """Say where else the very same file is: the file, the other activity, and whose it is."""
    said = []
    for document in row.documents:
        for other in alike.get(document.ref, ()):
            person = other.activity.person
            own = person.pk == found.declaration.credential.person_id
            who = _("the same person") if own else person.name
            said.append((document.name, other.activity.title, who))
    return said


@needs(Permission.AUDIT_DECLARATIONS)
def judge(request: Request, ref: str, item: int) -> HttpResponse:
    """Say what was found of one activity's documents."""
    found = audit_seen_by(request.actor, ref)
    row = next((one for one in checklist_of(found) if one.item.pk == item), None)
    if row is None or not row.is_asked:
        raise not_found()
    form = JudgementForm(request.POST or kept_form(request), row=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        judge_item(
            row.item.pk,
            verdict=said["verdict"],
            documented=said["documented"],
            documents=said["documents"],
            note=said["note"],
            by=request.actor,
            at=request.at,
        )
        query = filters_in(request)
        page_of_audit = request.path.rpartition("/items")[0] + (f"?{query}" if query else "")
        return redirect(f"{page_of_audit}#item-{row.item.pk}")
    page = {"form": form, "row": row, "audit": found}
    return render(request, "desk/judge.html", page, status=422 if form.errors else 200)


@needs(Permission.AUDIT_DECLARATIONS)
def decide(request: Request, ref: str) -> HttpResponse:
    """Pass an audit, or say that what was proven is not enough; then go to the next one."""
    found = audit_seen_by(request.actor, ref)
    form = DecisionForm(request.POST or kept_form(request))
    sent = request.method == "POST" and form.is_valid()
    if sent and not is_untold(request, ref):
        act = pass_audit if form.cleaned_data["outcome"] == "passed" else find_short
        because = form.cleaned_data["because"]
        act(found.pk, because=because, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("The audit %(ref)s is decided.") % {"ref": ref})
        on_in_queue = next_in_queue(request, ref)
        if on_in_queue:
            return redirect(on_in_queue)
        following = audits_seen_by(request.actor, state=Audit.State.SENT, most=1)
        if following:
            return redirect("desk:audit", following[0].ref)
        return redirect("desk:audits")
    page = {
        "form": form,
        "audit": found,
        "slip": _slip(request, found),
        "query": filters_in(request),
    }
    return render(request, "desk/decide_audit.html", page, status=422 if form.errors else 200)


@needs(Permission.AUDIT_DECLARATIONS)
def select(request: Request, ref: str) -> HttpResponse:
    """Choose a declaration for an audit by hand, with a reason."""
    found = declaration_seen_by(request.actor, ref)
    form = ReasonForm(request.POST or kept_form(request))
    form.fields["because"].label = _("Why is this one audited?")
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        made = select_for_audit(
            found.pk, because=because, today=request.today, by=request.actor, at=request.at
        )
        messages.success(request, _("It is audited; the certificant has been told."))
        return redirect("desk:audit", made.ref)
    page = {"form": form, "declaration": found}
    return render(request, "desk/select_audit.html", page, status=422 if form.errors else 200)


@needs(Permission.SEE_DECLARATIONS)
def periods(request: Request) -> HttpResponse:
    """Show the periods in which declarations are drawn."""
    page = {
        "periods": periods_seen_by(request.actor),
        "today": request.today,
        "may": rights_of(request.actor),
    }
    return render(request, "desk/audit_periods.html", page)


@needs(Permission.PLAN_AUDITS)
def declare(request: Request) -> HttpResponse:
    """Declare a period beforehand."""
    form = PeriodForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            declare_period(
                starts_on=said["starts_on"],
                ends_on=said["ends_on"],
                strata=said["strata"],
                spares_audited_before=said["spares_audited_before"],
                today=request.today,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            if refusal.code == "drawn-already":
                days = f"{said['starts_on']} to {said['ends_on']}"
                note_refused_draw(days, by=request.actor, at=request.at)
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The period is declared, and its commitment published."))
            return redirect("desk:audit-periods")
    page = {"form": form}
    return render(request, "desk/declare_period.html", page, status=422 if form.errors else 200)


@needs(Permission.PLAN_AUDITS)
def publish(request: Request, ref: str) -> HttpResponse:
    """Publish the key of a period that is over."""
    found = period_called(ref)
    if request.method == "POST":
        publish_key(found.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("The key is published; everybody can draw again."))
    return redirect("desk:audit-periods")
