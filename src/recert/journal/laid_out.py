"""A letter laid out: its plain text is all there is, so its HTML can say nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import get_template
from django.utils.text import Truncator
from django.utils.translation import get_language, get_language_bidi

from recert.board import the_rulebook

FOOT: Final = "-- "
"""The line after which mail programs know that the letter is over, and its foot begins."""

ITEM: Final = "- "
"""How a line begins that is part of a list."""

WITHHELD: Final = "…"
"""What stands in a kept letter for the secret part of a link."""

GLANCE: Final = 140
"""So many characters of it are seen in the list of a mailbox."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter: lines of text, a list, or one link with the words that lead to it."""

    kind: Literal["text", "list", "link"]
    lines: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A letter as parts; `foot` says why its reader got it, `glance` is the gist."""

    body: tuple[Part, ...]
    foot: tuple[Part, ...]
    glance: str


def laid_out(text: str) -> LaidOut:
    """Answer the parts of a letter, from its text alone."""
    body, _line, foot = text.partition(f"\n{FOOT}\n")
    parts = tuple(_parts(body))
    said = [" ".join(one.lines) for one in parts if one.kind == "text"]
    return LaidOut(parts, tuple(_parts(foot)), Truncator(" ".join(said[1:2])).chars(GLANCE))


def _parts(text: str) -> Iterator[Part]:
    for paragraph in text.strip().split("\n\n"):
        yield from _parts_of_one(paragraph.split("\n"))


def _parts_of_one(lines: list[str]) -> Iterator[Part]:
    said: list[str] = []
    items: list[str] = []
    for line in lines:
        if items and not line.startswith(ITEM):
            yield Part("list", tuple(items))
            items = []
        if line.startswith(ITEM):
            if said:
                yield Part("text", tuple(said))
                said = []
            items.append(line.removeprefix(ITEM))
        elif _leads_to_us(line):
            label = said.pop().removesuffix(":") if said else line
            if said:
                yield Part("text", tuple(said))
                said = []
            yield Part("link", (label,), line)
        elif line:
            said.append(line)
    if said:
        yield Part("text", tuple(said))
    if items:
        yield Part("list", tuple(items))


def _leads_to_us(line: str) -> bool:
    """Answer whether a line is an address of ours; what people typed never becomes a link."""
    ours = line.startswith(f"{settings.ADDRESS.rstrip('/')}/")
    return ours and " " not in line and not line.endswith(WITHHELD)


def html_of(subject: str, text: str) -> str:
    """Lay a letter out as mail programs show it, in the language that is spoken now."""
    page = {
        "subject": subject,
        "letter": laid_out(text),
        "board": the_rulebook().board,
        "language": get_language() or settings.LANGUAGE_CODE,
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    return _inliner().inline(get_template("notices/layout.html", using="django").render(page))


@cache
def _inliner() -> CSSInliner:
    """Answer what writes each style where it holds: many mail programs read no other."""
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
