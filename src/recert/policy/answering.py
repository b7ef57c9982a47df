"""Answers to what people ask, with the values that the rules run on: they cannot disagree (PER-5).

An answer holds the places of values, `{cycle.years}` or `{fees.application}`; what stands there is
read from the rulebook each time that the answer is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from recert.policy.dated import in_force
from recert.policy.points import Points, points_text
from recert.policy.rulebook import Deadline, Fee, Question, Rulebook, Setting

PLACE: Final = re.compile(r"\{([^{}]*)\}")


def answer_text(book: Rulebook, question: Question, *, as_of: date) -> str:
    """Answer a question as it is answered on a day."""
    return PLACE.sub(lambda found: value_at(book, found[1], as_of=as_of), question.answer)


def unknown_places(book: Rulebook, question: Question) -> Iterator[str]:
    """Yield each place of an answer at which there is no value."""
    for place in PLACE.findall(question.answer):
        try:
            value_at(book, place, as_of=date.max)
        except LookupError:
            yield place


def value_at(book: Rulebook, place: str, *, as_of: date) -> str:
    """Say what stands at a place of a rulebook, of a fee what it is on a day.

    Raises `LookupError` where nothing stands there that can be said in a sentence.
    """
    value: object = book
    for name in place.split("."):
        if isinstance(value, dict):
            value = value[name]
        elif isinstance(value, msgspec.Struct) and name in value.__struct_fields__:
            value = getattr(value, name)
        else:
            raise LookupError(place)
    return _said(book, value, place, as_of)


def _said(book: Rulebook, value: object, place: str, as_of: date) -> str:
    match value:
        case Setting():
            return _said(book, value.value, place, as_of)
        case Deadline():
            return str(value.business_days.value)
        case Fee():
            day = max(as_of, value.steps[0].from_)
            return f"{in_force(value.steps, day, value.rule).amount} {book.currency}"
        case Points():
            return points_text(value)
        case bool():
            raise LookupError(place)
        case str() | int() | date():
            return str(value)
        case _:
            raise LookupError(place)
