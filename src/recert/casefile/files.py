"""Files as they come: their bytes, their text, and what is said of those that cannot be read."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO, Final

from recert.policy.mistakes import LONGEST, Place

LARGEST: Final = 5_000_000
"""The largest file that is read, in bytes; a case of forty activities is some ten thousand."""

STANDARD_INPUT: Final = "standard input"
"""What `-` is called wherever a file's name is told."""

NO_TEXT: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
)
"""A character that is no part of a text: it would do something to a terminal, or break it."""


class UnreadableFile(Exception):
    """A file cannot be read as what it should be; `message` says why, and what would be right.

    Where the cells of a table hold several mistakes, `more` has all but the first, and the text
    of the exception is a line for each.
    """

    def __init__(
        self,
        name: str,
        message: str,
        line: int | None = None,
        sheet: str | None = None,
        more: tuple[UnreadableFile, ...] = (),
    ) -> None:
        """Keep the file's name, the sentence, and the line (of a workbook: sheet and row)."""
        super().__init__(name, message, line, sheet, more)
        self.name = name
        self.message = message
        self.line = line
        self.sheet = sheet
        self.more = more

    def __str__(self) -> str:
        """Print as `case.yaml:12: message`."""
        first = f"{position(self.name, self.line, self.sheet)}: {self.message}"
        return "\n".join([first, *map(str, self.more)])


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What a file says, as plain data, and on which line it says so."""

    name: str
    data: Mapping[str, object]
    lines: Mapping[Place, int] = field(default_factory=dict)
    sheet: str | None = None

    def where(self, place: Place) -> str:
        """Answer where a place of the data stands in the file: `case.yaml:12`.

        Of what is not there (a field that is missing) it is where the table around it begins; of
        the cells of a transcript it is their row.
        """
        enclosing = (place[:length] for length in range(len(place), -1, -1))
        line = next((self.lines[outer] for outer in enclosing if outer in self.lines), None)
        return position(self.name, line, self.sheet)


def position(name: str, line: int | None, sheet: str | None = None) -> str:
    """Print where something stands, as an editor or a spreadsheet counts.

    >>> position("case.yaml", 12), position("transcript.xlsx", 3, "Transcript")
    ('case.yaml:12', "transcript.xlsx, sheet 'Transcript', row 3")
    """
    if line is None:
        return name
    return f"{name}:{line}" if sheet is None else f"{name}, sheet {quoted(sheet)}, row {line}"


def quoted(text: str) -> str:
    r"""Answer a text as it is quoted back: on one line, and not all of it when it is long.

    >>> quoted("a\n b"), len(quoted("long " * 99)) <= LONGEST + 2
    ("'a b'", True)
    """
    return repr(shorten(text, LONGEST, placeholder="..."))


def name_of(path: str | Path) -> str:
    """Answer the name that is told of a file: as it was given, in characters that can be printed.

    >>> name_of("-"), name_of(Path("cases") / "case.yaml")
    ('standard input', 'cases/case.yaml')
    """
    name = str(path)
    return STANDARD_INPUT if name == "-" else NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", name)


def bytes_of(path: str | Path) -> bytes:
    """Read a file, or standard input for `-`, unless it is too large."""
    name = name_of(path)
    try:
        if name == STANDARD_INPUT:
            return _at_most(LARGEST, sys.stdin.buffer, name)
        with Path(path).open("rb") as file:
            return _at_most(LARGEST, file, name)
    except FileNotFoundError:
        message = "there is no such file"
    except IsADirectoryError:
        message = "this is a folder; expected a file"
    except PermissionError:
        message = "you are not permitted to read this file"
    except (OSError, ValueError, AttributeError) as error:
        # ValueError: a name with a NUL. AttributeError: a process without standard input.
        message = f"cannot be read: {getattr(error, 'strerror', None) or 'it cannot be opened'}"
    raise UnreadableFile(name, message)


def _at_most(size: int, file: BinaryIO, name: str) -> bytes:
    content = file.read(size + 1)
    if len(content) > size:
        message = f"larger than {size // 1_000_000} MB; a case has a few kilobytes"
        raise UnreadableFile(name, message)
    return content


def text_of(content: bytes, name: str) -> str:
    r"""Answer the text of a file: UTF-8, with or without a byte order mark; line ends are `\n`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile(name, "saved as UTF-16; save it as UTF-8")
    content = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in content:
        raise UnreadableFile(name, "not a text; expected a text file, saved as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(name, "not in UTF-8; save it as UTF-8", line) from None
    if not text.strip():
        raise UnreadableFile(name, "this file is empty")
    if odd := NO_TEXT.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        raise UnreadableFile(name, no_text_message(odd), line)
    return text


def no_text_message(odd: re.Match[str]) -> str:
    """Say which character is no part of a text.

    >>> no_text_message(NO_TEXT.search("bell" + chr(7)))
    'the character U+0007 is no part of a text; delete it'
    """
    return f"the character U+{ord(odd.group()):04X} is no part of a text; delete it"
