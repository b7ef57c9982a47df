"""Webhooks, what they are told, and of which credentials."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import F, Q, QuerySet

from recert.credentials.models import Credential, Grant
from recert.declarations.verifying import standings_among
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.policy.standing import Standing
from recert.webhooks.models import Delivery, Occasion, Watch, WatchedDay, Webhook

AT_ONCE: Final = 1000
"""So many credentials are looked at together."""

LOOKS_BACK: Final = timedelta(days=31)
"""For longer the worker is not down; what ended before is not told any more."""

OWED: Final = Q(delivered_at=None, given_up_at=None, webhook__ended_at=None)


class Happened(NamedTuple):
    """Something of which the webhooks of a credential are told."""

    credential: int
    occasion: str
    on_day: date


def webhooks_of(actor: Actor) -> QuerySet[Webhook]:
    """Answer the webhooks of whoever asks, an organisation or a person, that were not ended."""
    return _of(actor).filter(ended_at=None)


def own_webhook(actor: Actor, ref: str) -> Webhook:
    """Answer a webhook to its owner. Raises `Refused`."""
    found = webhooks_of(actor).filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found


def deliveries_of(webhook: Webhook) -> QuerySet[Delivery]:
    """Answer what a webhook was told, or is to be, the latest first."""
    return Delivery.objects.filter(webhook=webhook).select_related("credential").order_by("-id")


def own_delivery(actor: Actor, ref: str) -> Delivery:
    """Answer a delivery to the owner of its webhook. Raises `Refused`."""
    rows = Delivery.objects.select_related("webhook", "credential")
    found = rows.filter(ref=ref, webhook__in=webhooks_of(actor)).first()
    if found is None:
        raise not_found()
    return found


def may_have_webhooks(actor: Actor) -> bool:
    """Answer whether there is anything of which somebody's program could be told."""
    if actor.organisation:
        return actor.may(Permission.VERIFY_MANY) or actor.may(Permission.SEE_OWN_STAFF)
    return actor.may(Permission.KEEP_OWN_RECORD)


def numbers_watched(webhooks: Collection[Webhook]) -> dict[int, list[str]]:
    """Answer by webhook which numbers it named. One query."""
    found: dict[int, list[str]] = {}
    rows = Watch.objects.filter(webhook__in=webhooks).order_by("credential__number")
    for webhook, number in rows.values_list("webhook_id", "credential__number"):
        found.setdefault(webhook, []).append(number)
    return found


def _of(actor: Actor) -> QuerySet[Webhook]:
    if actor.organisation:
        return Webhook.objects.filter(organisation_id=actor.organisation)
    return Webhook.objects.filter(account__ref=actor.ref)


def days_to_look_at(*, today: date) -> list[date]:
    """Answer the days until today whose ends were not looked for yet, the first first.

    Where none ever was, it is today.
    """
    last = WatchedDay.objects.order_by("-on_day").values_list("on_day", flat=True).first()
    first = today if last is None else max(last + timedelta(days=1), today - LOOKS_BACK)
    return [first + timedelta(days=days) for days in range((today - first).days + 1)]


WATCHED_BY_PEOPLE: Final = Q(
    person__account__webhooks__isnull=False, person__account__webhooks__ended_at=None
)
WATCHED_BY_OTHERS: Final = Q(
    watches__webhook__ended_at=None,
    watches__webhook__organisation__ended_at=None,
    watches__webhook__organisation__verifies=True,
)
WATCHED_BY_EMPLOYERS: Final = Q(
    person__consents__withdrawn_at=None,
    person__consents__organisation__employs=True,
    person__consents__organisation__ended_at=None,
    person__consents__organisation__webhooks__of_staff=True,
    person__consents__organisation__webhooks__ended_at=None,
)


def watched() -> Iterator[list[int]]:
    """Answer the credentials of which anybody is told, `AT_ONCE` at a time."""
    standing = Credential.objects.filter(person__erased_at=None, person__merged_into=None)
    rows = standing.filter(pk__in=_watched_somehow()).order_by("pk").values_list("pk", flat=True)
    last = 0
    while found := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        yield found
        last = found[-1]


def _watched_somehow() -> QuerySet[Credential, int]:
    """Answer the ids of what anybody watches, each way by itself: so each may use its index."""
    ways = [WATCHED_BY_PEOPLE, WATCHED_BY_OTHERS, WATCHED_BY_EMPLOYERS]
    first, *others = (
        Credential.objects.filter(way).order_by().values_list("pk", flat=True) for way in ways
    )
    return first.union(*others)


def ended_on(day: date) -> Iterator[list[Happened]]:
    """Answer what expired, or lost its designation, with the beginning of a day."""
    for ids in watched():
        both = standings_among(ids, days=[day - timedelta(days=1), day])
        yield [
            Happened(credential.pk, occasion, day)
            for credential, (before, since) in both
            for occasion in _ended(before, since)
        ]


def _ended(before: Standing, since: Standing) -> Iterator[str]:
    if before.valid and not since.valid and since.state in {"expired", "examination-needed"}:
        yield Occasion.EXPIRED
    if since.valid and before.title.superscript and not since.title.superscript:
        yield Occasion.DESIGNATION_DROPPED


def renewed_between(first: date, last: date) -> Iterator[list[Happened]]:
    """Answer what was renewed from one day to another. A few queries, however many."""
    for ids in watched():
        grants = Grant.objects.filter(
            credential__in=ids, granted_on__range=(first, last), revoked_on=None
        )
        rows = grants.values_list("credential_id", "granted_on")
        yield [Happened(pk, Occasion.RENEWED, day) for pk, day in rows]


def watchers_of(credentials: Collection[int]) -> dict[int, list[Webhook]]:
    """Answer by credential the webhooks that are told of it. Two queries."""
    found: dict[int, list[Webhook]] = {}
    named = Watch.objects.filter(
        credential__in=credentials,
        webhook__ended_at=None,
        webhook__organisation__ended_at=None,
        webhook__organisation__verifies=True,
    )
    for one in named.select_related("webhook"):
        found.setdefault(one.credential_id, []).append(one.webhook)
    own = Webhook.objects.filter(
        account__person__credentials__in=credentials, account__is_active=True, ended_at=None
    )
    staff = Webhook.objects.filter(
        organisation__consents__withdrawn_at=None,
        organisation__consents__person__credentials__in=credentials,
        organisation__employs=True,
        organisation__ended_at=None,
        of_staff=True,
        ended_at=None,
    )
    for rows, way in (
        (own, "account__person__credentials"),
        (staff, "organisation__consents__person__credentials"),
    ):
        for webhook in rows.annotate(told_of=F(way)):
            others = found.setdefault(webhook.told_of, [])
            if webhook not in others:  # an employer that verifies may have named it besides
                others.append(webhook)
    return {one: webhooks for one, webhooks in found.items() if one in credentials}


def due(*, at: datetime) -> list[int]:
    """Answer the webhooks for which something is to be delivered now."""
    rows = Delivery.objects.filter(OWED, next_at__lte=at)
    return list(rows.order_by().values_list("webhook_id", flat=True).distinct())


def due_for(webhook: int, *, at: datetime, most: int) -> list[int]:
    """Answer what is to be delivered to a webhook now, the oldest first."""
    rows = Delivery.objects.filter(OWED, webhook_id=webhook, next_at__lte=at)
    return list(rows.order_by("next_at", "id").values_list("pk", flat=True)[:most])


def delivery_with(pk: int) -> Delivery:
    """Answer a delivery with all that is told in it."""
    return Delivery.objects.select_related("webhook", "credential__person").get(pk=pk)
