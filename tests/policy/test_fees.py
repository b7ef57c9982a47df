"""What declarations and requests cost (FEE-1 to FEE-5)."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from recert.policy import NotInForce, load_rulebook
from recert.policy.cycles import last_day_of_month
from recert.policy.fees import (
    Submission,
    fees_due,
    inactive_request_fee,
    sets_within,
    total_of,
    within_months,
)
from recert.policy.loading import rulebook_from_bytes, shipped_rulebooks

BOOK = load_rulebook("ascp-international")
MONDAY = date(2024, 12, 2)


def renewals(*expirations, on=MONDAY):
    return [
        Submission(ref=str(place), purpose="renewal", submitted_on=on, expires_on=day)
        for place, day in enumerate(expirations)
    ]


def dollars(amount):
    return Money(amount, "USD")


def amounts(submissions, **more):
    return [str(charge.amount.amount) for charge in fees_due(BOOK, submissions, **more)]


def test_a_renewal_costs_the_application_fee():  # FEE-1
    (charge,) = fees_due(BOOK, renewals(date(2025, 1, 31)))
    assert (charge.amount, charge.fee, charge.rule) == (dollars(95), "application", "FEE-1")


def test_an_expired_certification_costs_reinstatement_on_top():  # FEE-2
    late = Submission(
        ref="one", purpose="reinstatement", submitted_on=MONDAY, expires_on=date(2024, 1, 31)
    )
    assert amounts([late]) == ["95.00", "125.00"]


def test_return_from_inactive_costs_no_reinstatement():  # STA-2
    back = Submission(
        ref="one", purpose="return-from-inactive", submitted_on=MONDAY, expires_on=MONDAY
    )
    assert amounts([back]) == ["95.00"]


def test_further_certifications_within_three_months_cost_less():  # FEE-3
    assert amounts(renewals(date(2025, 1, 31), date(2025, 1, 31))) == ["95.00", "15.00"]
    assert amounts(renewals(date(2025, 1, 31), date(2025, 4, 30))) == ["95.00", "15.00"]
    assert amounts(renewals(date(2025, 1, 31), date(2025, 5, 31))) == ["95.00", "95.00"]


def test_within_three_months_means_of_every_other_of_the_set():  # FEE-3
    # January and July are too far apart, though April is near both: two sets, two full fees.
    january, april, july = date(2025, 1, 31), date(2025, 4, 30), date(2025, 7, 31)
    assert amounts(renewals(january, april, july)) == ["95.00", "15.00", "95.00"]
    assert amounts(renewals(april, january, july)) == ["95.00", "15.00", "95.00"]
    assert amounts(renewals(january, july, april)) == ["95.00", "95.00", "15.00"]


def test_months_of_different_length_are_counted_from_the_kinder_side():  # FEE-3
    assert within_months(date(2025, 2, 28), date(2025, 5, 31), 3)
    assert not within_months(date(2025, 2, 28), date(2025, 6, 30), 3)


def test_what_is_submitted_on_a_weekend_counts_with_the_next_business_day():  # FEE-3
    saturday, sunday, monday = date(2024, 11, 30), date(2024, 12, 1), MONDAY
    day = date(2025, 1, 31)
    weekend = [renewals(day, on=one)[0] for one in (saturday, sunday, monday)]
    assert amounts(weekend) == ["95.00", "15.00", "15.00"]
    assert amounts([*renewals(day, on=date(2024, 11, 29)), *weekend]) == [
        *("95.00", "95.00"),
        *("15.00", "15.00"),
    ]


def test_a_closure_moves_the_business_day():  # FEE-3, CYC-7
    monday, tuesday = MONDAY, date(2024, 12, 3)
    two = [*renewals(date(2025, 1, 31), on=monday), *renewals(date(2025, 1, 31), on=tuesday)]
    assert amounts(two) == ["95.00", "95.00"]
    assert amounts(two, closures=frozenset({monday})) == ["95.00", "15.00"]


def test_a_voluntary_declaration_without_expiration_is_near_to_none():  # FEE-3
    voluntary = Submission(ref="v", purpose="voluntary", submitted_on=MONDAY)
    assert amounts([*renewals(date(2025, 1, 31)), voluntary]) == ["95.00", "95.00"]


def test_a_request_for_inactive_status_costs_its_fee():  # FEE-4
    fee = inactive_request_fee(BOOK, ground="illness", documented=True, requested_on=MONDAY)
    assert (fee.amount, fee.rule) == (dollars(40), "FEE-4")


@pytest.mark.parametrize(("documented", "amount"), [(True, 0), (False, 40)])
def test_mandatory_military_service_waives_it_with_documents(documented, amount):  # FEE-4
    fee = inactive_request_fee(
        BOOK, ground="mandatory-military-service", documented=documented, requested_on=MONDAY
    )
    assert fee.amount == dollars(amount)
    assert fee.because


def test_a_fee_before_its_first_day_is_an_error():  # FEE-5
    with pytest.raises(NotInForce, match="FEE-1 says nothing for 2021-12-31"):
        fees_due(BOOK, renewals(date(2022, 1, 31), on=date(2021, 12, 31)))


def test_a_later_fee_and_one_by_country_are_new_steps_of_the_file():  # FEE-5
    text = shipped_rulebooks()["ascp-international"].read_text("utf-8")
    text = text.replace(
        'steps = [{ from = 2022-01-01, amount = "95.00" }]',
        'steps = [{ from = 2022-01-01, amount = "95.00" }, { from = 2026-01-01, '
        'amount = "105.00", instead = [{ countries = "lower", amount = "95.00" }] }]',
    ).replace("[country_groups]", '[country_groups]\nlower = ["KE", "NP"]')
    book = rulebook_from_bytes(text.encode(), name="changed")

    def price(day, country):
        (charge,) = fees_due(book, renewals(date(2026, 1, 31), on=day), country=country)
        return str(charge.amount.amount)

    assert price(date(2025, 12, 31), "FR") == "95.00"
    assert price(date(2026, 1, 1), "FR") == "105.00"
    assert price(date(2026, 1, 1), "KE") == "95.00"


MONTHS_ENDS = st.builds(
    lambda month: last_day_of_month(date(2025 + month // 12, month % 12 + 1, 1)),
    st.integers(0, 17),
)


def fewest_sets(days):
    """Try every division into sets: the slow judge of the quick one."""
    if not days:
        return 0
    first, *others = days
    best = len(days)
    for size in range(len(others) + 1):
        for near in combinations(range(len(others)), size):
            together = [first, *(others[place] for place in near)]
            if all(within_months(min(pair), max(pair), 3) for pair in combinations(together, 2)):
                rest = [day for place, day in enumerate(others) if place not in near]
                best = min(best, 1 + fewest_sets(rest))
    return best


@given(st.lists(MONTHS_ENDS, max_size=6))
def test_there_are_as_few_full_fees_as_can_be(expirations):  # FEE-3
    assert BOOK.reduction
    assert len(sets_within(BOOK.reduction, expirations)) == fewest_sets(sorted(expirations))


@given(st.lists(MONTHS_ENDS, min_size=1, max_size=6), st.randoms())
def test_the_order_of_submission_does_not_change_what_is_paid_in_all(expirations, chance):
    shuffled = list(expirations)
    chance.shuffle(shuffled)
    totals = [total_of(BOOK, fees_due(BOOK, renewals(*days))) for days in (expirations, shuffled)]
    assert totals[0] == totals[1]
