"""An audit as the certificant sees it: exactly what is asked for, sent, and what was found."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.audits import send_documents
from recert.declarations.auditing import (
    assessment_audited,
    checklist_of,
    own_audit,
    period_called,
    periods_published,
    published,
)
from recert.declarations.declared import draft_of
from recert.declarations.models import Audit
from recert.journal.queries import history_of
from recert.people.access import Request, needs, public
from recert.policy.permissions import Permission
from recert.portal.cards import bars_of, total_bar
from recert.portal.histories import lines_of_history
from recert.transcript.forms import DocumentsForm


@needs(Permission.DECLARE)
def audit(request: Request, ref: str) -> HttpResponse:
    """Show what an audit asks for, beside what is there already (AUD-2, AUD-3, AUD-5)."""
    found = own_audit(request.actor, ref)
    book, checklist = the_rulebook(), checklist_of(found)
    making_up = None
    if found.state == Audit.State.NOT_PASSED:
        making_up = draft_of(found.declaration, as_of=request.today)
    assessment = making_up.assessment if making_up else assessment_audited(found)
    page = {
        "audit": found,
        "declaration": found.declaration,
        "title": found.declaration.credential.category,
        "rows": [
            (one, DocumentsForm(kind=book.kinds[one.item.activity.kind], auto_id=f"{n}_%s"))
            for n, one in enumerate(checklist)
        ],
        "lacking": [one for one in checklist if one.is_asked and not one.evidence.is_complete],
        "asked": sum(1 for one in checklist if one.is_asked),
        "takes_documents": found.state in {Audit.State.AWAITING_DOCUMENTS, Audit.State.NOT_PASSED},
        "making_up": making_up,
        "bars": [total_bar(assessment), *bars_of(assessment)],
        "is_met": assessment.outcome == "met",
        "history": lines_of_history(history_of(found.ref)),
        "today": request.today,
        "rules": book.audit,
        "is_over": found.is_over(as_of=request.today),
    }
    return render(request, "portal/audit.html", page)


@needs(Permission.DECLARE)
def send(request: Request, ref: str) -> HttpResponse:
    """Ask whether everything is there; sent, tell the board."""
    found = own_audit(request.actor, ref)
    if request.method == "POST":
        send_documents(found.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(
            request, _("Your documents are with the board. You get a letter at each change.")
        )
        return redirect("portal:audit", ref)
    checklist = checklist_of(found)
    lacking = [one for one in checklist if one.is_asked and not one.evidence.is_complete]
    return render(request, "portal/send_audit.html", {"audit": found, "lacking": lacking})


@public
def periods(request: Request) -> HttpResponse:
    """Show how declarations are drawn, so that anybody can check it (AUD-1)."""
    page = {"periods": periods_published(), "today": request.today}
    return render(request, "portal/audit_periods.html", page)


@public
def published_period(request: Request, ref: str) -> HttpResponse:
    """Answer a period as it is published: its commitment, and once it is over its key and draws."""
    del request
    response = JsonResponse(published(period_called(ref)), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{ref}.json"'
    return response
