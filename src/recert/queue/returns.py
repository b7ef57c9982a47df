"""What becomes of a report about a letter."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from recert.journal.models import Notice
from recert.journal.returned import Report, cut
from recert.policy.permissions import SYSTEM
from recert.queue.actions import return_letter

Became = Literal["noted", "known", "passing", "unknown"]


def take_report(report: Report, notice: Notice | None, *, at: datetime) -> Became:
    """Note what a report says of a letter, and answer what became of it.

    `passing` is what may still be delivered, `unknown` is about no letter of ours.
    """
    if notice is None:
        return "unknown"
    complained = report.kind == "complaint"
    if not complained and not report.permanent:
        return "passing"
    new = return_letter(notice.pk, says=cut(report.reason), complained=complained, by=SYSTEM, at=at)
    return "noted" if new else "known"
