"""A second board needs a file and no code: a quite different programme, and the same functions."""

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest

import recert
from recert.policy import assess, load_rulebook, plan, read_case
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import Cycle, declaration_window, first_cycle, next_cycle
from recert.policy.fees import Submission, fees_due, inactive_request_fee
from recert.policy.standing import Holding, Pending, declarable_on, standing_on

RULEBOOKS = Path(__file__).parents[1] / "rulebooks"
HARBOUR = load_rulebook(RULEBOOKS / "harbour-sonography.toml")
SHIPPED = load_rulebook("ascp-international")
FIRST = Cycle(starts=date(2023, 4, 10), ends=date(2025, 4, 9))


def answer(*activities, category="SON", cycle=("2023-04-10", "2025-04-09"), as_of="2025-01-15"):
    mapping = {
        "program": "harbour-sonography",
        "category": category,
        "cycle": {"starts": cycle[0], "ends": cycle[1]},
        "as_of": as_of,
        "activities": [
            {"id": place, "title": f"Activity {place}", "completed_on": "2024-02-02"} | activity
            for place, activity in enumerate(activities)
        ],
    }
    return assess(HARBOUR, read_case(mapping, HARBOUR))


def accepted(*activities, **case):
    return answer(*activities, **case).answer()["points"]["accepted"]


def test_a_cycle_of_two_years_ends_on_the_day_before_its_anniversary():
    assert first_cycle(HARBOUR, certified_on=date(2023, 4, 10)) == FIRST
    assert next_cycle(HARBOUR, FIRST) == Cycle(starts=date(2025, 4, 10), ends=date(2027, 4, 9))


def test_the_window_is_its_own_and_nothing_late_is_taken():
    window = declaration_window(HARBOUR, FIRST)
    assert (window.opens_on, window.due_on) == (date(2024, 10, 9), date(2025, 2, 9))
    assert [window.on(date(2025, 2, day)) for day in (9, 10)] == ["open", "closed"]


def test_24_hours_are_needed_and_areas_may_count_together():
    requirements = answer().answer()
    assert requirements["points"]["required"] == "24"
    assert [(one["key"], one["required"]) for one in requirements["requirements"]] == [
        ("circulation", "6"),
        ("hygiene", "2"),
        ("dignity", "1"),
    ]
    both = {"kind": "congress", "contact_hours": 6, "allocation": {"heart": 2, "vessels": 4}}
    assert answer(both).answer()["requirements"][0]["met"] is True


def test_the_total_goes_by_submission_and_the_areas_by_the_end_of_the_cycle():
    early = answer(cycle=("2019-01-10", "2021-01-09"), as_of="2020-12-31").answer()
    late = answer(cycle=("2019-01-10", "2021-01-09"), as_of="2021-01-01").answer()
    assert [one["points"]["required"] for one in (early, late)] == ["20", "24"]
    assert "dignity" not in [one["key"] for one in late["requirements"]]


def test_half_of_the_hours_are_live():
    lectures = [
        {"kind": "recording", "contact_hours": 12, "completed_on": f"{year}-06-06"}
        for year in (2023, 2024)
    ]  # 6 hours each, of which a year lets 4 through
    books = [{"kind": "reading", "pages": 120} for _ in range(3)]  # 3 hours each
    live = {"kind": "hands-on", "contact_hours": 8}
    assert accepted(*lectures) == "8"
    assert accepted(*lectures, *books) == "12"  # 17 that are not live, half of 24 count
    assert accepted(*lectures, *books, live) == "24"
    (group,) = [finding for finding in answer(*lectures, *books).cap_findings if finding.group]
    assert (group.code, group.group, group.points, group.rule) == (
        *("cap-share-of-total", "not-live"),
        *(500, "H-5"),
    )


def test_hours_are_not_carried_over():
    used = {"kind": "congress", "contact_hours": 5, "used_in_cycle_ending": "2023-04-09"}
    before = {"kind": "congress", "contact_hours": 5, "completed_on": "2023-04-09"}
    found = answer(used, before)
    codes = [(entry.findings[0].code, entry.findings[0].rule) for entry in found.entries]
    assert codes == [("used-in-earlier-cycle", "H-6"), ("outside-cycle", "H-2")]


def test_its_kinds_pay_and_refuse_in_their_own_way():
    assert accepted({"kind": "hands-on", "contact_hours": 2.5}) == "3.75"
    assert [accepted({"kind": "reading", "pages": pages}) for pages in (19, 20, 100)] == [
        *("0", "1", "3"),
    ]
    exam = {"kind": "exam", "earned": "ECHO"}
    assert accepted(exam) == "8"
    (own,) = answer(exam, category="ECHO").entries[0].findings
    assert own.code == "own-category"
    (again,) = answer({"kind": "ward-round", "repeat": True}).entries[0].findings
    assert (again.code, again.remedy) == ("same-ward", "Visit another ward.")


