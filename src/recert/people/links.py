"""The secret part of a private link: worked out from its ref, so that nothing secret is stored."""

from __future__ import annotations

from datetime import datetime

from django.core.signing import BadSignature, Signer

from recert.people.models import PrivateLink
from recert.policy.refusals import not_found

SIGNER = Signer(salt="recert.private-link", sep=".")


def token_of(link: PrivateLink) -> str:
    """Answer what stands in the address of a private link."""
    return SIGNER.sign(link.ref)


def signed_ref(token: str) -> str:
    """Answer the ref that an address holds, where its signature is ours. Raises `Refused`."""
    try:
        return SIGNER.unsign(token)
    except BadSignature:
        raise not_found() from None


def link_behind(token: str, *, purpose: PrivateLink.Purpose, at: datetime) -> PrivateLink:
    """Answer the private link of an address, while it lasts. Raises `Refused`."""
    links = PrivateLink.objects.filter(ref=signed_ref(token), purpose=purpose, revoked_at=None)
    link = links.first()
    if link is None or (link.expires_at and link.expires_at <= at):
        raise not_found()
    return link
