"""A certificant, the board, the processor and the days, played at random; what must hold, holds."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recert.declarations import paying
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.decisions import (
    approve_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import (
    attest,
    discard_declaration,
    leave_out,
    start_declaration,
)
from recert.declarations.actions.submissions import correct_declaration
from recert.transcript.actions import FIELDS, change_activity, restore_activity, withdraw_activity
from tests.declarations.invariants import (
    check,
    nothing_is_left_over,
    what_was_declared_was_enough,
)
from tests.declarations.world import DAY, STARTS, World, watched
from tests.declaring import BOOK, REVIEWER
from tests.fakes import ASKS_FIRST, ASKS_FIRST_THEN_DECLINED, DECLINED, GOOD
from tests.tracing import everything

NUMBERS = st.integers(0, 7)
AGES = {"due-soon": 35, "running": 20, "late": 36, "expired": 40, "voluntary": 200}
"""How many months ago somebody was certified."""

SERVED = ("new_customer", "set_up_card", "prepare_charge", "charge", "confirm_charge")
DEATHS = [
    None,
    *((name, when) for name in SERVED[2:] for when in ("before", "after")),
    ("cancel_charge", "before"),
    ("cancel_charge", "after"),
    *((kind, "noted") for kind in ("payment.prepared", "payment.succeeded", "payment.failed")),
    ("declaration.submitted", "noted"),
    ("declaration.payment-failed", "noted"),
]
"""Where the process that pays is killed: around each question, and while it notes what it knows."""


NO_FAULT = ("down", "")
FAULTS = st.sampled_from(
    [NO_FAULT] * 6 + [(how, name) for how in ("down", "lost_answer") for name in SERVED]
)
CARDS = st.sampled_from([*[GOOD] * 5, ASKS_FIRST, DECLINED, ASKS_FIRST_THEN_DECLINED])
CLAIMED = [date(2022, 12, 10), date(2022, 8, 8)]
LAST = 2040
WHEN = st.sampled_from(["today", "today", "opens", "due", "late", "last", "after", "tenth"])
EXTRA = st.sampled_from(["award", "claim", "award and claim"])


def one_of(things, number):
    return things[number % len(things)]


class Machine(RuleBasedStateMachine):
    """One world, from its first day on."""

    monkeypatch: pytest.MonkeyPatch

    def __init__(self):
        super().__init__()
        self.inside = transaction.atomic()
        self.inside.__enter__()
        self.watching = None
        self.checked, self.records = None, None

    def there_are(self, *states):
        """Answer whether there are declarations in one of some states."""
        return any(one.state in states or not states for one in self.records.declarations)

    @initialize(
        start=st.sampled_from(STARTS),
        held=st.lists(
            st.tuples(st.sampled_from([*["PBT"] * 6, "H", "H", "MT"]), st.sampled_from(list(AGES))),
            min_size=1,
            max_size=3,
        ),
        inactive_for=st.sampled_from([0, 0, 0, 45, 100]),
    )
    def begin(self, start, held, inactive_for):
        self.world = World(start)
        self.watching = watched(self.world, self.monkeypatch)
        self.watching.__enter__()
        for place, (category, age) in enumerate(held):
            days = timedelta(days=30 * AGES[age] + 17 * place)
            asleep = inactive_for if age in {"due-soon", "late"} and place == 0 else 0
            self.world.certify(category, start - days, inactive_for=asleep)

    def teardown(self):
        try:
            if self.watching:
                self.world.heal()
                assert self.world.attempts("open") == []
                records = check(self.world)
                what_was_declared_was_enough(records)
                nothing_is_left_over()
        finally:
            if self.watching:
                self.watching.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.inside.__exit__(None, None, None)

    @invariant()
    def what_must_hold_holds(self):
        if self.watching:
            now = self.world.today, everything()
            if now != self.checked:
                self.records, self.checked = check(self.world), now

    # Days

    @rule(credential=NUMBERS, turn=NUMBERS, days=st.sampled_from([0, 0, 0, 1, 2, 3, 30]))
    def days_pass(self, credential, turn, days):
        """Until something turns, or so many."""
        matter = self.world.days_that_matter(one_of(self.world.credentials, credential))
        until = self.world.today + days * DAY if days else one_of(matter, turn)
        if until.year < LAST:
            self.world.pass_days_until(until)

    # The transcript

    @rule(
        which=NUMBERS,
        ago=st.sampled_from([0, 9, 80]),
        how=st.sampled_from(["attend", "award", "claim", "withdraw", "restore", "change", "earn"]),
    )
    def the_transcript_changes(self, which, ago, how):
        world, day = self.world, self.world.today - ago * DAY
        if how == "earn":
            world.earn(one_of(world.credentials, which))
        elif how == "attend":
            world.course(one_of(["related", "safety", "phlebotomy"], which), 200, day)
        elif how == "award":
            world.awarded(day)
        elif how == "claim":
            world.claim(one_of(CLAIMED, which))
        elif world.activities():
            self.changed_activity(one_of(world.activities()[::-1], which), how)

    def changed_activity(self, one, how):
        world = self.world
        if how == "change":
            said = {name: getattr(one, name) for name in FIELDS} | {"portions": {"related": 100}}
            named = {"said": said, "version": one.version}
            world.do(change_activity, activity_id=one.pk, by=world.by, at=world.at, **named)
        else:
            act = withdraw_activity if how == "withdraw" else restore_activity
            world.do(act, activity_id=one.pk, by=world.by, at=world.at)

    @precondition(lambda self: self.world.activities())
    @rule(credential=NUMBERS, which=NUMBERS, area=st.sampled_from(["related", "safety", None]))
    def allocates(self, credential, which, area):
        world, one = self.world, one_of(self.world.activities(), which)
        moves = {one.ref: {area: one.contact_hours or 100} if area else None}
        pk = one_of(world.credentials, credential).pk
        world.do(allocate_points, credential_id=pk, moves=moves, by=world.by, at=world.at)

    # Drafts and payments

    @rule(
        credential=NUMBERS,
        when=st.sampled_from(["today", "last", "opens"]),
        after=st.sampled_from([None, 0, 20, 50]),
    )
    def declares_with_ease(self, credential, when, after):
        self.comes(credential, when, "", GOOD, None)
        if after is not None and self.world.declarations("submitted"):
            self.is_approved(credential, after)

    @rule(credential=NUMBERS, when=WHEN, extra=EXTRA)
    def declares_what_serves_once(self, credential, when, extra):
        self.comes(credential, when, extra, GOOD, None)

    @rule(credential=NUMBERS, when=WHEN, card=CARDS, again=st.booleans())
    def declares_with_some_card(self, credential, when, card, again):
        self.comes(credential, when, "", card, None)
        one = self.world.open_declaration(one_of(self.world.credentials, credential))
        if again and one:
            self.pays(one, GOOD, NO_FAULT, None)

    @rule(credential=NUMBERS, card=CARDS, dies=st.sampled_from(DEATHS), days=st.integers(0, 2))
    def declares_and_is_killed(self, credential, card, dies, days):
        self.comes(credential, "last", "", card, dies)
        self.world.pass_days_until(self.world.today + days * DAY)

    def moves_on(self, declaration, number):
        """Let what waits for somebody else go on, mostly."""
        state, world = declaration and declaration.state, self.world
        if state == "awaiting-payment":
            world.answers_the_bank(success=number != 1)
            world.reconcile_all()
        elif state == "submitted" and number % 4 == 1:
            self.is_not_approved(number, withdraws=False)
        elif state == "submitted":
            self.is_approved(number, 20 * (number % 3))
        elif state == "deficient":
            self.is_corrected(number, ["now", "in-time", "too-late"][number % 3])

    def comes(self, credential, when, extra, card, dies):
        """Come on a day that matters, earn what lacks, begin, attest and submit."""
        world, one = self.world, one_of(self.world.credentials, credential)
        self.moves_on(world.open_declaration(one), credential)
        day = world.day_of(one, when)
        if day > world.today and day.year < LAST:
            world.pass_days_until(day)
        if not world.do(
            start_declaration, credential_id=one.pk, today=world.today, by=world.by, at=world.at
        ):
            return
        draft = world.open_declaration(one)
        if draft.state != "draft":
            return
        if "award" in extra:
            world.awarded(world.today)
        if "claim" in extra:
            world.claim(one_of(CLAIMED, credential))
        world.earn(one)
        world.do(attest, declaration_id=draft.pk, keys=BOOK.attestations, by=world.by, at=world.at)
        self.pays(draft, card, NO_FAULT, dies)

    @precondition(lambda self: self.there_are())
    @rule(which=NUMBERS, act=st.sampled_from(["attest", "leave-out", "discard", "submit"]))
    def goes_on_with_a_draft(self, which, act):
        world, one = self.world, self.of_state(which, "draft", "deficient")
        if one is None:
            return
        refs = [activity.ref for activity in world.activities()[which : which + 1]]
        named = {"declaration_id": one.pk, "by": world.by, "at": world.at}
        if act == "attest":
            world.do(attest, keys=BOOK.attestations, **named)
        elif act == "leave-out":
            world.do(leave_out, refs=refs, **named)
        elif act == "discard":
            world.do(discard_declaration, **named)
        else:
            self.pays(one, GOOD, NO_FAULT, None)

    def of_state(self, number, *states):
        found = self.world.declarations(*states) if number % 5 else self.world.declarations()
        return one_of(found, number) if found else None

    def pays(self, one, card, fault, dies):
        with self.going_wrong(fault, dies):
            self.world.pay(one, card)

    @contextmanager
    def going_wrong(self, fault, dies):
        gateway, (how, name) = self.world.gateway, fault
        gateway.dies = dies
        setattr(gateway.gateway, how, {name})
        try:
            yield
        finally:
            gateway.dies = None
            gateway.work()

    @precondition(lambda self: self.records.attempts)
    @rule(
        which=NUMBERS,
        how=st.sampled_from(["webhook", "webhook", "old-word", "bank", "call-off", "job"]),
        success=st.booleans(),
        fault=FAULTS,
        dies=st.sampled_from(DEATHS),
    )
    def a_payment_goes_on(self, which, how, success, fault, dies):
        world, one = self.world, one_of(self.world.attempts()[::-1], which)
        with self.going_wrong(fault, dies):
            if how == "webhook":
                world.go_on(one)
            elif how == "bank":
                world.answers_the_bank(success=success)
            elif how == "call-off":
                world.go_on(one, paying.call_off, because="I changed my mind.")
            elif how == "job":
                world.reconcile_all()
            elif world.words:
                world.say_again(*one_of(world.words[::-1], which))

    # The board, and what one answers it

    @precondition(lambda self: self.there_are("submitted"))
    @rule(which=NUMBERS, after=st.sampled_from([0, 0, 5, 40]))
    def is_approved(self, which, after):
        self.world.pass_days_until(self.world.today + after * DAY)
        self.decided(which, approve_declaration, by=REVIEWER)

    @precondition(lambda self: self.there_are("submitted"))
    @rule(which=NUMBERS, withdraws=st.sampled_from([False, False, False, True]))
    def is_not_approved(self, which, withdraws):
        if withdraws:
            self.decided(which, withdraw_declaration, by=self.world.by)
        else:
            self.decided(which, find_deficient, reasons={}, because="A page.", by=REVIEWER)

    @precondition(lambda self: self.there_are("deficient"))
    @rule(which=NUMBERS, when=st.sampled_from(["now", "in-time", "too-late", "job"]))
    def is_corrected(self, which, when):
        one = one_of(self.world.declarations("deficient"), which)
        if when in {"in-time", "too-late"}:
            self.world.pass_days_until(one.correct_by + (when == "too-late") * DAY)
        if when == "job":
            self.world.note_what_is_over()
        else:
            self.decided(which, correct_declaration, state="deficient", by=self.world.by)

    def decided(self, which, act, *, state="submitted", **named):
        world, one = self.world, one_of(self.world.declarations(state), which)
        world.do(act, declaration_id=one.pk, today=world.today, at=world.at, **named)


PLAYED = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


def played(monkeypatch, how):
    machine = type("Played", (Machine,), {"monkeypatch": monkeypatch})
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.django_db
def test_everything_that_can_happen(monkeypatch):
    played(monkeypatch, PLAYED)
