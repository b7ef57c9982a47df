"""What is wrong with an input, in words and all at once.

`decode` turns plain data (from TOML, YAML, JSON or a table) into a typed struct. `msgspec` does
it, fast, and stops at the first mistake; only then do we walk the data again beside the type, to
name every mistake with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from textwrap import shorten
from typing import TypeVar

import msgspec
from msgspec import inspect

from recert.policy.points import Points

T = TypeVar("T")

LONGEST = 60
"""The most characters of a value that are quoted back."""

Place = tuple[str | int, ...]
"""Where a value stands in the data: ("activities", 3, "kind")."""


class Mistake(msgspec.Struct, frozen=True):
    """One thing that is wrong with an input: where it is, and what would be right."""

    place: Place
    message: str

    def __str__(self) -> str:
        """Print as `activities[3].kind: expected ...`."""
        where = place_text(self.place)
        return f"{where}: {self.message}" if where else self.message


class Unusable(ValueError):
    """An input cannot be used; `mistakes` holds everything that is wrong with it."""

    def __init__(self, mistakes: Iterable[Mistake], name: str = "") -> None:
        """Keep the mistakes, and the name of the input where it has one (a file)."""
        self.mistakes = tuple(mistakes)
        self.name = name
        lead = f"{name}: " if name else ""
        super().__init__("\n".join(f"{lead}{mistake}" for mistake in self.mistakes))


def place_text(place: Place) -> str:
    """Print a place as a path.

    >>> place_text(("activities", 3, "kind"))
    'activities[3].kind'
    """
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was perhaps meant, else list them all.

    >>> nearest("hematolgy", ["hematology", "chemistry"])
    'did you mean hematology?'
    """
    known = sorted(known)
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else "expected one of: " + ", ".join(known)


def decode(data: object, target: type[T], *, at: Place = ()) -> T:
    """Turn plain data into `target`, a `msgspec.Struct` type.

    Raises `Unusable` with every mistake in the data; places begin with `at`.
    """
    try:
        return msgspec.convert(data, target, dec_hook=_decode_points)
    except (msgspec.ValidationError, ValueError) as error:
        mistakes = list(_mistakes_in(data, inspect.type_info(target), at))
        # The walk knows every shape that our structs use; should msgspec object to something
        # else, its own words are better than none.
        raise Unusable(mistakes or [Mistake(at, str(error))]) from None


def _decode_points(kind: type, value: object) -> Points:
    if kind is Points:
        return Points.parse(value)
    raise NotImplementedError(kind)


def _mistakes_in(data: object, shape: inspect.Type, at: Place) -> Iterator[Mistake]:
    """Walk data and its expected shape together and yield what does not fit."""
    match shape:
        case inspect.StructType():
            yield from _struct_mistakes(data, shape, at)
        case inspect.DictType(value_type=value_type):
            if not isinstance(data, Mapping):
                yield _expected("a table", data, at)
                return
            for key, value in data.items():
                yield from _mistakes_in(value, value_type, (*at, str(key)))
        case inspect.VarTupleType(item_type=item_type) | inspect.ListType(item_type=item_type):
            if not isinstance(data, (list, tuple)):
                yield _expected("a list", data, at)
                return
            for index, value in enumerate(data):
                yield from _mistakes_in(value, item_type, (*at, index))
        case inspect.UnionType():
            yield from _union_mistakes(data, shape, at)
        case _:
            yield from _leaf_mistakes(data, shape, at)


def _struct_mistakes(data: object, shape: inspect.StructType, at: Place) -> Iterator[Mistake]:
    if not isinstance(data, Mapping):
        yield _expected("a table of fields", data, at)
        return
    fields = {field.encode_name: field for field in shape.fields}
    known = [*fields, *([shape.tag_field] if shape.tag_field else [])]
    for key in data:
        if key not in known:
            yield Mistake((*at, str(key)), f"unknown field; {nearest(str(key), known)}")
    for name, field in fields.items():
        if name in data:
            yield from _mistakes_in(data[name], field.type, (*at, name))
        elif field.required:
            yield Mistake((*at, name), f"missing; expected {_words(field.type)}")


