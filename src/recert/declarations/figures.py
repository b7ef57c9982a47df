"""How much came, was decided, waits and was audited: sums that pictures are drawn from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncMonth, TruncWeek

from recert.declarations.models import Audit, Declaration
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found

State = Declaration.State

OUTCOMES: Final = (State.APPROVED, State.DENIED, State.WITHDRAWN, State.DELETED)
"""How a declaration can end."""


def must_see_figures(actor: Actor) -> None:
    """Refuse whoever does not see declarations."""
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()


def submitted_by_week(actor: Actor, *, since: date, until: date) -> dict[date, int]:
    """Answer by the Monday of a week how many declarations were submitted in it. One query."""
    must_see_figures(actor)
    found = Declaration.objects.filter(submitted_on__gte=since, submitted_on__lte=until)
    weeks = found.annotate(week=TruncWeek("submitted_on")).values("week").order_by("week")
    return {one["week"]: one["count"] for one in weeks.annotate(count=Count("pk"))}


def decided_by_week(actor: Actor, *, since: date, until: date) -> dict[date, dict[str, int]]:
    """Answer by the Monday of a week, and by its outcome, how much was decided. One query."""
    must_see_figures(actor)
    found = Declaration.objects.filter(decided_on__gte=since, decided_on__lte=until)
    weeks = found.annotate(week=TruncWeek("decided_on")).values("week", "state").order_by("week")
    decided: dict[date, dict[str, int]] = {}
    for one in weeks.annotate(count=Count("pk")):
        decided.setdefault(one["week"], {})[one["state"]] = one["count"]
    return decided


def waiting_by_day(actor: Actor) -> dict[date, int]:
    """Answer by the day of submission how much waits for a decision. One query."""
    must_see_figures(actor)
    found = Declaration.objects.filter(state=State.SUBMITTED).values("submitted_on")
    days = found.order_by("submitted_on").annotate(count=Count("pk"))
    return {one["submitted_on"]: one["count"] for one in days if one["submitted_on"]}


def audits_by_month(actor: Actor, *, since: date, until: date) -> dict[date, dict[str, int]]:
    """Answer by month how many audits were begun ("selected"), passed and failed. Two queries."""
    must_see_figures(actor)
    begun = Audit.objects.filter(selected_on__gte=since, selected_on__lte=until)
    ended = Audit.objects.filter(ended_on__gte=since, ended_on__lte=until)
    months: dict[date, dict[str, int]] = {}
    selected = begun.annotate(month=TruncMonth("selected_on")).values("month").order_by("month")
    for one in selected.annotate(count=Count("pk")):
        months.setdefault(one["month"], {})["selected"] = one["count"]
    over = ended.annotate(month=TruncMonth("ended_on")).values("month", "state").order_by("month")
    for one in over.annotate(count=Count("pk")):
        months.setdefault(one["month"], {})[one["state"]] = one["count"]
    return months


def monday_of(day: date) -> date:
    """Answer the first day of a week.

    >>> monday_of(date(2024, 12, 4))
    datetime.date(2024, 12, 2)
    """
    return day - timedelta(days=day.weekday())
