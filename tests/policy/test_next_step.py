"""The one next thing to do, for every standing and on the days where it turns."""

from datetime import date

import pytest

from recert.policy import assess, load_rulebook, plan
from recert.policy.case import Activity, build_case
from recert.policy.cycles import first_cycle
from recert.policy.next_step import next_step
from recert.policy.points import Points
from recert.policy.standing import (
    Grant,
    Holding,
    InactivePeriod,
    Pending,
    declarable_on,
    standing_on,
)

BOOK = load_rulebook("ascp-international")
CERTIFIED = date(2020, 3, 15)  # the cycle ends on 2023-03-31, opens 2022-12-31, due 2023-02-28


def activity(area, points, *, covers=None, name=""):
    return Activity(
        id=f"{name}{area}",
        kind="formal-course",
        title=f"On {name}{area}",
        completed_on=date(2021, 5, 4),
        contact_hours=Points.parse(points),
        allocation=None if covers else {area: Points.parse(points)},
        covers=covers,
    )


WHOLE = (
    *(activity(area, 2) for area in ("blood-banking", "chemistry", "hematology", "microbiology")),
    activity("safety", 1),
    activity("ethics", 1),
    activity("related", 26),
)
SHORT = WHOLE[:-1]


def step_on(day, activities, *, certified_on=CERTIFIED, purpose="renewal", **facts):
    holding = Holding(category="MLS", certified_on=certified_on, **facts)
    standing = standing_on(BOOK, holding, as_of=day)
    cycle = None if purpose == "voluntary" else standing.cycle
    case = build_case(
        BOOK, category="MLS", purpose=purpose, cycle=cycle, as_of=day, activities=activities
    )
    planned = plan(assess(BOOK, case), as_of=day).credentials[0]
    return next_step(standing, declarable_on(BOOK, holding, as_of=day), planned, as_of=day)


@pytest.mark.parametrize(
    ("day", "step", "until"),
    [
        (date(2022, 12, 30), "wait-for-window", date(2022, 12, 31)),
        (date(2022, 12, 31), "declare", date(2023, 2, 28)),
        (date(2023, 2, 28), "declare", date(2023, 2, 28)),
        (date(2023, 3, 1), "declare-late", date(2023, 3, 31)),
        (date(2023, 3, 31), "declare-late", date(2023, 3, 31)),
    ],
)
def test_when_everything_is_there(day, step, until):
    """CYC-4."""
    found = step_on(day, WHOLE)
    assert (found.step, found.until, found.rule) == (step, until, "CYC-4")


@pytest.mark.parametrize(
    ("day", "until"),
    [(date(2022, 5, 4), date(2023, 2, 28)), (date(2023, 3, 1), date(2023, 3, 31))],
)
def test_when_points_are_missing(day, until):
    found = step_on(day, SHORT)
    assert (found.step, found.points, found.until) == ("earn", 2600, until)
    assert found.rule == "REQ-1"


def test_when_allocating_otherwise_would_do_some_of_it():
    """ACT-7."""
    moved = Activity(
        id="two",
        kind="formal-course",
        title="Two subjects",
        completed_on=date(2021, 5, 4),
        contact_hours=Points.parse(2),
        allocation={"related": Points.parse(2), "chemistry": Points(0)},
    )
    without = tuple(one for one in WHOLE if one.id != "chemistry")
    found = step_on(date(2022, 5, 4), (*without, moved))
    assert (found.step, found.points, found.rule) == ("allocate-otherwise", 200, "ACT-7")


def test_while_the_board_decides():
    """STA-6."""
    pending = (Pending(submitted_on=date(2023, 3, 1)),)
    assert step_on(date(2023, 4, 1), WHOLE, declarations=pending).step == "wait-for-decision"


def test_once_expired_there_is_a_way_back_until_there_is_none():
    """STA-4, STA-5."""
    found = step_on(date(2023, 4, 1), WHOLE, purpose="reinstatement")
    assert (found.step, found.until) == ("declare", date(2033, 3, 30))
    late = standing_on(
        BOOK, Holding(category="MLS", certified_on=CERTIFIED), as_of=date(2033, 3, 31)
    )
    nothing = declarable_on(
        BOOK, Holding(category="MLS", certified_on=CERTIFIED), as_of=date(2033, 3, 31)
    )
    found = next_step(late, nothing, None, as_of=date(2033, 3, 31))
    assert (found.step, found.rule) == ("take-examination", "STA-5")


def test_back_from_inactive():
    """STA-2."""
    rest = (InactivePeriod(granted_on=date(2022, 1, 4), until=date(2024, 3, 31)),)
    found = step_on(date(2023, 4, 1), SHORT, purpose="return-from-inactive", inactive=rest)
    assert (found.step, found.until) == ("earn", date(2024, 2, 29))


def test_who_takes_part_because_they_want_to():
    """PAR-3."""
    early = date(2008, 3, 15)
    found = step_on(date(2023, 4, 1), SHORT, certified_on=early, purpose="voluntary")
    assert (found.step, found.until) == ("take-part-if-wanted", None)
    grant = (Grant(cycle=first_cycle(BOOK, certified_on=date(2021, 6, 1)), granted_on=early),)
    found = step_on(date(2023, 4, 1), SHORT, certified_on=early, purpose="voluntary", grants=grant)
    assert found.step == "earn"
