"""A case written down is read again as the same case, and answered the same, years later."""

import json
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recert.policy import assess, load_rulebook, read_case
from recert.policy.case import Activity, build_case
from recert.policy.cycles import Cycle, first_cycle
from recert.policy.points import Points
from recert.policy.written_case import written_case
from tests.policy.strategies import cases

BOOK = load_rulebook("ascp-international")
CYCLE = first_cycle(BOOK, certified_on=date(2022, 1, 10))


def written_and_read(case):
    """Write a case as a table keeps it, and read it."""
    return read_case(json.loads(json.dumps(written_case(case))))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.sampled_from([None, "0", "1.5", "36"]))
def test_every_case_is_read_again_as_it_was(data, documented):
    case = read_case(data)
    if documented is not None and case.activities:  # what an audit found
        first, *others = case.activities
        first = msgspec.structs.replace(first, documented=Points.parse(documented))
        case = msgspec.structs.replace(case, activities=(first, *others))
    again = written_and_read(case)
    assert again == case
    assert written_case(again) == written_case(case)
    assert assess(BOOK, again).answer() == assess(BOOK, case).answer()


PURPOSES = ("renewal", "return-from-inactive", "reinstatement", "voluntary")
LAST = {"reinstatement": CYCLE.ends + timedelta(days=400)}


@given(st.sampled_from(PURPOSES), st.integers(0, 90))
def test_so_is_one_that_is_put_right_on_a_later_day(purpose, days):
    """DEC-6."""
    declared_on = LAST.get(purpose, CYCLE.ends)
    case = build_case(
        BOOK,
        category="MLS",
        purpose=purpose,
        cycle=None if purpose == "voluntary" else CYCLE,
        as_of=declared_on + timedelta(days=days),
        activities=(),
        declared_on=declared_on,
    )
    assert written_and_read(case) == case


# == Declared on one day, put right on another =====================================================


def course(day, name="a"):
    return Activity(
        id=name,
        kind="formal-course",
        title=name,
        completed_on=day,
        contact_hours=Points.parse(2),
        allocation={"related": Points.parse(2)},
    )


def counted(purpose, activity, *, as_of, declared_on=None, cycle=CYCLE):
    case = build_case(
        BOOK,
        category="PBT",
        purpose=purpose,
        cycle=None if purpose == "voluntary" else cycle,
        as_of=as_of,
        activities=(activity,),
        declared_on=declared_on,
    )
    (ledger,) = assess(BOOK, case).ledgers()
    return sum(ledger.counted.values()) == 200


DECLARED, LATER = date(2026, 3, 2), date(2026, 4, 10)


@pytest.mark.parametrize("purpose", ["voluntary", "reinstatement"])
@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2023, 3, 1), False),
        (date(2023, 3, 2), True),  # it counted when it was declared, and still does
        (DECLARED, True),
        (LATER, True),  # done to put it right
        (LATER + timedelta(days=1), False),
    ],
)
def test_what_counts_for_years_before_submission_goes_by_the_first_day(purpose, day, counts):
    """PAR-4, STA-4, DEC-6."""
    assert counted(purpose, course(day), as_of=LATER, declared_on=DECLARED) == counts


@pytest.mark.parametrize(
    ("day", "counts"), [(CYCLE.ends, True), (CYCLE.ends + timedelta(days=1), False)]
)
def test_a_renewal_put_right_after_the_end_counts_what_lies_in_its_cycle(day, counts):
    """CYC-5, DEC-6."""
    later, declared_on = CYCLE.ends + timedelta(days=20), CYCLE.ends
    assert counted("renewal", course(day), as_of=later, declared_on=declared_on) == counts


def test_dated_rules_are_those_of_the_first_day():
    """REQ-8, DEC-6: 1 January 2023 brings ethics."""
    last, first = date(2022, 12, 30), date(2023, 1, 20)
    needs = [
        build_case(
            BOOK,
            category="MLS",
            purpose="voluntary",
            cycle=None,
            as_of=first,
            activities=(),
            declared_on=declared_on,
        )
        for declared_on in (last, None)
    ]
    areas = [{need.areas[0] for need in assess(BOOK, case).terms.needs} for case in needs]
    assert ["ethics" in one for one in areas] == [False, True]


def test_a_day_of_declaring_after_the_day_of_judging_is_a_mistake():
    case = build_case(
        BOOK, category="MLS", purpose="renewal", cycle=CYCLE, as_of=CYCLE.ends, activities=()
    )
    data = written_case(case) | {"declared_on": (CYCLE.ends + timedelta(days=1)).isoformat()}
    with pytest.raises(Exception, match="or earlier"):
        read_case(data)


def test_a_cycle_that_was_extended_is_written_as_it_is():
    """STA-2."""
    extended = Cycle(starts=CYCLE.starts, ends=date(2026, 1, 31))
    case = build_case(
        BOOK,
        category="MLS",
        purpose="return-from-inactive",
        cycle=extended,
        as_of=date(2025, 12, 1),
        activities=(),
    )
    assert written_and_read(case).cycle == extended
