"""On cases of every sort, the kernel agrees with an independent judge and keeps its promises."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.policy import oracle
from tests.policy.comparing import BOOK, assessment_of, kernel_answer
from tests.policy.strategies import cases, contested_cases, loose_cases, tight_cases

points = oracle.hundredths


def sums(allocation):
    return sum(map(points, allocation.values()))


def answer_to(case):
    return assessment_of(case).answer()


def both_allocations(case):
    """Answer what counts by activity, and in all: as claimed, and with all free to move."""
    answer = answer_to(case)
    claimed = {one["id"]: one["allocation"] for one in answer["activities"]}
    yield claimed, answer["points"]["accepted"]
    yield answer["best"]["allocation"], answer["best"]["accepted"]


def by_id(case):
    return {activity["id"]: activity for activity in case["activities"]}


def without_rivals(case):
    """Leave out entries for which it matters which of two comes first."""
    kept: dict[object, oracle.Mapped] = {}
    for activity in case["activities"]:
        identity = activity["kind"], activity["title"], oracle.last_day_of(activity)
        rivals = "covid-claim" if activity["kind"] == "covid-claim" else identity
        kept.setdefault(rivals, activity)
    return case | {"activities": list(kept.values())}


@settings(max_examples=600)
@given(contested_cases())
def test_it_agrees_with_the_linear_programme_where_activities_compete(case):
    assert kernel_answer(case) == oracle.answer(case)


@settings(max_examples=600)
@given(tight_cases())
def test_it_agrees_with_the_linear_programme_where_points_barely_suffice(case):
    assert kernel_answer(case) == oracle.answer(case)


@settings(max_examples=600)
@given(loose_cases())
def test_it_agrees_with_the_linear_programme_on_cases_of_any_sort(case):
    assert kernel_answer(case) == oracle.answer(case)


def test_a_claim_worth_nothing_is_the_one_claim_all_the_same():  # ACT-5
    claim = {"kind": "covid-claim", "to": "2022-02-01", "approved": True}
    of_no_hours = {"contact_hours": "0", "allocation": {"related": "1"}}
    case = {
        "program": "ascp-international",
        "category": "BB",
        "cycle": {"starts": "2020-02-01", "ends": "2022-12-31"},
        "as_of": "2022-12-31",
        "activities": [
            claim | of_no_hours | {"id": "first", "title": "First"},
            claim | {"id": "second", "title": "Second", "contact_hours": "1"},
        ],
    }
    assert kernel_answer(case) == oracle.answer(case)


@settings(max_examples=200)
@given(cases())
def test_every_point_claimed_is_accounted_for(case):
    for ledger in assessment_of(case).ledgers():
        lost = sum(loss.points for loss in ledger.not_counted)
        assert ledger.claimed == sum(ledger.counted.values()) + lost
        assert min([ledger.unallocated, *ledger.counted.values()]) >= 0
        assert all(loss.points >= 0 for loss in ledger.not_counted)


@settings(max_examples=200)
@given(cases())
def test_what_is_accepted_is_what_counts_somewhere(case):
    for allocation, accepted in both_allocations(case):
        assert sum(map(sums, allocation.values())) == points(accepted)


@settings(max_examples=200)
@given(cases())
def test_each_requirement_adds_up(case):
    answer = answer_to(case)
    in_area = Counter[str]()
    for activity in answer["activities"]:
        for area, counted in activity["allocation"].items():
            in_area[area] += points(counted)
    for one in answer["requirements"]:
        assert points(one["accepted"]) == in_area[one["key"]]
        assert points(one["short"]) == max(0, points(one["required"]) - in_area[one["key"]])
    shorts = sum(points(one["short"]) for one in answer["requirements"])
    explained = sum(points(one["points"]) for one in answer["shortages"])
    assert points(answer["area_short"]) == shorts == explained


@settings(max_examples=200)
@given(st.one_of(contested_cases(), tight_cases()))
def test_a_cap_is_named_as_holding_back_where_areas_lack_less_without_caps(case):
    named = any(shortage["held_back_by"] for shortage in answer_to(case)["shortages"])
    with_caps, without = (oracle.area_short(case, with_caps=caps) for caps in (True, False))
    assert named == (without < with_caps)


@settings(max_examples=200)
@given(cases())
def test_no_area_gets_more_than_was_claimed(case):
    for activity, one in zip(case["activities"], answer_to(case)["activities"], strict=True):
        counted, claimed = one["allocation"], activity.get("allocation")
        assert sums(counted) == points(one["accepted"]) <= points(one["worth"])
        if claimed is None:
            assert set(counted) <= set(activity.get("covers", ["related"]))
        else:
            assert all(points(counted[area]) <= points(claimed[area]) for area in counted)


@settings(max_examples=200)
@given(cases())
def test_moving_stays_within_the_areas_and_the_worth_of_an_activity(case):
    answer = answer_to(case)
    worth = {one["id"]: points(one["worth"]) for one in answer["activities"]}
    for name, counted in answer["best"]["allocation"].items():
        activity = by_id(case)[name]
        covers = [] if "allocation" in activity else ["related"]
        areas = {*activity.get("allocation", ()), *activity.get("covers", covers)}
        assert set(counted) <= areas
        assert sums(counted) <= worth[name]


@settings(max_examples=200)
@given(cases())
def test_no_cap_lets_too_much_through(case):
    starts, ends = oracle.period_of(case)
    total, _ = oracle.requirements(case["category"], ends)
    for allocation, _ in both_allocations(case):
        by_year, by_kind = Counter[tuple[str, int]](), Counter[str]()
        for name, counted in allocation.items():
            activity = by_id(case)[name]
            year = oracle.year_of(oracle.last_day_of(activity), starts)
            by_year[activity["kind"], year] += sums(counted)
            by_kind[activity["kind"]] += sums(counted)
        for (kind, _), counted in by_year.items():
            assert counted <= 100 * oracle.PER_YEAR.get(kind, counted)
        for kind, counted in by_kind.items():
            assert counted <= 100 * oracle.PER_CYCLE.get(kind, counted)
            assert kind not in oracle.HALF_OF_THE_TOTAL or 2 * counted <= total


@settings(max_examples=200)
@given(cases())
def test_moving_points_never_makes_it_worse(case):
    answer = answer_to(case)
    best = answer["best"]
    assert points(best["accepted"]) >= points(answer["points"]["accepted"])
    assert points(best["area_short"]) <= points(answer["area_short"])
    assert best["outcome"] == "met" or answer["outcome"] == "not-met"


@settings(max_examples=200)
@given(cases(), st.data())
def test_the_order_of_activities_does_not_matter(case, data):
    case = without_rivals(case)
    shuffled = data.draw(st.permutations(case["activities"]))
    sound, other = answer_to(case), answer_to(case | {"activities": shuffled})
    for answer in (sound, other):
        answer["best"] = answer["best"] | {"allocation": None}
        answer["findings"].sort(key=str)
    for part in ("outcome", "points", "area_short", "findings", "best"):
        assert sound[part] == other[part]
    findings = {one["id"]: one["findings"] for one in other["activities"]}
    assert {one["id"]: one["findings"] for one in sound["activities"]} == findings


@settings(max_examples=200)
@given(cases())
def test_one_activity_more_never_takes_points_away(case):
    assume(case["activities"])
    *others, one = case["activities"]
    # A claim that was used before tells that no other may serve.
    assume(one["kind"] != "covid-claim" or "used_in_cycle_ending" not in one)
    fewer, more = answer_to(case | {"activities": others}), answer_to(case)
    for before, after in ((fewer["points"], more["points"]), (fewer["best"], more["best"])):
        assert points(before["accepted"]) <= points(after["accepted"])
    for before, after in ((fewer, more), (fewer["best"], more["best"])):
        assert points(before["area_short"]) >= points(after["area_short"])
        assert before["outcome"] == "not-met" or after["outcome"] == "met"


@settings(max_examples=200)
@given(cases())
def test_each_finding_cites_a_rule_and_explains_itself(case):
    answer = answer_to(case)
    findings = answer["findings"] + [
        finding for one in answer["activities"] for finding in one["findings"]
    ]
    for finding in findings:
        assert finding["rule"] in BOOK.rules
        assert finding["message"].endswith(".")
        assert "{" not in finding["message"] + finding["remedy"]
        assert Decimal(finding["points"]) >= 0
