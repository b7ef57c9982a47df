"""Declaring: which credential, with which activities, one's word for it, and all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.drafts import attest, leave_out, start_declaration
from recert.declarations.actions.submissions import correct_declaration
from recert.declarations.declared import Draft, attestations_lacking, charges_of, is_paid
from recert.declarations.forms import AttestForm, LeaveOutForm
from recert.declarations.models import Declaration
from recert.declarations.prices import Price, prices_today
from recert.declarations.queries import Position, positions_of
from recert.people.access import Request, needs, own_record
from recert.people.kept_forms import kept_form
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import granted_cycle
from recert.policy.fees import total_of
from recert.policy.permissions import Permission
from recert.policy.refusals import not_found
from recert.portal.cards import Card, card_of
from recert.portal.ledgers import Line, lines_in
from recert.portal.steps import (
    after,
    draft_at,
    is_ready,
    missing_in,
    next_address,
    reasons_of,
    sums_of,
    way_of,
)
from recert.portal.ways_back import NEXT
from recert.transcript.queries import held_among

State = Declaration.State


@dataclass(frozen=True, slots=True)
class Choice:
    """A credential that one may declare, or why not today.

    `begun` is a draft; `turned` says that it was begun as something else.
    """

    card: Card
    declaration: Declaration | None
    begun: bool
    turned: bool
    taken: bool
    says: str
    rule: str
    purpose: str
    until: date | None
    price: Price | None


@needs(Permission.DECLARE)
def declare(request: Request) -> HttpResponse:
    """Show what can be declared today, for how much; sent, begin with one of them or go on."""
    person = own_record(request)
    positions = positions_of(person.pk, as_of=request.today)
    if request.method == "POST":
        wanted = request.POST.get("credential", "")
        found = next((one for one in positions.each if one.credential.ref == wanted), None)
        if found is None:
            raise not_found()
        declaration = start_declaration(
            found.credential.pk, today=request.today, by=request.actor, at=request.at
        )
        is_new = found.declaration is None or _is_turned(found)
        name = "portal:declaration-activities" if is_new else "portal:declaration"
        return redirect(name, declaration.ref)
    prices = prices_today(person, positions.each, today=request.today)
    choices = [_choice(one, prices, request.today) for one in positions.each]
    choices.sort(key=attrgetter("taken"), reverse=True)
    cheaper = [one for one in choices if one.price and one.price.after]
    page = {"choices": choices, "cheaper": cheaper, "today": request.today}
    return render(request, "portal/declaration/declare.html", page)


def _choice(position: Position, prices: Mapping[int, Price], today: date) -> Choice:
    book, declarable = the_rulebook(), position.declarable
    declaration = position.declaration
    card = card_of(position, as_of=today)
    begun = declaration is not None and declaration.state == State.DRAFT
    purpose = declarable.purpose
    return Choice(
        card=card,
        declaration=declaration,
        begun=begun,
        turned=begun and _is_turned(position),
        taken=purpose is not None and (declaration is None or begun),
        says=declarable.says,
        rule=declarable.rule,
        purpose=book.declarations[purpose].title if purpose else "",
        until=_last_day(position),
        price=prices.get(position.credential.pk),
    )


def _last_day(position: Position) -> date | None:
    """Answer the last day on which a declaration is taken, where there is one."""
    if position.declarable.window:
        return position.declarable.window.expires_on
    return None


def _is_turned(position: Position) -> bool:
    """Answer whether a draft was begun for something else than what is declared today."""
    declaration = position.declaration
    if declaration is None or declaration.state != State.DRAFT:
        return False
    now = (position.declarable.purpose, position.standing.cycle)
    return now != (declaration.for_purpose, declaration.cycle)


@dataclass(frozen=True, slots=True)
class Row:
    """An activity of a declaration, with what one may do with it there.

    `serves_next`: it lies in the next cycle too. `lacking` is what the board found.
    """

    line: Line
    left_out: bool
    can_leave: bool
    can_change: bool
    reported_by: str
    serves_next: bool
    lacking: str


@needs(Permission.DECLARE)
def activities(request: Request, ref: str) -> HttpResponse:
    """Show every activity in the days that count; sent, leave out those that are ticked."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    sent = request.POST if request.method == "POST" else None
    form = LeaveOutForm(sent, refs=list(draft.positions.activities))
    if request.method == "POST" and form.is_valid():
        refs = form.cleaned_data["left_out"]
        leave_out(draft.declaration.pk, refs=refs, by=request.actor, at=request.at)
        if not request.htmx:
            return redirect(after(draft.declaration, "activities"), ref)
        draft.declaration.left_out = refs
        fresh = draft_at(request, ref)
        if isinstance(fresh, HttpResponse):
            return fresh
        draft = fresh
    case, book = draft.assessment.case, the_rulebook()
    next_cycle = granted_cycle(
        book, case.purpose, cycle=draft.declaration.cycle, approved_on=request.today
    )
    page = {
        "declaration": draft.declaration,
        "title": draft.position.written,
        "way": way_of(draft.declaration, "activities"),
        "rows": _rows(draft, next_cycle.starts),
        "sums": sums_of(draft.assessment),
        "missing": missing_in(draft),
        "days": case.period,
        "next_begins": next_cycle.starts,
        "may_leave": draft.declaration.cycle is not None,
        "used_once": book.activities.used_once.rule,
        "back": urlencode({NEXT: request.path}),
        "form": form,
        "today": request.today,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/declaration/activities.html", page, status=status)


def _rows(draft: Draft, next_begins: date) -> list[Row]:
    """Answer each activity in the days that count, also those that are left out."""
    lines = lines_in(draft.assessment)
    left_out = set(draft.left_out)
    if left_out and draft.position.assessment:
        judged = {line.ref for line in lines}
        lines += [one for one in lines_in(draft.position.assessment) if one.ref not in judged]
        lines.sort(key=lambda line: (line.completed_on, line.ref), reverse=True)
    there = draft.positions.activities
    held = held_among(one.pk for one in there.values())
    lacking = reasons_of(draft.declaration)
    return [
        Row(
            line=line,
            left_out=line.ref in left_out,
            can_leave=bool(line.accepted) or line.ref in left_out,
            can_change=not there[line.ref].reported_by and there[line.ref].pk not in held,
            reported_by=there[line.ref].reported_by,
            serves_next=line.completed_on >= next_begins,
            lacking=lacking.get(line.ref, ""),
        )
        for line in lines
    ]


@needs(Permission.DECLARE)
def give_word(request: Request, ref: str) -> HttpResponse:
    """Show the sentences that the rulebook asks for; sent, put one's name to them."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    declaration = draft.declaration
    if not the_rulebook().attestations:
        return redirect("portal:declaration-check", ref)
    sent = request.POST if request.method == "POST" else kept_form(request)
    form = AttestForm(sent, attested=declaration.attested)
    if request.method == "POST" and form.is_valid():
        attest(declaration.pk, keys=form.keys, by=request.actor, at=request.at)
        return redirect(after(declaration, "attest"), ref)
    page = {
        "declaration": declaration,
        "title": draft.position.written,
        "way": way_of(declaration, "attest"),
        "form": form,
        "person": request.person,
    }
    status = 422 if form.errors else 200
    return render(request, "portal/declaration/attest.html", page, status=status)


@needs(Permission.DECLARE)
def check_all(request: Request, ref: str) -> HttpResponse:
    """Show everything that is declared, and its price; of a deficient one sent, submit it again."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    declaration = draft.declaration
    corrects = declaration.state == State.DEFICIENT
    if request.method == "POST" and corrects:
        correct_declaration(declaration.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("Your declaration is submitted again. Thank you."))
        return redirect("portal:declaration", ref)
    book, position = the_rulebook(), draft.position
    charges = [] if corrects else charges_of(declaration, today=request.today)
    total = total_of(book, charges)
    deadline = book.processing.business_days
    page = {
        "declaration": declaration,
        "title": position.written,
        "category": book.categories[declaration.credential.category].title,
        "purpose": book.declarations[declaration.for_purpose].title,
        "days": draft.assessment.case.period,
        "way": way_of(declaration, "check"),
        "corrects": corrects,
        "declarable": position.declarable,
        "lines": lines_in(draft.assessment),
        "left_out": [draft.positions.activities[one] for one in draft.left_out],
        "lacking": reasons_of(declaration),
        "sums": sums_of(draft.assessment),
        "missing": missing_in(draft),
        "attestations": _attestations(declaration),
        "ready": is_ready(draft),
        "charges": [(one, book.rules[one.rule].text) for one in charges],
        "total": total,
        "to_pay": bool(total.amount) and not is_paid(declaration, charges),
        "deadline": deadline,
        "due_on": BusinessDays(book).after(request.today, business_days=deadline.value),
        "today": request.today,
    }
    return render(request, "portal/declaration/check.html", page)


def _attestations(declaration: Declaration) -> list[tuple[str, str, bool]]:
    """Answer each sentence with its rule, and whether one put one's name to it."""
    lacking = set(attestations_lacking(declaration))
    sentences = the_rulebook().attestations
    return [(one.text, one.rule, key not in lacking) for key, one in sentences.items()]


@needs(Permission.DECLARE)
def go_on(request: Request, ref: str) -> HttpResponse:
    """Lead to the page at which a declaration goes on."""
    draft = draft_at(request, ref)
    if isinstance(draft, HttpResponse):
        return draft
    return redirect(next_address(request, draft.declaration))
