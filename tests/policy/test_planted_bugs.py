"""The comparison with the oracle earns its trust: it finds bugs that we plant in the kernel.

Each plant replaces one function of the kernel. Where the kernel has changed so that a plant no
longer breaks it, the plant's test fails: give it a new place, do not delete it.
"""

from __future__ import annotations

from datetime import timedelta
from pkgutil import resolve_name

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from recert.policy import terms
from recert.policy.cycles import Cycle
from tests.policy import oracle
from tests.policy.comparing import kernel_answer
from tests.policy.strategies import cases

DAY = timedelta(days=1)


@seed(36)
@settings(
    max_examples=1000,
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(cases())
def compare_on_many_cases(case):
    assert kernel_answer(case) == oracle.answer(case)


def no_way_back(edge):
    def broken(network, start, end, room):
        number = edge(network, start, end, room)
        if network.leaving[end].pop() != number ^ 1:
            raise LookupError("This was not the reverse edge.")
        return number

    return broken


def limits_moved_by(hundredths, code):
    def breaking(cap_term):
        def broken(*args, **options):
            term = cap_term(*args, **options)
            if term.code != code:
                return term
            return msgspec.structs.replace(term, limit=term.limit + hundredths)

        return broken

    return breaking


def years_moved_by(days):
    def breaking(later_years_of):
        return lambda starts, years: tuple(
            day + days * DAY for day in later_years_of(starts, years)
        )

    return breaking


def last_day_left_out(judge_activities):
    def broken(book, case, terms):
        period = Cycle(starts=case.period.starts, ends=case.period.ends - DAY)
        return judge_activities(book, msgspec.structs.replace(case, period=period), terms)

    return broken


def dated_rules_a_day_late(terms_of):
    def broken(book, case):
        days = {name: day - DAY for name, day in case.days.items()}
        return terms_of(book, msgspec.structs.replace(case, days=days))

    return broken


def leftover_forgotten(_count_under_cap):
    return lambda _offer, _placement: None


def nothing_free_to_move(place_points):
    def broken(terms, entries, *, free):  # the bug is that it is not asked
        return place_points(terms, entries, free=False)

    return broken


PLANTS = {
    "no-way-back": ("flow.Network.edge", no_way_back),
    "yearly-cap-a-hundredth-low": ("terms._cap_term", limits_moved_by(-1, "cap-per-year")),
    "yearly-cap-a-hundredth-high": ("terms._cap_term", limits_moved_by(1, "cap-per-year")),
    "yearly-cap-a-point-high": ("terms._cap_term", limits_moved_by(100, "cap-per-year")),
    "cycle-cap-a-hundredth-low": ("terms._cap_term", limits_moved_by(-1, "cap-per-cycle")),
    "cycle-cap-a-point-high": ("terms._cap_term", limits_moved_by(100, "cap-per-cycle")),
    "share-a-hundredth-low": ("terms._cap_term", limits_moved_by(-1, "cap-share-of-total")),
    "share-a-hundredth-high": ("terms._cap_term", limits_moved_by(1, "cap-share-of-total")),
    "year-a-day-early": ("judging.later_years_of", years_moved_by(-1)),
    "year-a-day-late": ("judging.later_years_of", years_moved_by(1)),
    "last-day-left-out": ("assessment.judge_activities", last_day_left_out),
    "dated-rules-a-day-late": ("assessment.terms_of", dated_rules_a_day_late),
    "leftover-forgotten": ("allocation._count_under_cap", leftover_forgotten),
    "nothing-free-to-move": ("assessment.place_points", nothing_free_to_move),
}


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Let no terms of a broken kernel stay in a cache, and none of a sound one hide the bug."""

    def forget():
        for function in vars(terms).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()

    forget()
    yield
    forget()


def test_the_sound_kernel_agrees_on_the_same_cases():
    compare_on_many_cases()


@pytest.mark.parametrize(("place", "breaking"), PLANTS.values(), ids=PLANTS)
def test_a_planted_bug_is_found(place, breaking, monkeypatch):
    path = f"recert.policy.{place}"
    monkeypatch.setattr(path, breaking(resolve_name(path)))
    with pytest.raises(AssertionError):
        compare_on_many_cases()
