"""What can be wrong with a document, as codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

READY: Final = "ready"
"""What the process says when it can begin."""

SOUND: Final = "sound"
"""What it says of a document with which nothing is wrong."""


class Problem(StrEnum):
    """Why a document is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    OTHER_KIND = "other-kind"
    TWO_KINDS = "two-kinds"
    DAMAGED = "damaged"
    TOO_INVOLVED = "too-involved"
    TOO_MANY_PIXELS = "too-many-pixels"
    PASSWORD = "password"  # noqa: S105  # a code, no secret
    NO_PAGES = "no-pages"
    ACTIVE = "active"
    ATTACHMENT = "attachment"
