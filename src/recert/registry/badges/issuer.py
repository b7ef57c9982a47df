"""Who issues badges: the board, by its address on the web and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from recert.board import the_rulebook
from recert.registry import keys
from recert.registry.badges.contexts import DID, MULTIKEY
from recert.registry.badges.multikeys import did_web, multikey


@dataclass(frozen=True, slots=True)
class Signer:
    """A key of the board, and the name under which others find its public half."""

    key: Ed25519PrivateKey
    name: str


def address(path: str) -> str:
    """Answer a path as others write it: with the board's own address."""
    return f"{settings.ADDRESS.rstrip('/')}{path}"


def issuer_did() -> str:
    """Answer the board's name in the web of credentials."""
    return did_web(settings.ADDRESS)


def key_name(key: Ed25519PublicKey) -> str:
    """Answer the name of a key: that of the board, and the key itself."""
    return f"{issuer_did()}#{multikey(key)}"


def signer() -> Signer:
    """Answer the key with which the board signs now."""
    key = keys.signing_key()
    return Signer(key, key_name(key.public_key()))


def did_document(public: list[Ed25519PublicKey], *, profile: str) -> dict[str, Any]:
    """Answer what the board's name leads to: all its keys, so that what is older can be checked."""
    did = issuer_did()
    return {
        "@context": [DID, MULTIKEY],
        "id": did,
        "alsoKnownAs": [profile],
        "verificationMethod": [
            {
                "id": key_name(one),
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": multikey(one),
            }
            for one in public
        ],
        "assertionMethod": [key_name(one) for one in public],
    }


def profile_of_board() -> dict[str, Any]:
    """Answer who the board is, as it stands in each badge."""
    book = the_rulebook()
    return {
        "id": issuer_did(),
        "type": ["Profile"],
        "name": book.board,
        "url": address("/"),
    }


def board_did_document(*, profile: str) -> dict[str, Any]:
    """Answer what the board's name leads to now."""
    return did_document(keys.public_keys(), profile=profile)
