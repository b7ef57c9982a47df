"""The rows of a CSV file or a workbook, all as text, each with its line.

A cell of a workbook becomes the text that it would be in CSV. So a title that is a number stays a
title, and one code reads both kinds of table.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from recert.casefile.files import NO_TEXT, UnreadableFile, no_text_message, text_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW: Final = 10_000
"""The last row that is read; a transcript of a cycle has some forty."""

LAST_COLUMN: Final = 100
"""The last column of a workbook that is read; what stands further right is no part of a table."""

LARGEST_UNPACKED: Final = 20_000_000
"""The most bytes that the parts of a workbook may have unpacked; these are ten seconds' work."""

TITLE: Final = "transcript"
"""The sheet that is read where a workbook has it; otherwise its first."""

OLD_WORKBOOK: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""The first bytes of a workbook that has a password, and of one in the format before XLSX."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its line in the file, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file; `title` is that of the sheet of a workbook."""

    name: str
    title: str | None
    rows: list[Row]

    def refusal(self, message: str, line: int) -> UnreadableFile:
        """Answer the exception for what is wrong in a row."""
        return UnreadableFile(self.name, message, line, self.title)


def _sheet(name: str, title: str | None, rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """Trim the cells, leave empty rows out, and refuse what is no text or too much."""
    sheet = Sheet(name, title, [])
    for line, cells in rows:
        if line > LAST_ROW:
            message = f"more than {LAST_ROW:,} rows; delete those below the last activity"
            raise sheet.refusal(message, line)
        if odd := NO_TEXT.search("".join(cells)):
            raise sheet.refusal(no_text_message(odd), line)
        if any(trimmed := [cell.strip() for cell in cells]):
            sheet.rows.append(Row(line, trimmed))
    return sheet


CSV_IN_WORDS: Final = {
    "expected after": 'text stands after a closing quote; a quote in a text is written twice: ""',
    "unexpected end": "a quote is opened in this row and never closed",
    "": "a cell of more than 100,000 characters; is a quote opened in this row and never closed?",
}
"""What `csv` says, in words for who wrote the file; whatever else it may say is of the length."""


def csv_sheet(content: bytes, name: str) -> Sheet:
    """Read the rows of a CSV file."""
    text = text_of(content, name)
    lines = enumerate(text.split("\n"), 1)
    line, header = next((line, row) for line, row in lines if row.strip())
    for sign, words in {";": "';'", "\t": "a tab", "|": "'|'"}.items():
        if sign in header and "," not in header:
            message = f"columns are separated by {words}; expected ',' (save it as CSV with commas)"
            raise UnreadableFile(name, message, line)
    return _sheet(name, None, _csv_rows(text, name))


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text), strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # a cell in quotes may go on over several lines
    except csv.Error as error:
        message = next(words for part, words in CSV_IN_WORDS.items() if part in str(error))
        raise UnreadableFile(name, message, line) from None


def xlsx_sheet(content: bytes, name: str) -> Sheet:
    """Read the rows of a workbook: of its sheet "Transcript", or else of its first."""
    if not content:
        raise UnreadableFile(name, "this file is empty")
    if content.startswith(OLD_WORKBOOK):
        message = "has a password, or is an old .xls; save it as .xlsx without a password"
        raise UnreadableFile(name, message)
    try:
        return _xlsx_sheet(content, name)
    except UnreadableFile:
        raise
    except Exception:  # noqa: BLE001  # openpyxl raises anything at all for a broken workbook
        message = "not a workbook that can be read; open it and save it as .xlsx again, or as CSV"
        raise UnreadableFile(name, message) from None


def _xlsx_sheet(content: bytes, name: str) -> Sheet:
    with ZipFile(BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
            message = f"unpacks to more than {LARGEST_UNPACKED // 1_000_000} MB"
            raise UnreadableFile(name, message)

    import openpyxl  # noqa: PLC0415  # takes a tenth of a second, which YAML need not wait for

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what a transcript does not use: styles, charts
        workbook = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        with closing(workbook):
            sheets = workbook.worksheets
            sheet = next((one for one in sheets if one.title.lower() == TITLE), sheets[0])
            sheet.reset_dimensions()  # what the file says of its size may be wrong, or an attack
            return _sheet(name, sheet.title, _xlsx_rows(sheet, name))


def _xlsx_rows(sheet: Worksheet, name: str) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(sheet.iter_rows(max_col=LAST_COLUMN), 1):
        for cell in cells:
            if cell.data_type == "e":
                message = f"cell {cell.coordinate} holds an error; correct its formula"
                raise UnreadableFile(name, message, line, sheet.title)
        yield line, [cell_text(cell.value) for cell in cells]


def cell_text(value: object) -> str:
    """Answer what a cell of a workbook would be in CSV.

    >>> cell_text(5.0), cell_text(0.1 + 0.2), cell_text(datetime(2022, 5, 4)), cell_text(True)
    ('5', '0.3', '2022-05-04', 'true')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():  # fifteen digits are what a spreadsheet itself has and shows
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case _:
            return str(value)