def _union_mistakes(data: object, shape: inspect.UnionType, at: Place) -> Iterator[Mistake]:
    if data is None and any(isinstance(kind, inspect.NoneType) for kind in shape.types):
        return
    structs = [kind for kind in shape.types if isinstance(kind, inspect.StructType)]
    tagged = {kind.tag: kind for kind in structs if kind.tag_field}
    if not tagged:
        options = [kind for kind in shape.types if not isinstance(kind, inspect.NoneType)]
        found = [list(_mistakes_in(data, option, at)) for option in options]
        if all(found):
            yield from found[0] if len(found) == 1 else [_expected(_words(shape), data, at)]
    elif not isinstance(data, Mapping):
        yield _expected("a table", data, at)
    else:
        field = structs[0].tag_field or ""
        named = [kind for tag, kind in tagged.items() if tag == data.get(field)]
        if named:
            yield from _struct_mistakes(data, named[0], at)
        else:
            options_text = ", ".join(sorted(map(str, tagged)))
            yield Mistake((*at, field), f"expected one of: {options_text}")


def _leaf_mistakes(data: object, shape: inspect.Type, at: Place) -> Iterator[Mistake]:
    if isinstance(shape, inspect.CustomType) and shape.cls is Points:
        try:
            Points.parse(data)
        except ValueError as error:
            yield Mistake(at, str(error))
        return
    if not _fits(data, shape):
        yield _expected(_words(shape), data, at)


def _fits(data: object, shape: inspect.Type) -> bool:
    match shape:
        case inspect.StrType():
            return isinstance(data, str)
        case inspect.BoolType():
            return isinstance(data, bool)
        case inspect.IntType():
            return _is_whole(data, shape)
        case inspect.DateType():
            return _is_date(data)
        case inspect.LiteralType(values=values):
            return data in values
        case _:
            return True


def _is_whole(data: object, shape: inspect.IntType) -> bool:
    if not isinstance(data, int) or isinstance(data, bool):
        return False
    return (shape.ge is None or data >= shape.ge) and (shape.le is None or data <= shape.le)


def _is_date(data: object) -> bool:
    if isinstance(data, str):
        try:
            date.fromisoformat(data)
        except ValueError:
            return False
        return len(data) == len("2022-05-04")
    return type(data) is date


def _words(shape: inspect.Type) -> str:
    """Say in words what a shape expects."""
    if isinstance(shape, inspect.IntType):
        return _whole_number(shape.ge, shape.le)
    if isinstance(shape, inspect.LiteralType):
        return "one of: " + ", ".join(map(str, shape.values))
    if isinstance(shape, inspect.UnionType):
        kinds = [kind for kind in shape.types if not isinstance(kind, inspect.NoneType)]
        return " or ".join(map(_words, kinds))
    return {
        inspect.StrType: "a text",
        inspect.BoolType: "true or false",
        inspect.DateType: "a date such as 2022-05-04",
        inspect.CustomType: "a number such as 1.25",
        inspect.VarTupleType: "a list",
        inspect.ListType: "a list",
    }.get(type(shape), "a table of fields")


def _whole_number(least: float | None, most: float | None) -> str:
    if least is None:
        return "a whole number"
    return f"a whole number from {least} to {most}" if most else f"a whole number, {least} or more"


def _expected(what: str, data: object, at: Place) -> Mistake:
    match data:
        case None:
            found = "nothing"
        case Mapping():
            found = "a table"
        case list() | tuple():
            found = "a list"
        case str():
            found = repr(shorten(data, LONGEST, placeholder="..."))
        case _:
            found = str(data)
    return Mistake(at, f"expected {what}, found {found}")
