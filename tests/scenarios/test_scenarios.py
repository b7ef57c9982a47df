"""The programme's rules as scenarios, readable without Python: the `.yaml` files beside this."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from recert.policy import assess, load_rulebook, read_case

BOOK = load_rulebook("ascp-international")
SCENARIOS = [
    scenario
    for file in sorted(Path(__file__).parent.glob("*.yaml"))
    for scenario in yaml.safe_load(file.read_text("utf-8"))
]
CYCLE = ["2022-01-01", "2025-01-31"]
DAY = "2023-06-01"  # of an activity that does not say its own: in the second year


def case_of(scenario):
    """Fill in what a scenario does not say."""
    sliding = scenario.get("participation") == "voluntary"
    starts, ends = scenario.get("cycle", CYCLE)
    return {
        "program": BOOK.key,
        "category": scenario.get("category", "MLS"),
        "as_of": scenario.get("as_of", "2024-11-15"),
        "activities": [
            {"id": number, "title": f"Activity {number}"}
            | ({} if activity["kind"] == "covid-claim" else {"completed_on": DAY})
            | activity
            for number, activity in enumerate(scenario.get("activities", []))
        ],
        **{key: scenario[key] for key in ("participation", "declaration") if key in scenario},
        **({} if sliding else {"cycle": {"starts": starts, "ends": ends}}),
    }


def answered(answer, asked):
    """Take from an answer what a scenario asks for."""
    return {
        "total": lambda: Decimal(answer["points"]["required"]),
        "required": lambda: {
            one["key"]: Decimal(one["required"]) for one in answer["requirements"]
        },
        "accepted": lambda: Decimal(answer["points"]["accepted"]),
        "area_short": lambda: Decimal(answer["area_short"]),
        "best": lambda: {"accepted": Decimal(answer["best"]["accepted"])},
        "findings": lambda: [
            finding["code"] for one in answer["activities"] for finding in one["findings"]
        ],
        "caps": lambda: {
            " ".join(str(one[key]) for key in ("code", "kind", "year") if key in one): Decimal(
                one["points"]
            )
            for one in answer["findings"]
        },
    }[asked]()


def exact(value):
    """Read numbers as people wrote them."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    return Decimal(str(value)) if isinstance(value, (int, float)) else value


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one["name"] for one in SCENARIOS])
def test_scenario(scenario):
    answer = assess(BOOK, read_case(case_of(scenario))).answer()
    expected = {"findings": [], "caps": {}} | scenario["expect"]
    found = {asked: answered(answer, asked) for asked in expected}
    assert found == exact(expected)


def test_every_scenario_names_rules_that_there_are():
    named = {rule for scenario in SCENARIOS for rule in scenario["rules"]}
    assert named <= set(BOOK.rules)


def test_no_two_scenarios_have_one_name():
    names = [scenario["name"] for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
