"""The lives of requests, appeals and their files: each move, from where, to where, who may."""

from __future__ import annotations

from recert.casework.models import Appeal, Enclosure, Request
from recert.journal.actions import Move
from recert.policy.permissions import Permission

State = Request.State

REQUEST_MOVES = {
    "discard_request": Move(
        "request.discarded", frozenset({State.DRAFT}), State.DISCARDED, Permission.DECLARE
    ),
    "send_request": Move(
        "request.submitted", frozenset({State.DRAFT}), State.SUBMITTED, Permission.DECLARE
    ),
    "pay_request": Move(
        "request.payment-started",
        frozenset({State.DRAFT}),
        State.AWAITING_PAYMENT,
        Permission.DECLARE,
    ),
    "take_request_payment": Move(
        "request.submitted",
        frozenset({State.AWAITING_PAYMENT}),
        State.SUBMITTED,
        Permission.SETTLE_PAYMENTS,
    ),
    "give_up_request_payment": Move(
        "request.payment-failed",
        frozenset({State.AWAITING_PAYMENT}),
        State.DRAFT,
        Permission.SETTLE_PAYMENTS,
    ),
    "withdraw_request": Move(
        "request.withdrawn", frozenset({State.SUBMITTED}), State.WITHDRAWN, Permission.DECLARE
    ),
    "grant_request": Move(
        "request.granted",
        frozenset({State.SUBMITTED}),
        State.GRANTED,
        Permission.DECIDE_REQUESTS,
    ),
    "refuse_request": Move(
        "request.refused",
        frozenset({State.SUBMITTED}),
        State.REFUSED,
        Permission.DECIDE_REQUESTS,
    ),
}

AppealState = Appeal.State

APPEAL_MOVES = {
    "send_appeal": Move(
        "appeal.sent", frozenset({AppealState.DRAFT}), AppealState.SENT, Permission.DECLARE
    ),
    "propose_outcome": Move(
        "appeal.proposed",
        frozenset({AppealState.SENT}),
        AppealState.PROPOSED,
        Permission.DECIDE_APPEALS,
    ),
    "send_back_appeal": Move(
        "appeal.sent-back",
        frozenset({AppealState.PROPOSED}),
        AppealState.SENT,
        Permission.DECIDE_APPEALS,
    ),
    "grant_appeal": Move(
        "appeal.granted",
        frozenset({AppealState.SENT, AppealState.PROPOSED}),
        AppealState.GRANTED,
        Permission.DECIDE_APPEALS,
    ),
    "deny_appeal": Move(
        "appeal.denied",
        frozenset({AppealState.SENT, AppealState.PROPOSED}),
        AppealState.DENIED,
        Permission.DECIDE_APPEALS,
    ),
}

ENCLOSURE_MOVES = {
    "remove_enclosure": Move(
        "enclosure.removed",
        frozenset({Enclosure.State.KEPT}),
        Enclosure.State.REMOVED,
        Permission.DECLARE,
    ),
}
