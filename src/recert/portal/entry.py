"""Entering an activity, and changing it: the answer moves while one types."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.queries import positions_of
from recert.people.access import Request, needs, own_record
from recert.people.kept_forms import kept_form, with_version
from recert.policy.overview import kind_rows
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.portal.judgement import judgements_of
from recert.portal.ways_back import NEXT, way_back
from recert.transcript.actions import add_activity, change_activity
from recert.transcript.evidence import evidence_of
from recert.transcript.forms import ActivityForm, initial_of
from recert.transcript.models import Activity
from recert.transcript.queries import as_fact, holder_of, own_activity, providers_used_by


@needs(Permission.KEEP_OWN_RECORD)
def choose_kind(request: Request) -> HttpResponse:
    """Let one choose what kind of activity it was, each with what it earns."""
    book = the_rulebook()
    rows = [row for row in kind_rows(book) if not _is_over(row.key, request)]
    page = {"kinds": rows, "next": way_back(request), "back": _carried(request)}
    return render(request, "portal/choose_kind.html", page)


def _carried(request: Request) -> str:
    """Answer the way back as the next address carries it."""
    back = way_back(request)
    return urlencode({NEXT: back}) if back else ""


def _is_over(key: str, request: Request) -> bool:
    """Answer whether no cycle that still runs can hold days of a kind."""
    window = the_rulebook().kinds[key].window
    years = the_rulebook().cycle.years.value
    return window is not None and (request.today - window.through).days > (years + 1) * 366


@needs(Permission.KEEP_OWN_RECORD)
def add(request: Request, kind: str) -> HttpResponse:
    """Add an activity of a kind."""
    if kind not in the_rulebook().kinds:
        raise not_found()
    person = own_record(request)
    kept = kept_form(request)
    form = ActivityForm(request.POST or kept, kind=kind, initial={"entry_key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        activity, is_new = add_activity(
            person,
            said=form.cleaned_data["said"],
            entry_key=form.cleaned_data["entry_key"],
            by=request.actor,
            at=request.at,
        )
        if is_new:
            messages.success(request, _("“%(title)s” was added.") % {"title": activity.title})
        else:
            messages.info(request, _("This was added already; it is in your transcript once."))
        return redirect(way_back(request) or reverse("portal:activity", args=[activity.ref]))
    return _form_page(request, form, kept=kept is not None)


@needs(Permission.KEEP_OWN_RECORD)
def change(request: Request, ref: str) -> HttpResponse:
    """Change what an activity says."""
    activity = own_activity(request.actor, ref)
    if activity.reported_by or activity.state != Activity.State.ENTERED or holder_of(activity):
        return redirect("portal:activity", ref)
    kind = request.POST.get("kind") or request.GET.get("kind") or activity.kind
    if kind not in the_rulebook().kinds:
        raise not_found()
    kept = kept_form(request)
    form = ActivityForm(request.POST or kept, kind=kind, initial=initial_of(activity))
    there: Activity | None = None
    if request.method == "POST" and form.is_valid():
        try:
            change_activity(
                activity.pk,
                said=form.cleaned_data["said"],
                version=form.cleaned_data["version"] or 0,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            if refusal.code != "changed-meanwhile":
                raise
            form.add_error(None, refusal.message)
            there = own_activity(request.actor, ref)
            form.data = with_version(form.data, there.version)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect(way_back(request) or reverse("portal:activity", args=[ref]))
    return _form_page(request, form, activity=activity, there=there, kept=kept is not None)


def _form_page(
    request: Request,
    form: ActivityForm,
    *,
    activity: Activity | None = None,
    there: Activity | None = None,
    kept: bool = False,
) -> HttpResponse:
    book = the_rulebook()
    person = own_record(request)
    row = next(one for one in kind_rows(book) if one.key == form.kind_key)
    names = [*providers_used_by(person.pk), *(one.title for one in book.providers)]
    empty = Activity(kind=form.kind_key)
    page: dict[str, object] = {
        "form": form,
        "row": row,
        "kind": form.kind,
        "providers": list(dict.fromkeys(names)),
        "asked": evidence_of(empty, ()).asked,
        "activity": activity,
        "there": there,
        "kept": kept,
        "kinds": kind_rows(book),
        "next": way_back(request),
        "back": _carried(request),
    }
    page |= _judged(request, form, activity)
    return render(request, "portal/activity_form.html", page, status=422 if form.errors else 200)


@needs(Permission.KEEP_OWN_RECORD)
def check(request: Request, kind: str) -> HttpResponse:
    """Say what an activity would bring, while it is typed (a part of the page)."""
    if kind not in the_rulebook().kinds:
        raise not_found()
    ref = request.GET.get("activity", "")
    activity = own_activity(request.actor, ref) if ref else None
    form = ActivityForm(request.POST, kind=kind)
    return render(request, "portal/parts/judgement.html", _judged(request, form, activity))


def _judged(request: Request, form: ActivityForm, activity: Activity | None) -> dict[str, object]:
    """Answer what the form, as far as it is filled in, would bring to each credential."""
    if form.is_bound:
        form.is_valid()
        fact = form.fact(activity.ref if activity else "new")
    else:
        fact = as_fact(activity) if activity else None
    if fact is None:
        return {"judgements": None}
    positions = positions_of(own_record(request).pk, as_of=request.today, planned=False)
    return {"judgements": judgements_of(positions, fact)}
