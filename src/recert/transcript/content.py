"""What an uploaded document is, found in its content; and why it is not taken, in words.

The kind is told by the first bytes, never by the name. Then a process of its own looks inside:
libraries that read hostile files can be made to loop, to eat memory and to crash, and there they
take nothing with them.
"""

from __future__ import annotations

import hashlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import BinaryIO, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from recert.transcript.inspection.kinds import TAKEN, UNKNOWN, is_also_another, kind_of
from recert.transcript.inspection.problems import READY, SOUND, Problem

LARGEST: Final = 20_000_000
"""The largest document, in bytes."""

LONGEST_NAME: Final = 60
"""So much of a file's name is told."""

SECONDS: Final = 20
"""So long a look inside may take, also on a busy machine; it is a tenth of a second."""

LONGEST_REPORT: Final = 2000

logger = logging.getLogger(__name__)


class UnsuitableFile(Exception):
    """A document is not taken; `message` says what is wrong and what would be right."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code, for programs, and the sentence, for the person."""
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        """Print the sentence."""
        return self.message


@dataclass(frozen=True, slots=True)
class Content:
    """A document that is taken: how it is served and stored, and by what it is known again."""

    media_type: str
    extension: str
    size: int
    sha256: str


MEDIA_TYPES: Final = {
    "pdf": ("application/pdf", ".pdf"),
    "png": ("image/png", ".png"),
    "jpeg": ("image/jpeg", ".jpg"),
    "heic": ("image/heic", ".heic"),
    "heif": ("image/heif", ".heif"),
}

IN_WORDS: Final = {
    "pdf": gettext_noop("a PDF"),
    "png": gettext_noop("a PNG picture"),
    "jpeg": gettext_noop("a JPEG picture"),
    "heic": gettext_noop("a HEIC picture"),
    "heif": gettext_noop("a HEIF picture"),
    "gif": gettext_noop("a GIF picture"),
    "bmp": gettext_noop("a BMP picture"),
    "tiff": gettext_noop("a TIFF picture"),
    "webp": gettext_noop("a WebP picture"),
    "avif": gettext_noop("an AVIF picture"),
    "photoshop": gettext_noop("a Photoshop picture"),
    "svg": gettext_noop("an SVG drawing"),
    "postscript": gettext_noop("a PostScript document"),
    "rtf": gettext_noop("a rich text document"),
    "word": gettext_noop("a Word document"),
    "excel": gettext_noop("an Excel workbook"),
    "powerpoint": gettext_noop("a PowerPoint presentation"),
    "old-office": gettext_noop("an old Office document"),
    "opendocument": gettext_noop("an OpenDocument document"),
    "iwork": gettext_noop("a Pages, Numbers or Keynote document"),
    "zip": gettext_noop("a zip archive"),
    "archive": gettext_noop("an archive"),
    "program": gettext_noop("a program"),
    "video": gettext_noop("a video"),
    "sound": gettext_noop("a sound recording"),
    "html": gettext_noop("a web page"),
    "xml": gettext_noop("an XML file"),
    "text": gettext_noop("a plain text"),
    UNKNOWN: gettext_noop("a kind of file that is not known here"),
}

