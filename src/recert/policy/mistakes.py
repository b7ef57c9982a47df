"""What is wrong with an input, in words and all at once.

`decode` turns plain data (from TOML, YAML, JSON or a table) into a typed struct. `msgspec` does
it, fast, and stops at the first mistake; only then do we walk the data again beside the type, to
name every mistake with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from recert.policy.points import Points

T = TypeVar("T")

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
        mistakes = list(_mistakes_in(data, _shape_of(target), at))
        # The walk knows every shape that our structs use; should msgspec object to something
        # else, its own words are better than none.
        raise Unusable(mistakes or [Mistake(at, str(error))]) from None


def _decode_points(kind: type[Any], value: object) -> Any:
    if kind is Points:
        return Points.parse(value)
    raise NotImplementedError(kind)


@cache
def _shape_of(target: type[Any]) -> inspect.Type:
    return inspect.type_info(target)


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
        yield from _mistakes_in(data, options[0], at)
    elif not isinstance(data, Mapping):
        yield _expected("a table", data, at)
    else:
        field = next(iter(tagged.values())).tag_field or ""
        chosen = tagged.get(data.get(field))  # type: ignore[arg-type]  # any value may stand there
        if chosen is None:
            options_text = ", ".join(sorted(str(tag) for tag in tagged))
            yield Mistake((*at, field), f"expected one of: {options_text}")
        else:
            yield from _struct_mistakes(data, chosen, at)


def _leaf_mistakes(data: object, shape: inspect.Type, at: Place) -> Iterator[Mistake]:
    if isinstance(shape, inspect.CustomType) and shape.cls is Points:
        try:
            Points.parse(data)
        except ValueError as error:
            yield Mistake(at, str(error))
        return
    fits = {
        inspect.StrType: lambda: isinstance(data, str),
        inspect.BoolType: lambda: isinstance(data, bool),
        inspect.IntType: lambda: _is_whole(data, shape),
        inspect.DateType: lambda: _is_date(data),
        inspect.LiteralType: lambda: data in getattr(shape, "values", ()),
    }.get(type(shape), lambda: True)
    if not fits():
        yield _expected(_words(shape), data, at)


def _is_whole(data: object, shape: inspect.Type) -> bool:
    if not isinstance(data, int) or isinstance(data, bool):
        return False
    least, most = getattr(shape, "ge", None), getattr(shape, "le", None)
    return (least is None or data >= least) and (most is None or data <= most)


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
    match shape:
        case inspect.StrType():
            return "a text"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=None, le=None):
            return "a whole number"
        case inspect.IntType(ge=least, le=None):
            return f"a whole number, {least} or more"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number from {least} to {most}"
        case inspect.DateType():
            return "a date such as 2022-05-04"
        case inspect.LiteralType(values=values):
            return "one of: " + ", ".join(map(str, values))
        case inspect.CustomType():
            return "a number such as 1.25"
        case inspect.VarTupleType() | inspect.ListType():
            return "a list"
        case inspect.UnionType(types=types):
            return " or ".join(_words(kind) for kind in types if type(kind) is not inspect.NoneType)
        case _:
            return "a table of fields"


def _expected(what: str, data: object, at: Place) -> Mistake:
    found = repr(data) if isinstance(data, (str, bool, type(None))) else str(data)
    if isinstance(data, Mapping):
        found = "a table"
    elif isinstance(data, (list, tuple)):
        found = "a list"
    elif data is None:
        found = "nothing"
    elif len(found) > 60:
        found = found[:57] + "..."
    return Mistake(at, f"expected {what}, found {found}")
