"""Badges as files: the document inside, whatever it is inside of."""

from __future__ import annotations

import json
from typing import Any, Final

from recert.registry.badges.baking import SIGNATURE, NotBaked, from_png, from_svg

LARGEST: Final = 20_000_000
"""The most bytes of a file; a badge has a few thousand, and its picture some hundred thousand."""

Document = dict[str, Any]


class Unreadable(ValueError):
    """A file is no badge, list or set of keys; it says where and what."""


def document_in(content: bytes) -> Document:
    """Answer the document of a file: JSON, or baked into a PNG or an SVG. Raises `Unreadable`."""
    if len(content) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST:,} bytes, so it is no badge")
    try:
        if content.startswith(SIGNATURE):
            return json_of(from_png(content))
        if content.lstrip().startswith(b"<"):
            return json_of(from_svg(content))
        return json_of(content.decode("utf-8-sig"))
    except NotBaked as error:
        raise Unreadable(str(error)) from error
    except UnicodeDecodeError as error:
        raise Unreadable("it is neither JSON nor a PNG nor an SVG") from error


def json_of(text: str) -> Document:
    """Read a document; no name may stand twice in one place. Raises `Unreadable`."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"JSON: {error.msg} in {where}") from error
    except RecursionError as error:
        raise Unreadable("JSON: it is nested too deep") from error
    if not isinstance(found, dict):
        raise Unreadable("JSON: expected an object, in braces")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Unreadable(f"JSON: {name} stands twice in one object")
        found[name] = value
    return found


def _no_number(text: str) -> object:
    raise Unreadable(f"JSON: {text} is no number")
