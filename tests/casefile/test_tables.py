"""A transcript in CSV is read by its columns; every malformed cell is named with its line."""

from pathlib import Path

import pytest

from recert.casefile import COLUMNS, is_transcript, read_transcript, transcript_template
from recert.policy import Unusable, load_rulebook, read_case
from recert.policy.case import Activity, fields_of

BOOK = load_rulebook("ascp-international")

TRANSCRIPT = """\

Title,KIND,Completed on,contact-hours,allocation,covers,id,
"Advances, in ""Hematology""
and more",formal-course,2022-05-04,6, hematology=5 ; Safety: 1;,,a1,
,,,,,,,
Ethics,self-instruction , 2022-06-01 ,1.50,, "Blood Banking; ethics",
"Short",book,2022-07-01
"""

CASE = {
    "program": "ascp-international",
    "category": "MLS",
    "cycle": {"starts": "2024-01-01", "ends": "2026-12-31"},
    "as_of": "2026-11-15",
}


def read(name):
    return read_transcript(name, areas=BOOK.areas)


def test_the_columns_are_the_fields_of_an_activity():
    judged = {"documented"}  # by an audit, never by who wrote the file
    fields = {field.rstrip("_") for field in Activity.__struct_fields__}
    assert set(COLUMNS) == fields - judged


def test_a_transcript_is_read_by_its_columns(write):
    file = read(write("transcript.csv", TRANSCRIPT))
    assert file.name == "transcript.csv"
    assert file.data == {
        "activities": [
            {
                "id": "a1",
                "kind": "formal-course",
                "title": 'Advances, in "Hematology"\nand more',
                "completed_on": "2022-05-04",
                "contact_hours": "6",
                "allocation": {"hematology": "5", "safety": "1"},
            },
            {
                "id": "row 6",
                "kind": "self-instruction",
                "title": "Ethics",
                "completed_on": "2022-06-01",
                "contact_hours": "1.50",
                "covers": ["blood-banking", "ethics"],
            },
            {"id": "row 7", "kind": "book", "title": "Short", "completed_on": "2022-07-01"},
        ]
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
def test_every_place_has_the_line_of_its_row(write, line_end, mark):
    file = read(write("transcript.csv", mark + TRANSCRIPT.replace("\n", line_end)))
    assert file.where(("activities",)) == "transcript.csv:2"
    assert file.where(("activities", 0, "allocation", "safety")) == "transcript.csv:3"
    assert file.where(("activities", 1, "kind")) == "transcript.csv:6"
    assert file.where(("activities", 2)) == "transcript.csv:7"
    assert file.where(("category",)) == "transcript.csv"


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("pages", "300", 300),
        ("pages", "0300", 300),
        ("pages", "300.5", "300.5"),
        ("pages", "9" * 5000, "9" * 5000),
        ("pages", "\N{SUPERSCRIPT TWO}", "\N{SUPERSCRIPT TWO}"),
        ("repeat", "TRUE", True),
        ("repeat", "yes", True),
        ("repeat", "1", True),
        ("approved", "False", False),
        ("approved", "no", False),
        ("approved", "0", False),
        ("approved", "perhaps", "perhaps"),
        ("contact_hours", "2.10", "2.10"),
        ("contact_hours", '"2,5"', "2,5"),
        ("id", "007", "007"),
        ("covers", "safety", ["safety"]),
        ("covers", '"Safety, molecular_biology ;"', ["safety", "molecular-biology"]),
        ("covers", "Saftey", ["Saftey"]),
        ("covers", ";", []),
        ("allocation", "safety=1", {"safety": "1"}),
        (
            "allocation",
            "Molecular  Biology : 1.25 ; safety=x",
            {"molecular-biology": "1.25", "safety": "x"},
        ),
        ("allocation", "Saftey=1", {"Saftey": "1"}),
        ("allocation", ";", {}),
    ],
)
def test_a_cell_is_what_its_column_says(write, column, cell, value):
    table = f"kind,title,completed_on,{column}\nbook,A,2022-05-04,{cell}\n"
    (activity,) = read(write("transcript.csv", table)).data["activities"]
    assert (type(activity[column]), activity[column]) == (type(value), value)


HEADER = "kind,title,completed_on,allocation,pages\n"
LONG = "a cell of more than 100,000 characters; is a quote opened in this row and never closed?"
SPLIT = "allocation: expected points, such as hematology=5; safety=1; found "


