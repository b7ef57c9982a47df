"""The life of a completion, and what its provider may do with the activity on a transcript."""

from __future__ import annotations

from recert.intake.models import Completion
from recert.journal.actions import Move
from recert.policy.permissions import Permission
from recert.transcript.models import Activity

State = Completion.State

MOVES = {
    "revoke_completion": Move(
        "completion.revoked",
        frozenset({State.RECORDED, State.UNCLEAR, State.UNKNOWN}),
        State.REVOKED,
        Permission.REPORT_COMPLETIONS,
    ),
    "report_again": Move(
        "completion.reported-again",
        frozenset({State.REVOKED}),
        State.RECORDED,
        Permission.REPORT_COMPLETIONS,
    ),
    "search_again": Move(
        "completion.changed",
        frozenset(State),
        State.UNKNOWN,
        Permission.REPORT_COMPLETIONS,
    ),
    "take_for_own": Move(
        "completion.recorded",
        frozenset({State.UNCLEAR}),
        State.RECORDED,
        Permission.KEEP_OWN_RECORD,
    ),
    "record_for_somebody": Move(
        "completion.recorded",
        frozenset({State.UNCLEAR}),
        State.RECORDED,
        Permission.KEEP_RECORDS,
    ),
    "deny_as_own": Move(
        "completion.denied",
        frozenset({State.UNCLEAR}),
        State.UNKNOWN,
        Permission.KEEP_OWN_RECORD,
    ),
    "deny_for_somebody": Move(
        "completion.denied",
        frozenset({State.UNCLEAR}),
        State.UNKNOWN,
        Permission.KEEP_RECORDS,
    ),
    "withdraw_reported": Move(
        "activity.withdrawn",
        frozenset({Activity.State.ENTERED}),
        Activity.State.WITHDRAWN,
        Permission.REPORT_COMPLETIONS,
    ),
    "restore_reported": Move(
        "activity.restored",
        frozenset({Activity.State.WITHDRAWN}),
        Activity.State.ENTERED,
        Permission.REPORT_COMPLETIONS,
    ),
}
"""By name: the event, from which states, to which, and who may."""
