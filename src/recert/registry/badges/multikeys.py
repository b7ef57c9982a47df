"""Keys and names as the web of credentials writes them: Multikey, base58, `did:web`."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote, urlsplit

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LETTERS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519: Final = b"\xed\x01"
"""What the bytes of a public Ed25519 key begin with, so that it says what it is."""

LONGEST: Final = 200
"""The most letters that are read; a key has 48 and a signature 88."""


def base58(data: bytes) -> str:
    """Write bytes in base58, as Bitcoin does, after the `z` that says so.

    >>> base58(bytes(2) + b"hi")
    'z118wr'
    """
    number, text = int.from_bytes(data), ""
    while number:
        number, place = divmod(number, len(LETTERS))
        text = LETTERS[place] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + LETTERS[0] * zeros + text


def read_base58(text: str) -> bytes:
    """Read what `base58` wrote. Raises `ValueError`.

    >>> list(read_base58("z118wr"))
    [0, 0, 104, 105]
    """
    if not text.startswith("z") or len(text) > LONGEST:
        raise ValueError(f"not base58 after a z: {text[:20]!r}")
    number = 0
    for letter in text[1:]:
        number = number * len(LETTERS) + LETTERS.index(letter)
    zeros = len(text[1:]) - len(text[1:].lstrip(LETTERS[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multikey(key: Ed25519PublicKey) -> str:
    """Write a public key."""
    return base58(ED25519 + key.public_bytes_raw())


def read_multikey(text: str) -> Ed25519PublicKey:
    """Read a public key. Raises `ValueError`."""
    data = read_base58(text)
    if not data.startswith(ED25519):
        raise ValueError(f"not an Ed25519 key: {text[:20]!r}")
    try:
        return Ed25519PublicKey.from_public_bytes(data[len(ED25519) :])
    except InvalidKey as error:
        raise ValueError(f"not an Ed25519 key: {text[:20]!r}") from error


def did_web(address: str) -> str:
    """Answer the name of whoever holds an address on the web.

    >>> did_web("https://cmp.example.org"), did_web("http://localhost:8000")
    ('did:web:cmp.example.org', 'did:web:localhost%3A8000')
    """
    return f"did:web:{quote(urlsplit(address).netloc, safe='.-')}"


def address_of_keys(did: str) -> str:
    """Answer where the keys of a `did:web` are published; nothing for another name.

    >>> address_of_keys("did:web:cmp.example.org")
    'https://cmp.example.org/.well-known/did.json'
    """
    host = did.removeprefix("did:web:")
    if host == did or not host or ":" in host:
        return ""
    return f"https://{unquote(host)}/.well-known/did.json"
