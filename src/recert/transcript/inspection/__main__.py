"""The process: a document comes in, what is wrong with it goes out.

`python -m recert.transcript.inspection KIND` reads the document from standard input and prints
`ready` once it can, then `sound` or a problem. What a library raises beyond what is caught ends
the process, and that is an answer too: it can end in no other.
"""

from __future__ import annotations

import logging
import resource
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from recert.transcript.inspection import pdf, pictures
from recert.transcript.inspection.kinds import HEIC, HEIF, JPEG, PDF, PNG
from recert.transcript.inspection.problems import READY, SOUND, Problem

LIMITS: Final = {
    resource.RLIMIT_CPU: 10,  # seconds
    resource.RLIMIT_AS: 1_000_000_000,  # bytes; an honest document takes a tenth
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
}

INSPECTIONS: Final[Mapping[str, Callable[[bytes], Problem | None]]] = {
    PDF: pdf.problem_of,
    PNG: pictures.problem_of_png,
    JPEG: pictures.problem_of_jpeg,
    HEIC: pictures.problem_of_heif,
    HEIF: pictures.problem_of_heif,
}


def main(kind: str) -> None:
    """Look into the document on standard input."""
    for limit, value in LIMITS.items():
        with suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(limit, (value, value))
    # Standard error is for what was not foreseen.
    logging.disable()
    warnings.simplefilter("ignore")
    inspect = INSPECTIONS[kind]
    print(READY, flush=True)  # noqa: T201  # this is how it answers
    try:
        problem = inspect(sys.stdin.buffer.read())
    except (MemoryError, RecursionError):
        problem = Problem.TOO_INVOLVED
    print(problem or SOUND)  # noqa: T201  # as above


if __name__ == "__main__":
    main(*sys.argv[1:])
