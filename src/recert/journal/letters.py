"""The letter of a notice, written from its event alone: it can be shown or sent again, the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.utils import timezone, translation

from recert.board import the_rulebook
from recert.journal.courtesy import STOP_PATH, is_courtesy, stop_key
from recert.journal.laid_out import FOOT, WITHHELD, html_of
from recert.journal.models import Notice
from recert.journal.secret_links import token_of

HOLE: Final = re.compile("\0(.*?)\0", re.DOTALL)
"""What stands in a letter where a value is missing; no text in PostgreSQL has the character."""


class Incomplete(Exception):
    """A letter says something that its event does not have. Half of it is worse than none."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is sent.

    `html` is its text once more, laid out. `stop` is the address with which its reader stops
    letters like this one, empty for what nobody may do without. `secrets` are what nobody but its
    reader may see of it.
    """

    subject: str
    text: str
    html: str = ""
    stop: str = ""
    secrets: tuple[str, ...] = ()

    @property
    def kept(self) -> str:
        """The text as it is kept: a link that opens something is for its reader alone."""
        text = self.text
        for secret in self.secrets:
            text = text.replace(secret, WITHHELD)
        return text


def letter_of(notice: Notice) -> Letter:
    """Write the letter of a notice, as its reader reads.

    Raises `Incomplete`, or what a template raises that is not right.
    """
    stop_token = token_of(stop_key(notice.person)) if is_courtesy(notice.event) else ""
    stop = f"{settings.ADDRESS.rstrip('/')}{STOP_PATH}{stop_token}" if stop_token else ""
    said = _said(notice) | {"stop": stop}
    with translation.override(_language(notice)), timezone.override(_zone(notice)):
        subject = _on_one_line(_written(f"notices/{notice.event.kind}/subject.txt", said))
        text = _in_paragraphs(_written(f"notices/{notice.event.kind}/body.txt", said))
        html = html_of(subject, text)
    secrets = tuple(one for one in (_secret(notice), stop_token) if one)
    return Letter(subject, text, html, stop, secrets)


def kept_words(notice: Notice) -> tuple[str, str]:
    """Answer the subject and the text of a letter as its reader got it, or would have.

    Empty for one that cannot be written.
    """
    if notice.text:
        return notice.subject, notice.text
    try:
        letter = letter_of(notice)
    except (Incomplete, TemplateSyntaxError, TemplateDoesNotExist, LookupError, ValueError):
        return "", ""
    return letter.subject, letter.kept


def _said(notice: Notice) -> dict[str, object]:
    book, event = the_rulebook(), notice.event
    return {
        "name": _on_one_line(notice.name),
        "board": book.board,
        "programme": book.title,
        "ref": event.subject,
        "at": event.at,
        "because": event.because,
        "facts": Facts(event.facts),
        "link": _link(event.facts.get("path"), _secret(notice)),
    }


def _link(path: str | None, secret: str) -> str:
    if path is None:
        return ""
    if not path.startswith("/"):
        raise Incomplete(f"the path {path!r} leads nowhere")
    if path.endswith("/") and not secret:
        raise Incomplete(f"the path {path!r} wants its end, for which `leads_to` stands")
    return f"{settings.ADDRESS.rstrip('/')}{path}{secret}"


def _secret(notice: Notice) -> str:
    """Answer the end of the link, where that is secret; the event knows only where it leads."""
    leads_to = notice.event.facts.get("leads_to")
    return token_of(leads_to) if leads_to else ""


def _written(template: str, said: dict[str, object]) -> str:
    text = engines["letters"].get_template(template).render(said)
    if holes := HOLE.findall(text):
        raise Incomplete(f"{template} wants what is not there: {', '.join(sorted(set(holes)))}")
    return text


def _language(notice: Notice) -> str:
    """Answer the reader's language, or ours where it is not spoken here."""
    try:
        return translation.get_supported_language_variant(notice.language)
    except LookupError:
        return settings.LANGUAGE_CODE


def _zone(notice: Notice) -> ZoneInfo:
    """Answer the reader's time zone, or the board's where theirs is none; the letter names it."""
    try:
        return ZoneInfo(notice.time_zone)
    except (LookupError, OSError, ValueError):
        return ZoneInfo(the_rulebook().calendar.time_zone.value)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _in_paragraphs(text: str) -> str:
    """Answer a text without the empty lines that unused parts of its template leave."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    text = re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
    return text.replace(f"\n{FOOT.rstrip()}\n", f"\n{FOOT}\n")


class Facts(Mapping[str, Any]):
    """The facts of an event for a template, which may use no other.

    Django would let `{% if facts.mistyped %}` pass. Here, what may be absent is asked for by
    `{% if "name" in facts %}`; a fact that is None counts as absent.
    """

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = {name: _within(value) for name, value in facts.items() if value is not None}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # whatever JSON can say
        if name in self._facts:
            return self._facts[name]
        if name in {"items", "keys", "values"}:  # Django looks for a key first, then for these
            raise KeyError(name)
        raise Incomplete(f"the event has no fact {name!r}, only {', '.join(self._facts)}")

    def __contains__(self, name: object) -> bool:
        return name in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def _within(value: object) -> object:
    if isinstance(value, dict):
        return Facts(value)
    if isinstance(value, list):
        return [_within(one) for one in value]
    return value
