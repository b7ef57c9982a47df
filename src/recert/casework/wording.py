"""What people call requests and appeals, and their states."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from recert.casework.models import Appeal, Request

Kind, State, AppealState = Request.Kind, Request.State, Appeal.State

TONES: Final = {
    State.DRAFT.value: "quiet",
    State.AWAITING_PAYMENT.value: "wait",
    State.SUBMITTED.value: "wait",
    State.GRANTED.value: "good",
    State.REFUSED.value: "bad",
    State.WITHDRAWN.value: "quiet",
    AppealState.SENT.value: "wait",
    AppealState.PROPOSED.value: "wait",
    AppealState.DENIED.value: "bad",
}
"""How each state is coloured; a word that both lives have means the same in both."""


def kind_words() -> dict[str, str]:
    """Answer what each kind of request is called."""
    return {
        Kind.INACTIVE: _("Inactive status"),
        Kind.NAME: _("Change of name"),
        Kind.ALIGNMENT: _("Earlier end of a cycle"),
        Kind.CORRECTION: _("Correction of the record"),
    }


def request_state_words() -> dict[str, str]:
    """Answer what people call each state of a request."""
    return {
        State.DRAFT: _("Not sent yet"),
        State.AWAITING_PAYMENT: _("Being paid"),
        State.SUBMITTED: _("With the board"),
        State.GRANTED: _("Granted"),
        State.REFUSED: _("Refused"),
        State.WITHDRAWN: _("Taken back"),
    }


def appeal_state_words() -> dict[str, str]:
    """Answer what certificants call each state of an appeal; a proposal is the board's own."""
    return {
        AppealState.DRAFT: _("Not sent yet"),
        AppealState.SENT: _("With the board"),
        AppealState.PROPOSED: _("With the board"),
        AppealState.GRANTED: _("Granted"),
        AppealState.DENIED: _("Denied"),
    }
