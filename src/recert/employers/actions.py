"""What telling a manager changes: that it was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from recert.employers.models import RiskDay, ToldOfRisk
from recert.journal.actions import record_event
from recert.organisations.actions import reader_at
from recert.organisations.models import Member
from recert.people.queries import reader_of
from recert.policy.permissions import SYSTEM


@transaction.atomic
def tell_of_risk(
    member_id: int, counts: Mapping[int, int], *, soon_days: int, on: date, at: datetime
) -> bool:
    """Owe a manager one letter about how many of their staff are at risk; answer whether.

    It says how many and until when, and no names: who withdraws consent is in no mailbox.
    """
    rows = Member.objects.select_for_update(of=("self",))
    member = rows.select_related("organisation", "account").get(pk=member_id)
    _told, fresh = ToldOfRisk.objects.get_or_create(member=member, on=on)
    if not fresh or member.ended_at or member.organisation.ended_at:
        return False
    organisation = member.organisation
    person = getattr(member.account, "person", None)
    record_event(
        "staff.at-risk",
        subject=member.ref,
        about=organisation.ref,
        by=SYSTEM,
        at=at,
        facts={
            "organisation": organisation.name,
            "ahead": [{"days": days, "count": count} for days, count in sorted(counts.items())],
            "path": f"{reverse('portal:staff', args=[organisation.ref])}?within={soon_days}",
        },
        tell=reader_at(
            member.account.email, member.account.ref, reader_of(person).name if person else ""
        ),
    )
    return True


@transaction.atomic
def close_risk_day(on: date, *, at: datetime) -> None:
    """Keep that all who had to be told of a day's risks were."""
    RiskDay.objects.get_or_create(on=on, defaults={"done_at": at})
