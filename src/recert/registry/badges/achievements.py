"""What a badge is for, in words: the credential, by whom, and by which rules."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from recert.policy.rulebook import Rulebook
from recert.policy.standing import Title
from recert.registry.badges.documents import Achievement
from recert.registry.badges.issuer import address

LANGUAGE = "en"
"""The language of the rulebook, and so of a badge, whoever asks for it."""


def achievement_of(book: Rulebook, category: str, title: Title) -> Achievement:
    """Answer what somebody achieved whose credential is written like this."""
    kind = "maintained" if title.superscript else "certified"
    at = [category, kind]
    with translation.override(LANGUAGE):
        return Achievement(
            address=address(reverse("portal:achievement", args=at)),
            picture=address(reverse("portal:achievement-picture", args=[*at, "png"])),
            name=title.plain,
            code=title.text,
            description=_described(book, category, title),
            narrative=_narrated(book, category, title),
            caption=_("The badge of %(title)s") % {"title": title.plain},
        )


def _described(book: Rulebook, category: str, title: Title) -> str:
    words = {
        "what": book.categories[category].title,
        "board": book.board,
        "program": book.title,
    }
    if title.superscript:
        return _("%(what)s: certified by the %(board)s and maintained in its %(program)s.") % words
    return _("%(what)s: certified by the %(board)s.") % words


def _narrated(book: Rulebook, category: str, title: Title) -> str:
    """Say what the rules ask for, in the words of the rulebook."""
    rules = [book.categories[category].rule]
    if title.superscript:
        rules.append(book.cycle.years.rule)
    return " ".join(book.rules[rule].text for rule in dict.fromkeys(rules))
