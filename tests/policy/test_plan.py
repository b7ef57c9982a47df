"""The plan: the fewest further points, where to earn them, and by when."""

from datetime import date

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recert.policy import assess, load_rulebook, plan, read_case
from recert.policy.allocation import place_points
from recert.policy.points import points_text
from tests.policy.strategies import cases

BOOK = load_rulebook("ascp-international")
CYCLE = {"starts": "2022-01-01", "ends": "2025-01-31"}
AS_OF = date(2024, 11, 20)


def course(name, hours, **fields):
    return {
        "id": name,
        "kind": "formal-course",
        "title": name,
        "completed_on": "2023-03-03",
        "contact_hours": hours,
        **fields,
    }


def case(*activities, category="MLS", **fields):
    return {
        "program": BOOK.key,
        "category": category,
        "cycle": CYCLE,
        "as_of": AS_OF.isoformat(),
        "activities": list(activities),
        **fields,
    }


def assessed(mapping):
    return assess(BOOK, read_case(mapping))


def planned(*mappings, as_of=AS_OF):
    return plan([assessed(mapping) for mapping in mappings], as_of=as_of)


def to_earn(todo):
    return {one.area: points_text(one.points) for one in todo.to_do}


def with_further(mapping, todo):
    """Add what a plan says as a course, on the day of the plan."""
    allocation = {one.area: points_text(one.points) for one in todo.to_do}
    if todo.anywhere:
        allocation["management"] = points_text(todo.anywhere)
    day = todo.as_of.isoformat()
    further = course("further", points_text(todo.fewest), completed_on=day, allocation=allocation)
    return {**mapping, "activities": [*mapping["activities"], further]}


def test_an_empty_transcript_needs_everything():
    todo = planned(case())
    assert to_earn(todo) == {
        "safety": "1",
        "ethics": "1",
        **dict.fromkeys(("blood-banking", "chemistry", "hematology", "microbiology"), "2"),
    }
    assert (todo.fewest, todo.anywhere) == (3600, 2600)


def test_what_is_met_needs_nothing_further():
    areas = ["safety", "ethics", "blood-banking", "chemistry", "hematology", "microbiology"]
    todo = planned(case(course("all", 36, covers=areas)))
    assert (todo.fewest, todo.to_do, todo.credentials[0].moves) == (0, (), ())


def test_what_allocating_anew_wins_is_told_with_the_moves():
    spread = {"safety": 5, "hematology": 5, "ethics": 0}
    (one,) = planned(case(course("a", 10, allocation=spread))).credentials
    assert (one.fewest_as_claimed, one.fewest, one.reallocating_wins) == (2600, 2600, 100)
    (move,) = one.moves
    assert move.activity == "a"
    assert (move.before, move.after["ethics"]) == ({"safety": 500, "hematology": 500}, 100)


def test_a_requirement_that_moves_serve_is_not_to_be_earned():
    todo = planned(case(course("a", 10, allocation={"safety": 10, "ethics": 0})))
    assert "ethics" not in to_earn(todo)


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        ("formal-course", None),
        ("college-course", "18"),  # ACT-1.3: half of 36
        ("poster", "3"),  # ACT-1.14: only the third year is left
        ("competence-assessment", "2"),  # ACT-1.6
        ("covid-claim", "0"),  # ACT-5: its days are over
    ],
)
def test_the_room_of_each_kind_is_told(kind, points):
    (one,) = planned(case()).credentials
    (room,) = [room for room in one.room if room.kind == kind]
    assert (None if room.points is None else points_text(room.points)) == points


def test_room_is_what_caps_leave_in_the_years_that_remain():
    posters = [
        {"id": str(year), "kind": "poster", "title": str(year), "completed_on": f"{year}-05-05"}
        for year in (2022, 2023)
    ]
    rooms = {
        as_of: {
            room.kind: room.points
            for room in planned(case(*posters), as_of=as_of).credentials[0].room
        }
        for as_of in (date(2022, 6, 1), date(2023, 6, 1), date(2024, 6, 1))
    }
    # ACT-1.14, ACT-3: of three years, those that were used or are over have no room.
    assert [room["poster"] for room in rooms.values()] == [600, 300, 300]


def test_the_room_of_an_inner_cap_ends_at_the_outer_one():
    done = [
        {
            "id": str(year),
            "kind": "competence-assessment",
            "title": str(year),
            "completed_on": f"{year}-05-05",
        }
        for year in (2022, 2023)
    ]
    (one,) = planned(case(*done)).credentials
    (room,) = [room for room in one.room if room.kind == "competence-assessment"]
    assert (room.points, room.rule) == (0, "ACT-1.6")  # 4 in the cycle, though year 3 is free


def test_a_claim_that_serves_once_has_no_room_left():  # ACT-5
    claim = {
        "id": "c",
        "kind": "covid-claim",
        "title": "c",
        "to": "2022-05-05",
        "contact_hours": 2,
        "approved": True,
    }
    early = date(2022, 6, 1)
    for activities, points in (([], 1200), ([claim], 0)):
        (one,) = planned(case(*activities), as_of=early).credentials
        (room,) = [room for room in one.room if room.kind == "covid-claim"]
        assert room.points == points


def test_the_days_of_a_cycle_are_told():  # CYC-4, CYC-5
    dates = planned(case()).credentials[0].dates
    assert dates.answer() == {
        "opens_on": "2024-10-31",
        "due_on": "2024-12-31",
        "expires_on": "2025-01-31",
        "last_day": "2025-01-31",
    }


