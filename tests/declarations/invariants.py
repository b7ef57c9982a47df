"""What holds in every world, whatever was done in it; said without asking how it was done."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from recert.credentials.models import Grant
from recert.declarations import lives
from recert.declarations.declared import assessment_declared, idle_payments
from recert.declarations.models import Declaration, DeclaredActivity, Use
from recert.declarations.queries import held_by
from recert.journal.models import Event
from recert.payments.actions import attempts
from recert.payments.models import Attempt, OrderLine
from recert.payments.queries import orders_paid_twice
from recert.policy.calendar import BusinessDays, board_day
from recert.policy.cycles import first_cycle
from recert.policy.fees import Submission, fees_due
from recert.policy.standing import standing_on
from recert.transcript.models import Hold
from tests.declarations.world import what_of
from tests.declaring import BOOK, FINANCE

AWAITING, APPROVED = "awaiting-payment", "approved"
WITH_THE_BOARD = {"submitted", "deficient"}
OPEN = {"draft", AWAITING, *WITH_THE_BOARD}
PAID_FOR = {*WITH_THE_BOARD, APPROVED, "withdrawn", "deleted"}
SERVES_ONE = {key for key, kind in BOOK.kinds.items() if kind.spent_by_one_declaration}
ONCE = {key for key, kind in BOOK.kinds.items() if kind.once_per_person}


@dataclass
class Records:
    """All that is on record of a world, read once."""

    declarations: list[Declaration] = field(
        default_factory=lambda: list(Declaration.objects.order_by("id"))
    )
    attempts: list[Attempt] = field(default_factory=lambda: list(Attempt.objects.order_by("id")))
    lines: list[OrderLine] = field(default_factory=lambda: list(OrderLine.objects.all()))
    activities: list[DeclaredActivity] = field(
        default_factory=lambda: list(DeclaredActivity.objects.select_related("activity"))
    )
    events: list[Event] = field(default_factory=lambda: list(Event.objects.order_by("id")))
    grants: list[Grant] = field(
        default_factory=lambda: list(Grant.objects.order_by("granted_on", "id"))
    )

    def __post_init__(self):
        by_pk = {one.pk: one for one in self.declarations}
        for one in self.activities:
            one.declaration = by_pk[one.declaration_id]

    def of_order(self, order):
        """Answer the declaration of an order."""
        return next((one for one in self.declarations if one.order_id == order), None)


def check(world):
    """Say what must hold now; answer what is on record."""
    records = Records()
    one_is_open(records)
    each_is_charged_once(world, records)
    each_change_has_one_event(records, records.declarations, lives.MOVES, first="draft")
    each_change_has_one_event(records, records.attempts, attempts.MOVES, first="open")
    each_activity_serves_one_cycle(world, records)
    each_declared_activity_is_held(records)
    each_cycle_follows_the_one_before(world, records)
    each_fee_is_that_of_its_day(records)
    each_day_stays_as_it_was(world, records)
    return records


def one_is_open(records):
    open_ones = Counter(one.credential_id for one in records.declarations if one.state in OPEN)
    assert not open_ones or max(open_ones.values()) == 1


def each_is_charged_once(world, records):
    """At the processor, of which the records are an image; and what is charged is submitted."""
    charged = Counter()
    for attempt in records.attempts:
        charges = world.gateway.charges_of(attempt.ref)
        charged[attempt.order_id] += len(charges)
        if not charges:
            assert attempt.state != Attempt.State.SUCCEEDED, "nothing was charged"
            continue
        declaration = records.of_order(attempt.order_id)
        assert declaration, "a charge serves nothing"
        assert attempt.state != Attempt.State.FAILED, "what was charged is said to have failed"
        waits = attempt.state == Attempt.State.OPEN and declaration.state == AWAITING
        assert waits or declaration.state in PAID_FOR, "it is charged and not submitted"
    assert not charged or max(charged.values()) <= 1, "a declaration was charged twice"
    open_ones = {one.order_id for one in records.attempts if one.state == Attempt.State.OPEN}
    for one in records.declarations:
        assert (one.order_id in open_ones) == (one.state == AWAITING)
        assert one.state not in PAID_FOR or charged[one.order_id] == 1, "it cost nothing"


def nothing_is_left_over():
    """What staff would have to give back: there is none, once every payment has ended."""
    assert idle_payments(FINANCE) == []
    assert orders_paid_twice() == []


def each_change_has_one_event(records, things, moves, *, first):
    """From its first state, the events of a thing lead to the state in which it is."""
    by_kind = {}
    for move in moves.values():
        by_kind.setdefault(move.event, []).append(move)
    states = {one.ref: first for one in things}
    for event in records.events:
        if event.subject not in states or event.kind not in by_kind:
            continue
        possible = [one for one in by_kind[event.kind] if states[event.subject] in one.sources]
        assert possible, f"{event.kind} of what is {states[event.subject]}"
        states[event.subject] = possible[0].target
    assert states == {one.ref: one.state for one in things}


def each_activity_serves_one_cycle(world, records):
    """ACT-2; and an award serves one declaration (ACT-1.5), a claim one of a person (ACT-5)."""
    counted = [one for one in records.activities if one.counted]
    used = Counter(
        (one.declaration.credential_id, one.activity_id)
        for one in counted
        if one.declaration.state == APPROVED
    )
    assert not used or max(used.values()) == 1, "an activity serves two cycles"
    assert set(used) == set(Use.objects.values_list("credential_id", "activity_id"))
    binding = [
        one
        for one in counted
        if one.declaration.state in {AWAITING, *WITH_THE_BOARD, APPROVED}
        and not one.declaration.is_over(as_of=world.today)
    ]
    awards = Counter(one.activity_id for one in binding if one.activity.kind in SERVES_ONE)
    assert not awards or max(awards.values()) == 1, "an award serves two declarations"
    claims = {one.declaration_id for one in binding if one.activity.kind in ONCE}
    assert len(claims) <= 1, "a claim is made in two declarations"


def each_declared_activity_is_held(records):
    """What is declared does not change, and what is not declared may."""
    held = [
        one
        for one in records.activities
        if one.declaration.state in {AWAITING, "submitted"}
        or (one.declaration.state == APPROVED and one.counted)
    ]
    expected = {(one.activity_id, one.declaration.ref) for one in held}
    assert set(Hold.objects.values_list("activity_id", "holder")) == expected
    assert {one.activity.state for one in held} <= {"entered"}


def each_cycle_follows_the_one_before(world, records):
    """CYC-1, CYC-2, CYC-8, PAR-3: no gap and no overlap but these."""
    declared = {one.grant_id: one for one in records.declarations if one.grant_id}
    assert set(declared) == {one.pk for one in records.grants}
    for credential in world.credentials:
        grants = [one for one in records.grants if one.credential_id == credential.pk]
        for before, after in pairwise(grants):
            assert before.starts_on < after.starts_on
        for grant in grants:
            declaration = declared[grant.pk]
            ends, begins = declaration.cycle_ends_on, grant.granted_on
            if ends and declaration.purpose != "reinstatement":
                begins = ends.replace(day=1)
            else:
                assert ends is None or ends < declaration.submitted_on
            assert grant.starts_on == begins
            assert grant.ends_on == begins + relativedelta(years=3, day=31)
        first = first_cycle(BOOK, certified_on=credential.certified_on)
        starts = {first.starts, *(one.starts_on for one in grants)}
        for grant in grants:
            assert (declared[grant.pk].cycle_starts_on or first.starts) in starts


def each_fee_is_that_of_its_day(records):
    """FEE-1 to FEE-3, in the order in which they were submitted."""
    submitted = [one for one in records.declarations if one.state in PAID_FOR]
    submitted.sort(key=lambda one: one.submitted_at)
    charges = fees_due(
        BOOK,
        [
            Submission(one.ref, one.purpose, one.submitted_on, one.cycle_ends_on)
            for one in submitted
        ],
    )
    for one in submitted:
        due = sum(charge.amount.amount for charge in charges if charge.ref == one.ref)
        of_order = [each for each in records.attempts if each.order_id == one.order_id]
        paid = sum(each.amount for each in of_order if each.state == Attempt.State.SUCCEEDED)
        owed = sum(each.amount for each in records.lines if each.order_id == one.order_id)
        assert paid == owed == due, "something else was paid"
        day = BusinessDays(BOOK).after(one.corrected_on or one.submitted_on, business_days=30)
        assert one.due_on == day
        assert board_day(BOOK, at=one.submitted_at) == one.submitted_on


def what_was_declared_was_enough(records):
    """DEC-3; and it is answered the same again, years later."""
    for one in records.declarations:
        if one.state in PAID_FOR:
            assessment = assessment_declared(one)
            assert assessment.outcome == "met"
            assert one.answer == assessment.answer()


def each_day_stays_as_it_was(world, records):
    """STA-7: only what was clicked on one day and paid on a later one is known later."""
    submitted = [one for one in records.events if one.kind == "declaration.submitted"]
    paid_on = {one.subject: board_day(BOOK, at=one.at) for one in submitted}
    meanwhile = [
        (one.credential_id, one.submitted_on, paid_on[one.ref])
        for one in records.declarations
        if one.submitted_on
    ]
    holdings = {
        held.credential.pk: held.holding for held, _ in held_by(world.person.pk, world.today)
    }
    for day, credential, was in world.known:
        if any(one == credential and since <= day < paid for one, since, paid in meanwhile):
            continue
        now = what_of(standing_on(BOOK, holdings[credential], as_of=day))
        assert now == was, f"on {day} it was {was}, and now it is said to have been {now}"
