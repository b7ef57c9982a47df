"""Transcripts: the activities of a case as a table, in CSV or XLSX."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from recert.casefile.files import CaseFile, UnreadableFile, bytes_of, name_of, quoted
from recert.casefile.sheets import OLD_WORKBOOK, Row, Sheet, csv_sheet, xlsx_sheet
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


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: its line, its cells by column, the activity, and what is malformed in it.

    `fields` are as plain data, for the kernel; they lack what is malformed.
    """

    line: int
    cells: dict[str, str]
    fields: dict[str, object]
    refusals: tuple[UnreadableFile, ...]


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
    sheet, header, rows = _table(bytes_of(path), name, areas=areas)
    _raise_all(refusal for row in rows for refusal in row.refusals)
    lines: dict[Place, int] = {("activities", index): row.line for index, row in enumerate(rows)}
    lines["activities",] = header
    return CaseFile(name, {"activities": [row.fields for row in rows]}, lines, sheet.title)


def read_rows(
    content: bytes, name: str, *, areas: Collection[str], besides: Collection[str] = ()
) -> list[TableRow]:
    """Read the rows of a table as `read_transcript` does, each with what is malformed in it.

    Whether it is CSV or a workbook, the content says. It may have other columns `besides`, which
    are not read. Raises `UnreadableFile` for what is not a table of activities at all.
    """
    return _table(content, name_of(name), areas=areas, besides=besides)[2]


WORKBOOK: Final = b"PK\x03\x04"
"""The first bytes of a workbook."""


def _table(
    content: bytes, name: str, *, areas: Collection[str], besides: Collection[str] = ()
) -> tuple[Sheet, int, list[TableRow]]:
    """Answer a table, the line of its header, and its rows."""
    is_workbook = content.startswith((WORKBOOK, OLD_WORKBOOK)) or name.lower().endswith(".xlsx")
    sheet = xlsx_sheet(content, name) if is_workbook else csv_sheet(content, name)
    if not sheet.rows:
        message = f"an empty table; expected a row of columns: {', '.join(COLUMNS)}"
        raise UnreadableFile(name, message, sheet=sheet.title)
    header, *rows = sheet.rows
    columns = _columns(sheet, header, besides)
    if not rows:
        raise sheet.refusal("no activities; expected a row for each below this one", header.line)
    reader = _ActivityReader(sheet, columns, areas, besides)
    return sheet, header.line, [reader.row(row) for row in rows]


def _raise_all(refusals: Iterable[UnreadableFile]) -> None:
    refusals = iter(refusals)
    for first in refusals:
        rest = tuple(islice(refusals, MOST_TOLD - 1))
        raise UnreadableFile(first.name, first.message, first.line, first.sheet, rest)


def _columns(sheet: Sheet, header: Row, besides: Collection[str]) -> list[str]:
    """Answer the names of the columns; one without a name is ""."""
    columns = [re.sub(r"[\s-]+", "_", cell.lower()) for cell in header.cells]
    known = [column for column in columns if column not in besides]
    _raise_all(sheet.refusal(message, header.line) for message in _header_mistakes(known))
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
    """Turns rows into activities, with what is wrong in any cell."""

    def __init__(
        self, sheet: Sheet, columns: list[str], areas: Collection[str], besides: Collection[str]
    ) -> None:
        self.sheet = sheet
        self.columns = columns
        self.areas = areas
        self.besides = besides

    def row(self, row: Row) -> TableRow:
        fields: dict[str, object] = {"id": f"row {row.line}"}
        cells: dict[str, str] = {}
        refusals = []
        columns = self.columns + [""] * (len(row.cells) - len(self.columns))
        for column, cell in zip(columns, row.cells, strict=False):
            if not cell or column in self.besides:
                continue
            cells[column] = cell
            try:
                fields[column] = self.value(column, cell)
            except ValueError as error:
                refusals.append(self.sheet.refusal(str(error), row.line))
        return TableRow(row.line, cells, fields, tuple(refusals))

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