def test_a_voluntary_declaration_tells_when_points_begin_to_drop_out():  # PAR-4
    mapping = case(course("a", 40, completed_on="2022-02-02"), participation="voluntary")
    del mapping["cycle"]
    dates = planned(mapping).credentials[0].dates
    assert dates.answer() == {"counts_until": "2025-02-02"}


def test_a_reinstatement_tells_when_only_the_examination_is_left():  # STA-5
    expired = {"starts": "2019-01-01", "ends": "2022-01-31"}
    mapping = case(declaration="reinstatement") | {"cycle": expired}
    assert planned(mapping).credentials[0].dates.answer() == {"no_declaration_from": "2032-01-31"}


def test_the_case_is_assessed_again_on_the_day_of_the_plan():
    future = course("a", 3, completed_on="2024-12-24", covers=["safety"])
    assert to_earn(planned(case(future))).get("safety") == "1"
    assert "safety" not in to_earn(planned(case(future), as_of=date(2024, 12, 24)))


LATER = {"starts": "2022-03-01", "ends": "2025-03-31"}


def test_one_further_point_serves_several_credentials():  # ACT-2
    todo = planned(case(), case(category="H", cycle=LATER))
    assert to_earn(todo)["hematology"] == "8"  # 2 for MLS and 8 for H are 8
    assert todo.fewest == 3600
    (hematology,) = [one for one in todo.to_do if one.area == "hematology"]
    assert hematology.serves == ("MLS(ASCPi)", "H(ASCPi)")


def test_what_was_entered_for_one_credential_may_serve_the_other():  # ACT-2
    first, second = planned(
        case(course("a", 10, covers=["hematology"])), case(category="H", cycle=LATER)
    ).credentials
    assert [one.title for one in second.borrowed] == ["a"]
    assert first.borrowed == ()
    assert second.fewest == 2600


AWARD = {
    "id": "s",
    "kind": "advanced-certification",
    "title": "Specialist in Blood Banking",
    "completed_on": "2023-03-03",
    "earned": "SBB",
    "covers": ["blood-banking"],
}


def test_an_award_serves_one_declaration_only():  # ACT-1.5
    pbt = case(AWARD, category="PBT", cycle=LATER)
    todo = planned(case(AWARD), pbt)
    mls, phlebotomy = todo.credentials
    assert ([one.id for one in phlebotomy.spent_elsewhere], mls.spent_elsewhere) == (["s"], ())
    # PBT's 9 are among what MLS needs all the same: 2 phlebotomy beside its 9 in other areas.
    assert points_text(todo.fewest) == "11"


def together(*mappings, as_of=AS_OF):
    (found,) = planned(*mappings, as_of=as_of).together
    return found


def test_the_days_of_the_reduced_fee_are_told():  # FEE-3
    joint = together(case(), case(category="H", cycle=LATER))
    assert (joint.first, joint.last) == (date(2024, 12, 31), date(2025, 1, 31))
    assert joint.in_time_until == date(2024, 12, 31)  # the due day of the earlier one
    assert [str(fee.amount) for fee in (joint.fee, joint.separately) if fee] == ["110.00", "190.00"]


@pytest.mark.parametrize(
    ("ends", "as_of", "why"),
    [
        ("2025-08-31", AS_OF, "Not all of them expire within 3 months of each other"),
        ("2025-03-31", date(2025, 2, 2), "cannot be declared on one day any more"),
    ],
)
def test_why_there_are_no_days_for_the_reduced_fee(ends, as_of, why):  # FEE-3
    later = {"starts": "2022-03-01", "ends": ends}
    joint = together(case(), case(category="H", cycle=later), as_of=as_of)
    assert joint.first is None
    assert why in joint.says
    assert joint.rule == "FEE-3"


def test_one_credential_has_no_days_together():
    assert planned(case()).together == ()


@given(cases())
def test_earning_what_the_plan_says_is_enough_and_a_hundredth_less_is_not(mapping):
    assessment = assessed(mapping)
    as_of = assessment.case.as_of
    assume(as_of <= assessment.case.period.ends)
    todo = plan(assessment, as_of=as_of)
    after = with_further(mapping, todo)
    if todo.fewest:
        assert assessed(after).best_outcome == "met"
        less = after["activities"][-1]
        area, points = next(iter(less["allocation"].items()))
        less["allocation"] |= {area: points_text(round(float(points) * 100) - 1)}
        less["contact_hours"] = points_text(todo.fewest - 1)
        assert assessed(after).best_outcome == "not-met"
    else:
        assert assessment.best_outcome == "met"


SEVERAL = st.lists(
    st.tuples(st.sampled_from(["MLS", "H", "SBB", "MB", "PBT"]), cases()),
    min_size=2,
    max_size=3,
    unique_by=lambda pair: pair[0],
)


@given(SEVERAL)
def test_what_is_earned_together_is_enough_for_each(pairs):
    todo = planned(
        *(case(*mapping["activities"], category=category) for category, mapping in pairs)
    )
    further = {one.area: one.points for one in todo.to_do} | (
        {"education": todo.anywhere} if todo.anywhere else {}
    )
    assert sum(further.values()) == todo.fewest
    assert todo.fewest <= sum(one.fewest for one in todo.credentials)
    assert todo.fewest >= max(one.fewest for one in todo.credentials)
    for one in todo.credentials:
        own = one.assessment
        kept = [entry for entry in own.case.activities if entry not in one.spent_elsewhere]
        activities = (*kept, *one.borrowed)
        with_all = assess(BOOK, msgspec.structs.replace(own.case, activities=activities))
        placed = place_points(with_all.terms, with_all.entries, free=True, further=further)
        assert (with_all.area_short(placed), with_all.total_short(placed)) == (0, 0)