MESSAGES: Final[Mapping[Problem, str]] = {
    Problem.EMPTY: gettext_noop(
        "“%(name)s” is empty. Choose the file again; if it stays empty, save it anew."
    ),
    Problem.TOO_LARGE: gettext_noop(
        "“%(name)s” is larger than %(largest)s MB. Upload a smaller scan or fewer pages, or divide"
        " it into several files."
    ),
    Problem.OTHER_KIND: gettext_noop(
        "“%(name)s” is %(kind)s. Documents are a PDF, or a picture as PNG, JPEG or HEIC; save or"
        " print it as a PDF and upload that."
    ),
    Problem.TWO_KINDS: gettext_noop(
        "“%(name)s” is several files in one, and programs would disagree on what it shows. Open"
        " it, print it as a PDF and upload that."
    ),
    Problem.DAMAGED: gettext_noop(
        "“%(name)s” begins as %(kind)s but is cut short or damaged. Open it to see whether it is"
        " whole, then save or download it anew and upload that."
    ),
    Problem.TOO_INVOLVED: gettext_noop(
        "“%(name)s” is too involved to be checked. Open it, print it as a PDF and upload that."
    ),
    Problem.TOO_MANY_PIXELS: gettext_noop(
        "“%(name)s” has more pixels than can be shown. Save it smaller; 300 dots per inch are"
        " enough for a page."
    ),
    Problem.PASSWORD: gettext_noop(
        "“%(name)s” opens with a password only. Open it, print it as a PDF without a password and"
        " upload that."
    ),
    Problem.NO_PAGES: gettext_noop(
        "“%(name)s” is a PDF without pages. Save it anew and upload that."
    ),
    Problem.ACTIVE: gettext_noop(
        "“%(name)s” does more than show pages: it runs a script or opens, sends or plays"
        " something. Open it, print it as a PDF and upload that."
    ),
    Problem.ATTACHMENT: gettext_noop(
        "“%(name)s” has other files attached to it. Print it as a PDF without them, and upload"
        " what was attached on its own."
    ),
}


def content_of(file: BinaryIO, *, name: str) -> Content:
    """Answer what a document is, or raise `UnsuitableFile`.

    All of the file is read, and it is left at its start. The name only serves to tell of it.
    """
    file.seek(0)
    data = file.read(LARGEST + 1)
    file.seek(0)
    if not data:
        raise _unsuitable(Problem.EMPTY, name)
    if len(data) > LARGEST:
        raise _unsuitable(Problem.TOO_LARGE, name)
    kind = kind_of(data)
    if is_also_another(data, kind):
        raise _unsuitable(Problem.TWO_KINDS, name)
    if kind not in TAKEN:
        raise _unsuitable(Problem.OTHER_KIND, name, kind)
    if problem := _problem_inside(data, kind):
        raise _unsuitable(problem, name, kind)
    media_type, extension = MEDIA_TYPES[kind]
    return Content(media_type, extension, len(data), hashlib.sha256(data).hexdigest())


def _unsuitable(problem: Problem, name: str, kind: str = UNKNOWN) -> UnsuitableFile:
    message = _(MESSAGES[problem]) % {
        "name": told_name(name),
        "kind": _(IN_WORDS[kind]),
        "largest": LARGEST // 1_000_000,
    }
    return UnsuitableFile(problem, message)


def told_name(name: str) -> str:
    r"""Answer a file's name as it is told: without its folders, on one line, and not too long.

    >>> told_name("C:\\scans\\my\ncertificate.pdf"), len(told_name("x" * 999)) <= LONGEST_NAME
    ('my?certificate.pdf', True)
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    # What is not printable would do something to a page: turn its direction, say.
    printable = "".join(letter if letter.isprintable() else "?" for letter in last)
    return shorten(printable[: LONGEST_NAME - 3], LONGEST_NAME) + "..." * (len(last) > LONGEST_NAME)


def _problem_inside(data: bytes, kind: str) -> Problem | None:
    """Have a document looked into; a process that dies of it has found a problem."""
    try:
        ended = subprocess.run(  # noqa: S603  # our own module, told one of five words
            [sys.executable, "-P", "-m", "recert.transcript.inspection", kind],
            input=data,
            capture_output=True,
            # Not our environment: it holds what a document has no business with.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Problem.TOO_INVOLVED
    began, _line_end, answer = ended.stdout.decode("ascii", "replace").partition("\n")
    if began != READY:
        # Then nothing is wrong with the document.
        raise RuntimeError(f"documents cannot be checked: {ended.stderr.decode(errors='replace')}")
    if ended.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return Problem.TOO_INVOLVED
    if ended.returncode != 0:
        why = ended.stderr[-LONGEST_REPORT:].decode(errors="replace")
        logger.warning("a look into %s ended with %s: %s", kind, ended.returncode, why)
        return Problem.DAMAGED
    return None if answer.strip() == SOUND else Problem(answer.strip())
