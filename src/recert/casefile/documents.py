"""Cases in YAML and JSON: the data, and the line of every place in it.

Values mean the same in both: decimals are exact, and a word is a text. JSON is read here; `json`
itself tells no lines, hides a field that is there twice, and can be nested until Python gives up.
"""

from __future__ import annotations

import re
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Final

from recert.casefile.files import (
    STANDARD_INPUT,
    CaseFile,
    UnreadableFile,
    bytes_of,
    name_of,
    quoted,
    text_of,
)
from recert.casefile.outline import Outline, exact_number
from recert.casefile.yaml_documents import yaml_data
from recert.policy.mistakes import Place

YAML: Final = {".yaml", ".yml"}
JSON: Final = {".json"}


def read_case_file(path: str | Path) -> CaseFile:
    """Read a case from a file in YAML or JSON, or from standard input for `-`.

    Raises `UnreadableFile`.
    """
    name, suffix = name_of(path), Path(path).suffix.lower()
    if name != STANDARD_INPUT and suffix not in YAML | JSON:
        message = "expected a name that ends in .yaml, .yml or .json, or - for standard input"
        raise UnreadableFile(name, message)
    text = text_of(bytes_of(path), name)
    is_json = suffix in JSON or (name == STANDARD_INPUT and text.lstrip().startswith("{"))
    return _case_in(text, name, is_json=is_json)


def case_in_json(content: bytes, *, name: str) -> CaseFile:
    """Read a case from what was sent as JSON. Raises `UnreadableFile`."""
    return _case_in(text_of(content, name), name, is_json=True)


def _case_in(text: str, name: str, *, is_json: bool) -> CaseFile:
    outline = Outline(name, text)
    data = json_data(outline) if is_json else yaml_data(outline)
    if not isinstance(data, dict):
        found = "a list" if isinstance(data, list) else "a single value"
        message = f"expected fields, such as `program: ascp-international`; found {found}"
        raise UnreadableFile(name, message, outline.lines[()])
    return CaseFile(name, data, outline.lines)


SOMETHING: Final = re.compile("[^ \t\n]")
LEAVES: Final = JSONDecoder(
    parse_int=exact_number, parse_float=exact_number, parse_constant=Decimal
)

IN_WORDS: Final = {
    "Expecting value": 'expected a text in "double quotes", a number, true, false, null, [ or {',
    "Unterminated string": "a quote is opened here and never closed",
    "Invalid control character": "a text in quotes holds a tab or the end of its line; is a quote"
    " missing?",
    "Invalid \\": "a backslash has a meaning in a text; write it twice",
}
"""What `json` says, in words for who wrote the file."""


def json_data(outline: Outline) -> object:
    """Answer the data of a document in JSON, and note the line of each place."""
    cursor = _JsonCursor(outline)
    cursor.find()
    outline.note((), cursor.at)
    data = cursor.value(())
    if cursor.find():
        raise outline.refusal("the case ends before this; expected nothing more", cursor.at)
    return data


class _JsonCursor:
    """A walk through JSON: tables and lists are opened here, what is in them `json` reads."""

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.text = outline.text
        self.at = 0

    def find(self) -> str:
        """Go to the next character that is not white space and answer it, or "" at the end."""
        found = SOMETHING.search(self.text, self.at)
        self.at = found.start() if found else len(self.text)
        return found.group() if found else ""

    def take(self, sign: str) -> bool:
        """Step over a sign if it is the next; answer whether it was."""
        is_next = self.find() == sign
        self.at += is_next
        return is_next

    def value(self, place: Place) -> object:
        if self.take("{"):
            return self.fields(place)
        if self.take("["):
            return self.items(place)
        return self.leaf()

    def fields(self, place: Place) -> dict[str, object]:
        table: dict[str, object] = {}
        while not self.take("}"):
            if table and not self.take(","):
                raise self.outline.refusal("expected a comma or } before this", self.at)
            if self.find() != '"':
                raise self.outline.refusal('expected a field in "double quotes"', self.at)
            at, key = self.at, str(self.leaf())
            if not self.take(":"):
                raise self.outline.refusal(f"expected a colon after {quoted(key)}", self.at)
            self.outline.note((*place, key), at)
            table[key] = self.value((*place, key))
        return table

    def items(self, place: Place) -> list[object]:
        items: list[object] = []
        while not self.take("]"):
            if items and not self.take(","):
                raise self.outline.refusal("expected a comma or ] before this", self.at)
            self.find()
            inner = (*place, len(items))
            self.outline.note(inner, self.at)
            items.append(self.value(inner))
        return items

    def leaf(self) -> object:
        at = self.at
        try:
            value, self.at = LEAVES.raw_decode(self.text, at)
        except JSONDecodeError as error:
            words = (words for start, words in IN_WORDS.items() if error.msg.startswith(start))
            raise self.outline.refusal(next(words, error.msg), error.pos) from None
        return self.outline.checked(value, at) if isinstance(value, str) else value
