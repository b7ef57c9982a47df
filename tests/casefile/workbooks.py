"""Workbooks to read, sound and broken."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"

OPENING = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
CLOSING = b"</sheetData></worksheet>"


def workbook(**sheets):
    """Answer the bytes of a workbook with these sheets, each a list of rows."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def parts_of(content):
    """Answer the parts of a workbook: bytes by name."""
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts):
    """Answer the bytes of the workbook that has these parts."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def with_cells(content, cells, before=b""):
    """Answer a workbook with the rows of its first sheet replaced by raw XML."""
    return packed(parts_of(content) | {SHEET: before + OPENING + cells + CLOSING})
