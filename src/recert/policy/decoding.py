"""Plain data (from TOML, YAML, JSON or a table) into typed structs, with all mistakes at once.

`msgspec` does it, fast, and stops at the first mistake. Only then do we walk the data beside the
type: that names every mistake with its place, and puts something harmless where one was, so that
what the rest contradicts can be said as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from textwrap import shorten
from typing import Generic, TypeVar

import msgspec
from msgspec import inspect

from recert.policy.mistakes import LONGEST, Mistake, Place, Unusable, nearest
from recert.policy.points import Points

T = TypeVar("T")


class Decoded(msgspec.Struct, Generic[T], frozen=True):
    """A value, and all mistakes in the shape of the data that it was made of.

    With mistakes, the value is the data mended: fit to look for further mistakes, and for
    nothing else. `part_lost`: a whole table or list of it had to be made up.
    """

    value: T
    mistakes: tuple[Mistake, ...] = ()
    part_lost: bool = False

    def all_mistakes(self, in_sense: Iterable[Mistake]) -> list[Mistake]:
        """Put the mistakes in shape before those in sense.

        What stands where data was mended says nothing; nor does anything where a part is lost.
        """
        found = list(self.mistakes)
        if not self.part_lost:
            mended = [mistake.place for mistake in found]
            found += [
                one
                for one in in_sense
                if not any(_within(one.place, at) or _within(at, one.place) for at in mended)
            ]
        return found


def decode(data: object, target: type[T]) -> Decoded[T]:
    """Turn plain data into `target`, a `msgspec.Struct` type, and find all mistakes in it.

    Raises `Unusable` where nothing can be mended.
    """
    try:
        return Decoded(msgspec.convert(data, target, dec_hook=_points))
    except ValueError as error:  # msgspec's own, or that of Points
        walk = _Walk()
        mended = walk.mend(data, inspect.type_info(target), ())
        # The walk knows every shape that our structs use; should msgspec object to something
        # else, its own words are better than none.
        if not walk.mistakes:
            raise Unusable([Mistake((), str(error))]) from None
        value = msgspec.convert(mended, target, dec_hook=_points)
        return Decoded(value, tuple(walk.mistakes), walk.part_lost)


def _within(place: Place, outer: Place) -> bool:
    return place[: len(outer)] == outer


def _points(kind: type, value: object) -> Points:
    if kind is Points:
        return Points.parse(value)
    raise NotImplementedError(kind)


class _Walk:
    """A walk through data beside its expected shape."""

    def __init__(self) -> None:
        """Begin without mistakes."""
        self.mistakes: list[Mistake] = []
        self.part_lost = False

    def mend(self, data: object, shape: inspect.Type, at: Place) -> object:
        """Note what does not fit, and answer data that does."""
        match shape:
            case inspect.StructType():
                return self._struct(data, shape, at)
            case inspect.DictType():
                return self._table(data, shape, at)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return self._list(data, shape, item, at)
            case inspect.UnionType():
                return self._union(data, shape, at)
            case inspect.CustomType():
                return self._number(data, at)
        return data if _fits(data, shape) else self._mistaken(data, shape, at)

    def _number(self, data: object, at: Place) -> Points:
        try:
            return Points.parse(data)
        except ValueError as error:
            self.mistakes.append(Mistake(at, str(error)))
            return Points(0)

    def _list(self, data: object, shape: inspect.Type, item: inspect.Type, at: Place) -> object:
        if not isinstance(data, (list, tuple)):
            return self._mistaken(data, shape, at)
        return [self.mend(one, item, (*at, place)) for place, one in enumerate(data)]

    def _mistaken(self, data: object, shape: inspect.Type, at: Place) -> object:
        self.mistakes.append(Mistake(at, f"expected {_words(shape)}, found {_found(data)}"))
        return self._made_up(shape, at)

    def _made_up(self, shape: inspect.Type, at: Place) -> object:
        """Answer something harmless; note when that stands for a whole part of the data."""
        made_up = harmless(shape)
        self.part_lost |= len(at) <= 1 and isinstance(made_up, (dict, list))
        return made_up

    def _table(self, data: object, shape: inspect.DictType, at: Place) -> object:
        if not isinstance(data, Mapping):
            return self._mistaken(data, shape, at)
        mended = {}
        for key, value in data.items():
            if _fits(key, shape.key_type):
                mended[key] = self.mend(value, shape.value_type, (*at, str(key)))
            else:
                message = f"unknown; expected {_words(shape.key_type)}"
                self.mistakes.append(Mistake((*at, str(key)), message))
        return mended

    def _struct(self, data: object, shape: inspect.StructType, at: Place) -> object:
        if not isinstance(data, Mapping):
            return self._mistaken(data, shape, at)
        fields = {field.encode_name: field for field in shape.fields}
        tag = {shape.tag_field: shape.tag} if shape.tag_field else {}
        for key in data:
            if key not in fields and key not in tag:
                message = f"unknown field; {nearest(str(key), [*fields, *tag])}"
                self.mistakes.append(Mistake((*at, str(key)), message))
        mended: dict[str, object] = {**tag}
        for name, field in fields.items():
            if name in data:
                mended[name] = self.mend(data[name], field.type, (*at, name))
            elif field.required:
                message = f"missing; expected {_words(field.type)}"
                self.mistakes.append(Mistake((*at, name), message))
                mended[name] = self._made_up(field.type, (*at, name))
        return mended

    def _union(self, data: object, shape: inspect.UnionType, at: Place) -> object:
        options = [one for one in shape.types if not isinstance(one, inspect.NoneType)]
        if data is None and len(options) < len(shape.types):
            return None
        tagged = [one for one in options if isinstance(one, inspect.StructType) and one.tag_field]
        if tagged and isinstance(data, Mapping):
            field = tagged[0].tag_field or ""
            for one in tagged:
                if one.tag == data.get(field):
                    return self._struct(data, one, at)
            tags = ", ".join(sorted(str(one.tag) for one in tagged))
            self.mistakes.append(Mistake((*at, field), f"expected one of: {tags}"))
            return harmless(shape)
        if len(options) == 1:
            return self.mend(data, options[0], at)
        fitting = [one for one in options if _fits(data, one)]
        return data if fitting and not tagged else self._mistaken(data, shape, at)


def harmless(shape: inspect.Type) -> object:
    """Answer something small that fits a shape."""
    match shape:
        case inspect.StructType():
            fields = {one.encode_name: harmless(one.type) for one in shape.fields if one.required}
            return {shape.tag_field: shape.tag, **fields} if shape.tag_field else fields
        case inspect.UnionType(types=types):
            return harmless(types[0])
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.IntType(ge=least):
            return least or 0
        case inspect.CustomType():
            return 0
        case _:
            empty: dict[type, object] = {
                inspect.StrType: "",
                inspect.BoolType: False,
                inspect.DateType: date(2000, 1, 1),
                inspect.DictType: {},
            }
            return empty.get(type(shape), [])


def _fits(data: object, shape: inspect.Type) -> bool:
    """Answer whether a single value fits."""
    match shape:
        case inspect.StrType():
            fits = isinstance(data, str)
        case inspect.BoolType():
            fits = isinstance(data, bool)
        case inspect.IntType():
            fits = _is_whole(data, shape)
        case inspect.DateType():
            fits = _is_date(data)
        case inspect.LiteralType(values=values):
            fits = isinstance(data, (str, int)) and data in values
        case _:
            fits = False
    return fits


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
        return " or ".join(dict.fromkeys(map(_words, kinds)))
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


def _found(data: object) -> str:
    match data:
        case None:
            return "nothing"
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case str():
            return repr(shorten(data, LONGEST, placeholder="..."))
        case _:
            return shorten(str(data), LONGEST, placeholder="...")
