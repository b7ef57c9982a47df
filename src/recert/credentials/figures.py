"""How many certifications come to their end, by month: what lies ahead of the board."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant
from recert.policy.cycles import first_cycle, years_after
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found

SLACK: Final = timedelta(days=35)
"""A cycle ends at most so long after its anniversary."""


def ends_by_month(actor: Actor, *, since: date, until: date) -> Counter[date]:
    """Answer by the first day of a month how many cycles end in it, and none follows by `since`.

    Two queries: of cycles that declarations brought, and of first ones, whose end the kernel
    says. Extensions by inactive status are few, and not among them.
    """
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    in_force = Q(granted_on__lte=since) & (Q(revoked_on=None) | Q(revoked_on__gt=since))
    later = Grant.objects.filter(
        in_force, credential=OuterRef("credential"), starts_on__gt=OuterRef("starts_on")
    )
    ending = Grant.objects.filter(in_force, ~Exists(later), ends_on__gte=since, ends_on__lte=until)
    months: Counter[date] = Counter()
    for day, count in _counted(ending.values_list("ends_on")):
        months[day.replace(day=1)] += count
    book = the_rulebook()
    years = book.cycle.years.value
    first = Credential.objects.filter(
        ~Exists(Grant.objects.filter(in_force, credential=OuterRef("pk"))),
        certified_on__gte=years_after(since, -years) - SLACK,
        certified_on__lte=years_after(until, -years),
    )
    for day, count in _counted(first.values_list("certified_on")):
        ends = first_cycle(book, certified_on=day).ends
        if since <= ends <= until:
            months[ends.replace(day=1)] += count
    return months


def _counted(days: QuerySet[Any, tuple[date]]) -> list[tuple[date, int]]:
    """Answer how many rows there are of each day."""
    return list(days.order_by().annotate(count=Count("pk")))
