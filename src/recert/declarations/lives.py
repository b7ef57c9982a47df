"""The life of a declaration: each move, from where, to where, and who may make it."""

from __future__ import annotations

from recert.declarations.models import Declaration
from recert.journal.actions import Move
from recert.policy.permissions import Permission

State = Declaration.State

MOVES = {
    "discard_declaration": Move(
        "declaration.discarded", frozenset({State.DRAFT}), State.DISCARDED, Permission.DECLARE
    ),
    "start_payment": Move(
        "declaration.payment-started",
        frozenset({State.DRAFT}),
        State.AWAITING_PAYMENT,
        Permission.DECLARE,
    ),
    "take_payment": Move(
        "declaration.submitted",
        frozenset({State.AWAITING_PAYMENT}),
        State.SUBMITTED,
        Permission.SETTLE_PAYMENTS,
    ),
    "give_up_payment": Move(
        "declaration.payment-failed",
        frozenset({State.AWAITING_PAYMENT}),
        State.DRAFT,
        Permission.SETTLE_PAYMENTS,
    ),
    "submit_declaration": Move(
        "declaration.submitted", frozenset({State.DRAFT}), State.SUBMITTED, Permission.DECLARE
    ),
    "withdraw_declaration": Move(
        "declaration.withdrawn", frozenset({State.SUBMITTED}), State.WITHDRAWN, Permission.DECLARE
    ),
    "find_deficient": Move(
        "declaration.deficient",
        frozenset({State.SUBMITTED}),
        State.DEFICIENT,
        Permission.DECIDE_DECLARATIONS,
    ),
    "correct_declaration": Move(
        "declaration.corrected", frozenset({State.DEFICIENT}), State.SUBMITTED, Permission.DECLARE
    ),
    "delete_declaration": Move(
        "declaration.deleted",
        frozenset({State.DEFICIENT}),
        State.DELETED,
        Permission.KEEP_DEADLINES,
    ),
    "approve_declaration": Move(
        "declaration.approved",
        frozenset({State.SUBMITTED}),
        State.APPROVED,
        Permission.DECIDE_DECLARATIONS,
    ),
}
