"""Files of activities: what each line says, and what would become of it."""

import csv
from datetime import date
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from recert.casefile import COLUMNS, UnreadableFile
from recert.policy.rulebook import PerCredential, PerPages
from recert.transcript.importing import (
    as_cell,
    fates_of,
    read_lines,
    said_of,
    unsaved,
    with_guard,
    without_guard,
)
from recert.transcript.models import Activity, TranscriptImport
from tests.making import BOOK, HOURLY

HEADER = "kind,title,completed_on,provider,contact_hours,allocation,covers"
PAGED = next(key for key, one in BOOK.kinds.items() if isinstance(one.earns, PerPages))
EARNED = next(key for key, one in BOOK.kinds.items() if isinstance(one.earns, PerCredential))
DATED = next(key for key, one in BOOK.kinds.items() if one.window)


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]).encode()


def line_of(row, header=HEADER):
    (line,) = read_lines(table(row, header=header), "mine.csv")
    return line


def said(row, header=HEADER):
    line = line_of(row, header)
    assert line["why"] == []
    return line["said"]


def why(row, header=HEADER):
    line = line_of(row, header)
    assert line["said"] is None
    return line["why"]


def test_points_are_hundredths_and_what_is_free_stays_free():
    claimed = said(f"{HOURLY},A,2022-05-04,Lab,2.25,Safety=1.5; chemistry=0.75,")
    assert (claimed["contact_hours"], claimed["portions"]) == (
        225,
        {"safety": 150, "chemistry": 75},
    )
    assert claimed["covers"] == ["safety", "chemistry"]
    free = said(f"{HOURLY},A,2022-05-04,,2,,Blood Banking; safety")
    assert (free["covers"], free["portions"]) == (["blood-banking", "safety"], None)
    neither = said(f"{HOURLY},A,2022-05-04,,2,,")
    assert (neither["covers"], neither["portions"]) == ([], None)
    both = said(f"{HOURLY},A,2022-05-04,,2,safety=1,chemistry; safety")
    assert (both["covers"], both["portions"]) == (["chemistry", "safety"], {"safety": 100})


def test_an_area_that_was_given_no_points_is_none():
    assert said(f"{HOURLY},A,2022-05-04,,2,safety=0; chemistry=2,")["covers"] == ["chemistry"]
    assert said(f"{HOURLY},A,2022-05-04,,2,safety=0,")["portions"] is None


def test_each_kind_keeps_what_it_asks_for():
    header = "kind,title,completed_on,contact_hours,pages,earned,repeat,from,to"
    assert said(f"{PAGED},A,2022-05-04,,240,,,,", header)["pages"] == 240
    earned = BOOK.kinds[EARNED].earns.classes[0].credentials[0]
    assert said(f"{EARNED},A,2022-05-04,,,{earned},,,", header)["earned"] == earned
    window = BOOK.kinds[DATED].window
    first, last = window.from_.isoformat(), window.through.isoformat()
    dated = said_of(line_of(f"{DATED},A,,2,,,,{first},{last}", header))
    assert (dated["from_on"], dated["completed_on"]) == (window.from_, window.through)


def test_a_kind_is_called_by_its_key_or_its_title_in_any_case():
    for name in (HOURLY.upper(), BOOK.kinds[HOURLY].title, BOOK.kinds[HOURLY].title.upper()):
        assert said(f'"{name}",A,2022-05-04,,2,,')["kind"] == HOURLY


