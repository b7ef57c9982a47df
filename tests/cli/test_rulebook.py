"""`recert rulebook`: check, show, list and schema."""

import json
import tomllib
from pathlib import Path

import pytest

SHIPPED = Path(__file__).parents[2] / "src/recert/rulebook/ascp-international.toml"


def test_a_good_rulebook_is_called_good(recert):
    status, out, err = recert("rulebook", "check", SHIPPED)
    assert (status, err) == (0, "")
    assert ": good. International Credential Maintenance Program: " in out


def test_all_mistakes_of_a_rulebook_are_said_at_once_with_their_path(recert, tmp_path):
    text = SHIPPED.read_text("utf-8")
    for before, after in (
        ("years = { value = 3", 'years = { value = "three"'),
        ('requirements = "specialist", area = "cytology"', 'requirements = "specialists"'),
        ('areas = ["chemistry"]', 'areas = ["chemestry"]'),
        ("default_area", "default_areas"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    status, out, err = recert("rulebook", "check", "mine.toml")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "mine.toml: activities.default_areas: unknown field; did you mean default_area?",
        "mine.toml: activities.default_area: missing; expected a text",
        "mine.toml: cycle.years.value: expected a whole number from 1 to 1000, found 'three'",
        (
            "mine.toml: categories.SCT.requirements: unknown requirement set 'specialists'; "
            "did you mean specialist?"
        ),
        (
            "mine.toml: requirements.laboratory-scientist.areas[3].areas: "
            "unknown area 'chemestry'; did you mean chemistry?"
        ),
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.toml", b"x = ", "a.toml: not valid TOML: Invalid value (at end of document)"),
        ("a.toml", b"\xff\xfe", "a.toml: not a text in UTF-8; expected a TOML file"),
        ("a.toml", b"", "a.toml: format: missing; expected one of: 1"),
        ("a.txt", b"", "a.txt: expected a .toml file"),
    ],
)
def test_what_is_no_rulebook_is_refused(recert, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    status, _, err = recert("rulebook", "check", name)
    assert status == 2
    assert err.splitlines()[0].startswith(said)


def test_a_programme_is_shown_by_category_and_year_with_points_and_fees(recert):
    status, out, _ = recert("rulebook", "show", "ascp-international")
    assert status == 0
    for words in (
        "BB, C, CG, CT, CTgyn, H, HT, HTL, M, MB",
        "until 2022-12-31",
        "from 2024-01-01",
        "50 % of the total required",
        "125.00 USD",
    ):
        assert words in out


def test_a_file_can_be_shown_too(recert):
    assert recert("rulebook", "show", SHIPPED) == recert("rulebook", "show", "ascp-international")


def test_an_unknown_programme_is_refused_with_those_there_are(recert):
    status, _, err = recert("rulebook", "show", "ascp-intenational")
    assert status == 2
    assert "did you mean ascp-international?" in err


def test_the_shipped_programmes_are_listed(recert):
    status, out, _ = recert("rulebook", "list")
    assert (status, out) == (
        0,
        "ascp-international  International Credential Maintenance Program\n",
    )


def test_the_schema_describes_all_that_stands_in_the_shipped_file(recert):
    status, out, _ = recert("rulebook", "schema")
    schema = json.loads(out)
    assert status == 0
    rulebook = schema["$defs"]["Rulebook"]
    assert set(tomllib.loads(SHIPPED.read_text("utf-8"))) <= set(rulebook["properties"])
    assert rulebook["additionalProperties"] is False
    assert "fingerprint" not in rulebook["properties"]
