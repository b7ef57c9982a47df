"""Lines that people type, as they are kept."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def clean_line(text: str) -> str:
    """Answer a line as it is kept: composed, and without what no line has.

    Raises `ValidationError` for a character that is no part of a text: a control character, or
    one that turns the direction of what stands after it.
    """
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cc" or character in BIDIRECTIONAL:
            name = f"U+{ord(character):04X}"
            raise ValidationError(
                _("The character %(name)s is no part of a text; delete it."), params={"name": name}
            )
    return " ".join(unicodedata.normalize("NFC", text).split())


BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn the rest of a page around; right-to-left names need none of them."""
