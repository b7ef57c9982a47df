"""Lists of badges that hold no more: a bit for each, in an order that says nothing of them."""

from __future__ import annotations

import gzip
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable
from typing import Final

LENGTH: Final = 131_072
"""Bits of a list, so many that one of them says nothing of whom it is about."""

HALF: Final = 4
"""Of each byte only so many places are given, and their mirror images are set as well: some read
the bits of a byte from its other end, and see the same.
"""

FULL: Final = LENGTH // 16
"""How many badges a list takes before the next begins: few enough that it is made anew quickly."""


def draw_place(taken: Collection[int]) -> int:
    """Draw a place of a list at random, so that nobody sees which badges came together."""
    while True:
        drawn = secrets.randbelow(LENGTH // 2)
        place = drawn // HALF * 8 + drawn % HALF
        if place not in taken:
            return place


def written(places: Iterable[int]) -> str:
    """Write a list in which these places are set, as a document holds it."""
    bits = bytearray(LENGTH // 8)
    for place in places:
        byte, bit = divmod(place, 8)
        bits[byte] |= 0x80 >> bit | 0x01 << bit
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + urlsafe_b64encode(packed).decode().rstrip("=")


def is_set(text: str, place: int) -> bool:
    """Answer whether a place of a written list is set. Raises `ValueError` where it has none."""
    bits = _read(text)
    if not 0 <= place < len(bits) * 8:
        raise ValueError(f"the list has {len(bits) * 8} places, and none of the number {place}")
    byte, bit = divmod(place, 8)
    return bool(bits[byte] & 0x80 >> bit)


def _read(text: str) -> bytes:
    if not text.startswith("u"):
        raise ValueError("the list is not base64url after a u")
    try:
        packed = urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        bits = unpack.decompress(packed, LARGEST)
    except (ValueError, zlib.error) as error:
        raise ValueError("the list cannot be unpacked") from error
    if not unpack.eof or len(bits) * 8 < LENGTH:
        raise ValueError("the list is cut short, or far too long")
    return bits


LARGEST: Final = 16_000_000
"""The most bytes that a list may unpack to."""
