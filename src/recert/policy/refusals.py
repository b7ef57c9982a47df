"""The "no" to something that somebody tried to do; a "no" about points is a finding."""

from __future__ import annotations


class Refused(Exception):
    """It cannot be done: a code for machines, and a sentence for people with the way out.

    Everything else that is raised is a bug.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code
        self.message = message


def not_found() -> Refused:
    """Answer the refusal for what does not exist, or must not seem to."""
    return Refused("not-found", "There is no such page, or it is not yours to see.")
