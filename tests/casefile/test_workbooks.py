"""A transcript in XLSX is read as the CSV that it could be; a broken or hostile one is refused."""

import re
import subprocess
import sys
from datetime import date, datetime, time

import pytest

from recert.casefile import COLUMNS, read_transcript
from tests.casefile.workbooks import OPENING, SHEET, packed, parts_of, with_cells, workbook

HEADER = ["kind", "title", "completed_on", "contact_hours", "pages", "repeat", "id"]
NAME = "transcript.xlsx"


def read(name):
    return read_transcript(name, areas=["safety"])


def activities(write, *rows):
    return read(write(NAME, workbook(Transcript=[HEADER, *rows]))).data["activities"]


def test_a_workbook_is_read_as_its_csv_would_be(write):
    read_ones = activities(
        write,
        ["formal-course", 2022, date(2022, 5, 4), 5.0, None, True, 7],
        ["book", " A ", datetime(2022, 5, 4), 0.1 + 0.2, 300, False, "b"],  # noqa: DTZ001  # a cell has no zone
    )
    assert read_ones == [
        {
            "id": "7",
            "kind": "formal-course",
            "title": "2022",
            "completed_on": "2022-05-04",
            "contact_hours": "5",
            "repeat": True,
        },
        {
            "id": "b",
            "kind": "book",
            "title": "A",
            "completed_on": "2022-05-04",
            "contact_hours": "0.3",
            "pages": 300,
            "repeat": False,
        },
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (6, "6"),
        (2.5, "2.5"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (datetime(2022, 5, 4, 13, 30), "2022-05-04 13:30:00"),  # noqa: DTZ001  # a cell has no zone
        (time(13, 30), "13:30:00"),
        ("2022-05-04", "2022-05-04"),
        ("\N{NO-BREAK SPACE}x\n", "x"),
    ],
)
def test_a_cell_becomes_text(write, cell, text):
    (activity,) = activities(write, ["book", "A", cell])
    assert activity["completed_on"] == text


def test_lines_are_rows_of_the_sheet(write):
    rows = [[], HEADER, [], ["book", "A"], [None, " "], ["book", "B"]]
    file = read(write(NAME, workbook(May=rows, June=[["x"]])))
    assert [one["id"] for one in file.data["activities"]] == ["row 4", "row 6"]
    assert file.where(("activities",)) == f"{NAME}, sheet 'May', row 2"
    assert file.where(("activities", 1, "pages")) == f"{NAME}, sheet 'May', row 6"
    assert file.where(("category",)) == NAME


def test_the_sheet_transcript_is_read_before_the_first(write):
    content = workbook(Notes=[["x"]], transcript=[HEADER, ["book", "A"]])
    assert read(write(NAME, content)).sheet == "transcript"


def test_a_formula_is_read_as_what_it_came_to(write):
    content = with_cells(
        workbook(Transcript=[HEADER]),
        b'<row><c t="str"><v>kind</v></c><c t="str"><v>title</v></c><c t="str">'
        b"<v>completed_on</v></c></row><row><c><f>1+1</f><v>2</v></c></row>",
    )
    assert read(write(NAME, content)).data["activities"][0]["kind"] == "2"


def test_what_a_workbook_says_of_its_size_is_not_believed(write):
    parts = parts_of(workbook(Transcript=[HEADER, ["book", "A"], ["book", "B"]]))
    parts[SHEET] = re.sub(b'<dimension ref="[A-Z0-9:]*"', b'<dimension ref="A1:B2"', parts[SHEET])
    titles = [one["title"] for one in read(write(NAME, packed(parts))).data["activities"]]
    assert titles == ["A", "B"]


def test_what_stands_far_to_the_right_is_not_read(write):
    content = workbook(Transcript=[HEADER + [None] * 100 + ["far"], ["book", *[None] * 200, "x"]])
    assert read(write(NAME, content)).data["activities"] == [{"id": "row 2", "kind": "book"}]


def test_a_day_that_is_none_is_an_error_of_its_cell(refused):
    parts = parts_of(workbook(May=[[date(2022, 5, 4)]]))
    parts[SHEET] = parts[SHEET].replace(b"<v>44685</v>", b"<v>99999999</v>")
    message = ", sheet 'May', row 1: cell A1 holds an error; correct its formula"
    assert refused(read, NAME, packed(parts)) == NAME + message


FIRST = b'<row r="1"><c r="A1" t="str"><v>kind</v></c></row>'
BROKEN = ": not a workbook that can be read; open it and save it as .xlsx again, or as CSV"
NO_TEXT = "the character U+0085 is no part of a text; delete it"
EMPTY = workbook(May=[])
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%b">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ": this file is empty"),
        (b"%PDF-1.7", BROKEN),
        (b"kind,title,completed_on\n", BROKEN),
        (EMPTY[:-20], BROKEN),
        (packed({"a.txt": b"x"}), BROKEN),
        (packed(parts_of(EMPTY) | {"xl/workbook.xml": b"<workbook/>"}), BROKEN),
        (packed(parts_of(EMPTY) | {SHEET: OPENING + b"<row>"}), BROKEN),
        (with_cells(EMPTY, b'<row><c r="1A"/></row>'), BROKEN),
        (with_cells(EMPTY, b'<row><c t="s"><v>9</v></c></row>'), BROKEN),
        (with_cells(EMPTY, b"<row><c><v>%b</v></c></row>" % (b"9" * 5000)), BROKEN),
        (
            bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 999,
            ": has a password, or is an old .xls; save it as .xlsx without a password",
        ),
        (packed({"a": bytes(21_000_000)}), ": unpacks to more than 20 MB"),
        (with_cells(EMPTY, b'<row><c t="str"><v>&i;</v></c></row>', ENTITIES + b"]>"), BROKEN),
        (
            with_cells(
                EMPTY,
                b'<row><c t="str"><v>&a;</v></c></row>',
                b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
            ),
            BROKEN,
        ),
        (
            with_cells(EMPTY, FIRST + b'<row r="999999999999"><c><v>1</v></c></row>'),
            ", sheet 'May', row 10001: more than 10,000 rows; delete those below the last activity",
        ),
        (
            with_cells(EMPTY, b'<row r="2"><c r="C2" t="e"><v>#REF!</v></c></row>'),
            ", sheet 'May', row 2: cell C2 holds an error; correct its formula",
        ),
        (
            with_cells(EMPTY, '<row><c t="str"><v>\x85</v></c></row>'.encode()),
            f", sheet 'May', row 1: {NO_TEXT}",
        ),
        (EMPTY, ": an empty table; expected a row of columns: " + ", ".join(COLUMNS)),
        (
            workbook(May=[[], HEADER]),
            ", sheet 'May', row 2: no activities; expected a row for each below this one",
        ),
        (
            workbook(May=[[*HEADER, "Pagse"], ["x"]]),
            ", sheet 'May', row 1: unknown column 'pagse'; did you mean pages?",
        ),
        (
            workbook(May=[HEADER, [], ["book", *["x"] * 7]]),
            ", sheet 'May', row 3: 'x' stands under no column",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_row(refused, content, message):
    assert refused(read, NAME, content) == NAME + message


def test_openpyxl_waits_for_a_workbook(write):
    code = "import sys; from recert.casefile import *; read_case_file('a.yaml'); "
    code += "read_transcript('a.csv', areas=[]); sys.exit('openpyxl' in sys.modules)"
    write("a.yaml", "a: 1")
    write("a.csv", "kind,title,completed_on\nbook,A,2022-05-04\n")
    subprocess.run([sys.executable, "-c", code], check=True)  # its own words
