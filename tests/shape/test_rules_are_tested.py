"""Each rule of the programme is cited by a test; a rule that none cites is untested."""

import re
from pathlib import Path

import pytest

from recert.policy import load_rulebook

TESTS = Path(__file__).parents[1]
HERE = Path(__file__)
CHAPTERS = ("PAR-", "CYC-", "REQ-", "ACT-", "DEC-", "FEE-", "AUD-", "STA-", "PER-")
RULES = list(load_rulebook("ascp-international").rules)

SOURCES = [file for file in TESTS.rglob("test_*.py") if file != HERE]
SOURCES += [*(TESTS / "scenarios").glob("*.yaml"), *(TESTS / "conformance").glob("*.yaml")]
CITED = "\n".join(file.read_text("utf-8") for file in SOURCES)


def cites(text, rule):
    """Answer whether a text names a rule, and not only one that begins like it."""
    return re.search(rf"(?<![\w-]){re.escape(rule)}(?!\d|\.\d)", text) is not None


def test_there_are_rules_and_tests():
    assert {rule.partition("-")[0] + "-" for rule in RULES} == set(CHAPTERS)
    assert len(SOURCES) > len(CHAPTERS)


@pytest.mark.parametrize("rule", RULES)
def test_a_test_cites_the_rule(rule):
    assert cites(CITED, rule), f"no test names {rule}"


@pytest.mark.parametrize("text", ["ACT-1.14", "ACT-12", "FACT-1", "ACT-"])
def test_a_rule_is_not_cited_by_another_that_begins_like_it(text):
    assert not cites(text, "ACT-1")


@pytest.mark.parametrize("text", ["ACT-1", "(ACT-1)", "by ACT-1.", "ACT-1, ACT-2"])
def test_a_rule_is_cited_by_its_name(text):
    assert cites(text, "ACT-1")
