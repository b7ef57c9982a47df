"""Cases in YAML and JSON: the data, and the line of every place in it.

Both are read by hand from the events of a parser that others have written. So one door, `Outline`,
keeps the lines and refuses what is too deep, too much or there twice; and values mean the same in
both: decimals are exact, and `no` is a text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import count
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Final

import yaml

from recert.casefile.files import (
    NO_TEXT,
    STANDARD_INPUT,
    CaseFile,
    UnreadableFile,
    bytes_of,
    name_of,
    no_text_message,
    text_of,
)
from recert.policy.mistakes import Place, place_text

YAML_SUFFIXES: Final = {".yaml", ".yml"}
JSON_SUFFIXES: Final = {".json"}

DEEPEST: Final = 20
"""How deep tables and lists may stand in one another; a case needs four."""

MOST_VALUES: Final = 100_000
"""How many values a file may hold; a case of forty activities has some four hundred."""

LONGEST_NUMBER: Final = 40
"""The characters of a number beyond which it is left as text, for the kernel to refuse."""


def read_case_file(path: str | Path) -> CaseFile:
    """Read a case from a YAML or JSON file, or from standard input for `-`.

    Raises `UnreadableFile`.
    """
    name, suffix = name_of(path), Path(path).suffix.lower()
    if name != STANDARD_INPUT and suffix not in YAML_SUFFIXES | JSON_SUFFIXES:
        message = "expected a name that ends in .yaml, .yml or .json, or - for standard input"
        raise UnreadableFile(name, message)
    outline = Outline(name, text_of(bytes_of(path), name))
    if suffix in JSON_SUFFIXES or (name == STANDARD_INPUT and outline.text.lstrip()[0] == "{"):
        data = _Json(outline).document()
    else:
        data = _yaml_document(outline)
    if not isinstance(data, dict):
        found = "a list" if isinstance(data, list) else "a single value"
        message = f"expected fields, such as `program: ascp-international`; found {found}"
        raise outline.refusal(message, 0)
    return CaseFile(name, data, outline.lines)


class Outline:
    """What has been read of a file so far: the line of each place, within limits."""

    def __init__(self, name: str, text: str) -> None:
        """Begin with nothing read."""
        self.name = name
        self.text = text
        self.lines: dict[Place, int] = {}
        self._ends = [end.start() for end in re.finditer("\n", text)]
        self._last = len(text.rstrip())

    def line_of(self, index: int) -> int:
        """Answer the line on which a character stands; what lies behind the end is its last."""
        return bisect_left(self._ends, min(index, self._last)) + 1

    def refusal(self, message: str, index: int) -> UnreadableFile:
        """Answer the exception for what is wrong at a character."""
        return UnreadableFile(self.name, message, self.line_of(index))

    def note(self, place: Place, index: int) -> None:
        """Keep the line of a place, before the value there is read."""
        if first := self.lines.get(place):
            message = f"{place[-1]!r} stands here a second time, after line {first}; keep one"
            raise self.refusal(message, index)
        if len(place) > DEEPEST:
            message = f"{place_text(place[:3])}: more than {DEEPEST} tables and lists in one other"
            raise self.refusal(message, index)
        if len(self.lines) == MOST_VALUES:
            raise self.refusal(f"more than {MOST_VALUES:,} values; a case has some hundred", index)
        self.lines[place] = self.line_of(index)

    def text_at(self, text: str, index: int) -> str:
        """Answer a text, once it is one: an escape such as `\\u0007` may stand for anything."""
        if odd := NO_TEXT.search(text):
            raise self.refusal(no_text_message(odd), index)
        return text


def exact_number(text: str) -> int | Decimal | str:
    """Read a number as it is written; binary fractions would make 2.10 something else.

    >>> exact_number("6"), exact_number("2.10"), exact_number("9" * 5000)[:3]
    (6, Decimal('2.10'), '999')
    """
    if len(text) > LONGEST_NUMBER:
        return text
    try:
        return Decimal(text) if set(text) & set(".eE") else int(text)
    except InvalidOperation:  # an exponent beyond those that there are
        return text


# --- YAML --------------------------------------------------------------------------------------

LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""What splits YAML into events; the one in C is ten times as fast."""

