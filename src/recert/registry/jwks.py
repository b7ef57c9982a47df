"""The board's public keys, as programs read them, and their names (RFC 7517, 7638, 8037)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def encoded(data: bytes) -> str:
    """Write bytes as base64url without padding.

    >>> encoded(bytes([255, 239]))
    '_-8'
    """
    return urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Read what `encoded` wrote, and nothing else. Raises `ValueError`."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise ValueError("not base64url") from error
    if encoded(data) != text:
        raise ValueError("not base64url as it is written")
    return data


def key_id(key: Ed25519PublicKey) -> str:
    """Answer the name of a key: the hash of what it is."""
    told = {"crv": "Ed25519", "kty": "OKP", "x": encoded(key.public_bytes_raw())}
    return encoded(sha256(json.dumps(told, separators=(",", ":")).encode()).digest())


def key_set(keys: Sequence[Ed25519PublicKey]) -> dict[str, Any]:
    """Answer keys as a set, the one that signs now first."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": key_id(one),
                "x": encoded(one.public_bytes_raw()),
            }
            for one in keys
        ]
    }


def keys_in(document: object) -> dict[str, Ed25519PublicKey]:
    """Answer the Ed25519 keys of a set by their names. Raises `ValueError`."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError('expected a set of keys: {"keys": [...]}')  # noqa: TRY004  # a bad file
    found = {}
    for one in listed:
        if not isinstance(one, Mapping) or one.get("crv") != "Ed25519":
            continue
        try:
            key = Ed25519PublicKey.from_public_bytes(decoded(str(one.get("x"))))
        except (ValueError, InvalidKey) as error:
            raise ValueError(f"the key {one.get('kid')!r} is not an Ed25519 key") from error
        found[key_id(key)] = key  # named by what it is, whatever the file calls it
    return found
