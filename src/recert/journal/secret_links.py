"""The secret part of a link in a letter: worked out as it is written, so that nothing holds it."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

from recert.policy.refusals import not_found

_SIGNER = Signer(salt="recert.letter-link", sep=".")


def token_of(leads_to: str) -> str:
    """Answer what ends the address in a letter; `leads_to` is for what it stands."""
    return _SIGNER.sign(leads_to)


def behind(token: str) -> str:
    """Answer for what an address stands, where its signature is ours. Raises `Refused`."""
    try:
        return _SIGNER.unsign(token)
    except BadSignature:
        raise not_found() from None
