"""The one next thing to do for a credential, decided from its standing and its plan."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from recert.policy.cycles import DAY
from recert.policy.planned import CredentialPlan
from recert.policy.rulebook import Purpose
from recert.policy.standing import Declarable, Standing

Step = Literal[
    "declare",
    "declare-late",
    "wait-for-window",
    "wait-for-decision",
    "allocate-otherwise",
    "earn",
    "take-examination",
    "take-part-if-wanted",
    "wait-for-cycle",
    "nothing",
]


class NextStep(msgspec.Struct, frozen=True):
    """What to do next, and until when; `rule` says why.

    `points`: what is to be earned, in hundredths. `until` is the day that matters for it: the one
    by which to do it, or of a wait its end.
    """

    step: Step
    rule: str
    purpose: Purpose | None = None
    points: int = 0
    until: date | None = None


def next_step(
    standing: Standing, declarable: Declarable, plan: CredentialPlan | None, *, as_of: date
) -> NextStep:
    """Answer the one next thing to do for a credential on a day."""
    if standing.state == "examination-needed":
        return NextStep("take-examination", standing.rule)
    if standing.pending:
        return NextStep("wait-for-decision", declarable.rule)
    if standing.renewed:
        return NextStep("wait-for-cycle", declarable.rule, until=standing.renewed.starts)
    if plan is None:
        return NextStep("nothing", standing.rule)
    if plan.assessment.outcome == "met":
        return _once_met(declarable, plan, as_of)
    return _while_short(standing, declarable, plan, as_of)


def _once_met(declarable: Declarable, plan: CredentialPlan, as_of: date) -> NextStep:
    purpose, window = plan.assessment.case.purpose, declarable.window
    if declarable.purpose:
        step: Step = "declare-late" if declarable.late else "declare"
        until = _until(declarable, plan, as_of)
        return NextStep(step, declarable.rule, purpose, until=until)
    if window and as_of < window.opens_on:
        return NextStep("wait-for-window", declarable.rule, purpose, until=window.opens_on)
    return NextStep("nothing", declarable.rule, purpose)


def _while_short(
    standing: Standing, declarable: Declarable, plan: CredentialPlan, as_of: date
) -> NextStep:
    assessment, until = plan.assessment, _until(declarable, plan, as_of)
    purpose = assessment.case.purpose
    if plan.reallocating_wins:
        rule = assessment.rulebook.activities.allocation.rule
        return NextStep("allocate-otherwise", rule, purpose, plan.reallocating_wins, until)
    if standing.participation == "voluntary" and standing.until is None:
        return NextStep("take-part-if-wanted", standing.rule, purpose, plan.fewest)
    rule = plan.to_do[0].rules[0] if plan.to_do else assessment.terms.total_rule
    return NextStep("earn", rule, purpose, plan.fewest, until)


def _until(declarable: Declarable, plan: CredentialPlan, as_of: date) -> date | None:
    """Answer the day by which to declare: the due date, then the last one on which it is taken."""
    if window := declarable.window:
        return window.due_on if as_of <= window.due_on else window.expires_on
    last = plan.dates.no_declaration_from
    return last and last - DAY
