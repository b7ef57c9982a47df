"""Who a program is that comes with a key, or with a token that it got for its key.

A key is a long secret, so its digest is as good as it is to look it up by, and of no use to
whoever reads the table. A token is signed by us, says for which key it stands and which scopes,
and is worth nothing once the key is not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from recert.organisations.models import ApiKey, Organisation
from recert.people.models import Account, Person
from recert.people.queries import who_is
from recert.policy.permissions import GRANTS, NOBODY, Actor, Permission, Role
from recert.policy.refusals import not_found

BEGINS: Final = "rk_"
"""How each key begins, so that it is known for one wherever it was left lying."""

HINT: Final = len(BEGINS) + 5
"""So many letters of a key are kept as they are."""

TOKEN_LASTS: Final = timedelta(minutes=30)

SCOPES_OF_PEOPLE: Final = frozenset({Permission.KEEP_OWN_RECORD, Permission.DECLARE})
"""What a person may let a program do: what is their own, and nothing that staff may."""

SCOPES_BY_ROLE: Final = {
    "provides": Role.PROVIDER,
    "employs": Role.EMPLOYER,
    "verifies": Role.VERIFIER,
}
"""What an organisation is, and the role that its keys then have."""

SCOPES: Final = sorted(SCOPES_OF_PEOPLE.union(*(GRANTS[role] for role in SCOPES_BY_ROLE.values())))
"""Whatever a key can allow."""

_SALT: Final = "recert.api-token"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A program that showed a key or a token: as whom it acts, and for which person's record."""

    key: ApiKey
    actor: Actor
    person: Person | None

    @property
    def account(self) -> Account | None:
        """Whose key it is, where it is a person's."""
        return self.key.account


def new_secret() -> str:
    """Draw a key.

    >>> new_secret().startswith(BEGINS), len(new_secret())
    (True, 46)
    """
    return BEGINS + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Answer what is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer_of(shown: str, *, at: datetime) -> Bearer | None:
    """Answer who shows a key or a token; None for one that is worth nothing (any more)."""
    if shown.startswith(BEGINS):
        key = _keys_in_use(at).filter(digest=digest_of(shown)).first()
        return _bearer(key, key.scopes) if key else None
    said = _said_by(shown, at)
    if said is None:
        return None
    key = _keys_in_use(at).filter(ref=said["key"]).first()
    return _bearer(key, set(said["scopes"]) & set(key.scopes)) if key else None


def token_for(key: ApiKey, scopes: Iterable[str], *, at: datetime) -> str:
    """Make a token that stands for a key until `TOKEN_LASTS` is over."""
    until = int((at + TOKEN_LASTS).timestamp())
    return signing.dumps(
        {"key": key.ref, "scopes": sorted(scopes), "until": until}, salt=_SALT, compress=True
    )


def _said_by(token: str, at: datetime) -> dict[str, list[str]] | None:
    try:
        said = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return said if at.timestamp() < said["until"] else None


def key_called(ref: str, *, at: datetime) -> ApiKey | None:
    """Answer a key that is in use by its ref."""
    return _keys_in_use(at).filter(ref=ref).first()


def _keys_in_use(at: datetime) -> QuerySet[ApiKey]:
    lasting = Q(expires_at=None) | Q(expires_at__gt=at)
    known = Q(organisation=None) | Q(organisation__ended_at=None)
    found = ApiKey.objects.filter(lasting, known, revoked_at=None)
    return found.select_related("organisation", "account")


def _bearer(key: ApiKey, scopes: Iterable[str]) -> Bearer | None:
    allowed = frozenset(Permission(one) for one in scopes) & scopes_for(
        key.account or key.organisation
    )
    if key.organisation:
        return Bearer(key, _actor_of(key.organisation, key, allowed), None)
    actor, person = who_is(key.account) if key.account else (NOBODY, None)
    if not actor.is_known:
        return None
    name = _("%(name)s, through “%(label)s”") % {"name": actor.name, "label": key.label}
    actor = msgspec.structs.replace(
        actor,
        name=name,
        roles=actor.roles & {Role.CERTIFICANT},
        scopes=allowed,
    )
    return Bearer(key, actor, person)


def _actor_of(organisation: Organisation, key: ApiKey, scopes: frozenset[Permission]) -> Actor:
    """Answer an organisation as its program acts. The journal keeps which key it was."""
    return Actor(
        ref=key.ref,
        name=_("%(name)s, through “%(label)s”") % {"name": organisation.name, "label": key.label},
        roles=frozenset(roles_of(organisation)),
        organisation=organisation.pk,
        scopes=scopes,
    )


def roles_of(organisation: Organisation) -> set[Role]:
    """Answer what whoever acts for an organisation is to the board."""
    return {role for flag, role in SCOPES_BY_ROLE.items() if getattr(organisation, flag)}


def scopes_for(owner: Account | Organisation | None) -> frozenset[Permission]:
    """Answer the scopes that a key of somebody may have."""
    if isinstance(owner, Organisation):
        return frozenset().union(*(GRANTS[role] for role in roles_of(owner)))
    return SCOPES_OF_PEOPLE if owner else frozenset()


def keys_of(owner: Account | Organisation) -> list[ApiKey]:
    """Answer the keys of somebody that were not revoked, the latest first."""
    return list(owner.keys.filter(revoked_at=None))


def own_key(owner: Account | Organisation, ref: str) -> ApiKey:
    """Answer a key to whom it belongs. Raises `Refused`."""
    found = owner.keys.filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found
