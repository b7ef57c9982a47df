"""Transcripts: the activities of a case as a table, in CSV or XLSX."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from recert.casefile.files import CaseFile, UnreadableFile, bytes_of, name_of, quoted
from recert.casefile.sheets import Row, Sheet, csv_sheet, xlsx_sheet
from recert.policy.mistakes import LONGEST, Place, nearest

COLUMNS: Final = (
    "id",
    "kind",
    "title",
    "completed_on",
    "provider",
    "contact_hours",
    "earned",
    "pages",
    "repeat",
    "approved",
    "from",
    "to",
    "allocation",
    "covers",
    "used_in_cycle_ending",
)
"""The columns that a table may have: the fields of an activity in the case format."""

NEEDED: Final = ("kind", "title", "completed_on")

YES_OR_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

SHARE: Final = re.compile(r"([^=:]+)[=:]([^=:]+)")

MOST_TOLD: Final = 20
"""How many mistakes are told of one table; so many have one cause."""


def is_transcript(path: str | Path) -> bool:
    """Answer whether a file is a table, by the end of its name.

    >>> is_transcript("2024.XLSX"), is_transcript("case.yaml")
    (True, False)
    """
    return Path(path).suffix.lower() in {".csv", ".xlsx"}


def read_transcript(path: str | Path, *, areas: Collection[str]) -> CaseFile:
    """Read the activities of a table, in CSV or XLSX; the data is `{"activities": [...]}`.

    The first row that is not empty names the columns (`COLUMNS`), in any order. Empty cells are
    fields left out; an activity without `id` is called by its row. The names of `areas` are known
    in any spelling ("Blood Banking"). What a cell says is otherwise left for the kernel to judge.

    Raises `UnreadableFile`; of malformed cells it has all at once.
    """
    name = name_of(path)
    if not is_transcript(path):
        raise UnreadableFile(name, "expected a table: a name that ends in .csv or .xlsx")
    content = bytes_of(path)
    is_csv = Path(path).suffix.lower() == ".csv"
    sheet = csv_sheet(content, name) if is_csv else xlsx_sheet(content, name)
    if not sheet.rows:
        message = f"an empty table; expected a row of columns: {', '.join(COLUMNS)}"
        raise UnreadableFile(name, message, sheet=sheet.title)
    header, *rows = sheet.rows
    columns = _columns(sheet, header)
    if not rows:
        raise sheet.refusal("no activities; expected a row for each below this one", header.line)
    reader = _ActivityReader(sheet, columns, areas)
    activities = [reader.activity(row) for row in rows]
    _raise_all(iter(reader.refusals))
    lines: dict[Place, int] = {("activities", index): row.line for index, row in enumerate(rows)}
    lines["activities",] = header.line
    return CaseFile(name, {"activities": activities}, lines, sheet.title)


def _raise_all(refusals: Iterator[UnreadableFile]) -> None:
    for first in refusals:
        rest = tuple(islice(refusals, MOST_TOLD - 1))
        raise UnreadableFile(first.name, first.message, first.line, first.sheet, rest)


def _columns(sheet: Sheet, header: Row) -> list[str]:
    """Answer the names of the columns; one without a name is ""."""
    columns = [re.sub(r"[\s-]+", "_", cell.lower()) for cell in header.cells]
    _raise_all(sheet.refusal(message, header.line) for message in _header_mistakes(columns))
    return columns


def _header_mistakes(columns: list[str]) -> Iterator[str]:
    for column in columns:
        if column and column not in COLUMNS:
            yield f"unknown column {quoted(column)}; {nearest(column[:LONGEST], COLUMNS)}"
    for column in COLUMNS:
        if columns.count(column) > 1:
            yield f"the column {column!r} stands here more than once; keep one"
    if missing := [column for column in NEEDED if column not in columns]:
        yield f"missing columns: {', '.join(missing)}"


class _ActivityReader:
    """Turns rows into activities, and keeps what is wrong with any cell."""

    def __init__(self, sheet: Sheet, columns: list[str], areas: Collection[str]) -> None:
        self.sheet = sheet
        self.columns = columns
        self.areas = areas
        self.refusals: list[UnreadableFile] = []

    def activity(self, row: Row) -> dict[str, object]:
        fields: dict[str, object] = {"id": f"row {row.line}"}
        columns = self.columns + [""] * (len(row.cells) - len(self.columns))
        for column, cell in zip(columns, row.cells, strict=False):
            if not cell:
                continue
            try:
                fields[column] = self.value(column, cell)
            except ValueError as error:
                self.refusals.append(self.sheet.refusal(str(error), row.line))
        return fields

    def value(self, column: str, cell: str) -> object:
        """Answer what a cell says; raise `ValueError` when it cannot be told apart."""
        match column:
            case "":
                hint = "" if self.sheet.title else "; a text with a comma goes in double quotes"
                raise ValueError(f"{quoted(cell)} stands under no column{hint}")
            case "pages":
                return int(cell) if re.fullmatch("[0-9]{1,9}", cell) else cell
            case "repeat" | "approved":
                return YES_OR_NO.get(cell.lower(), cell)
            case "covers":
                return [self.area(part) for part in re.split("[;,]", cell) if part.strip()]
            case "allocation":
                return self.allocation(cell)
            case _:
                return cell

    def allocation(self, cell: str) -> dict[str, str]:
        shares: dict[str, str] = {}
        for part in filter(str.strip, cell.split(";")):
            share = SHARE.fullmatch(part)
            if not share or not share[1].strip() or not share[2].strip():
                expected = "allocation: expected points, such as hematology=5; safety=1"
                raise ValueError(f"{expected}; found {quoted(part)}")
            area = self.area(share[1])
            if area in shares:
                raise ValueError(f"allocation: {quoted(area)} stands twice; add its points up")
            shares[area] = share[2].strip()
        return shares

    def area(self, text: str) -> str:
        """Answer the area of which this is a spelling, else the text, for the kernel to refuse."""
        area = re.sub(r"[\s_-]+", "-", text.strip().lower())
        return area if area in self.areas else text.strip()
