"""The lives of a declaration and of its audit: each move, from where, to where, and who may."""

from __future__ import annotations

from recert.declarations.models import Audit, Declaration
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
    "place_under_audit": Move(
        "declaration.under-audit",
        frozenset({State.SUBMITTED}),
        State.UNDER_AUDIT,
        Permission.KEEP_DEADLINES,
    ),
    "renew_after_audit": Move(
        "declaration.approved",
        frozenset({State.UNDER_AUDIT}),
        State.APPROVED,
        Permission.AUDIT_DECLARATIONS,
    ),
    "renew_after_appeal": Move(
        "declaration.approved",
        frozenset({State.UNDER_AUDIT}),
        State.APPROVED,
        Permission.DECIDE_APPEALS,
    ),
    "deny_after_appeal": Move(
        "declaration.denied",
        frozenset({State.UNDER_AUDIT, State.SUBMITTED}),
        State.DENIED,
        Permission.DECIDE_APPEALS,
    ),
    "deny_overdue": Move(
        "declaration.denied",
        frozenset({State.UNDER_AUDIT, State.SUBMITTED}),
        State.DENIED,
        Permission.KEEP_DEADLINES,
    ),
}

AuditState = Audit.State

AUDIT_MOVES = {
    "send_documents": Move(
        "audit.documents-sent",
        frozenset({AuditState.AWAITING_DOCUMENTS, AuditState.NOT_PASSED}),
        AuditState.SENT,
        Permission.DECLARE,
    ),
    "take_documents": Move(
        "audit.time-over",
        frozenset({AuditState.AWAITING_DOCUMENTS}),
        AuditState.SENT,
        Permission.KEEP_DEADLINES,
    ),
    "pass_audit": Move(
        "audit.passed",
        frozenset({AuditState.SENT}),
        AuditState.PASSED,
        Permission.AUDIT_DECLARATIONS,
    ),
    "find_short": Move(
        "audit.not-passed",
        frozenset({AuditState.SENT}),
        AuditState.NOT_PASSED,
        Permission.AUDIT_DECLARATIONS,
    ),
    "open_appeal": Move(
        "audit.appealed",
        frozenset({AuditState.NOT_PASSED}),
        AuditState.APPEALED,
        Permission.DECLARE,
    ),
    "pass_on_appeal": Move(
        "audit.passed-on-appeal",
        frozenset({AuditState.APPEALED}),
        AuditState.PASSED,
        Permission.DECIDE_APPEALS,
    ),
    "fail_on_appeal": Move(
        "audit.failed-on-appeal",
        frozenset({AuditState.APPEALED}),
        AuditState.FAILED,
        Permission.DECIDE_APPEALS,
    ),
    "fail_overdue": Move(
        "audit.failed",
        frozenset({AuditState.NOT_PASSED}),
        AuditState.FAILED,
        Permission.KEEP_DEADLINES,
    ),
}
