"""What cannot be used, in lines for standard error."""

from __future__ import annotations

from recert.casefile import UnreadableFile
from recert.policy import NotInForce, Unusable
from recert.policy.calendar import UnknownYear


class Problem(Exception):
    """Something that cannot be used; `lines` say where, what, and what would be right."""

    def __init__(self, *lines: str) -> None:
        """Keep the lines."""
        self.lines = lines
        super().__init__("\n".join(lines))


def as_problem(error: Exception) -> tuple[str, ...] | None:
    """Answer the lines that an error says to a person, or None for a bug of ours."""
    match error:
        case Problem():
            return error.lines
        case Unusable() | UnreadableFile():
            return tuple(str(error).splitlines())
        case NotInForce() | UnknownYear():
            return (str(error),)
        case _:
            return None
