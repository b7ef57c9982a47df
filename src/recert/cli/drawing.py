"""What the pages of the command line are drawn with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDEST = 100
"""Lines longer than this are hard to read, however wide the terminal is."""

BAR = 12
NARROW = 64
"""On anything narrower, a bar would take the room of the words."""


def console() -> Console:
    """Make the console of standard output: colour only on a terminal, and never too wide."""
    made = Console(highlight=False, emoji=False, markup=False)
    made.width = min(made.width, WIDEST)
    return made


def bar(have: int, need: int, *, ascii_only: bool) -> Text:
    """Draw how much of what is needed there is."""
    full, empty = ("#", ".") if ascii_only else ("█", "░")
    cells = BAR if need == 0 else min(BAR, have * BAR // need)
    if have and not cells:
        cells = 1  # something is not nothing
    style = "green" if have >= need else "yellow"
    return Text.assemble((full * cells, style), (empty * (BAR - cells), "dim"))


def heading(words: str) -> Text:
    """Draw the heading of a part of a page."""
    return Text(f"\n{words}", style="bold")


def indented(content: RenderableType) -> Padding:
    """Draw a part under its heading."""
    return Padding(content, (0, 0, 0, 2))


def columns(*justify: str) -> Table:
    """Make a table without lines; each column is justified `left` or `right`."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in justify:
        if one == "right":
            table.add_column(justify="right", no_wrap=True)
        else:
            table.add_column(overflow="fold")
    return table


def bullets(lines: Iterable[str | Text]) -> Table:
    """Draw lines as a list."""
    table = columns("left", "left")
    for line in lines:
        table.add_row("-", line)
    return table


def in_sentence(title: str) -> str:
    """Write a title as it stands inside a sentence; an abbreviation stays as it is.

    >>> in_sentence("Blood banking"), in_sentence("COVID-related education")
    ('blood banking', 'COVID-related education')
    """
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def days_left(day: date, *, as_of: date) -> str:
    """Say how far a day is away.

    >>> days_left(date(2025, 1, 31), as_of=date(2025, 1, 30))
    '1 day left'
    """
    days = (day - as_of).days
    if days < 0:
        return "past"
    return "today" if days == 0 else "1 day left" if days == 1 else f"{days} days left"
