"""The points of a declaration by area: typed, judged while they are typed, or left to the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.board import the_rulebook
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.allocating import Share, assessed_with, back_from, best_moves, shares_of
from recert.declarations.declared import Draft
from recert.declarations.forms import AllocationForm, ShareRow
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.policy import Assessment
from recert.policy.assessment import Ledger, Loss
from recert.policy.permissions import Permission
from recert.portal.dashboard import UNDO
from recert.portal.steps import after, draft_at, missing_in, reasons_of, sums_of, way_of


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of an activity as its points lie, typed or saved. In hundredths."""

    ref: str
    counted: tuple[tuple[str, int], ...]
    accepted: int
    lost: tuple[Loss, ...]
    unallocated: int


@dataclass(frozen=True, slots=True)
class Row:
    """An activity in the form, what counts of it, and what there is to know about it."""

    of: ShareRow
    judged: Judged
    own_choice: bool  # whether its points were given to areas; else the rules place them
    now: tuple[tuple[str, int], ...]  # as saved, where another window changed it
    lacking: str


@needs(Permission.DECLARE)
def allocate(request: Request, ref: str) -> HttpResponse:
    """Show the points of each activity by area; sent, allocate them so, or as serves best."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    kept = kept_form(request)
    shares = shares_of(draft)
    typed = request.POST if request.method == "POST" else kept
    form = AllocationForm(typed, shares=shares, opened=_opened(typed, shares))
    credential = draft.declaration.credential
    if request.method == "POST" and "best" in request.POST:
        return _allocate_best(request, draft)
    if request.method == "POST" and "open" not in request.POST and form.is_valid():
        moves = form.cleaned_data["moves"]
        if moves:
            allocate_points(credential.pk, moves=moves, by=request.actor, at=request.at)
        return redirect(after(draft.declaration, "allocate"), ref)
    assessment = _as_typed(draft, form)
    page = {
        "declaration": draft.declaration,
        "credential": credential,
        "title": draft.position.written,
        "way": way_of(draft.declaration, "allocate"),
        "form": form,
        "rows": _rows(draft, form, assessment),
        "opened": sorted(form.opened),
        "just_opened": request.POST.get("open", ""),
        "sums": sums_of(assessment),
        "missing": missing_in(draft),
        "can_win": bool(best_moves(draft)),
        "undo": request.session.get(UNDO, {}).get("credential") == credential.ref,
        "kept": kept is not None,
        "rule": the_rulebook().activities.allocation.rule,
        "today": request.today,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/declaration/allocate.html", page, status=status)


@needs(Permission.DECLARE)
def judge(request: Request, ref: str) -> HttpResponse:
    """Say what the points would bring as they are typed (a part of the page); save nothing."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    shares = shares_of(draft)
    form = AllocationForm(request.POST, shares=shares, opened=_opened(request.POST, shares))
    assessment = _as_typed(draft, form)
    page = {
        "rows": _rows(draft, form, assessment),
        "sums": sums_of(assessment),
        "live": True,
    }
    return render(request, "portal/declaration/judged.html", page)


def _opened(typed: Mapping[str, str] | None, shares: Sequence[Share]) -> set[str]:
    """Answer the activities for which any area was asked for."""
    if not isinstance(typed, QueryDict):
        return set()
    asked = {*typed.getlist("opened"), typed.get("open")}
    return {share.ref for share in shares if share.ref in asked}


def _as_typed(draft: Draft, form: AllocationForm) -> Assessment:
    """Answer the assessment with the points as they are typed, as far as they are numbers."""
    if not form.is_bound:
        return draft.assessment
    form.is_valid()
    return assessed_with(draft, form.typed())


def _rows(draft: Draft, form: AllocationForm, assessment: Assessment) -> list[Row]:
    ledgers = {one.activity: one for one in assessment.ledgers()}
    lacking = reasons_of(draft.declaration)
    typed = form.typed() if form.is_bound else {}
    return [
        Row(
            of=row,
            judged=_judged(ledgers[row.share.ref]),
            own_choice=typed.get(row.share.ref, row.share.allocated) is not None,
            now=_by_title(row.share.allocated or {}),
            lacking=lacking.get(row.share.ref, ""),
        )
        for row in form.rows
    ]


def _judged(ledger: Ledger) -> Judged:
    return Judged(
        ref=ledger.activity,
        counted=_by_title(ledger.counted),
        accepted=sum(ledger.counted.values()),
        lost=tuple(one for one in ledger.not_counted if one.points),
        unallocated=ledger.unallocated,
    )


def _by_title(portions: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    areas = the_rulebook().areas
    return tuple((areas[area].title, some) for area, some in portions.items() if some)


def _allocate_best(request: Request, draft: Draft) -> HttpResponse:
    """Allocate the points where they serve best, so that it can be undone."""
    credential, moves = draft.declaration.credential, best_moves(draft)
    if not moves:
        messages.info(request, _("Your points lie where they serve best already."))
        return redirect("portal:declaration-allocate", draft.declaration.ref)
    undo = back_from(draft, moves)
    allocate_points(credential.pk, moves=moves, by=request.actor, at=request.at)
    request.session[UNDO] = {"credential": credential.ref, "moves": undo}
    said = ngettext(
        "The points of %(count)s activity were allocated for you, where they serve best.",
        "The points of %(count)s activities were allocated for you, where they serve best.",
        len(moves),
    )
    messages.success(request, said % {"count": len(moves)})
    return redirect("portal:declaration-allocate", draft.declaration.ref)
