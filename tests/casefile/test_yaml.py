"""YAML is read with its lines and exact values; whatever could surprise is refused."""

from datetime import date
from decimal import Decimal

import pytest
import yaml

from recert.casefile import read_case_file, yaml_documents
from recert.policy import Unusable, read_case

CASE = """\
# A case
program: ascp-international
category: MLS
cycle:
  starts: 2022-01-01
  ends: 2025-01-31
as_of: 2024-11-15

activities:
  - id: a1
    kind: formal-course
    title: "Advances:\\tHematology"
    completed_on: 2022-05-04
    contact_hours: 2.10
    allocation: {hematology: 2,
                 safety: 0.1}
  -
    kind: book
    covers: [safety, chemistry,
      ethics]
"""


@pytest.fixture(params=[yaml.CSafeLoader, yaml.SafeLoader], ids=["in C", "in Python"])
def loader(request, monkeypatch):
    monkeypatch.setattr(yaml_documents, "LOADER", request.param)
    return request.param


@pytest.mark.usefixtures("loader")
def test_a_case_is_read_as_it_is_written(write):
    file = read_case_file(write("case.yaml", CASE))
    assert file.data == {
        "program": "ascp-international",
        "category": "MLS",
        "cycle": {"starts": date(2022, 1, 1), "ends": date(2025, 1, 31)},
        "as_of": date(2024, 11, 15),
        "activities": [
            {
                "id": "a1",
                "kind": "formal-course",
                "title": "Advances:\tHematology",
                "completed_on": date(2022, 5, 4),
                "contact_hours": Decimal("2.10"),
                "allocation": {"hematology": 2, "safety": Decimal("0.1")},
            },
            {"kind": "book", "covers": ["safety", "chemistry", "ethics"]},
        ],
    }


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 2),
        (("category",), 3),
        (("cycle",), 4),
        (("cycle", "ends"), 6),
        (("cycle", "length"), 4),
        (("activities",), 9),
        (("activities", 0), 10),
        (("activities", 0, "title"), 12),
        (("activities", 0, "allocation", "safety"), 16),
        (("activities", 0, "pages"), 10),
        (("activities", 1), 18),
        (("activities", 1, "covers", 2), 20),
        (("activities", 7), 9),
    ],
)
def test_every_place_has_its_line(write, line_end, mark, place, line):
    file = read_case_file(write("case.yaml", mark + CASE.replace("\n", line_end)))
    assert file.where(place) == f"case.yaml:{line}"