@pytest.mark.parametrize(
    ("table", "message"),
    [
        # The file
        ("kind;title;completed_on\n", ":1: columns are separated by ';'; expected ','"),
        ('\n"kind";"title"\n', ":2: columns are separated by ';'; expected ','"),
        ("kind\ttitle\tcompleted_on\n", ":1: columns are separated by a tab; expected ','"),
        ("kind|title|completed_on\n", ":1: columns are separated by '|'; expected ','"),
        ("sep=;\nkind;title\n", ":1: columns are separated by ';'; expected ','"),
        (",,\n , \n", ": an empty table; expected a row of columns: id, kind, title, "),
        (HEADER, ":1: no activities; expected a row for each below this one"),
        ("\n" + HEADER + ",,\n\n", ":2: no activities; expected a row for each below this one"),
        (HEADER + '\n"a\nb\n', ":3: a quote is opened in this row and never closed"),
        (HEADER + 'book,"a" b,\n', ":2: text stands after a closing quote; a quote in a text is "),
        (HEADER + "a,b,c\n" + "x" * 200_000, f":3: {LONG}"),
        (HEADER + '"' + "x" * 200_000, f":2: {LONG}"),
        (HEADER + "a,b,2022-01-01\n" * 10_000, ":10001: more than 10,000 rows; delete those"),
        # The header
        ("kind,titel,completed_on\n", ":1: unknown column 'titel'; did you mean title?\n"),
        ("kind,title,completed_on,when\n", ":1: unknown column 'when'; expected one of: allocat"),
        ("kind,title,completed_on," + "x" * 99, ":1: unknown column '...'; expected one of: all"),
        ("id,pages\n", ":1: missing columns: kind, title, completed_on"),
        ("kind,title\nbook,x\n", ":1: missing columns: completed_on"),
        (
            "kind,title,Kind,completed-on\n",
            ":1: the column 'kind' stands here more than once; keep one",
        ),
        # The cells
        (HEADER + "a,b,c,,,d\n", ":2: 'd' stands under no column; a text with a comma goes in "),
        (
            "kind,title,completed_on,\na,b,c,d\n",
            ":2: 'd' stands under no column; a text with a comma goes in double quotes",
        ),
        (HEADER + "a,b,c,hematology 5\n", f":2: {SPLIT}'hematology 5'"),
        (HEADER + "a,b,c,safety=1; 5\n", f":2: {SPLIT}'5'"),
        (HEADER + "a,b,c,safety=\n", f":2: {SPLIT}'safety='"),
        (HEADER + "a,b,c,safety= ;\n", f":2: {SPLIT}'safety='"),
        (HEADER + "a,b,c,safety=1; =5\n", f":2: {SPLIT}'=5'"),
        (HEADER + "a,b,c,=5\n", f":2: {SPLIT}'=5'"),
        (HEADER + 'a,b,c,"safety=1, ethics=2"\n', f":2: {SPLIT}'safety=1, ethics=2'"),
        (
            HEADER + "a,b,c,safety=1;ethics=2; Safety=3\n",
            ":2: allocation: 'safety' stands twice; add its points up",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(refused, table, message):
    assert refused(read, "transcript.csv", table).startswith("transcript.csv" + message)


def test_all_that_is_wrong_with_the_header_is_told_at_once(refused):
    assert refused(read, "transcript.csv", "kind,titel,Kind,completed-on\n").split("\n") == [
        "transcript.csv:1: unknown column 'titel'; did you mean title?",
        "transcript.csv:1: the column 'kind' stands here more than once; keep one",
        "transcript.csv:1: missing columns: title",
    ]


def test_all_malformed_cells_are_told_at_once(refused):
    table = HEADER + 'a,b,c,x\n"a\nb",b,c,safety=1\na,b,c,y,1,z\n'
    assert refused(read, "transcript.csv", table).split("\n") == [
        f"transcript.csv:2: {SPLIT}'x'",
        f"transcript.csv:5: {SPLIT}'y'",
        "transcript.csv:5: 'z' stands under no column; a text with a comma goes in double quotes",
    ]


@pytest.mark.parametrize("table", ["x," * 999_999, HEADER + "a,b,c,x\n" * 5_000])
def test_a_mistake_made_everywhere_is_told_twenty_times(refused, table):
    assert len(refused(read, "transcript.csv", table).split("\n")) == 20


def test_what_the_kernel_refuses_has_its_line(write):
    table = HEADER + "book,A,2022-05-04,safety=1,x\nbook,B,5/4/2022,safety=1,300\n"
    file = read(write("transcript.csv", table))
    with pytest.raises(Unusable) as unusable:
        read_case(CASE | file.data)
    assert {
        mistake.place[-1]: file.where(mistake.place) for mistake in unusable.value.mistakes
    } == {
        "pages": "transcript.csv:2",
        "completed_on": "transcript.csv:3",
    }


RULEBOOKS = Path(__file__).parents[1] / "rulebooks"


@pytest.mark.parametrize("book", [BOOK, load_rulebook(RULEBOOKS / "harbour-sonography.toml")])
def test_the_template_is_a_transcript_of_its_programme(write, book):
    template = transcript_template(book)
    assert template.splitlines()[0] == ",".join(COLUMNS)
    name = write("transcript.csv", template)
    case = {**CASE, "program": book.key, "category": next(iter(book.categories))}
    activities = read_case(
        {**case, **read_transcript(name, areas=book.areas).data}, book
    ).activities
    asked = {tuple(fields_of(kind)) for kind in book.kinds.values()}
    assert {tuple(fields_of(book.kinds[one.kind])) for one in activities} == asked
    assert len(activities) == len(asked)


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.b.xlsx", "/x/y.Xlsx"])
def test_tables_are_transcripts(name):
    assert is_transcript(name)


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "-", "csv", "a.xls", "a.csv/b"])
def test_nothing_else_is_a_transcript(name):
    assert not is_transcript(name)
