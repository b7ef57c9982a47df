"""Whether a PDF is whole, open to all, and nothing but pages.

What its pages show is not unpacked, so it costs little what a stream would grow to. All objects
are looked at, not only those that pages lead to, because readers differ in what they follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from pikepdf import Array, Dictionary, Name, Object, PasswordError, Pdf, PdfError, Stream
from pikepdf.settings import qpdf_limit_errors, set_qpdf_limits

from recert.transcript.inspection.problems import Problem

TAIL: Final = 2048
"""How far from its end a PDF must say that it ends; some programs write a little after it."""

MOST_VALUES: Final = 1_000_000
"""So many values are looked at; a PDF of a hundred pages is some ten thousand."""

ACTIONS: Final = {b"/JavaScript", b"/Launch", b"/ImportData", b"/SubmitForm", b"/GoToE", b"/GoToR"}
"""Actions that run something, send something or open another file; links to the web are none."""

PLAYED: Final = {b"/RichMedia", b"/Movie", b"/Screen", b"/3D"}
"""Annotations that play something."""

ATTACHMENTS: Final = {b"/EmbeddedFile", b"/FileAttachment"}

PLACES: Final = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}
"""Where a file specification holds an attached file; a font may be called /EF as well."""

MOST_INFLATED: Final = 100_000_000
"""So many bytes a list of objects may unpack to; a whole book's is some hundred thousand."""

HARMLESS: Final = "repairing"
"""What qpdf says where it adds something to a page that may be left away."""


def problem_of(data: bytes) -> Problem | None:
    """Answer what is wrong with a PDF, or None."""
    if b"%%EOF" not in data.rstrip(b"\0 \t\r\n")[-TAIL:]:
        return Problem.DAMAGED
    set_qpdf_limits(
        parser_max_container_size=MOST_VALUES,
        flate_max_memory=MOST_INFLATED,
        run_length_max_memory=MOST_INFLATED,
        png_max_memory=MOST_INFLATED,
        tiff_max_memory=MOST_INFLATED,
    )
    try:
        with Pdf.open(BytesIO(data)) as pdf:
            problem = _problem_of_values(pdf) or _problem_of_pages(pdf)
    except PasswordError:
        return Problem.PASSWORD
    except PdfError:
        problem = Problem.DAMAGED
    # What was beyond a limit was left out, so what was seen is not all.
    return Problem.TOO_INVOLVED if qpdf_limit_errors() else problem


def _problem_of_values(pdf: Pdf) -> Problem | None:
    """Look at all values, without recursion: a hostile file nests as deep as it likes."""
    left = MOST_VALUES
    is_missing = False
    for whole in pdf.objects:
        is_missing |= whole is None
        inner = [whole]
        while inner:
            value = inner.pop()
            values: list[object] = []
            if isinstance(value, Dictionary | Stream):
                if problem := _problem_of_fields(fields := dict(value.items())):
                    return problem
                values.extend(fields.values())
            elif isinstance(value, Array):
                values.extend(value)
            left -= 1 + len(values)
            if left < 0:
                return Problem.TOO_INVOLVED
            # What is kept elsewhere has its own turn.
            inner += (each for each in values if isinstance(each, Object) and not each.is_indirect)
    # What cannot be read is null; others may read it, and find there what we look for.
    return Problem.DAMAGED if is_missing and _is_broken(pdf) else None


def _problem_of_fields(fields: Mapping[str, object]) -> Problem | None:
    named = (fields.get(key) for key in ("/S", "/Type", "/Subtype"))
    # Bytes, because a name is in whatever encoding its writer liked.
    kinds = {bytes(each) for each in named if isinstance(each, Name)}
    if kinds & (ACTIONS | PLAYED) or "/XFA" in fields:
        return Problem.ACTIVE
    files = fields.get("/EF")
    if kinds & ATTACHMENTS or (isinstance(files, Dictionary) and PLACES & files.keys()):
        return Problem.ATTACHMENT
    return None


def _problem_of_pages(pdf: Pdf) -> Problem | None:
    if pdf.pages:
        return None
    return Problem.DAMAGED if _is_broken(pdf) else Problem.NO_PAGES


def _is_broken(pdf: Pdf) -> bool:
    return any(HARMLESS not in str(warning) for warning in pdf.get_warnings())
