"""What waits at the desk: one entry for each kind, with its page. Its order breaks ties of days."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from recert.declarations.auditing import audits_all, audits_to_judge
from recert.declarations.waiting import declarations_submitted, declarations_to_decide
from recert.journal.queries import notices_all, notices_that_came_back
from recert.payments.queries import refunds_all, refunds_to_look_after
from recert.policy.permissions import Permission
from recert.queue.sources import Source

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
        kind="refund",
        prefix="RF",
        needs=Permission.REFUND,
        sees=Permission.SEE_PAYMENTS,
        waiting=refunds_to_look_after,
        seen=refunds_all,
        since="asked_at",
        person="attempt__order__person",
        opens="attempt__ref",
    ),
    Source(
        kind="letter",
        prefix="NO",
        needs=Permission.KEEP_RECORDS,
        sees=Permission.KEEP_RECORDS,
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
    "refund": "desk:payment",
    "letter": "desk:letter",
}
"""By kind, the page on which one decides."""


def kind_words() -> dict[str, str]:
    """Answer what people call each kind of what waits."""
    return {
        "declaration": _("Declaration"),
        "audit": _("Audit"),
        "refund": _("Refund"),
        "letter": _("Letter"),
    }


def page_of(source: Source, opens: str, *, query: str = "") -> str:
    """Answer the address on which one decides, with the filters that one came with."""
    return reverse(PAGES[source.kind], args=[opens]) + (f"?{query}" if query else "")