def test_what_is_said_becomes_an_activity():
    row = unsaved(line_of(f"{HOURLY},A,2022-05-04,Lab,2,safety=2,"))
    assert (row.title, row.provider, row.completed_on) == ("A", "Lab", date(2022, 5, 4))
    assert row.ref == "line 2"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("alchemy,A,2022-05-04,,2,,", "unknown kind 'alchemy'"),
        (f"{HOURLY},A,4.5.2022,,2,,", "expected a date such as 2022-05-04"),
        (f"{HOURLY},A,1822-05-04,,2,,", "expected a day from 1900-01-01"),
        (f"{HOURLY},A,,,2,,", "completed_on: missing"),
        (f"{HOURLY},,2022-05-04,,2,,", "title: missing"),
        (f"{HOURLY},A,2022-05-04,,,,", "contact_hours: missing"),
        (f"{HOURLY},A,2022-05-04,,0,,", "contact_hours: expected more than 0"),
        (f"{HOURLY},A,2022-05-04,,-2,,", "expected 0 or more"),
        (f"{HOURLY},A,2022-05-04,,NaN,,", "expected a number such as 1.25"),
        (f"{HOURLY},A,2022-05-04,,1e9,,", "expected a number such as 1.25"),
        (f"{HOURLY},A,2022-05-04,,10001,,", "expected at most 10,000"),
        (f"{HOURLY},A,2022-05-04,,2.125,,", "hundredths at the finest"),
        (f"{HOURLY},A,2022-05-04,,2,safety,", "expected points, such as"),
        (f"{HOURLY},A,2022-05-04,,2,nowhere=2,", "unknown area"),
        (f"{HOURLY},A,2022-05-04,,2,,nowhere", "covers: unknown area 'nowhere'"),
        (f"{HOURLY},A,2022-05-04,,2,,,more", "stands under no column"),
        (f"{HOURLY},{'x' * 301},2022-05-04,,2,,", "title: longer than 300 characters"),
        (f"{HOURLY},A,2022-05-04,{'x' * 201},2,,", "provider: longer than 200 characters"),
        (f"{HOURLY},A\u202ecod.exe,2022-05-04,,2,,", "U+202E"),
        (f"{HOURLY},A,2022-05-04,\u2066B,2,,", "U+2066"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(row, says):
    assert any(says in one for one in why(row))


def test_all_mistakes_of_a_line_are_told_and_none_twice():
    told = why("alchemy,,2022-05-32,,-1,safety=1;safety=1,nowhere")
    assert len(told) == len(set(told)) == 6
    assert [one.partition(":")[0] for one in told].count("allocation") == 1


def test_other_lines_are_read_although_one_cannot_be():
    lines = read_lines(table("alchemy,A,,,,,", "", f"{HOURLY},B,2022-05-04,,2,,"), "mine.csv")
    assert [(one["line"], one["said"] is None) for one in lines] == [(2, True), (4, False)]


def test_a_title_on_two_lines_becomes_one():
    assert said(f'{HOURLY},"  Two\nlines\tof   it",2022-05-04,,2,,')["title"] == "Two lines of it"


def test_what_the_board_enters_is_left_to_it():
    header = f"{HEADER},approved,used_in_cycle_ending"
    line = line_of(f"{HOURLY},A,2022-05-04,,2,,,,2021-01-31", header)
    assert line["said"]
    assert line["note"]
    assert "approved" not in line["said"]
    approved = line_of(f"{HOURLY},A,2022-05-04,,2,,,yes,some day", header)
    assert approved["said"]
    assert approved["note"]
    assert not line_of(f"{HOURLY},A,2022-05-04,,2,,,no,", header)["note"]


def test_the_column_that_says_why_is_not_read():
    line = line_of(
        f"{HOURLY},A,2022-05-04,2,anything at all", "kind,title,completed_on,contact_hours,Why"
    )
    assert line["said"]
    assert set(line["cells"]) == {"kind", "title", "completed_on", "contact_hours"}


def test_a_formula_of_a_workbook_is_what_it_last_showed():
    book = Workbook()
    book.active.append(["kind", "title", "completed_on", "contact_hours"])
    book.active.append([HOURLY, '=HYPERLINK("http://example.org")', date(2022, 5, 4), 2])
    content = BytesIO()
    book.save(content)
    (line,) = read_lines(content.getvalue(), "mine.xlsx")
    assert line["why"] == ["title: missing; expected a text"]


def test_what_a_file_is_its_content_says():
    book = Workbook()
    book.active.append(["kind", "title", "completed_on", "contact_hours"])
    book.active.append([HOURLY, "A", date(2022, 5, 4), 2])
    content = BytesIO()
    book.save(content)
    (line,) = read_lines(content.getvalue(), "mine.csv")
    assert line["said"]["title"] == "A"
    with pytest.raises(UnreadableFile, match="not a workbook"):
        read_lines(table("x,y"), "mine.xlsx")


def read(*rows):
    return TranscriptImport(lines=read_lines(table(*rows), "mine.csv"))


def test_the_same_is_of_the_same_kind_title_and_day():
    there = Activity(ref="AC-1", kind=HOURLY, title="A", completed_on=date(2022, 5, 4))
    fates = fates_of(
        read(
            f"{HOURLY}, A ,2022-05-04,Lab,9,,",
            f"{HOURLY},A,2022-05-05,,2,,",
            f"{HOURLY},a,2022-05-04,,2,,",
            f"{PAGED},A,2022-05-04,,2,,",
            f"{HOURLY},A,2022-05-05,,7,,",
        ),
        [there],
    )
    assert [(one.fate, one.same_as) for one in fates] == [
        ("there", "AC-1"),
        ("new", ""),
        ("new", ""),
        ("unreadable", ""),
        ("twice", "3"),
    ]


def test_what_was_added_is_told_apart_from_what_was_there():
    of_file = read(f"{HOURLY},A,2022-05-04,,2,,", f"{HOURLY},A,2022-05-04,,2,,")
    own = Activity(ref="AC-1", kind=HOURLY, title="A", completed_on=date(2022, 5, 4))
    fates = fates_of(of_file, [own], added={2})
    assert [(one.fate, one.same_as) for one in fates] == [("added", ""), ("twice", "2")]


@given(st.text())
def test_whatever_is_guarded_is_read_as_it_was(text):
    assert without_guard(with_guard(text)) == text


@given(st.text("=+-@'\t a"))
def test_nothing_that_is_guarded_runs(text):
    for cell in (with_guard(text), as_cell(text)):
        assert not cell.startswith(("=", "+", "-", "@", "\t"))
    assert without_guard(as_cell(text)) == without_guard(text)


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.xlsx"]))
def test_whatever_the_bytes_the_answer_is_lines_or_what_is_wrong(content, name):
    for each in (content, table(*map(str, [content]))):
        try:
            lines = read_lines(each, name)
        except UnreadableFile:
            continue
        assert all(bool(one["why"]) != bool(one["said"]) for one in lines)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(COLUMNS), CELLS))
def test_whatever_the_cells_a_line_is_said_or_says_why(cells):
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerow({"kind": HOURLY, "title": "A", "completed_on": "2022-05-04"} | cells)
    try:
        lines = read_lines(text.getvalue().encode(), "a.csv")
    except UnreadableFile:
        return
    for line in lines:
        assert bool(line["why"]) != bool(line["said"])
        if line["said"]:
            unsaved(line).clean_fields(exclude=["person", "entered_at", "changed_at"])
