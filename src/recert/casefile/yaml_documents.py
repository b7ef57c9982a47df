"""YAML: fields, lists and plain values, and nothing that refers to another place or makes objects.

A parser splits the text into events; the data is built from these here, by the core schema of
YAML 1.2, in which `no` is a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final, cast

import yaml

from recert.casefile.files import UnreadableFile
from recert.casefile.outline import Outline, exact_number
from recert.policy.mistakes import Place

LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""What splits the text into events; the one in C is several times as fast."""

NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*|[0-9]*\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?")
"""What is a number; with a zero before it, such as 007, it is a text that keeps its zeros."""

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

NAMED: Final[dict[str, object]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), Decimal("Infinity")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), Decimal("-Infinity")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), Decimal("NaN")),
}
"""The words that are not text."""

IN_WORDS: Final = {
    "mapping values are not allowed": "a colon too many, or a line that begins too far right; a"
    " text with a colon goes in quotes",
    "expected ':'": "expected `field: value`, with a space after the colon",
    "end of stream": "a quote is opened here and never closed",
    "expected ',' or": "a bracket is opened here and not closed, or a comma is missing in it",
    "expected key": "this does not fit what is before it; look where its line begins, and at the"
    " quotes",
    "expected '-'": "this does not fit what is before it; expected a line that begins with -",
    "expected node content": "expected a value; a text that begins with a sign goes in quotes",
    "expected <document start>": "the case ends before this; expected nothing more",
    "tab": "a line begins with a tab; indent it with spaces",
    "cannot start any token": "a line begins with a tab; indent it with spaces",
    "unknown escape": "a backslash has a meaning in double quotes; use single quotes",
}
"""What the parser says, in words for who wrote the file."""


TOLD_WHERE_IT_BEGAN: Final = {"expected ':'", "end of stream", "expected ',' or"}
"""The mistakes that a reader finds long after the place where they were made."""


def yaml_data(outline: Outline) -> object:
    """Answer the data of a document in YAML, and note the line of each place."""
    events = _events(outline)
    next(events)  # the stream begins
    if isinstance(next(events), yaml.StreamEndEvent):
        raise UnreadableFile(outline.name, "nothing but comments; expected the fields of a case")
    root = next(events)
    outline.note((), _index(root))
    data = _value(root, events, (), outline)
    next(events)  # the document ends
    after = next(events)
    if not isinstance(after, yaml.StreamEndEvent):
        message = "a second document begins here; expected one case in a file"
        raise outline.refusal(message, _index(after))
    return data


def _value(
    event: yaml.Event, events: Iterator[yaml.Event], place: Place, outline: Outline
) -> object:
    if isinstance(event, yaml.MappingStartEvent):
        table: dict[str, object] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = _key(event, outline)
            outline.note((*place, key), _index(event))
            table[key] = _value(next(events), events, (*place, key), outline)
        return table
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            inner = (*place, len(items))
            outline.note(inner, _index(event))
            items.append(_value(event, events, inner, outline))
        return items
    return _scalar(cast("yaml.ScalarEvent", event), outline)  # there are but these three


def _key(event: yaml.Event, outline: Outline) -> str:
    if isinstance(event, yaml.ScalarEvent):
        key = _scalar(event, outline)
        if key == "<<" and event.implicit[0]:
            message = "<< cannot be used here; write out the fields that it stands for"
            raise outline.refusal(message, _index(event))
        if isinstance(key, str):
            return key
    message = "expected a field, which is a text; a number or a word such as true goes in quotes"
    raise outline.refusal(message, _index(event))


def _scalar(event: yaml.ScalarEvent, outline: Outline) -> object:
    text = outline.checked(event.value, _index(event))
    is_plain = event.implicit[0]
    return plain_value(text) if is_plain else text


def plain_value(text: str) -> object:
    """Answer what a text without quotes stands for.

    >>> plain_value("no"), plain_value("2.10"), plain_value("2022-05-04"), plain_value("1:30")
    ('no', Decimal('2.10'), datetime.date(2022, 5, 4), '1:30')
    """
    if text in NAMED:
        return NAMED[text]
    if NUMBER.fullmatch(text):
        return exact_number(text)
    if DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:  # 30 February: the kernel says so, and where
            return text
    return text


def _events(outline: Outline) -> Iterator[yaml.Event]:
    try:
        for event in yaml.parse(outline.text, Loader=LOADER):
            # Anchors and aliases could blow a small file up, and tags could make any object.
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise _sign_refusal(outline, _index(event))
            yield event
    except yaml.MarkedYAMLError as error:
        raise _refusal(outline, error) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the last two: numbers in % and \U
        raise UnreadableFile(outline.name, "not YAML that can be understood") from None


def _index(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _refusal(outline: Outline, error: yaml.MarkedYAMLError) -> UnreadableFile:
    problem = error.problem or ""
    index = error.problem_mark.index if error.problem_mark else 0
    began = error.context_mark.index if error.context_mark else index
    if "alphabetic or numeric" in problem:  # after & and *
        return _sign_refusal(outline, began)
    if "cannot start any token" in problem and outline.text[index : index + 1] != "\t":
        return _sign_refusal(outline, index)
    for part, words in IN_WORDS.items():
        if part in problem:
            return outline.refusal(words, began if part in TOLD_WHERE_IT_BEGAN else index)
    return outline.refusal(f"not YAML that can be understood: {problem}", index)


def _sign_refusal(outline: Outline, index: int) -> UnreadableFile:
    sign = outline.text[index : index + 1]
    message = f"a value cannot begin with {sign}; a text that does goes in quotes"
    return outline.refusal(message, index)
