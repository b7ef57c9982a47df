"""Whether a picture is whole and of a size that can be shown; it is not decoded."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Final

import pillow_heif
from PIL import Image

from recert.transcript.inspection.problems import Problem

MOST_PIXELS: Final = 80_000_000
"""Phones take 50 million, and a sheet of A3 at 600 dpi has 70. Each is four bytes when shown."""

MOST_SCANS: Final = 200
"""A progressive JPEG has some ten; each is a pass over the whole picture."""

NEXT_MARKER: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""In the data of a JPEG: 00 stands for an ff of the data, and d0 to d7 only divide it."""

CODED_SIZE: Final = re.compile(rb"ispe\0{4}(.{8})", re.DOTALL)
"""What is decoded of a HEIF; `size` is what is left of it once it is cropped."""

FRAMES: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
WITHOUT_LENGTH: Final = {0x01, *range(0xD0, 0xD9)}
SCAN: Final = 0xDA
END: Final = 0xD9


def problem_of_png(data: bytes) -> Problem | None:
    """Answer what is wrong with a PNG, or None."""
    try:
        width, height = struct.unpack_from(">8x4x4xII", data)
        if width * height > MOST_PIXELS:
            return Problem.TOO_MANY_PIXELS
        with Image.open(BytesIO(data), formats=["PNG"]) as picture:
            picture.verify()  # every part against its checksum
    except (OSError, SyntaxError, ValueError, EOFError, struct.error):  # as Pillow puts it
        return Problem.DAMAGED
    return None


def problem_of_jpeg(data: bytes) -> Problem | None:
    """Answer what is wrong with a JPEG, or None.

    After its end may come what phones append: a preview, a few seconds of video.
    """
    scans = 0
    ended = False
    try:
        for marker, at in _markers(data):
            if marker in FRAMES:
                height, width = struct.unpack_from(">3xHH", data, at)
                if width * height > MOST_PIXELS:
                    return Problem.TOO_MANY_PIXELS
            scans += marker == SCAN
            ended = marker == END
        if not ended:
            return Problem.DAMAGED
        if scans > MOST_SCANS:
            return Problem.TOO_INVOLVED
        with Image.open(BytesIO(data), formats=["JPEG"]):
            return None  # its tables make sense
    except (OSError, SyntaxError, ValueError, struct.error):  # as Pillow puts it
        return Problem.DAMAGED


def _markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Answer the markers of a JPEG up to its end, each with where its part begins."""
    at = 2
    while found := NEXT_MARKER.match(data, at):
        at = found.end()
        marker = data[at - 1]
        yield marker, at
        if marker == END:
            return
        if marker in WITHOUT_LENGTH:
            continue
        at += max(2, int.from_bytes(data[at : at + 2]))
        if marker == SCAN:
            following = NEXT_MARKER.search(data, at)
            at = following.start() if following else len(data)


def problem_of_heif(data: bytes) -> Problem | None:
    """Answer what is wrong with a HEIC or another HEIF, or None."""
    if not _boxes_are_whole(data):
        return Problem.DAMAGED
    try:
        sizes = [picture.size for picture in pillow_heif.open_heif(BytesIO(data))]
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError):  # as pillow-heif puts it
        return Problem.DAMAGED
    coded = (struct.unpack(">II", found[1]) for found in CODED_SIZE.finditer(data))
    if any(width * height > MOST_PIXELS for width, height in chain(sizes, coded)):
        return Problem.TOO_MANY_PIXELS
    return None


def _boxes_are_whole(data: bytes) -> bool:
    """Answer whether all boxes end within the file; a cut ends in the middle of one."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            return False
        size = int.from_bytes(data[at : at + 4])
        if size == 0:  # up to the end
            return True
        header = 8
        if size == 1:
            header = 16
            size = int.from_bytes(data[at + 8 : at + 16])
        if size < header:
            return False
        at += size
    return at == len(data)
