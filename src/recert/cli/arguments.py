"""Arguments that several commands read alike."""

from __future__ import annotations

from datetime import date

from recert.cli.problems import Problem


def day_of(name: str, text: str) -> date:
    """Read a day. Raises `Problem`, which names the option."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Problem(f"{name}: expected a date such as 2022-05-04, found {text!r}") from None
    return day
