"""JSON is read with its lines and exact values; what is no JSON is refused."""

from decimal import Decimal

import pytest

from recert.casefile import read_case_file

CASE = """
{
\t"program": "ascp-international", "as_of":
    "2024-11-15",
  "activities": [
    {"id": "a1",
     "contact_hours": 2.10},
    {
      "pages": 300, "repeat": true, "covers": [
        "safety",
        "Hématologie\\u2028"
      ], "allocation": null
    }
  ], "none": [], "nothing": {}
}
"""


def test_a_case_is_read_as_it_is_written(write):
    assert read_case_file(write("case.json", CASE)).data == {
        "program": "ascp-international",
        "as_of": "2024-11-15",
        "activities": [
            {"id": "a1", "contact_hours": Decimal("2.10")},
            {
                "pages": 300,
                "repeat": True,
                "covers": ["safety", "Hématologie\N{LINE SEPARATOR}"],
                "allocation": None,
            },
        ],
        "none": [],
        "nothing": {},
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 2),
        (("program",), 3),
        (("as_of",), 3),
        (("activities", 0, "contact_hours"), 7),
        (("activities", 1), 8),
        (("activities", 1, "covers", 1), 11),
        (("activities", 1, "allocation", "safety"), 12),
        (("category",), 2),
    ],
)
def test_every_place_has_its_line(write, line_end, mark, place, line):
    file = read_case_file(write("case.json", mark + CASE.replace("\n", line_end)))
    assert file.where(place) == f"case.json:{line}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6", 6),
        ("-6", -6),
        ("2.10", Decimal("2.10")),
        ("1e3", Decimal("1E+3")),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("Infinity", Decimal("Infinity")),
        ("-Infinity", Decimal("-Infinity")),
        ("9" * 5000, "9" * 5000),
        ('"2022-05-04"', "2022-05-04"),
        ('"\\u00e9\\ud83d\\ude00"', "é\N{GRINNING FACE}"),
        ("true", True),
        ("null", None),
    ],
)
def test_a_value_is_exact(write, text, value):
    read = read_case_file(write("case.json", f'{{"a": {text}}}')).data["a"]
    assert (type(read), read) == (type(value), value)


def test_no_number_at_all_is_left_to_the_kernel(write):
    assert str(read_case_file(write("case.json", '{"a": NaN}')).data["a"]) == "NaN"


VALUE = 'expected a text in "double quotes", a number, true, false, null, [ or {'
TABLE = "expected fields, such as `program: ascp-international`; found "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"a": 1,\n "b": 2,\n "a": 3}',
            ":3: 'a' stands here a second time, after line 1; keep one",
        ),
        ('{"a": 1,\n "\\u0061": 3}', ":2: 'a' stands here a second time, after line 1; keep one"),
        ('{"a":' + "[" * 999_999, ":1: more than 20 tables or lists, each inside the next"),
        ('{"a":' * 999_999, ":1: more than 20 tables or lists, each inside the next"),
        ('{"a": [' + "1," * 100_001, ":1: more than 100,000 values; a case has some hundred"),
        ("\n[1]", f":2: {TABLE}a list"),
        ("6", f":1: {TABLE}a single value"),
        ("\n\nprogram: x", f":3: {VALUE}"),
        ('{"a": }', f":1: {VALUE}"),
        ('{"a": nil}', f":1: {VALUE}"),
        ('{"a": .5}', f":1: {VALUE}"),
        ('{"a": [1,\n]}', f":2: {VALUE}"),
        ('{"a": [\n', f":1: {VALUE}"),
        ('{"a":', f":1: {VALUE}"),
        ("{a: 1}", ':1: expected a field in "double quotes"'),
        ("{'a': 1}", ':1: expected a field in "double quotes"'),
        ('{"a": 1,\n}', ':2: expected a field in "double quotes"'),
        ("{1: 1}", ':1: expected a field in "double quotes"'),
        ('{"a"\n 1}', ":2: expected a colon after 'a'"),
        ('{"a": 1\n "b": 2}', ":2: expected a comma or } before this"),
        ('{"a": 010}', ":1: expected a comma or } before this"),
        ('{"a": 1\n\n\n', ":1: expected a comma or } before this"),
        ('{"a": [1 2]}', ":1: expected a comma or ] before this"),
        ('{"a": 1}\n{"b": 2}', ":2: the case ends before this; expected nothing more"),
        ('{"a":\n "x', ":2: a quote is opened here and never closed"),
        (
            '{"a": "x\n}',
            ":1: a text in quotes holds a tab or the end of its line; is a quote missing?",
        ),
        ('{"a": "C:\\qc"}', ":1: a backslash has a meaning in a text; write it twice"),
        ('{"a": "\\u12"}', ":1: a backslash has a meaning in a text; write it twice"),
        ('{"a":\n "\\ud800"}', ":2: the character U+D800 is no part of a text; delete it"),
        ('{"\\u0000": 1}', ":1: the character U+0000 is no part of a text; delete it"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(refused, text, message):
    assert refused(read_case_file, "case.json", text) == "case.json" + message
