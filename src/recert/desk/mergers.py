"""Two records of one person at the desk: side by side, merged, and told apart again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.declarations.queries import positions_of
from recert.desk.dossier_forms import MergeForm, OtherForm, UndoForm
from recert.dossiers.actions.mergers import merge_records, undo_merger
from recert.dossiers.merging import (
    choices_between,
    consequences_of_merging,
    hindrances_to_merging,
    hindrances_to_undoing,
    merger_seen_by,
)
from recert.people.access import Request, needs
from recert.people.kept_forms import kept_form
from recert.people.models import Person
from recert.people.queries import person_seen_by
from recert.people.search import record_called
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused
from recert.portal.cards import Card, cards_of
from recert.transcript.queries import activities_of


@needs(Permission.MERGE_RECORDS)
def merge(request: Request, ref: str) -> HttpResponse:
    """Show two records side by side, with what differs; sent, make one of them."""
    kept = person_seen_by(request.actor, ref)
    finder = OtherForm(request.GET if "with" in request.GET else None)
    other = None
    if finder.is_bound and finder.is_valid():
        other = record_called(request.actor, finder.cleaned_data["with"])
        if other is None or other.pk == kept.pk:
            finder.add_error("with", _("No other record has this number or ref."))
            other = None
    if other is None:
        page: dict[str, object] = {"finder": finder, "person": kept}
        return render(request, "desk/merge.html", page, status=422 if finder.errors else 200)
    choices = choices_between(kept, other)
    form = MergeForm(request.POST or kept_form(request), choices=choices)
    if request.method == "POST" and form.is_valid():
        try:
            merge_records(
                kept.pk,
                other.pk,
                take=form.taken(),
                because=form.cleaned_data["because"],
                today=request.today,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("They are one record now. It can be undone below."))
            return redirect("desk:record", kept.ref)
    page = {
        "form": form,
        "person": kept,
        "sides": [_side(request, one) for one in (kept, other)],
        "hindrances": hindrances_to_merging(kept, other),
        "consequences": consequences_of_merging(kept, other),
    }
    return render(request, "desk/merge.html", page, status=422 if form.errors else 200)


def _side(request: Request, person: Person) -> tuple[Person, list[Card], int]:
    cards = cards_of(positions_of(person.pk, as_of=request.today))
    return person, cards, activities_of(person.pk).count()


@needs(Permission.MERGE_RECORDS)
def undo(request: Request, ref: str) -> HttpResponse:
    """Say whether a merger can be undone still; sent, undo it."""
    merger = merger_seen_by(request.actor, ref)
    form = UndoForm(request.POST or kept_form(request))
    if request.method == "POST" and form.is_valid():
        try:
            because = form.cleaned_data["because"]
            undo_merger(merger.pk, because=because, by=request.actor, at=request.at)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("They are two records again."))
            return redirect("desk:record", merger.kept.ref)
    page = {"form": form, "merger": merger, "hindrances": hindrances_to_undoing(merger)}
    return render(request, "desk/undo_merger.html", page, status=422 if form.errors else 200)
