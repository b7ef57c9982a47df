"""What makes and revokes keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from recert.journal.actions import record_event
from recert.organisations.keys import HINT, digest_of, new_secret, scopes_for
from recert.organisations.models import ApiKey, Member, Organisation
from recert.people.actions import must_be_themselves
from recert.people.models import Account
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found

LONGEST_LABEL: Final = 100

MOST_KEYS: Final = 20
"""So many keys one owner may have at a time."""

NOTED_AFTER: Final = timedelta(hours=1)
"""So seldom it is noted that a key was used: else each request would write."""


@transaction.atomic
def make_key(
    owner: Account | Organisation,
    *,
    label: str,
    scopes: Iterable[str],
    expires_at: datetime | None = None,
    by: Actor,
    at: datetime,
) -> tuple[ApiKey, str]:
    """Make a key; answer it, and its secret, which nobody can answer again."""
    locked = _locked(owner, by)
    asked = sorted(set(scopes))
    if not asked or set(asked) - scopes_for(locked):
        raise Refused("no-such-scope", _("Choose what the key may do, among what is offered."))
    if not label.strip():
        raise Refused("no-label", _("Give the key a name by which you will know it."))
    if expires_at and expires_at <= at:
        raise Refused("expires-at-once", _("Choose a day after today for the key to end."))
    if locked.keys.filter(revoked_at=None).count() >= MOST_KEYS:
        message = _("There are %(most)s keys already. Revoke one that you do not use any more.")
        raise Refused("too-many-keys", message % {"most": MOST_KEYS})
    secret = new_secret()
    key = ApiKey.objects.create(
        organisation=locked if isinstance(locked, Organisation) else None,
        account=locked if isinstance(locked, Account) else None,
        label=label.strip()[:LONGEST_LABEL],
        hint=secret[:HINT],
        digest=digest_of(secret),
        scopes=asked,
        made_at=at,
        made_by=by.ref,
        expires_at=expires_at,
    )
    _note("key.made", key, by, at, label=key.label, scopes=asked, expires_at=expires_at)
    return key, secret


@transaction.atomic
def revoke_key(key: ApiKey, *, by: Actor, at: datetime) -> None:
    """Let a key open nothing any more, and its tokens neither."""
    owner = key.organisation or key.account
    if owner is None:
        raise not_found()
    _locked(owner, by)
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        _note("key.revoked", key, by, at, label=key.label)


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Note that a key was used, at most once an hour; it is no event."""
    if key.last_used_at and at - key.last_used_at < NOTED_AFTER:
        return
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_AFTER)
    ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=at)


def _locked(owner: Account | Organisation, by: Actor) -> Account | Organisation:
    """Lock the owner, one key after the other; only they themselves, and no program of theirs."""
    must_be_themselves(by)
    if by.scopes is not None:
        raise Refused("by-a-program", _("Programs make no keys. Sign in to make one."))
    if isinstance(owner, Account):
        if owner.ref != by.ref:
            raise not_found()
        return Account.objects.select_for_update().get(pk=owner.pk)
    keeps = Member.objects.filter(
        organisation=owner, account__ref=by.ref, role=Member.Role.MANAGER, ended_at=None
    )
    if not (by.may(Permission.KEEP_ORGANISATIONS) or keeps.exists()):
        raise not_found()
    return Organisation.objects.select_for_update().get(pk=owner.pk, ended_at=None)


def _note(kind: str, key: ApiKey, by: Actor, at: datetime, **facts: object) -> None:
    owner = key.organisation or key.account
    record_event(kind, subject=key.ref, about=owner.ref if owner else "", by=by, at=at, facts=facts)
