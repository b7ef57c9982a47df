"""What a certification is worth on a day (PAR, STA), at each edge of each state."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.policy import load_rulebook
from recert.policy.cycles import (
    Cycle,
    examination_needed_from,
    first_cycle,
    next_cycle,
    reinstated_cycle,
    voluntary_cycle,
)
from recert.policy.loading import rulebook_from_bytes, shipped_rulebooks
from recert.policy.standing import (
    CycleChange,
    Grant,
    Holding,
    InactivePeriod,
    Pending,
    declarable_on,
    participation_in,
    standing_on,
    title_of,
)

BOOK = load_rulebook("ascp-international")
CERTIFIED = date(2022, 1, 10)
FIRST = Cycle(starts=CERTIFIED, ends=date(2025, 1, 31))
HOLDING = Holding(category="MLS", certified_on=CERTIFIED)
DAY = timedelta(days=1)


def state(holding, day, book=BOOK):
    return standing_on(book, holding, as_of=day).state


def test_who_was_certified_from_2012_on_must_take_part():  # PAR-1
    assert participation_in(BOOK, "MLS", certified_on=date(2011, 12, 31)) == "voluntary"
    assert participation_in(BOOK, "MLS", certified_on=date(2012, 1, 1)) == "required"
    assert participation_in(BOOK, "MT", certified_on=date(2015, 1, 1)) == "voluntary"  # PAR-6


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (CERTIFIED - DAY, "not-certified"),
        (CERTIFIED, "active"),
        (date(2024, 10, 30), "active"),
        (date(2024, 10, 31), "due"),  # CYC-4: opens three months before
        (date(2025, 1, 31), "due"),
        (date(2025, 2, 1), "expired"),  # PAR-2
        (date(2035, 1, 30), "expired"),  # STA-4
        (date(2035, 1, 31), "examination-needed"),  # STA-5: from the tenth anniversary
    ],
)
def test_a_required_certification_runs_through_its_states(day, expected):
    assert state(HOLDING, day) == expected


def test_an_expired_title_may_not_be_used():  # PAR-2
    expired = standing_on(BOOK, HOLDING, as_of=date(2025, 2, 1))
    assert (expired.valid, str(expired.title), expired.rule) == (False, "", "PAR-2")


def test_the_first_cycle_carries_no_designation_yet():  # DEC-7, PAR-1
    assert str(standing_on(BOOK, HOLDING, as_of=CERTIFIED).title) == "MLS(ASCPi)"


def test_a_renewed_certification_carries_the_designation():  # CYC-2, DEC-7
    renewed = next_cycle(BOOK, FIRST)
    holding = Holding("MLS", CERTIFIED, grants=(Grant(renewed, granted_on=date(2024, 12, 20)),))
    assert renewed == Cycle(starts=date(2025, 1, 1), ends=date(2028, 1, 31))
    assert str(standing_on(BOOK, holding, as_of=date(2024, 12, 31)).title) == "MLS(ASCPi)"
    after = standing_on(BOOK, holding, as_of=date(2025, 1, 1))
    assert (str(after.title), after.until) == ("MLS(ASCPi)^CM", date(2028, 1, 31))
    assert state(holding, date(2025, 2, 1)) == "active"


def test_whether_the_first_cycle_carries_it_is_a_setting():  # DEC-7
    text = shipped_rulebooks()["ascp-international"].read_text("utf-8")
    changed = text.replace(
        "suffix_in_first_cycle = { value = false", "suffix_in_first_cycle = { value = true"
    )
    book = rulebook_from_bytes(changed.encode(), name="changed")
    assert str(standing_on(book, HOLDING, as_of=CERTIFIED).title) == "MLS(ASCPi)^CM"


def test_what_is_submitted_in_time_stays_valid_until_it_is_decided():  # STA-6
    submitted, decided = date(2025, 1, 28), date(2025, 3, 3)
    renewed = Grant(next_cycle(BOOK, FIRST), granted_on=decided)
    pending = Pending(submitted_on=submitted, decided_on=decided)
    holding = Holding("MLS", CERTIFIED, grants=(renewed,), declarations=(pending,))
    assert state(holding, date(2025, 1, 27)) == "due"
    assert state(holding, submitted) == "active"
    for day in (date(2025, 2, 1), decided - DAY):
        standing = standing_on(BOOK, holding, as_of=day)
        assert (standing.state, standing.valid, standing.until) == ("renewal-pending", True, None)
    assert state(holding, decided) == "active"


def test_what_was_decided_against_after_expiration_is_expired():  # STA-6, DEC-6
    refused = Pending(submitted_on=date(2025, 1, 28), decided_on=date(2025, 3, 3))
    holding = Holding("MLS", CERTIFIED, declarations=(refused,))
    assert state(holding, date(2025, 3, 2)) == "renewal-pending"
    assert state(holding, date(2025, 3, 3)) == "expired"


def test_what_is_submitted_after_expiration_does_not_keep_it_valid():  # STA-6
    late = Pending(submitted_on=date(2025, 2, 1))
    assert state(Holding("MLS", CERTIFIED, declarations=(late,)), date(2025, 2, 2)) == "expired"


INACTIVE = Holding(
    "MLS",
    CERTIFIED,
    inactive=(InactivePeriod(granted_on=date(2024, 6, 1), until=date(2026, 1, 31)),),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 5, 31), "active"),
        (date(2024, 6, 1), "inactive"),  # STA-1
        (date(2026, 1, 31), "inactive"),
        (date(2026, 2, 1), "expired"),  # STA-3
        (date(2036, 1, 31), "examination-needed"),
    ],
)
def test_inactive_status_extends_the_certification(day, expected):
    assert state(INACTIVE, day) == expected


def test_the_title_rests_while_inactive():  # STA-2
    standing = standing_on(BOOK, INACTIVE, as_of=date(2025, 6, 1))
    assert (str(standing.title), standing.valid, standing.rule) == ("", True, "STA-2")


def test_the_end_of_inactive_status_names_its_own_rule():  # STA-3
    assert standing_on(BOOK, INACTIVE, as_of=date(2026, 2, 1)).rule == "STA-3"


def test_the_way_back_from_inactive_counts_from_the_first_day_to_the_extended_end():  # STA-2
    declarable = declarable_on(BOOK, INACTIVE, as_of=date(2025, 12, 1))
    assert declarable.purpose == "return-from-inactive"
    assert standing_on(BOOK, INACTIVE, as_of=date(2025, 12, 1)).cycle == Cycle(
        starts=CERTIFIED, ends=date(2026, 1, 31)
    )


def test_a_reinstated_certification_begins_anew_and_its_gap_stays():  # CYC-8, STA-4, STA-7
    approved = date(2026, 5, 20)
    grant = Grant(reinstated_cycle(BOOK, approved_on=approved), granted_on=approved)
    holding = Holding("MLS", CERTIFIED, grants=(grant,))
    assert state(holding, approved - DAY) == "expired"
    assert state(holding, approved) == "active"
    assert standing_on(BOOK, holding, as_of=approved).until == date(2029, 5, 31)
    assert state(holding, date(2025, 6, 1)) == "expired"


VOLUNTARY = Holding(
    "MT",
    date(2009, 9, 9),
    grants=(
        Grant(voluntary_cycle(BOOK, approved_on=date(2022, 5, 20)), granted_on=date(2022, 5, 20)),
    ),
)


@pytest.mark.parametrize(
    ("day", "expected", "title"),
    [
        (date(2022, 5, 19), "voluntary", "MT(ASCPi)"),
        (date(2022, 5, 20), "voluntary-maintained", "MLS(ASCPi)^CM"),  # PAR-6
        (date(2025, 5, 31), "voluntary-maintained", "MLS(ASCPi)^CM"),  # PAR-3
        (date(2025, 6, 1), "voluntary", "MT(ASCPi)"),
        (date(2060, 1, 1), "voluntary", "MT(ASCPi)"),
    ],
)
def test_a_voluntary_designation_comes_and_goes_and_the_certification_stays(day, expected, title):
    standing = standing_on(BOOK, VOLUNTARY, as_of=day)
    assert (standing.state, str(standing.title), standing.valid) == (expected, title, True)


def test_a_voluntary_declaration_can_be_made_on_any_day():  # PAR-3, PAR-4
    assert declarable_on(BOOK, VOLUNTARY, as_of=date(2024, 7, 7)).purpose == "voluntary"


@pytest.mark.parametrize(
    ("day", "purpose", "late"),
    [
        (date(2024, 10, 30), None, False),
        (date(2024, 10, 31), "renewal", False),
        (date(2024, 12, 31), "renewal", False),
        (date(2025, 1, 1), "renewal", True),
        (date(2025, 1, 31), "renewal", True),
        (date(2025, 2, 1), "reinstatement", False),
        (date(2035, 1, 30), "reinstatement", False),
        (date(2035, 1, 31), None, False),
    ],
)
def test_which_declaration_is_taken_on_a_day(day, purpose, late):  # CYC-4, STA-4, STA-5
    declarable = declarable_on(BOOK, HOLDING, as_of=day)
    assert (declarable.purpose, declarable.late) == (purpose, late)
    assert declarable.rule in BOOK.rules


def test_no_declaration_is_taken_while_one_is_pending_after_expiration():  # STA-6
    holding = Holding("MLS", CERTIFIED, declarations=(Pending(date(2025, 1, 28)),))
    assert declarable_on(BOOK, holding, as_of=date(2025, 2, 2)).purpose is None


def test_a_programme_may_refuse_what_is_late():  # CYC-4
    text = shipped_rulebooks()["ascp-international"].read_text("utf-8")
    changed = text.replace('late = { value = "taken-with-warning"', 'late = { value = "refused"')
    book = rulebook_from_bytes(changed.encode(), name="changed")
    declarable = declarable_on(book, HOLDING, as_of=date(2025, 1, 1))
    assert (declarable.purpose, declarable.rule) == (None, "CYC-4")


@given(st.sampled_from(sorted(BOOK.categories)), st.dates(date(2012, 1, 1), date(2030, 1, 1)))
def test_every_certification_has_a_standing_with_a_rule_on_every_day(category, certified_on):
    holding = Holding(category, certified_on)
    ends = first_cycle(BOOK, certified_on=certified_on).ends
    edges = [certified_on, ends, examination_needed_from(BOOK, expired_on=ends)]
    for day in (edge + timedelta(days=off) for edge in edges for off in (-1, 0, 1)):
        standing = standing_on(BOOK, holding, as_of=day)
        assert standing.rule in BOOK.rules
        assert standing.valid or str(standing.title) == ""


def test_a_title_is_written_as_the_programme_says():  # PAR-1
    assert str(title_of(BOOK, "SBB", maintained=True)) == "SBB(ASCPi)^CM"


CHANGED = Holding(
    "MLS",
    CERTIFIED,
    changes=(
        CycleChange(Cycle(starts=CERTIFIED, ends=date(2024, 9, 30)), granted_on=date(2024, 6, 1)),
    ),
)


def test_a_cycle_that_was_shortened_ends_earlier_from_the_day_of_the_decision_on():  # CYC-1
    before = standing_on(BOOK, CHANGED, as_of=date(2024, 5, 31))
    assert before.until == FIRST.ends
    after = standing_on(BOOK, CHANGED, as_of=date(2024, 6, 1))
    assert (after.cycle, after.state) == (
        Cycle(starts=CERTIFIED, ends=date(2024, 9, 30)),
        "active",
    )
    assert state(CHANGED, date(2024, 6, 30)) == "due"
    assert state(CHANGED, date(2024, 10, 1)) == "expired"


def test_a_change_is_only_ever_to_an_earlier_day():  # CYC-1
    later = CycleChange(Cycle(starts=CERTIFIED, ends=date(2025, 6, 30)), granted_on=CERTIFIED)
    holding = msgspec.structs.replace(CHANGED, changes=(*CHANGED.changes, later))
    assert standing_on(BOOK, holding, as_of=date(2024, 7, 1)).until == date(2024, 9, 30)
    alone = msgspec.structs.replace(HOLDING, changes=(later,))
    assert standing_on(BOOK, alone, as_of=date(2024, 7, 1)).until == FIRST.ends


def test_a_change_is_of_its_own_cycle():  # CYC-2
    shortened = Cycle(starts=CERTIFIED, ends=date(2024, 9, 30))
    renewed = next_cycle(BOOK, shortened)
    holding = msgspec.structs.replace(
        CHANGED, grants=(Grant(renewed, granted_on=date(2024, 9, 2)),)
    )
    assert renewed == Cycle(starts=date(2024, 9, 1), ends=date(2027, 9, 30))
    assert standing_on(BOOK, holding, as_of=date(2024, 9, 2)).cycle == renewed


def test_what_was_shortened_can_be_extended_by_inactive_status():  # STA-1
    period = InactivePeriod(granted_on=date(2024, 7, 1), until=date(2025, 6, 30))
    holding = msgspec.structs.replace(CHANGED, inactive=(period,))
    found = standing_on(BOOK, holding, as_of=date(2024, 10, 1))
    assert (found.state, found.until) == ("inactive", date(2025, 6, 30))
