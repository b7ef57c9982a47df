"""What the shipped programme says beyond cases: who, when, and in which language."""

from datetime import date

import pytest

from recert.policy import Unusable, load_rulebook, read_case
from recert.policy.cycles import Cycle, first_cycle
from recert.policy.loading import shipped_rulebooks

BOOK = load_rulebook("ascp-international")
LINES = shipped_rulebooks()["ascp-international"].read_text("utf-8").splitlines()


def test_everyone_in_the_listed_categories_must_take_part_from_2012_on():  # PAR-1
    required = [key for key, one in BOOK.categories.items() if one.required_from]
    assert sorted(required) == sorted(
        [
            "BB",
            "C",
            "CG",
            "CT",
            "CTgyn",
            "H",
            "HT",
            "HTL",
            "M",
            "MB",
            "MLS",
            "MLT",
            "PBT",
            "SBB",
            "SC",
            "SCT",
            "SH",
            "SM",
            "SMB",
            "SCYM",
            "CLM",
        ]
    )
    assert {BOOK.categories[key].required_from for key in required} == {date(2012, 1, 1)}


def test_the_first_cycle_begins_on_the_day_of_certification():  # CYC-3, CYC-1
    cycle = first_cycle(BOOK, certified_on=date(2022, 5, 17))
    assert cycle == Cycle(starts=date(2022, 5, 17), ends=date(2025, 5, 31))


def test_nothing_asks_for_membership():  # PAR-5
    case = {
        "program": BOOK.key,
        "category": "MLS",
        "as_of": "2024-11-15",
        "participation": "voluntary",
        "membership": True,
        "activities": [],
    }
    with pytest.raises(Unusable, match="membership: unknown field"):
        read_case(case)


def test_documents_are_in_english():  # ACT-6, AUD-3
    assert BOOK.audit.language.value == "English"


@pytest.mark.parametrize("key", BOOK.kinds)
def test_an_audit_knows_what_proves_each_kind(key):  # AUD-2
    documents = BOOK.kinds[key].documents
    assert documents
    assert set(documents) <= set(BOOK.documents)


@pytest.mark.parametrize("rule", BOOK.rules)
def test_every_rule_has_words_and_a_source(rule):
    assert BOOK.rules[rule].text.endswith(".")
    assert BOOK.rules[rule].source


NOT_OF_VALUES = {"FEE-5"}  # the reading is about what a rulebook may say; this one does not


@pytest.mark.parametrize("rule", [key for key, one in BOOK.rules.items() if one.reading])
def test_every_reading_is_marked_where_its_value_stands(rule):
    marked = [line for line in LINES if line.startswith("# Reading") and f"({rule}" in line]
    assert marked or rule in NOT_OF_VALUES


def reinstated_on(day):
    return read_case(
        {
            "program": BOOK.key,
            "category": "MLS",
            "declaration": "reinstatement",
            "cycle": {"starts": "2012-01-01", "ends": "2015-01-31"},
            "as_of": day,
            "activities": [],
        }
    )


def test_a_reinstatement_is_a_question_until_the_tenth_anniversary():  # STA-4, STA-5
    assert reinstated_on("2025-01-30").period == Cycle(
        starts=date(2022, 1, 30), ends=date(2025, 1, 30)
    )


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-01-31", "declaration: no declaration is taken from 2025-01-31 on. The cert"),
        ("2015-01-31", "declaration: not expired on 2015-01-31; a reinstatement comes after"),
    ],
)
def test_outside_these_days_it_is_refused_with_the_rule(day, said):  # STA-4, STA-5
    with pytest.raises(Unusable) as unusable:
        reinstated_on(day)
    assert str(unusable.value).startswith(said)
