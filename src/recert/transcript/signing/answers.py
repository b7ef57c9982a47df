"""What a form asks, what was answered, and what the certificant entered of the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypedDict

from django.utils.translation import gettext as _

from recert.policy.points import points_text
from recert.policy.rulebook import SignedFormType
from recert.transcript.models import Activity


class Answer(TypedDict):
    """What was answered, as a text with ISO days, beside what was asked."""

    asks: str
    answer: str


def days_text(first: date, last: date) -> str:
    """Write days from one to another, as they are kept."""
    if first == last:
        return first.isoformat()
    return _("%(first)s to %(last)s") % {"first": first.isoformat(), "last": last.isoformat()}


def entered_for(activity: Activity, form: SignedFormType) -> list[str]:
    """Answer what a certificant entered of what a form asks; empty where it was not asked."""
    hours = activity.contact_hours
    from_on = activity.from_on
    said = {
        "day": activity.completed_on.isoformat(),
        "days": days_text(from_on, activity.completed_on) if from_on else "",
        "hours": points_text(hours) if hours else "",
    }
    return [said.get(one.answer, "") for one in form.asks]


def differing(
    activity: Activity, form: SignedFormType, answers: Iterable[Answer]
) -> list[tuple[Answer, str]]:
    """Answer what was answered otherwise than the certificant entered it, with that."""
    both = zip(answers, entered_for(activity, form), strict=False)
    return [(one, entered) for one, entered in both if entered and entered != one["answer"]]
