"""The kernel's own sentences in the reader's language.

The kernel knows no languages: it says its findings in English, and so they are stored. A sentence
is told by its pattern, said in the language, and filled with what stood in it. What a rulebook
words itself is the board's, and stays as the board wrote it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.utils.translation import get_language, gettext, gettext_noop

SENTENCES: Final = (
    # Of standings and of declarations.
    gettext_noop("Certified only on {day}."),
    gettext_noop("Valid without expiration. Taking part is voluntary."),
    gettext_noop("Maintained until {day}; the certification itself never expires."),
    gettext_noop("Inactive until {day}; the title rests."),
    gettext_noop("Valid until {day}."),
    gettext_noop("Valid until {day}; the declaration is due by {due}."),
    gettext_noop("Valid until {day}; the declaration was due by {due}."),
    gettext_noop("Declared on {day}, in time; valid until the board decides."),
    gettext_noop("Renewed. The next cycle runs from {day} to {last}."),
    gettext_noop("Renewed already: the next cycle runs from {day} to {last}."),
    gettext_noop("Declared on {day}; the board has not decided yet."),
    gettext_noop("Expired on {day}."),
    gettext_noop("Expired on {day}. A declaration before {last} can reinstate it."),
    gettext_noop("Expired on {day}. {afterwards}"),
    gettext_noop("Points of the years before {day} count."),
    gettext_noop("The declaration opens on {day}."),
    gettext_noop("The declaration is open, and due by {day}."),
    gettext_noop(
        "The declaration was due by {due}. It is taken until {day}, but processing may outlast the "
        "certification."
    ),
    gettext_noop("The declaration was due by {day}."),
    gettext_noop("{programme} takes no declaration of this kind ({purpose})."),
    # Of findings.
    gettext_noop("{earned} is not a credential for which this programme gives points."),
    gettext_noop("Enter the credential by its key, if it is one of: {known}."),
    gettext_noop("Completed on {day}, outside the days that count: {starts} to {ends}."),
    gettext_noop("Nothing can move it into these days; if the date is a slip, correct it."),
    gettext_noop("Completed on {day}, after the day of submission, {as_of}."),
    gettext_noop("It counts in a declaration submitted on {day} or later, up to {ends}."),
    gettext_noop("The same activity as {first}: same kind, title and day. It counts once."),
    gettext_noop("If it was another activity, give it its own title or day."),
    gettext_noop("Used already in the cycle that ended on {cycle}; points serve one cycle only."),
    gettext_noop("Enter an activity that no earlier declaration has used."),
    gettext_noop("The points for earning {earned} do not count toward keeping {earned} itself."),
    gettext_noop("They may serve another of your credentials."),
    gettext_noop(
        "Points of this kind may only go to {allowed}; {points} claimed elsewhere do not count."
    ),
    gettext_noop("Allocate them to {allowed}."),
    gettext_noop("{claimed} allocated, but the activity is worth {worth}."),
    gettext_noop("Allocate {worth} at most; the points over it count nowhere."),
    gettext_noop("{documented} of {claimed} were proven by documents; the others do not count."),
    gettext_noop("Other activities may make up for them, or an appeal may be sent."),
    gettext_noop(
        "{title}: at most {limit} in each year of the cycle; year {year} brought {brought}."
    ),
    gettext_noop("{title}: at most {limit} in a cycle; {brought} were brought."),
    gettext_noop(
        "{title}: at most {limit}, {percent} % of the total required; {brought} were brought."
    ),
    gettext_noop("Points of other kinds are not limited by this."),
)

DAYS: Final = frozenset({"day", "due", "last", "starts", "ends", "as_of", "cycle"})
"""What is a day where it stands in a sentence; the kernel writes it as ISO does."""

FIELD = re.compile(r"\{(\w+)\}")


def in_the_readers_language(sentence: str) -> str:
    """Answer a sentence of the kernel as the reader's language says it; any other as it is."""
    for pattern, words in translated(get_language() or ""):
        if found := pattern.fullmatch(sentence):
            return words.format(**found.groupdict())
    return sentence


@cache
def translated(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Answer the patterns that a language says otherwise, each with its words."""
    del language  # the one that is active
    found = ((pattern, gettext(pattern)) for pattern in SENTENCES)
    return tuple((_as_regex(pattern), words) for pattern, words in found if words != pattern)


def _as_regex(sentence: str) -> re.Pattern[str]:
    """Answer what tells a sentence, whatever stands in it; the same name means the same text.

    >>> _as_regex("{a} is {a}.").fullmatch("MLS is MLS.")["a"]
    'MLS'
    """
    seen: set[str] = set()

    def group(name: str) -> str:
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        what = r"\d{4}-\d\d-\d\d" if name in DAYS else ".+?"
        return f"(?P<{name}>{what})"

    pieces = FIELD.split(sentence)
    return re.compile(
        "".join(group(one) if place % 2 else re.escape(one) for place, one in enumerate(pieces)),
        re.DOTALL,
    )
