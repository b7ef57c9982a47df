"""Receipts: what the register said of a credential, signed, to be checked without asking anybody.

What is signed is the receipt without its signature, in the canonical form of RFC 8785. A receipt
has texts, yes and no, and nothing else, so that its form needs no rules for numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recert.board import the_rulebook
from recert.registry import keys
from recert.registry.badges.issuer import address
from recert.registry.jwks import decoded, encoded, key_id
from recert.registry.verification import Answer

KIND: Final = "recert.verification/1"
ALGORITHM: Final = "EdDSA"
LARGEST: Final = 100_000
"""The most bytes of a receipt that are read."""

Receipt = dict[str, Any]


class NotGenuine(ValueError):
    """A receipt is not as the board signed it, or is none; it says what was found."""


def receipt_of(answer: Answer, *, at: datetime) -> Receipt:
    """Answer what was said of a credential, signed with the board's newest key."""
    book, cycle = the_rulebook(), answer.cycle
    bare: Receipt = {
        "kind": KIND,
        "board": book.board,
        "programme": book.title,
        "issuer": address("/"),
        "asked_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "on": str(answer.on),
        "number": answer.number,
        "category": answer.category,
        "certification": book.categories[answer.category].title,
        "standing": answer.said,
        "valid": answer.valid,
        "title": answer.title.plain,
        "cycle_starts": str(cycle.starts) if cycle else "",
        "cycle_ends": str(cycle.ends) if cycle else "",
        "until": str(answer.until) if answer.until else "",
        "says": answer.says,
        "rule": answer.rule,
    }
    key = keys.signing_key()
    signature = {"alg": ALGORITHM, "kid": key_id(key.public_key())}
    signed = canonical({**bare, "signature": signature})
    return {**bare, "signature": {**signature, "value": encoded(key.sign(signed))}}


def canonical(document: Mapping[str, Any]) -> bytes:
    """Write a document of texts the one way that it can be written (RFC 8785).

    >>> canonical({"b": True, "a": "é"}).decode()
    '{"a":"é","b":true}'
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def written(receipt: Receipt) -> bytes:
    """Write a receipt as a file, for people too."""
    return (json.dumps(receipt, indent=2, ensure_ascii=False) + "\n").encode()


def read_receipt(data: bytes) -> Receipt:
    """Read a receipt that somebody sent. Raises `NotGenuine`."""
    if len(data) > LARGEST:
        raise NotGenuine("it is far too large for a receipt")
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise NotGenuine(f"it is no JSON that says each thing once: {error}") from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise NotGenuine(f"it is no receipt of the kind {KIND}")
    for name, said in found.items():
        if name != "signature" and not isinstance(said, (str, bool)):
            raise NotGenuine(f"{name}: expected a text")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("something is said twice")
    return found


def check_receipt(receipt: Receipt, *, known: Mapping[str, Ed25519PublicKey]) -> None:
    """Check that a receipt is as one of the known keys signed it. Raises `NotGenuine`."""
    bare = {name: said for name, said in receipt.items() if name != "signature"}
    signature = receipt.get("signature")
    if not isinstance(signature, dict) or set(signature) != {"alg", "kid", "value"}:
        raise NotGenuine("it has no signature")
    if not all(isinstance(one, str) for one in signature.values()):
        raise NotGenuine("its signature cannot be read")
    key = known.get(signature["kid"])
    if key is None or signature["alg"] != ALGORITHM:
        raise NotGenuine("it names a key that is none of the board's")
    value = signature.pop("value")
    try:
        key.verify(decoded(value), canonical({**bare, "signature": signature}))
    except (InvalidSignature, ValueError) as error:
        raise NotGenuine("its signature does not fit what it says") from error
    finally:
        signature["value"] = value
