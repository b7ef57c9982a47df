"""The steps of a declaration: where one is, and what is in it at each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.declared import (
    Draft,
    attestations_lacking,
    declared_activities,
    draft_of,
    own_declaration,
)
from recert.declarations.models import Declaration
from recert.people.access import Request
from recert.policy import Assessment
from recert.policy.next_step import NextStep, next_step
from recert.policy.planned import CredentialPlan
from recert.policy.refusals import Refused
from recert.portal.cards import Bar, bars_of, total_bar

State = Declaration.State

NAMES: Final = ("activities", "allocate", "attest", "check", "pay")
"""The steps in their order; each is a page, `portal:declaration-` and its name."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the row of all of them. state: complete, current, or empty before it is come to."""

    title: str
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Way:
    """The row of steps with the one where somebody is."""

    steps: tuple[Step, ...]
    number: int
    back: str  # the address of the step before

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.steps)


def way_of(declaration: Declaration, current: str) -> Way:
    """Answer the steps of a declaration; one that is put right is not paid again."""
    titles = {
        "activities": _("Activities"),
        "allocate": _("Points by area"),
        "attest": _("Attest"),
        "check": _("Check"),
        "pay": _("Pay"),
    }
    names = [name for name in NAMES if _is_asked(declaration, name)]
    addresses = [reverse(f"portal:declaration-{name}", args=[declaration.ref]) for name in names]
    place = names.index(current)

    def state(number: int) -> str:
        if number == place:
            return "current"
        return "complete" if number < place else ""

    steps = tuple(
        Step(titles[name], addresses[number], state(number)) for number, name in enumerate(names)
    )
    return Way(steps, place + 1, addresses[place - 1] if place else "")


def _is_asked(declaration: Declaration, name: str) -> bool:
    if name == "attest":
        return bool(the_rulebook().attestations)
    return name != "pay" or declaration.state != State.DEFICIENT


def after(declaration: Declaration, current: str) -> str:
    """Answer the name of the page after a step."""
    names = [name for name in NAMES if _is_asked(declaration, name)]
    return f"portal:declaration-{names[names.index(current) + 1]}"


def draft_at(request: Request, ref: str) -> Draft | HttpResponse:
    """Answer what is in a declaration of one's own that can be changed; else where to look."""
    declaration = own_declaration(request.actor, ref)
    if not declaration.is_editable or declaration.is_over(as_of=request.today):
        return redirect("portal:declaration", ref)
    try:
        draft = draft_of(declaration, as_of=request.today)
    except Refused:  # none is taken any more
        return redirect("portal:declare")
    if declaration.state == State.DEFICIENT:
        return draft
    now = (draft.position.declarable.purpose, draft.position.standing.cycle)
    if now != (declaration.for_purpose, declaration.cycle):
        return redirect("portal:declare")  # which says what it is today, or why it is none
    return draft


def next_address(request: Request, declaration: Declaration) -> str:
    """Answer the page at which a declaration that can be changed goes on."""
    found = draft_at(request, declaration.ref)
    if isinstance(found, HttpResponse):
        return found["Location"]
    name = "activities"
    if found.assessment.outcome == "met":
        name = "attest" if attestations_lacking(declaration) else "check"
    elif found.assessment.best_outcome == "met":
        name = "allocate"
    return reverse(f"portal:declaration-{name}", args=[declaration.ref])


def is_ready(draft: Draft) -> bool:
    """Answer whether nothing is missing, so that a declaration can be submitted."""
    return draft.assessment.outcome == "met" and not attestations_lacking(draft.declaration)


@dataclass(frozen=True, slots=True)
class Missing:
    """What a declaration lacks still: the next step says by when, the plan says what would do.

    `allocating_does`: allocating otherwise alone would do. `left_out_does`: so would what was
    left out.
    """

    plan: CredentialPlan
    next: NextStep
    allocating_does: bool
    left_out_does: bool


def missing_in(draft: Draft) -> Missing | None:
    """Answer what a declaration lacks still, or nothing."""
    if draft.assessment.outcome == "met":
        return None
    position, declaration = draft.position, draft.declaration
    step = next_step(
        position.standing, position.declarable, draft.plan, as_of=draft.positions.as_of
    )
    if declaration.state == State.DEFICIENT:
        rule = the_rulebook().deficiency.business_days.rule
        step = NextStep("earn", rule, points=draft.plan.fewest, until=declaration.correct_by)
    whole = position.assessment
    return Missing(
        plan=draft.plan,
        next=step,
        allocating_does=draft.assessment.best_outcome == "met",
        left_out_does=bool(draft.left_out and whole and whole.best_outcome == "met"),
    )


def reasons_of(declaration: Declaration) -> Mapping[str, str]:
    """Answer what the board found lacking, by the ref of the activity."""
    if declaration.state != State.DEFICIENT:
        return {}
    return {
        one.activity.ref: one.deficiency
        for one in declared_activities(declaration)
        if one.deficiency
    }


@dataclass(frozen=True, slots=True)
class Sums:
    """The bars of an assessment, and whether everything is there."""

    total: Bar
    bars: tuple[Bar, ...]
    is_met: bool


def sums_of(assessment: Assessment) -> Sums:
    """Answer the bars of an assessment."""
    bars = tuple(bars_of(assessment))
    return Sums(total_bar(assessment), bars, assessment.outcome == "met")
