"""The conformance suite: cases beside their answers, as every implementation must give them."""

import json
from pathlib import Path
from typing import Any

import pytest

from recert.casefile import read_case_file
from recert.policy import assess, load_rulebook, read_case

CASES = sorted(Path(__file__).parent.glob("*.yaml"))


def test_there_are_cases():
    assert CASES


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_case_gets_its_answer(file):
    expected = json.loads(file.with_suffix(".answer.json").read_text("utf-8"))
    case = read_case(read_case_file(file).data)
    answer: dict[str, Any] = assess(load_rulebook(case.program), case).answer()
    answer["activity_findings"] = {
        activity["id"]: [finding["code"] for finding in activity["findings"]]
        for activity in answer["activities"]
        if activity["findings"]
    }
    for part, value in expected.items():
        if isinstance(value, dict) and part != "activity_findings":
            assert {key: answer[part][key] for key in value} == value, part
        else:
            assert answer[part] == value, part
