"""Who of the staff of employers is at risk on a day, and which days were looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Max

from recert.employers.models import RiskDay, ToldOfRisk
from recert.employers.staff import TOGETHER, StaffRow, rows_of
from recert.organisations.consents import consents_to
from recert.organisations.models import Consent, Member, Organisation
from recert.people.models import Person
from recert.policy.cycles import DAY

MOST_MISSED: Final = timedelta(days=20)
"""After a longer time off nobody is told what was due before: the page says it all."""


def days_ahead() -> list[int]:
    """Answer how many days before an end managers are told, the longest first."""
    return sorted(settings.STAFF_AT_RISK_DAYS, reverse=True)


def days_to_do(today: date) -> list[date]:
    """Answer the days that were not looked at yet, today's among them."""
    last = RiskDay.objects.aggregate(last=Max("on"))["last"] or today - DAY
    first = max(last + DAY, today - MOST_MISSED)
    return [first + timedelta(days=number) for number in range((today - first).days + 1)]


def employers_with_staff() -> list[Organisation]:
    """Answer the employers to whom somebody consented. One query."""
    consented = Consent.objects.filter(withdrawn_at=None).values("organisation")
    return list(Organisation.objects.filter(pk__in=consented, employs=True, ended_at=None))


def falling_on(
    organisation: Organisation, days: Sequence[date], *, today: date
) -> dict[int, list[StaffRow]]:
    """Answer by number of days ahead what falls on some days and is at risk today still.

    Five queries for each `TOGETHER` people, without points.
    """
    ends = {day + timedelta(days=ahead): ahead for day in days for ahead in days_ahead()}
    found: dict[int, list[StaffRow]] = {}
    for people in _some_at_a_time(organisation):
        for row in rows_of(people, as_of=today):
            if row.is_at_risk and row.ends_on in ends:
                found.setdefault(ends[row.ends_on], []).append(row)
    return found


def managers_of(organisation: Organisation) -> list[Member]:
    """Answer who is told for an organisation. One query."""
    found = organisation.members.filter(role=Member.Role.MANAGER, ended_at=None)
    return list(found.select_related("account__person").order_by("id"))


def told_on(on: date) -> set[int]:
    """Answer the ids of members who were told on a day."""
    return set(ToldOfRisk.objects.filter(on=on).values_list("member_id", flat=True))


def _some_at_a_time(organisation: Organisation) -> Iterator[dict[int, Person]]:
    rows = consents_to(organisation).select_related("person").order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last)[:TOGETHER]):
        last = some[-1].pk
        yield {one.person_id: one.person for one in some}
