"""Numbers as pictures: where each bar stands, so that templates only draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 340
HEIGHT: Final = 180
LEFT: Final = 42
TOP: Final = 10
BOTTOM: Final = 26
LINES: Final = 4
"""At most so many lines help to read a picture, beside the ground."""

MOST_LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of number of each column. `tone` is its colour."""

    word: str
    tone: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar; its sides in the units of the picture."""

    x: str
    y: str
    width: str
    height: str
    tone: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or a place with its label."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of some numbers, and the table under it that says the same."""

    key: str
    title: str
    says: str
    width: int
    height: int
    left: int
    ground: int
    bars: list[Bar]
    lines: list[Mark]
    labels: list[Mark]
    legend: list[tuple[str, str]]
    head: list[str]
    rows: list[tuple[str, list[str]]]
    is_empty: bool


def picture_of(
    key: str,
    title: str,
    says: str,
    columns: Sequence[str],
    series: Sequence[Series],
    *,
    write: Callable[[int], str] = str,
    stacked: bool = False,
) -> Picture:
    """Answer numbers as a picture: of each column the series beside one another, or stacked."""
    tops = [
        sum(values) if stacked else max(values)
        for values in zip(*(one.values for one in series), strict=True)
    ]
    step = _step(max(tops, default=0))
    top = max(step, -(-max(tops, default=0) // step) * step)
    ground = HEIGHT - BOTTOM
    scale = (ground - TOP) / top
    wide = (WIDTH - LEFT) / max(1, len(columns))
    each = wide * 0.76 / (1 if stacked else len(series))
    bars = []
    for place in range(len(columns)):
        below = 0.0
        for turn, one in enumerate(series):
            high = one.values[place] * scale
            x = LEFT + place * wide + wide * 0.12 + (0 if stacked else turn * each)
            if high:
                y = ground - below - high
                bars.append(Bar(_at(x), _at(y), _at(each), _at(high), one.tone))
            below += high if stacked else 0
    every = -(-len(columns) // MOST_LABELS)
    return Picture(
        key=key,
        title=title,
        says=says,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        ground=ground,
        bars=bars,
        lines=[Mark(_at(ground - one * scale), write(one)) for one in range(0, top + 1, step)],
        labels=[
            Mark(_at(LEFT + (place + 0.5) * wide), label)
            for place, label in enumerate(columns)
            if place % every == 0
        ],
        legend=[(one.tone, one.word) for one in series] if len(series) > 1 else [],
        head=[one.word for one in series],
        rows=[
            (label, [write(one.values[place]) for one in series])
            for place, label in enumerate(columns)
        ],
        is_empty=not any(tops),
    )


def _step(most: int) -> int:
    """Answer the distance of the lines: 1, 2 or 5 of some power of ten.

    >>> _step(3), _step(17), _step(1200)
    (1, 5, 500)
    """
    power = 1
    while True:
        for one in (1, 2, 5):
            if most <= one * power * LINES:
                return one * power
        power *= 10


def _at(value: float) -> str:
    """Write a place as SVG takes it, in any language."""
    return f"{value:.1f}"
