"""Those to whom letters go."""

from __future__ import annotations

import msgspec


class Reader(msgspec.Struct, frozen=True):
    """Somebody who reads a letter: where it goes, and how they read.

    `ref` is that of the board's record of them. `email` is empty where none is on record.
    """

    ref: str
    name: str
    email: str
    language: str
    time_zone: str
