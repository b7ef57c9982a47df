"""What was taken in fees: sums that a picture is drawn from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from recert.payments.models import Attempt
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found


def taken_by_month(
    actor: Actor, *, since: datetime, time_zone: str
) -> dict[str, dict[datetime, Decimal]]:
    """Answer by currency and by month, as the board counts months, what was charged. One query."""
    if not actor.may(Permission.SEE_PAYMENTS):
        raise not_found()
    found = Attempt.objects.filter(state=Attempt.State.SUCCEEDED, settled_at__gte=since)
    months = found.annotate(month=TruncMonth("settled_at", tzinfo=ZoneInfo(time_zone)))
    taken: dict[str, dict[datetime, Decimal]] = {}
    sums = months.values("month", "currency").order_by("month").annotate(total=Sum("amount"))
    for one in sums:
        taken.setdefault(one["currency"], {})[one["month"]] = one["total"]
    return taken
