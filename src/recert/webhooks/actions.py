"""What makes and ends webhooks, owes them what they are told, and notes what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from recert.credentials.models import Credential
from recert.journal.actions import record_event
from recert.organisations.models import Organisation
from recert.people.models import Account
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.webhooks.models import Delivery, Occasion, Watch, WatchedDay, Webhook
from recert.webhooks.queries import Happened, may_have_webhooks, watchers_of, webhooks_of
from recert.webhooks.sending import Told, checked_url

MOST_WEBHOOKS: Final = 10
MOST_WATCHED: Final = 10_000

WAITS: Final = tuple(timedelta(minutes=one) for one in (1, 5, 30, 120, 300, 600, 840, 1200, 1440))
"""Until the next try, after the first, the second, and so on; after the last there is none."""

LEASE: Final = timedelta(minutes=5)
"""So long nobody else tries what somebody tries; if they are gone by then, it is tried again."""


@transaction.atomic
def make_webhook(
    *,
    url: str,
    occasions: Iterable[str],
    numbers: Collection[str],
    of_staff: bool = False,
    by: Actor,
    today: date,
    at: datetime,
) -> tuple[Webhook, bool]:
    """Have an address told what happens to credentials; answer it, and whether it is new.

    A person is told of their own. An organisation names those of which it is told, by their
    numbers, as it could ask for each of them every day; an employer may be told of all who
    consented, as long as they do. The same address again changes nothing.
    """
    url, organisation, account = checked_url(url), None, None
    if not may_have_webhooks(by):
        raise Refused("not-permitted", _("There is nothing of which this key could be told."))
    if of_staff and not (by.organisation and by.may(Permission.SEE_OWN_STAFF)):
        raise Refused("not-permitted", _("Only an employer's key is told of its staff."))
    if by.organisation:
        organisation = Organisation.objects.select_for_update().get(pk=by.organisation)
    else:
        account = Account.objects.select_for_update().get(ref=by.ref)
    there = webhooks_of(by).filter(url=url).first()
    if there:
        return there, False
    if webhooks_of(by).count() >= MOST_WEBHOOKS:
        message = _("There are %(most)s webhooks already. End one that you do not use any more.")
        raise Refused("too-many-webhooks", message % {"most": MOST_WEBHOOKS})
    asked = sorted(set(occasions) & set(Occasion.values))
    webhook = Webhook.objects.create(
        organisation=organisation,
        account=account,
        url=url,
        occasions=asked,
        of_staff=of_staff,
        since_on=today,
        made_at=at,
        made_by=by.ref,
    )
    _watch(webhook, numbers, by)
    _note("webhook.made", webhook, by, at, url=url, occasions=asked, numbers=len(numbers))
    return webhook, True


@transaction.atomic
def change_watches(
    webhook: Webhook, *, watch: Collection[str], unwatch: Collection[str], by: Actor, at: datetime
) -> None:
    """Have an organisation's webhook told of other credentials, by their numbers."""
    webhook = _locked(webhook, by)
    _watch(webhook, watch, by)
    gone = Watch.objects.filter(webhook=webhook, credential__number__in=unwatch)
    gone.delete()
    _note("webhook.changed", webhook, by, at, watch=len(watch), unwatch=len(unwatch))


def _watch(webhook: Webhook, numbers: Collection[str], by: Actor) -> None:
    if not numbers:
        return
    if webhook.organisation_id is None:
        raise Refused("own-only", _("You are told of your own credentials; leave the numbers out."))
    if not by.may(Permission.VERIFY_MANY):
        raise Refused("not-permitted", _("Only the key of a body that verifies names numbers."))
    found = dict(Credential.objects.filter(number__in=numbers).values_list("number", "pk"))
    unknown = sorted(set(numbers) - set(found))
    if unknown:
        message = _("No credential has the number %(number)s. Check it on the certificate.")
        raise Refused("no-such-number", message % {"number": unknown[0]})
    rows = [Watch(webhook=webhook, credential_id=pk) for pk in found.values()]
    Watch.objects.bulk_create(rows, ignore_conflicts=True)
    if webhook.watches.count() > MOST_WATCHED:
        message = _("A webhook is told of %(most)s credentials at the most. Make another one.")
        raise Refused("too-many-watched", message % {"most": MOST_WATCHED})


@transaction.atomic
def end_webhook(webhook: Webhook, *, by: Actor, at: datetime) -> None:
    """Tell an address nothing any more, not even what is still owed."""
    webhook = _locked(webhook, by)
    webhook.ended_at = at
    webhook.save(update_fields=["ended_at"])
    _note("webhook.ended", webhook, by, at, url=webhook.url)


@transaction.atomic
def tell_again(delivery: Delivery, *, by: Actor, at: datetime) -> Delivery:
    """Have something told once more, whatever became of it before."""
    webhook = _locked(delivery.webhook, by)
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    delivery.next_at, delivery.delivered_at, delivery.given_up_at, delivery.tries = (
        at,
        None,
        None,
        0,
    )
    delivery.save(update_fields=["next_at", "delivered_at", "given_up_at", "tries"])
    _note("webhook.told-again", webhook, by, at, delivery=delivery.ref)
    return delivery


@transaction.atomic
def owe(happened: Sequence[Happened], *, at: datetime) -> None:
    """Owe each webhook what happened to its credentials; what is owed already is not owed twice.

    It makes no event of its own: a delivery is the record of it.
    """
    watchers = watchers_of({one.credential for one in happened})
    Delivery.objects.bulk_create(
        (
            Delivery(
                webhook=webhook,
                credential_id=one.credential,
                occasion=one.occasion,
                on_day=one.on_day,
                owed_at=at,
                next_at=at,
            )
            for one in happened
            for webhook in watchers.get(one.credential, ())
            if one.occasion in webhook.occasions and one.on_day >= webhook.since_on
        ),
        ignore_conflicts=True,
    )


def note_day(day: date) -> None:
    """Note that all that ended on a day is owed."""
    WatchedDay.objects.bulk_create([WatchedDay(on_day=day)], ignore_conflicts=True)


def claim(delivery: Delivery, *, at: datetime) -> bool:
    """Answer whether it is ours to deliver now; it is nobody else's then, for a while."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, next_at=delivery.next_at, delivered_at=None, given_up_at=None
    )
    claimed = mine.update(next_at=at + LEASE, tries=F("tries") + 1, last_tried_at=at)
    return claimed == 1


def note_told(delivery: Delivery, told: Told, *, at: datetime) -> None:
    """Note what came of delivering what was claimed; when to try again, or that it is given up."""
    tries = delivery.tries + 1
    ends: dict[str, object] = {"last_status": told.status, "last_error": told.error}
    if told.is_taken:
        ends["delivered_at"] = at
    elif tries > len(WAITS):
        ends["given_up_at"] = at
    else:
        ends["next_at"] = at + WAITS[tries - 1]
    Delivery.objects.filter(pk=delivery.pk).update(**ends)


def _locked(webhook: Webhook, by: Actor) -> Webhook:
    found = webhooks_of(by).select_for_update(of=("self",)).filter(pk=webhook.pk).first()
    if found is None:
        raise not_found()
    return found


def _note(kind: str, webhook: Webhook, by: Actor, at: datetime, **facts: object) -> None:
    owner = webhook.organisation or webhook.account
    about = owner.ref if owner else ""
    record_event(kind, subject=webhook.ref, about=about, by=by, at=at, facts=facts)