def test_a_requirement_may_be_a_fraction():
    assert answer(category="ECHO").answer()["requirements"][0]["required"] == "12.5"


def test_the_plan_speaks_of_its_own_days_and_areas():
    todo = plan(answer(), as_of=date(2025, 1, 15))
    assert {one.area: one.points for one in todo.to_do} == {
        "heart": 600,
        "hygiene": 200,
        "dignity": 100,
    }
    (room,) = [room for room in todo.credentials[0].room if room.kind == "recording"]
    assert (room.points, room.rule) == (400, "H-5")
    two = [answer(), answer(category="ECHO")]
    (together,) = plan(two, as_of=date(2025, 1, 15)).together
    assert "has no reduced fee" in together.says


@pytest.mark.parametrize(
    ("day", "country", "amounts"),
    [
        (date(2024, 6, 30), "PT", ["60.00", "5.00"]),
        (date(2024, 7, 1), "PT", ["72.50", "5.00"]),
        (date(2024, 7, 1), "CV", ["30.00", "5.00"]),
    ],
)
def test_fees_go_by_day_and_by_country(day, country, amounts):  # FEE-5
    renewal = Submission(ref="r", purpose="renewal", submitted_on=day, expires_on=date(2025, 4, 9))
    charges = fees_due(HARBOUR, [renewal], country=country)
    assert [str(charge.amount.amount) for charge in charges] == amounts
    assert {charge.amount.currency.code for charge in charges} == {"EUR"}


def test_a_fee_may_go_by_the_end_of_the_cycle():
    renewal = Submission(
        ref="r",
        purpose="renewal",
        submitted_on=date(2025, 11, 1),
        expires_on=date(2026, 1, 1),
    )
    assert [str(one.amount.amount) for one in fees_due(HARBOUR, [renewal])] == ["72.50", "6.00"]


def test_a_ground_of_its_own_waives_the_fee():
    fee = inactive_request_fee(
        HARBOUR, ground="parenthood", documented=True, requested_on=date(2024, 1, 1)
    )
    assert (str(fee.amount.amount), fee.rule) == ("0", "H-9")


def test_its_business_days_have_another_weekend_and_its_holidays():
    days = BusinessDays(HARBOUR)
    sunday = date(2024, 6, 2)
    assert sunday in days
    assert sunday + timedelta(days=5) not in days  # a Friday
    assert date(2024, 6, 10) not in days  # Portugal Day
    assert date(2024, 8, 19) not in days  # a closure in the file


def test_its_standing_follows_its_own_rules():
    holding = Holding("SON", date(2023, 4, 10), declarations=(Pending(date(2025, 2, 1)),))
    assert str(standing_on(HARBOUR, holding, as_of=date(2023, 5, 5)).title) == "SON Harbour^R"
    # Here a pending declaration keeps nothing valid, and after four years one begins anew.
    states = {
        day: standing_on(HARBOUR, holding, as_of=day).state
        for day in (date(2025, 4, 10), date(2029, 4, 8), date(2029, 4, 9))
    }
    assert list(states.values()) == ["expired", "expired", "examination-needed"]
    assert declarable_on(HARBOUR, holding, as_of=date(2025, 4, 10)).purpose is None  # one at a time
    refused = Pending(date(2025, 2, 1), decided_on=date(2025, 4, 10))
    holding = Holding("SON", date(2023, 4, 10), declarations=(refused,))
    assert declarable_on(HARBOUR, holding, as_of=date(2025, 4, 10)).purpose == "reinstatement"


def test_a_voluntary_declaration_is_not_taken():
    old = Holding("SON", date(1990, 1, 1))
    declarable = declarable_on(HARBOUR, old, as_of=date(2024, 1, 1))
    assert declarable.purpose is None
    assert "takes no declaration of this kind" in declarable.says


KERNEL = Path(recert.__file__).parent
SOURCES = [file for file in KERNEL.rglob("*.py") if "rulebook.toml" not in file.name]
# Words of any programme, which the shipped one uses as keys too.
GENERIC = {"application", "reinstatement", "inactive", "education", "related", "safety"}


def texts_in(source):
    """Yield the texts that code works with; docstrings only speak of them."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(KERNEL).as_posix())
def test_no_key_of_the_shipped_programme_stands_in_the_code(file):
    keys = {*SHIPPED.areas, *SHIPPED.kinds, *SHIPPED.categories, *SHIPPED.fees, *SHIPPED.rules}
    found = keys.intersection(texts_in(file.read_text("utf-8"))) - GENERIC
    assert not found
