"""Badges inside of pictures, as Open Badges bakes them, and taken out again."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"openbadgecredential"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
CREDENTIAL: Final = f"{{{NAMESPACE}}}credential"


class NotBaked(ValueError):
    """A picture holds no badge, or cannot be read; it says where and what."""


def bake_png(picture: bytes, document: str) -> bytes:
    """Put a badge into a PNG, as a text of its own just before its end."""
    end = picture.rindex(b"IEND") - 4
    text = KEYWORD + b"\0\0\0\0\0" + document.encode()  # not packed, of no language
    chunk = struct.pack(">I", len(text)) + b"iTXt" + text
    return picture[:end] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + picture[end:]


def from_png(picture: bytes) -> str:
    """Take the badge out of a PNG. Raises `NotBaked`."""
    for kind, data in _chunks(picture):
        keyword, _, rest = data.partition(b"\0")
        if kind == b"iTXt" and keyword == KEYWORD:
            return _text(rest)
    raise NotBaked("PNG: it has no text openbadgecredential, so no badge is inside")


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place + 12 <= len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        kind, data = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        summed = picture[place + 8 + length : place + 12 + length]
        if len(summed) < 4 or struct.unpack(">I", summed)[0] != zlib.crc32(kind + data):  # noqa: PLR2004  # bytes of a sum
            raise NotBaked(f"PNG: damaged at byte {place}, in {kind.decode('ascii', 'replace')}")
        yield kind, data
        if kind == b"IEND":
            return
        place += 12 + length
    raise NotBaked(f"PNG: cut short at byte {len(picture)}")


def _text(rest: bytes) -> str:
    """Answer what an iTXt says after its keyword: two flags, a language and a word for it."""
    packed, data = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
    try:
        text = zlib.decompressobj().decompress(data[2], LARGEST) if packed else data[2]
        return text.decode()
    except (IndexError, ValueError, zlib.error) as error:
        raise NotBaked("PNG: its text openbadgecredential cannot be read") from error


LARGEST: Final = 1_000_000
"""The most bytes that a badge may have."""


def bake_svg(picture: str, document: str) -> str:
    """Put a badge into an SVG, as its first element."""
    whole = document.replace("]]>", "]]]]><![CDATA[>")
    baked = f"<openbadges:credential><![CDATA[{whole}]]></openbadges:credential>"
    root = re.compile(r"(<svg\b[^>]*?)(>)", re.DOTALL)
    return root.sub(
        lambda found: f'{found[1]} xmlns:openbadges="{NAMESPACE}">{baked}', picture, count=1
    )


def from_svg(picture: bytes) -> str:
    """Take the badge out of an SVG. Raises `NotBaked`."""
    try:
        parser = XMLParser(target=_Plain())  # noqa: S314  # it declares no entities, see below
        parser.feed(picture)
        root: Element = parser.close()
    except (ParseError, ValueError) as error:
        raise NotBaked(f"SVG: it cannot be read: {error}") from error
    found = root.find(CREDENTIAL)
    if found is None or not (found.text or "").strip():
        raise NotBaked("SVG: it has no element openbadges:credential, so no badge is inside")
    return found.text or ""


class _Plain(TreeBuilder):
    """Takes no document type, with which a small file could be made to grow without an end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse it."""
        del pubid, system
        raise ValueError(f"it declares a document type, {name}")