NUMBER: Final = re.compile(r"[-+]?(0|[1-9][0-9]*|(0|[1-9][0-9]*)?\.[0-9]+)([eE][-+]?[0-9]+)?")
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAMED: Final[dict[str, object]] = {
    form: value
    for word, value in {
        "": None,
        "~": None,
        "null": None,
        "true": True,
        "false": False,
        ".inf": Decimal("Infinity"),
        "+.inf": Decimal("Infinity"),
        "-.inf": Decimal("-Infinity"),
        ".nan": Decimal("NaN"),
    }.items()
    for form in (word, word.title(), word.upper(), word.replace("nan", "NaN"))
}
"""The words that are not text in YAML 1.2. In 1.1, `no` and `off` were among them."""

IN_WORDS: Final = {
    "mapping values are not allowed": "a colon too many, or a line that begins too far to the"
    " right; put a text with a colon in quotes",
    "could not find expected ':'": "expected `field: value`, with a space after the colon",
    "found unexpected end of stream": "a quote is opened here and never closed",
    "did not find expected ',' or": "a bracket is opened before and not closed, or a comma is"
    " missing",
    "did not find expected key": "this does not fit what stands before; check where its line"
    " begins, and the quotes",
    "did not find expected '-'": "this does not fit what stands before; expected a line that begins"
    " with `- `",
    "found a tab character": "a tab stands before this; indent with spaces",
    "found unknown escape": "a backslash has a meaning in double quotes; use single quotes",
    "did not find expected node content": "expected a value; a text that begins with a sign goes in"
    " quotes",
}
"""What the parser says, in words for who wrote the file."""


def _yaml_document(outline: Outline) -> object:
    events = _yaml_events(outline)
    next(events)  # the stream begins
    if isinstance(next(events), yaml.StreamEndEvent):
        raise UnreadableFile(outline.name, "nothing but comments; expected the fields of a case")
    root = next(events)
    outline.note((), root.start_mark.index)
    data = _yaml_value(root, events, (), outline)
    next(events)  # the document ends
    after = next(events)
    if not isinstance(after, yaml.StreamEndEvent):
        message = "a second document begins here; expected one case in a file"
        raise outline.refusal(message, after.start_mark.index)
    return data


def _yaml_events(outline: Outline) -> Iterator[yaml.Event]:
    """Split YAML into events, none of which refers to another or makes an object."""
    try:
        for event in yaml.parse(outline.text, Loader=LOADER):
            index = event.start_mark.index
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise _sign_refusal(outline, index)
            yield event
    except yaml.MarkedYAMLError as error:
        raise _yaml_refusal(outline, error) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # numbers in directives and escapes
        raise UnreadableFile(outline.name, "not YAML that can be understood") from None


def _sign_refusal(outline: Outline, index: int) -> UnreadableFile:
    sign = outline.text[index : index + 1]
    return outline.refusal(f"a value cannot begin with {sign!r}; put a text that does in quotes", index)


def _yaml_refusal(outline: Outline, error: yaml.MarkedYAMLError) -> UnreadableFile:
    problem, mark = error.problem or "", error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    if "cannot start any token" in problem and outline.text[index : index + 1] != "\t":
        return _sign_refusal(outline, index)
    if "alphabetic or numeric" in problem and error.context_mark:  # a lone & or *
        return _sign_refusal(outline, error.context_mark.index)
    if "end of stream" in problem and error.context_mark:
        index = error.context_mark.index
    words = next((words for start, words in IN_WORDS.items() if problem.startswith(start)), None)
    return outline.refusal(words or f"not YAML: {problem}", index)


def _yaml_value(
    event: yaml.Event, events: Iterator[yaml.Event], place: Place, outline: Outline
) -> object:
    match event:
        case yaml.MappingStartEvent():
            table: dict[str, object] = {}
            while not isinstance(key := next(events), yaml.MappingEndEvent):
                inner = (*place, _yaml_key(key, outline))
                outline.note(inner, key.start_mark.index)
                table[inner[-1]] = _yaml_value(next(events), events, inner, outline)
            return table
        case yaml.SequenceStartEvent():
            ...
    return None
