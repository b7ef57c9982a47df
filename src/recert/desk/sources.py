"""What waits at the desk: one entry for each kind, with its page. Its order breaks ties of days."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from recert.casework.asked import (
    appeals_for_others,
    appeals_sent,
    appeals_to_decide,
    requests_sent,
    requests_to_decide,
)
from recert.declarations.auditing import audits_all, audits_to_judge
from recert.declarations.waiting import declarations_submitted, declarations_to_decide
from recert.intake.queries import (
    completions_all,
    completions_unclear,
    reviews_all,
    reviews_open,
)
from recert.journal.queries import notices_all, notices_that_came_back
from recert.payments.queries import refunds_all, refunds_of_others, refunds_to_look_after
from recert.policy.permissions import Permission
from recert.queue.sources import Source
from recert.transcript.signing.queries import claims_signed, claims_to_decide

SOURCES: Final = (
    Source(
        kind="declaration",
        prefix="DE",
        needs=Permission.DECIDE_DECLARATIONS,
        sees=Permission.SEE_DECLARATIONS,
        waiting=declarations_to_decide,
        seen=declarations_submitted,
        since="submitted_on",
        due="due_on",
        late="late",
        category="credential__category",
        person="credential__person",
    ),
    Source(
        kind="audit",
        prefix="AU",
        needs=Permission.AUDIT_DECLARATIONS,
        sees=Permission.SEE_DECLARATIONS,
        waiting=audits_to_judge,
        seen=audits_all,
        since="sent_on",
        category="declaration__credential__category",
        person="declaration__credential__person",
    ),
    Source(
        kind="appeal",
        prefix="AL",
        needs=Permission.DECIDE_APPEALS,
        sees=Permission.DECIDE_APPEALS,
        waiting=appeals_to_decide,
        seen=appeals_sent,
        since="sent_on",
        category="audit__declaration__credential__category",
        person="audit__declaration__credential__person",
        for_others=appeals_for_others,
    ),
    Source(
        kind="request",
        prefix="RQ",
        needs=Permission.DECIDE_REQUESTS,
        sees=Permission.DECIDE_REQUESTS,
        waiting=requests_to_decide,
        seen=requests_sent,
        since="submitted_on",
        category="credential__category",
        person="person",
    ),
    Source(
        kind="claim",
        prefix="SF",
        needs=Permission.APPROVE_CLAIMS,
        sees=Permission.APPROVE_CLAIMS,
        waiting=claims_to_decide,
        seen=claims_signed,
        since="signed_at",
        person="activity__person",
    ),
    Source(
        kind="refund",
        prefix="RF",
        needs=Permission.REFUND,
        sees=Permission.SEE_PAYMENTS,
        waiting=refunds_to_look_after,
        seen=refunds_all,
        since="asked_at",
        person="attempt__order__person",
        for_others=refunds_of_others,
    ),
    Source(
        kind="completion",
        prefix="CM",
        needs=Permission.KEEP_RECORDS,
        sees=Permission.KEEP_RECORDS,
        waiting=completions_unclear,
        seen=completions_all,
        since="reported_at",
        named="organisation__name",
        whose="of_nobody",
    ),
    Source(
        kind="review",
        prefix="RW",
        needs=Permission.KEEP_RECORDS,
        sees=Permission.KEEP_RECORDS,
        waiting=reviews_open,
        seen=reviews_all,
        since="opened_at",
        person="completion__person",
    ),
    Source(
        kind="letter",
        prefix="NO",
        needs=Permission.KEEP_RECORDS,
        sees=Permission.SEE_RECORDS,
        waiting=notices_that_came_back,
        seen=notices_all,
        since="failed_at",
        named="name",
        whose="person",
    ),
)

PAGES: Final = {
    "declaration": "desk:declaration",
    "audit": "desk:audit",
    "appeal": "desk:appeal",
    "request": "desk:request",
    "claim": "desk:claim",
    "refund": "desk:refund",
    "completion": "desk:completion",
    "review": "desk:review",
    "letter": "desk:letter",
}
"""By kind, the page on which one decides."""


def kind_words() -> dict[str, str]:
    """Answer what people call each kind of what waits."""
    return {
        "declaration": _("Declaration"),
        "audit": _("Audit"),
        "appeal": _("Appeal"),
        "request": _("Request"),
        "claim": _("Claim"),
        "refund": _("Refund"),
        "completion": _("Completion"),
        "review": _("Change after the fact"),
        "letter": _("Letter"),
    }


def page_of(source: Source, opens: str, *, query: str = "") -> str:
    """Answer the address on which one decides, with the filters that one came with."""
    return reverse(PAGES[source.kind], args=[opens]) + (f"?{query}" if query else "")
