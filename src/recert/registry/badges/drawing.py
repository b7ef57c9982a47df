"""The picture of a badge, as SVG and as PNG: one drawing, laid out by typst."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from recert.policy.rulebook import Rulebook
from recert.policy.standing import Title
from recert.registry.badges.achievements import LANGUAGE

Format = Literal["svg", "png"]
PIXELS_PER_INCH = 102
"""A picture of 200 mm is then 803 pixels wide."""


def picture_of(
    book: Rulebook, category: str, title: Title, *, until: date | None, form: Format
) -> bytes:
    """Draw a badge; its letters are lines, so that it looks the same everywhere."""
    with translation.override(LANGUAGE):
        below = _("Maintained certification") if title.superscript else _("Certification")
        facts = {
            "above": book.board.upper(),
            "below": below.upper(),
            "maintained": bool(title.superscript),
            "title": title.text,
            "superscript": title.superscript,
            "category": book.categories[category].title,
            "until": _("until %(day)s") % {"day": f"{until:%B} {until.day}, {until.year}"}
            if until
            else "",
        }
    return _drawn(json.dumps(facts), form)


@lru_cache(maxsize=256)
def _drawn(facts: str, form: Format) -> bytes:
    template = files("recert") / "templates" / "documents" / "badge.typ"
    ppi = PIXELS_PER_INCH if form == "png" else None
    drawn = typst.compile(str(template), sys_inputs={"facts": facts}, format=form, ppi=ppi)
    return bytes(drawn)