@pytest.mark.usefixtures("loader")
def test_lines_are_those_of_an_editor(write):
    text = "a: \N{GRINNING FACE} x\N{LINE SEPARATOR} y\nb: 2\n"  # YAML itself would count three
    assert read_case_file(write("case.yaml", text)).where(("b",)) == "case.yaml:2"


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6", 6),
        ("-6", -6),
        ("+6", 6),
        ("0", 0),
        ("2.10", Decimal("2.10")),
        (".5", Decimal("0.5")),
        ("1.", Decimal(1)),
        ("1e3", Decimal("1E+3")),
        ("1e999999999", Decimal("1E+999999999")),
        ("1e99999999999999999999", "1e99999999999999999999"),
        (".inf", Decimal("Infinity")),
        ("-.INF", Decimal("-Infinity")),
        ("9" * 40, int("9" * 40)),
        ("9" * 41, "9" * 41),
        ("9" * 5000, "9" * 5000),
        ("010", "010"),
        ("0o10", "0o10"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("\N{ARABIC-INDIC DIGIT SIX}", "\N{ARABIC-INDIC DIGIT SIX}"),
        ("2022-05-04", date(2022, 5, 4)),
        ("2022-02-30", "2022-02-30"),
        ("2022-5-4", "2022-5-4"),
        ("2022-05-04 10:00:00", "2022-05-04 10:00:00"),
        ("2022-05-04T10:00:00Z", "2022-05-04T10:00:00Z"),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("", None),
        ("~", None),
        ("null", None),
        ("'true'", "true"),
        ('"6"', "6"),
        ("'2022-05-04'", "2022-05-04"),
        ("|-\n  6", "6"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_a_value_is_what_yaml_1_2_says(write, text, value):
    read = read_case_file(write("case.yaml", f"a: {text}\n")).data["a"]
    assert (type(read), read) == (type(value), value)


def test_no_number_at_all_is_left_to_the_kernel(write):
    assert str(read_case_file(write("case.yaml", "a: .nan")).data["a"]) == "NaN"


def test_a_field_in_quotes_is_any_text(write):
    text = "'<<': 1\n'2022': 2\n\"true\": 3\n"
    assert read_case_file(write("case.yaml", text)).data == {"<<": 1, "2022": 2, "true": 3}


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", ".nan", "-.inf", "9" * 5000])
@pytest.mark.parametrize("field", ["completed_on", "contact_hours", "pages", "allocation"])
def test_the_kernel_refuses_a_number_that_is_none(write, field, value):
    case = "program: ascp-international\ncategory: MLS\nas_of: 2024-11-15\nactivities:\n"
    file = read_case_file(write("case.yaml", f"{case}  - kind: book\n    {field}: {value}\n"))
    with pytest.raises(Unusable) as unusable:
        read_case(file.data)
    said = {mistake.place[-1]: mistake for mistake in unusable.value.mistakes}[field]
    assert said.message.startswith("expected")
    assert file.where(said.place) == "case.yaml:6"


SIGN = "a value cannot begin with {}; a text that does goes in quotes"
FIELD = "expected a field, which is a text; a number or a word such as true goes in quotes"
COLON = "a colon too many, or a line that begins too far right; a text with a colon goes in quotes"
MISFIT = "this does not fit what is before it; look where its line begins, and at the quotes"
BRACKET = "a bracket is opened here and not closed, or a comma is missing in it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # What YAML can do and a case does without
        ("a: 1\nb: &x 2\n", ":2: " + SIGN.format("&")),
        ("a: 1\nb: *x\n", ":2: " + SIGN.format("*")),
        ("a: &x [1]\nb: *x\n", ":1: " + SIGN.format("&")),
        ("&x a: 1\n", ":1: " + SIGN.format("&")),
        ("a: !!python/object/apply:os.system [ls]\n", ":1: " + SIGN.format("!")),
        ("a:\n  !!str 6\n", ":2: " + SIGN.format("!")),
        ("a: ! 6\n", ":1: " + SIGN.format("!")),
        ("%TAG ! x\n---\na: !y 1\n", ":3: " + SIGN.format("!")),
        (
            "a:\n  <<: {b: 1}\n",
            ":2: << cannot be used here; write out the fields that it stands for",
        ),
        ("a: 1\n---\nb: 2\n", ":2: a second document begins here; expected one case in a file"),
        ("a: 1\n...\nb: 2\n", ":3: the case ends before this; expected nothing more"),
        ("2022: x\n", f":1: {FIELD}"),
        ("a:\n  true: x\n", f":2: {FIELD}"),
        ("[a]: x\n", f":1: {FIELD}"),
        ("? {a: 1}\n: x\n", f":1: {FIELD}"),
        ("~: x\n", f":1: {FIELD}"),
        # Too much
        ("a: 1\nb: 2\na: 3\n", ":3: 'a' stands here a second time, after line 1; keep one"),
        ('a: {b: 1,\n "b": 2}\n', ":2: 'b' stands here a second time, after line 1; keep one"),
        ("a: " + "[" * 99, ":1: more than 20 tables or lists, each inside the next"),
        ("a: " + "[" * 999_999, ":1: more than 20 tables or lists, each inside the next"),
        ("a: " + "{a: " * 99, ":1: more than 20 tables or lists, each inside the next"),
        ("a:\n  " + "- " * 99, ":2: more than 20 tables or lists, each inside the next"),
        ("a: [" + "1," * 100_001, ":1: more than 100,000 values; a case has some hundred"),
        # Not a case
        ("- a\n- b\n", ":1: expected fields, such as `program: ascp-international`; found a list"),
        (
            "\nprogram:mls\n",
            ":2: expected fields, such as `program: ascp-international`; found a single value",
        ),
        ("# nothing\n", ": nothing but comments; expected the fields of a case"),
        # Slips
        ("a:\n  b: 1\n\tc: 2\n", ":3: a line begins with a tab; indent it with spaces"),
        ("a:\n\tb: 1\n", ":2: a line begins with a tab; indent it with spaces"),
        ("a: Safety: an update\n", f":1: {COLON}"),
        ("a: 1\n  b: 2\n", f":2: {COLON}"),
        ("a:\n    b: 1\n  c: 2\n", f":3: {MISFIT}"),
        ("a: 'The children's lab'\n", f":1: {MISFIT}"),
        ('a: "A" B\n', f":1: {MISFIT}"),
        (
            "- a\nb: 1\n",
            ":2: this does not fit what is before it; expected a line that begins with -",
        ),
        ("a: 1\nb:2\nc: 3\n", ":2: expected `field: value`, with a space after the colon"),
        ('a: 1\nb: "x\nc: 3\n', ":2: a quote is opened here and never closed"),
        ("a: 1\nb: 'x\nc: 3\n", ":2: a quote is opened here and never closed"),
        ("a: 1\nb: [x\nc: 3\n", f":2: {BRACKET}"),
        ("a: 1\nb: {x: 1\nc: 3\n", f":2: {BRACKET}"),
        ("a: ]\n", ":1: expected a value; a text that begins with a sign goes in quotes"),
        ("a: @home\n", ":1: " + SIGN.format("@")),
        ("a: 1\nb: % of\n", ":2: " + SIGN.format("%")),
        ("a: & co\n", ":1: " + SIGN.format("&")),
        ("a: * x\n", ":1: " + SIGN.format("*")),
        ('a: "C:\\qc"\n', ":1: a backslash has a meaning in double quotes; use single quotes"),
        ('a: 1\nb: "\\u0007"\n', ":2: the character U+0007 is no part of a text; delete it"),
        ('"\\e": 1\n', ":1: the character U+001B is no part of a text; delete it"),
        (
            "%YAML 9.0\n---\na: 1\n",
            ":1: not YAML that can be understood: found incompatible YAML document",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(refused, text, message):
    assert refused(read_case_file, "case.yaml", text) == "case.yaml" + message


def test_a_laughing_bomb_does_not_go_off(refused):
    bomb = 'a: &a ["lol"]\n' + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refused(read_case_file, "case.yaml", bomb) == "case.yaml:1: " + SIGN.format("&")


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "text",
    [
        '"\\ud800": 1',
        'a: "\\ud800"',
        'a: "\\UFFFFFFFF"',
        "%YAML 1." + "9" * 5000 + "\n---\n- a",
        "a: |x\n",
        "\N{NO-BREAK SPACE}",
        "\N{BYTE ORDER MARK}\N{BYTE ORDER MARK}",
        "? ",
        "---",
        "--- --- ---",
        "...",
    ],
)
def test_what_only_a_parser_understands_is_refused_too(refused, text):
    assert refused(read_case_file, "case.yaml", text).startswith("case.yaml")
