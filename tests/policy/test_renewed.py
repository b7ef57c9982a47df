"""Pending, renewed already, and the cycle that an approval brings: at each edge."""

from datetime import date, timedelta

import pytest

from recert.policy import load_rulebook
from recert.policy.cycles import Cycle, first_cycle, granted_cycle, next_cycle
from recert.policy.next_step import next_step
from recert.policy.standing import (
    Grant,
    Holding,
    InactivePeriod,
    Pending,
    Title,
    declarable_on,
    standing_on,
    undecided,
)

BOOK = load_rulebook("ascp-international")
CERTIFIED = date(2022, 1, 10)
FIRST = first_cycle(BOOK, certified_on=CERTIFIED)  # ends on 2025-01-31
DAY = timedelta(days=1)
APPROVED = date(2024, 12, 20)
RENEWED = Holding(
    category="MLS",
    certified_on=CERTIFIED,
    grants=(Grant(next_cycle(BOOK, FIRST), granted_on=APPROVED),),
    declarations=(Pending(date(2024, 11, 15), decided_on=APPROVED),),
)


@pytest.mark.parametrize(
    ("purpose", "cycle", "starts"),
    [
        ("renewal", FIRST, date(2025, 1, 1)),  # CYC-2, however late it is approved
        ("return-from-inactive", Cycle(FIRST.starts, date(2026, 2, 28)), date(2026, 2, 1)),
        ("reinstatement", FIRST, APPROVED),  # CYC-8
        ("voluntary", None, APPROVED),  # PAR-3
        ("voluntary", FIRST, date(2025, 1, 1)),  # and again, while it is maintained
    ],
)
def test_which_cycle_an_approval_brings(purpose, cycle, starts):
    cycle = granted_cycle(BOOK, purpose, cycle=cycle, approved_on=APPROVED)
    assert cycle.starts == starts
    assert cycle.ends == first_cycle(BOOK, certified_on=starts).ends  # CYC-1


@pytest.mark.parametrize(
    ("day", "pending", "renewed"),
    [
        (date(2024, 11, 14), False, False),
        (date(2024, 11, 15), True, False),
        (APPROVED - DAY, True, False),
        (APPROVED, False, True),
        (date(2024, 12, 31), False, True),
        (date(2025, 1, 1), False, False),  # the next cycle runs
    ],
)
def test_from_declared_to_renewed_day_by_day(day, pending, renewed):  # STA-6, STA-7
    standing = standing_on(BOOK, RENEWED, as_of=day)
    assert (bool(standing.pending), bool(standing.renewed)) == (pending, renewed)
    declarable = declarable_on(BOOK, RENEWED, as_of=day)
    open_now = date(2024, 10, 31) <= day < date(2024, 11, 15)
    assert declarable.purpose == ("renewal" if open_now else None)


def test_whoever_is_renewed_waits_for_the_cycle():  # CYC-2
    standing = standing_on(BOOK, RENEWED, as_of=APPROVED)
    assert (standing.state, standing.until) == ("active", date(2028, 1, 31))
    declarable = declarable_on(BOOK, RENEWED, as_of=APPROVED)
    step = next_step(standing, declarable, None, as_of=APPROVED)
    assert (step.step, step.until, step.rule) == ("wait-for-cycle", date(2025, 1, 1), "CYC-2")


def test_on_the_first_day_of_it_nothing_is_waited_for():
    day = date(2025, 1, 1)
    standing, declarable = (
        standing_on(BOOK, RENEWED, as_of=day),
        declarable_on(BOOK, RENEWED, as_of=day),
    )
    assert next_step(standing, declarable, None, as_of=day).step == "nothing"
    assert declarable.window
    assert declarable.window.opens_on == date(2027, 10, 31)


def test_what_was_declared_is_waited_for_before_what_was_renewed():  # STA-6
    day = date(2024, 11, 20)
    standing, declarable = (
        standing_on(BOOK, RENEWED, as_of=day),
        declarable_on(BOOK, RENEWED, as_of=day),
    )
    assert next_step(standing, declarable, None, as_of=day).step == "wait-for-decision"


def test_back_from_inactive_it_is_active_at_once():  # STA-2
    until = date(2026, 1, 31)
    extended, approved = Cycle(CERTIFIED, until), date(2025, 12, 10)
    holding = Holding(
        "MLS",
        CERTIFIED,
        grants=(Grant(next_cycle(BOOK, extended), granted_on=approved),),
        inactive=(InactivePeriod(granted_on=date(2024, 6, 1), until=until),),
    )
    assert standing_on(BOOK, holding, as_of=approved - DAY).state == "inactive"
    assert standing_on(BOOK, holding, as_of=approved).state == "active"


def test_maintained_voluntarily_and_renewed_it_says_until_when():  # PAR-3
    first = first_cycle(BOOK, certified_on=date(2022, 5, 20))
    approved = date(2025, 3, 3)
    following = next_cycle(BOOK, first)
    holding = Holding(
        "MT",
        date(2009, 9, 9),
        grants=(
            Grant(first, granted_on=date(2022, 5, 20)),
            Grant(following, granted_on=approved),
        ),
    )
    assert standing_on(BOOK, holding, as_of=approved - DAY).until == first.ends
    standing = standing_on(BOOK, holding, as_of=approved)
    assert (standing.until, standing.renewed) == (following.ends, following)
    assert declarable_on(BOOK, holding, as_of=approved).purpose is None
    assert declarable_on(BOOK, holding, as_of=following.starts).purpose == "voluntary"


@pytest.mark.parametrize(
    ("declarations", "found"),
    [
        ((), None),
        ((Pending(APPROVED + DAY),), None),  # not known yet
        ((Pending(APPROVED),), 0),
        ((Pending(APPROVED - DAY, decided_on=APPROVED),), None),
        ((Pending(APPROVED - DAY, decided_on=APPROVED + DAY),), 0),
        ((Pending(APPROVED, decided_on=APPROVED), Pending(APPROVED)), 1),
    ],
)
def test_what_is_undecided_on_a_day(declarations, found):
    expected = None if found is None else declarations[found]
    assert undecided(declarations, APPROVED) == expected


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        (Title("MLS(ASCPi)", "CM"), "MLS(ASCPi)ᶜᴹ"),
        (Title("RDMS", ""), "RDMS"),
        (Title("RDMS", "Q"), "RDMS^Q"),  # Unicode has no such letter
        (Title("RDMS", "CMS"), "RDMS^CMS"),  # all of them, or none
        (Title("RDMS", "C2"), "RDMS^C2"),
        (Title(""), ""),
    ],
)
def test_a_title_on_a_line_of_plain_text(title, plain):  # DEC-7, PAR-1
    assert title.plain == plain
