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
    if plan is None:
        return NextStep("nothing", standing.rule)
    if standing.state == "renewal-pending":
        return NextStep("wait-for-decision", standing.rule)
    purpose = plan.assessment.case.purpose
    window = declarable.window
    due = window and (window.due_on if as_of <= window.due_on else window.expires_on)
    last = plan.dates.no_declaration_from
    until = due or (last and last - DAY)
    if plan.assessment.outcome == "met":
        if declarable.purpose is None and window:
            return NextStep("wait-for-window", declarable.rule, purpose, until=window.opens_on)
        if declarable.purpose is None:
            return NextStep("nothing", declarable.rule, purpose)
        step: Step = "declare-late" if declarable.late else "declare"
        return NextStep(step, declarable.rule, purpose, until=until)
    if plan.reallocating_wins:
        return NextStep("allocate-otherwise", plan.assessment.rulebook.activities.allocation.rule, purpose, plan.reallocating_wins, until)
    if standing.participation == "voluntary" and standing.valid and not standing.until:
        return NextStep("take-part-if-wanted", standing.rule, purpose, plan.fewest)
    rule = plan.to_do[0].rules[0] if plan.to_do else plan.assessment.terms.total_rule
    return NextStep("earn", rule, purpose, plan.fewest, until)
