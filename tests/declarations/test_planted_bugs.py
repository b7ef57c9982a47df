"""What is played at random earns its trust: it finds bugs that we plant in what is played.

Where the code has changed so that a plant no longer breaks it, the plant's test fails: give it a
new place, do not delete it.

Found too, but only in games ten times as long, and so held by tests of their own in
`test_what_goes_wrong`: that an old word about an earlier attempt counts, and that two declarations
are paid at once. Locks are left out nowhere here, since one plays alone: see `test_moves`.
"""

from functools import wraps
from pkgutil import resolve_name

import msgspec
import pytest
from hypothesis import Phase, settings
from moneyed import Money

from recert.journal.actions import record_event
from recert.policy.cycles import DAY, Cycle
from tests.declarations.test_everything_that_can_happen import PLAYED, played


def nothing(_function):
    return lambda *_args, **_named: None


def a_day_late(granted_cycle):
    def broken(*args, **named):
        cycle = granted_cycle(*args, **named)
        return Cycle(starts=cycle.starts + DAY, ends=cycle.ends)

    return broken


def after_the_end(next_cycle):
    return lambda book, cycle: next_cycle(book, Cycle(starts=cycle.starts, ends=cycle.ends + DAY))


def noted_twice(advance):
    def broken(record, move, **named):
        event = advance(record, move, **named)
        if move.event == "declaration.submitted":
            record_event(
                move.event, subject=record.ref, by=named["by"], at=named["at"], tell=named["tell"]
            )
        return event

    return broken


def alone(charges_of):
    def broken(declaration, *, today):
        charges = charges_of(declaration, today=today)
        return [
            msgspec.structs.replace(one, amount=Money(95, "USD"))
            if one.fee == "reduced-application"
            else one
            for one in charges
        ]

    return broken


def not_kept(_keep_intent):
    return lambda _attempt, *, intent, **_: intent


def on_the_day_it_was_settled(submit):
    @wraps(submit)
    def broken(declaration, move, *, on, at, **named):
        return submit(declaration, move, on=at.date(), at=at, **named)

    return broken


def served_by_all(make):
    @wraps(make)
    def broken(self, *args):
        make(self, *args)
        self.served_once = set()

    return broken


def over_once_it_is_noted(pending):
    """As if a deficient declaration ended only when a job says so."""

    def broken(self):
        known = pending.fget(self)
        return known and msgspec.structs.replace(known, decided_on=self.decided_on)

    return property(broken)


HERE = "recert.declarations"
PLANTS = {
    "nothing-is-held": (f"{HERE}.actions.keeping.hold_activities", nothing),
    "nothing-is-let-go": (f"{HERE}.actions.decisions.release_activities", nothing),
    "nothing-is-used-up": (f"{HERE}.actions.decisions._use_up", nothing),
    "cycle-a-day-late": (f"{HERE}.actions.decisions.granted_cycle", a_day_late),
    "cycle-after-the-end": ("recert.policy.cycles.next_cycle", after_the_end),
    "submitted-twice": (f"{HERE}.actions.submissions.advance", noted_twice),
    "no-reduced-fee": (f"{HERE}.actions.submissions.charges_of", alone),
    "charge-not-kept": (f"{HERE}.paying.keep_intent", not_kept),
    "submitted-when-settled": (f"{HERE}.actions.submissions._submit", on_the_day_it_was_settled),
    "awards-serve-all": (f"{HERE}.queries._Facts.__init__", served_by_all),
    "over-once-it-is-noted": (f"{HERE}.models.Declaration.pending", over_once_it_is_noted),
}

FOUND_SOON = settings(
    PLAYED,
    max_examples=40,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    report_multiple_bugs=False,
)


@pytest.mark.django_db
@pytest.mark.parametrize(("place", "breaking"), PLANTS.values(), ids=PLANTS)
def test_a_planted_bug_is_found(place, breaking, monkeypatch):
    owner, _, name = place.rpartition(".")
    monkeypatch.setattr(resolve_name(owner), name, breaking(resolve_name(place)))
    with pytest.raises((AssertionError, ValueError)):  # or what the code itself cannot believe
        played(monkeypatch, FOUND_SOON)
