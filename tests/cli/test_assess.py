"""`recert assess`: its answers, its status, and what it says of what it cannot use."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RECERT = Path(sys.executable).with_name("recert")
EXAMPLES = Path(__file__).parents[2] / "examples"
MET, NOT_MET, UNUSABLE = 0, 1, 2

GOOD = """\
program: ascp-international
category: PBT
cycle: {starts: 2022-01-01, ends: 2025-01-31}
as_of: 2024-11-15
activities:
  - id: a1
    kind: formal-course
    title: Safe Draws
    completed_on: 2023-05-04
    contact_hours: 9
    covers: [safety, ethics, phlebotomy]
"""


@pytest.fixture
def case(tmp_path):
    """Write a case; each pair of texts changes the good one."""

    def write(*changes, name="case.yaml"):
        text = GOOD
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        (tmp_path / name).write_text(text, "utf-8")
        return name

    return write


def test_a_case_that_is_met_ends_with_status_0(recert, case):
    status, out, err = recert("assess", case())
    assert (status, err) == (MET, "")
    assert "MET  9 points count and 9 are needed." in out


def test_a_case_that_is_not_met_ends_with_status_1(recert, case):
    status, out, err = recert("assess", case(("hours: 9", "hours: 8")))
    assert (status, err) == (NOT_MET, "")
    assert "NOT MET" in out
    assert "Earn 1 point in any area." in out


def test_the_answer_in_json_is_one_line(recert, case):
    status, out, _ = recert("assess", case(), "--json")
    answer = json.loads(out)
    assert (status, out.count("\n")) == (MET, 1)
    assert answer["points"] | {"rule": ""} == {
        "required": "9",
        "accepted": "9",
        "short": "0",
        "rule": "",
    }


def test_several_files_are_answered_in_order_with_the_worst_status(recert, case):
    files = [case(("hours: 9", f"hours: {hours}"), name=f"{hours}.yaml") for hours in (9, 3, 5)]
    status, out, _ = recert("assess", *files, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["points"]["accepted"] for answer in answers] == ["9", "3", "5"]
    assert status == NOT_MET


def test_one_unusable_file_of_several_costs_the_others_nothing(recert, case):
    files = [case(), "nowhere.yaml", case(("hours: 9", "hours: 1"), name="other.yaml")]
    status, out, err = recert("assess", *files, "--json")
    first, second, third = (json.loads(line) for line in out.splitlines())
    assert (first["outcome"], third["outcome"], status) == ("met", "not-met", UNUSABLE)
    assert second["file"] == "nowhere.yaml"
    assert second["error"] == err.splitlines()


def test_a_case_may_come_from_standard_input(recert):
    status, out, _ = recert("assess", "-", "--json", stdin=GOOD.encode())
    assert (status, json.loads(out)["outcome"]) == (MET, "met")


def test_a_case_in_json_has_the_same_answer(recert, case, tmp_path):
    activity = {
        "id": "a1",
        "kind": "formal-course",
        "title": "Safe Draws",
        "completed_on": "2023-05-04",
        "contact_hours": 9,
        "covers": ["safety", "ethics", "phlebotomy"],
    }
    mapping = {
        "program": "ascp-international",
        "category": "PBT",
        "cycle": {"starts": "2022-01-01", "ends": "2025-01-31"},
        "as_of": "2024-11-15",
        "activities": [activity],
    }
    (tmp_path / "case.json").write_text(json.dumps(mapping), "utf-8")
    assert recert("assess", "case.json", "--json") == recert("assess", case(), "--json")


def test_a_transcript_is_assessed_with_what_it_does_not_say(recert):
    options = ["--category", "PBT", "--cycle", "2022-06-01:2025-06-30", "--as-of", "2025-04-10"]
    status, out, err = recert("assess", EXAMPLES / "rosa-pbt.csv", *options)
    assert (status, err) == (MET, "")
    assert "Needle Safety" in out


def test_a_rulebook_of_another_board_can_be_given(recert, case, tmp_path):
    shipped = Path(EXAMPLES.parent, "src/recert/rulebook/ascp-international.toml")
    text = shipped.read_text("utf-8").replace('key = "ascp-international"', 'key = "other"', 1)
    text = text.replace("value = 9, rule", "value = 4, rule")
    (tmp_path / "other.toml").write_text(text, "utf-8")
    file = case(("ascp-international", "other"), ("hours: 9", "hours: 4"))
    status, out, _ = recert("assess", file, "--rulebook", "other.toml", "--json")
    assert (status, json.loads(out)["points"]["required"]) == (MET, "4")


def test_there_is_no_colour_but_on_a_terminal(recert, case):
    assert "\x1b" not in recert("assess", case())[1]


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_there_is_colour_on_a_terminal_unless_it_is_refused(case, tmp_path, environment, coloured):
    ours, its = os.openpty()
    with subprocess.Popen(  # our own command
        [RECERT, "assess", case()],
        stdout=its,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", **environment},
    ) as process:
        os.close(its)
        written = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal so
            while part := os.read(ours, 65536):
                written += part
    os.close(ours)
    assert process.returncode == MET
    assert (b"\x1b[32m" in written) is coloured  # green, for what is met


def test_the_page_is_readable_where_only_ascii_can_be_written(recert, case):
    status, out, _ = recert("assess", case(), environment={"PYTHONIOENCODING": "ascii"})
    assert status == MET
    assert "[" not in out.splitlines()[0]
    assert "############" in out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("PBT", "PBX", "case.yaml:2: category: unknown category 'PBX'; did you mean PBT?"),
        (
            "formal-course",
            "formal",
            "case.yaml:7: activities[0].kind: unknown kind 'formal'; did you mean formal-course?",
        ),
        (
            "[safety, ethics, phlebotomy]",
            "[safty]",
            "case.yaml:11: activities[0].covers[0]: unknown area 'safty'; did you mean safety?",
        ),
        (
            "contact_hours: 9",
            "hours: 9",
            "case.yaml:10: activities[0].hours: unknown field; did you mean contact_hours?",
        ),
        (
            "2025-01-31}",
            "2021-01-31}",
            (
                "case.yaml:3: cycle.ends: ends before it starts; expected 2022-01-01 or later, "
                "found 2021-01-31"
            ),
        ),
        (
            "2023-05-04",
            "2023-02-30",
            (
                "case.yaml:9: activities[0].completed_on: expected a date such as 2022-05-04, "
                "found '2023-02-30'"
            ),
        ),
        (
            "hours: 9",
            "hours: -1",
            "case.yaml:10: activities[0].contact_hours: expected 0 or more, found -1",
        ),
        (
            "hours: 9",
            "hours: .nan",
            "case.yaml:10: activities[0].contact_hours: expected a number such as 1.25, found NaN",
        ),
        (
            "hours: 9",
            "hours: 10001",
            "case.yaml:10: activities[0].contact_hours: expected at most 10,000, found 10001",
        ),
        (
            "hours: 9",
            "hours: 1.005",
            (
                "case.yaml:10: activities[0].contact_hours: expected hundredths at the finest, "
                "such as 1.25, found 1.005"
            ),
        ),
        (
            "2022-01-01, ends: 2025-01-31",
            "2008-01-01, ends: 2011-01-31",
            "case.yaml:3: cycle: REQ-3 says nothing for 2011-01-31; it begins on 2012-01-01.",
        ),
    ],
)
def test_what_cannot_be_used_is_said_with_file_line_and_field(recert, case, before, after, said):
    status, out, err = recert("assess", case((before, after)))
    assert (status, out) == (UNUSABLE, "")
    assert said in err.splitlines()


def test_all_mistakes_are_said_at_once(recert, case):
    file = case(
        ("PBT", "PBX"), ("formal-course", "formal"), ("2024-11-15", "soon"), ("2023-05-04", "3")
    )
    _, _, err = recert("assess", file)
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        *("as_of", "activities[0].completed_on"),
        *("category", "activities[0].kind"),
    ]


def test_two_activities_with_one_id_are_refused(recert, case, tmp_path):
    file = case()
    text = (tmp_path / file).read_text("utf-8")
    (tmp_path / file).write_text(text + text[text.index("  - id") :], "utf-8")
    status, _, err = recert("assess", file)
    assert status == UNUSABLE
    assert err == (
        "case.yaml:12: activities[1].id: 'a1' is the id of activities[0] already; "
        "each needs its own\n"
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.yaml", b"", "empty.yaml: "),
        ("binary.yaml", bytes(range(256)), "binary.yaml"),
        ("bomb.yaml", b"a: &a [x, x]\nb: &b [*a, *a]\n", "bomb.yaml:1: "),
        ("case.txt", GOOD.encode(), "case.txt: "),
        ("list.json", b"[1, 2]", "list.json"),
        ("cut.json", b'{"program": ', "cut.json:1: "),
        ("utf16.yaml", GOOD.encode("utf-16"), "utf16.yaml"),
        ("semicolons.csv", b"id;kind;title\n1;2;3\n", "semicolons.csv:1: "),
        ("columns.csv", b"id,title\n1,A\n", "columns.csv:1: "),
        ("workbook.xlsx", b"no zip", "workbook.xlsx: "),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(recert, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    options = ["--category", "PBT", "--cycle", "2022-01-01:2025-01-31", "--as-of", "2024-11-15"]
    status, out, err = recert("assess", name, *(options if name[-3:] in {"csv", "lsx"} else []))
    assert (status, out) == (UNUSABLE, "")
    assert err.startswith(said)


def test_a_huge_file_is_refused_without_reading_it(recert, tmp_path):
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(50_000_000)
    status, _, err = recert("assess", "huge.yaml")
    assert status == UNUSABLE
    assert err.startswith("huge.yaml: larger than 5 MB")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cycle", "2022-01-01"], "--cycle: expected START:END, found '2022-01-01'"),
        (["--category", "PBX"], "--category: unknown category 'PBX'; did you mean PBT?"),
        (["--as-of", "today"], "--as-of: expected a date such as 2022-05-04, found 'today'"),
        (["--program", "ascp"], "--program: there is no programme 'ascp'"),
    ],
)
def test_what_a_transcript_does_not_say_is_refused_by_its_option(recert, options, said):
    good = {"--category": "PBT", "--cycle": "2022-06-01:2025-06-30", "--as-of": "2025-04-10"}
    given = good | {options[0]: options[1]}
    arguments = [text for pair in given.items() for text in pair]
    status, out, err = recert("assess", EXAMPLES / "rosa-pbt.csv", *arguments)
    assert (status, out) == (UNUSABLE, "")
    assert err.startswith(said)


def test_a_transcript_without_its_facts_says_which_are_missing(recert):
    status, _, err = recert("assess", EXAMPLES / "rosa-pbt.csv")
    assert status == UNUSABLE
    assert [line.partition(": missing")[0] for line in err.splitlines()] == [
        "--category",
        "--as-of",
        "--cycle",
    ]


def test_a_case_file_says_all_of_it_itself(recert, case):
    status, _, err = recert("assess", case(), "--as-of", "2024-11-15")
    assert (status, err) == (
        UNUSABLE,
        "case.yaml: a case file says this itself; leave out --as-of\n",
    )
