"""Each move of each life, from each state and by everybody: made, or refused without a trace."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest
from django.db import connections, transaction

from recert.declarations import lives
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import (
    attest,
    discard_declaration,
    leave_out,
    start_declaration,
)
from recert.declarations.actions.submissions import (
    correct_declaration,
    give_up_payment,
    settle_payment,
    start_payment,
)
from recert.declarations.models import Declaration
from recert.journal.actions import advance
from recert.journal.models import Event
from recert.payments import actions as payments
from recert.payments.gateway import Refunding
from recert.payments.models import Attempt, Refund
from recert.policy.permissions import GRANTS, NOBODY, SYSTEM, Actor, Role
from recert.policy.refusals import Refused
from tests.declarations.stages import (
    DECIDED,
    OPEN,
    OVERDUE,
    State,
    declaration_in,
    failed_once,
)
from tests.declaring import (
    CARD,
    FINANCE,
    REVIEWER,
    at,
    charged,
)
from tests.making import actor, make_person
from tests.tracing import changed, everything

OPEN_STATES = (State.DRAFT, State.AWAITING_PAYMENT, State.SUBMITTED, State.DEFICIENT)


def settled(declaration, attempt, by, status="succeeded"):
    """Say what became of a charge; where none was ever begun, nobody can."""
    if attempt is None:
        raise Refused("wrong-state", "there is no charge")
    return settle_payment(attempt.pk, found=charged(attempt, status), at=at(OPEN))


def given_up(declaration, attempt, by):
    if attempt is None:
        raise Refused("wrong-state", "there is no charge")
    return give_up_payment(
        attempt.pk, intent=attempt.intent, because="It was not confirmed.", at=at(OPEN)
    )


ACTS = {
    "discard_declaration": lambda one, _attempt, by: discard_declaration(
        one.pk, by=by, at=at(OPEN)
    ),
    "start_payment": lambda one, _attempt, by: start_payment(
        one.pk, card=CARD, today=OPEN, by=by, at=at(OPEN)
    ),
    "take_payment": settled,
    "give_up_payment": given_up,
    "submit_declaration": lambda one, _attempt, by: start_payment(
        one.pk, card=None, today=OPEN, by=by, at=at(OPEN)
    ),
    "withdraw_declaration": lambda one, _attempt, by: withdraw_declaration(
        one.pk, today=DECIDED, by=by, at=at(DECIDED)
    ),
    "find_deficient": lambda one, _attempt, by: find_deficient(
        one.pk, reasons={}, because="A page lacks.", today=DECIDED, by=by, at=at(DECIDED)
    ),
    "correct_declaration": lambda one, _attempt, by: correct_declaration(
        one.pk, today=DECIDED, by=by, at=at(DECIDED)
    ),
    "delete_declaration": lambda one, _attempt, by: delete_declaration(
        one.pk, today=OVERDUE, by=by, at=at(OVERDUE)
    ),
    "approve_declaration": lambda one, _attempt, by: approve_declaration(
        one.pk, today=DECIDED, by=by, at=at(DECIDED)
    ),
}
"""Each move of a declaration, made by the action that makes it."""

MOVES = sorted(lives.MOVES)
OF_SYSTEM = {"take_payment", "give_up_payment"}
"""What the processor says, says nobody else: these actions take no actor."""

QUIET = {"take_payment"}
"""What may be said twice is refused by changing nothing."""


def who_may(name, declaration):
    """Answer somebody who may make a move."""
    needs = lives.MOVES[name].needs
    everybody = (actor(declaration.credential.person), REVIEWER, SYSTEM)
    return next(one for one in everybody if one.may(needs))


def before_move(name):
    """Answer a declaration from which a move can be made, with its attempt."""
    if name == "submit_declaration":  # what it costs was paid already
        declaration, attempt = failed_once()
        settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
        return Declaration.objects.get(pk=declaration.pk), attempt
    (source,) = lives.MOVES[name].sources
    return declaration_in(source)


def refusal_of(act):
    """Answer the code with which something is refused; None where it is done."""
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        return refusal.code
    return None


def test_every_move_is_tried_here():
    assert set(ACTS) == set(lives.MOVES)
    assert all(len(move.sources) == 1 for move in lives.MOVES.values())


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_from_its_state_with_one_event(name):
    declaration, attempt = before_move(name)
    last, move = Event.objects.latest("id").pk, lives.MOVES[name]
    ACTS[name](declaration, attempt, who_may(name, declaration))
    events = Event.objects.filter(pk__gt=last, subject=declaration.ref)
    assert [one.kind for one in events] == [move.event]
    assert events[0].about == declaration.credential.person.ref
    declaration.refresh_from_db()
    assert declaration.state == move.target


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_from_a_wrong_state_every_move_is_refused_without_a_trace(state):
    declaration, attempt = declaration_in(state)
    before = everything()
    for name in MOVES:
        if state in lives.MOVES[name].sources:
            continue  # the test above
        code = refusal_of(partial(ACTS[name], declaration, attempt, who_may(name, declaration)))
        assert changed(before, everything()) == set(), name
        if name in QUIET and attempt and state != State.AWAITING_PAYMENT:
            assert code is None
        else:
            assert code in {"wrong-state", "declared-already"}, name


def everybody_else():
    """Answer everybody but who declares, by what they are."""
    roles = [role for role in Role if role != Role.CERTIFICANT]
    return {
        "nobody": NOBODY,
        "stranger": actor(make_person("Somebody Else")),
        **{str(role): Actor(ref="AN-X", roles=frozenset({role})) for role in roles},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in MOVES if name not in OF_SYSTEM])
def test_by_whoever_may_not_it_is_refused_without_a_trace(name):
    declaration, attempt = before_move(name)
    somebody = everybody_else()
    before, refused = everything(), set()
    for who, by in somebody.items():
        if by.may(lives.MOVES[name].needs) and who != "stranger":
            continue
        code = refusal_of(partial(ACTS[name], declaration, attempt, by))
        assert code in {"not-permitted", "not-found"}, who
        assert changed(before, everything()) == set(), who
        refused.add(who)
    assert len(refused) >= len(somebody) - 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["approve_declaration", "find_deficient"])
def test_nobody_decides_about_their_own(name):
    declaration, attempt = before_move(name)
    owner = actor(declaration.credential.person)
    both = Actor(
        ref=owner.ref, name=owner.name, person=owner.person, roles=owner.roles | REVIEWER.roles
    )
    before = everything()
    assert refusal_of(lambda: ACTS[name](declaration, attempt, both)) == "own-case"
    assert changed(before, everything()) == set()


def test_who_may_settle_is_no_person():
    """A role of people never holds what only the processor and the calendar decide."""
    for move in (*lives.MOVES.values(), *payments.MOVES.values()):
        holders = {role for role in Role if move.needs in GRANTS[role]}
        assert holders
        if Role.SYSTEM in holders:
            assert holders == {Role.SYSTEM}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_without_its_event_nothing_happened(name, monkeypatch):
    declaration, attempt = before_move(name)
    create, kind = Event.objects.create, lives.MOVES[name].event

    def full(**said):
        if said["kind"] == kind:
            raise RuntimeError("the journal is full")
        return create(**said)

    monkeypatch.setattr(Event.objects, "create", full)
    before = everything()
    with pytest.raises(RuntimeError, match="full"):
        ACTS[name](declaration, attempt, who_may(name, declaration))
    assert changed(before, everything()) == set()


@pytest.mark.django_db
def test_what_is_no_move_is_for_its_owner_alone():
    declaration, _attempt = declaration_in(State.DRAFT)
    somebody = everybody_else()
    acts: list[Callable] = [
        partial(leave_out, declaration.pk, refs=[]),
        partial(attest, declaration.pk, keys=[]),
        partial(start_declaration, declaration.credential_id, today=OPEN),
        partial(allocate_points, declaration.credential_id, moves={}),
    ]
    before = everything()
    for act in acts:
        for who, by in somebody.items():
            assert refusal_of(partial(act, by=by, at=at(OPEN))) == "not-found", (act, who)
    assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_what_was_declared_changes_only_while_it_may(state):  # ACT-7
    declaration, _attempt = declaration_in(state)
    credential, by = declaration.credential, actor(declaration.credential.person)
    activity = credential.person.activities.first()
    acts = {
        "leave_out": lambda: leave_out(declaration.pk, refs=[activity.ref], by=by, at=at(OPEN)),
        "attest": lambda: attest(declaration.pk, keys=[], by=by, at=at(OPEN)),
    }
    for act in acts.values():
        before = everything()
        code = refusal_of(act)
        if state in {State.DRAFT, State.DEFICIENT}:
            assert code is None
        else:
            assert code == "wrong-state"
            assert changed(before, everything()) == set()
    code = refusal_of(
        lambda: allocate_points(
            credential.pk, moves={activity.ref: {"related": 100}}, by=by, at=at(OPEN)
        )
    )
    assert (code == "declared") == (state in {State.AWAITING_PAYMENT, State.SUBMITTED})


# == The lives of an attempt and of a refund =======================================================


def attempt_in(state):
    _declaration, attempt = declaration_in(State.AWAITING_PAYMENT)
    if state != Attempt.State.OPEN:
        settle_payment(attempt.pk, found=charged(attempt, state), at=at(OPEN))
    return Attempt.objects.get(pk=attempt.pk)


def refund_in(state):
    attempt = attempt_in(Attempt.State.SUCCEEDED)
    refund = payments.ask_refund(
        attempt.pk, amount=Decimal(5), because="By mistake.", by=FINANCE, at=at(OPEN)
    )
    if state != Refund.State.ASKED:
        status = "succeeded" if state == Refund.State.DONE else "failed"
        settled_refund(refund, SYSTEM, status)
    return Refund.objects.get(pk=refund.pk)


def settled_refund(refund, by, status):
    found = Refunding(f"re_{refund.ref}", status, refund.money, refund.ref)
    return payments.settle_refund(refund.pk, found=found, by=by, at=at(OPEN))


def settled_attempt(attempt, by, status):
    return payments.settle_attempt(attempt.pk, found=charged(attempt, status), by=by, at=at(OPEN))


PAYMENTS = {
    "succeed_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "succeeded")),
    "recover_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "succeeded")),
    "fail_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "failed")),
    "finish_refund": (refund_in, lambda one, by: settled_refund(one, by, "succeeded")),
    "fail_refund": (refund_in, lambda one, by: settled_refund(one, by, "failed")),
}


def test_every_move_of_a_payment_is_tried_here():
    assert set(PAYMENTS) == set(payments.MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAYMENTS)
def test_a_move_of_a_payment_is_made_from_its_states_and_what_is_known_changes_nothing(name):
    make, act = PAYMENTS[name]
    kind = Attempt if make is attempt_in else Refund
    sources, kinds = payments.MOVES[name].sources, {move.event for move in payments.MOVES.values()}
    for state in kind.State.values:
        one = make(state)
        last, before = Event.objects.latest("id").pk, everything()
        act(one, SYSTEM)
        kinds_noted = [event.kind for event in Event.objects.filter(pk__gt=last, subject=one.ref)]
        if state in sources:
            assert kinds_noted == [payments.MOVES[name].event]
            assert kind.objects.get(pk=one.pk).state == payments.MOVES[name].target
        elif set(kinds_noted) & kinds:  # the same word from another state is another move
            assert name in {"succeed_attempt", "recover_attempt"}
        else:
            assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAYMENTS)
def test_no_person_moves_a_payment(name):
    make, act = PAYMENTS[name]
    one = make(next(iter(payments.MOVES[name].sources)))
    before = everything()
    for by in everybody_else().values():
        if Role.SYSTEM in by.roles:
            continue
        before = everything()
        assert refusal_of(lambda by=by: act(one, by)) == "not-permitted"
        assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("table", [lives.MOVES, payments.MOVES], ids=["lives", "payments"])
def test_the_journal_itself_refuses_a_move_from_a_wrong_state(table):
    """Whatever an action forgets to ask, `advance` asks."""
    declaration, attempt = declaration_in(State.SUBMITTED)
    kinds = {"attempt": attempt, "refund": refund_in(Refund.State.ASKED)}
    for name, move in table.items():
        one = next((kinds[word] for word in kinds if name.endswith(word)), declaration)
        if name == "start_payment" or table is lives.MOVES:
            one = declaration
        for state in set(type(one).State.values) - move.sources:
            one.state = state
            with pytest.raises(Refused, match="any more"), transaction.atomic():
                advance(one, move, by=who_holds(move), at=at(OPEN))
            one.refresh_from_db()


def who_holds(move):
    return Actor(ref="AN", roles=frozenset(role for role in Role if move.needs in GRANTS[role]))


@pytest.mark.django_db
def test_another_charge_is_never_taken_for_ours():
    attempt = attempt_in(Attempt.State.OPEN)
    found, before = charged(attempt), everything()
    for other in (replace(found, intent="pi_other"), replace(found, amount=found.amount * 2)):
        with pytest.raises(ValueError, match="is not the charge"):
            settle_payment(attempt.pk, found=other, at=at(OPEN))
    assert changed(before, everything()) == set()


# == Two at once ===================================================================================


def at_once(*acts):
    """Do things at the same moment; answer the code of each refusal, "done" for the others."""
    barrier = Barrier(len(acts))

    def one(act):
        try:
            barrier.wait(10)
            act()
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return [found.result() for found in [pool.submit(one, act) for act in acts]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", MOVES)
def test_of_three_at_once_one_wins(name):
    declaration, attempt = before_move(name)
    by, kind = who_may(name, declaration), lives.MOVES[name].event
    last = Event.objects.latest("id").pk
    codes = at_once(*[lambda: ACTS[name](declaration, attempt, by)] * 3)
    if name in QUIET:
        assert codes == ["done"] * 3
    else:
        assert codes.count("done") == 1
    events = Event.objects.filter(pk__gt=last, subject=declaration.ref)
    assert [one.kind for one in events] == [kind]


PAIRS = [
    ("approve_declaration", "find_deficient"),
    ("approve_declaration", "withdraw_declaration"),
    ("find_deficient", "withdraw_declaration"),
    ("start_payment", "discard_declaration"),
    ("correct_declaration", "delete_declaration"),
    ("take_payment", "give_up_payment"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", PAIRS, ids=" or ".join)
def test_of_two_that_exclude_each_other_one_wins(pair, monkeypatch):
    declaration, attempt = before_move(pair[0])
    if "delete_declaration" in pair:  # on one day only one of them can be: let the job be wrong
        monkeypatch.setattr(Declaration, "is_over", lambda _self, *, as_of: as_of == OVERDUE)
    last = Event.objects.latest("id").pk
    codes = at_once(
        *[
            lambda name=name: ACTS[name](declaration, attempt, who_may(name, declaration))
            for name in pair
        ]
    )
    events = Event.objects.filter(pk__gt=last, subject=declaration.ref)
    kinds = {lives.MOVES[name].event for name in pair}
    assert len([one for one in events if one.kind in kinds]) == 1
    assert codes.count("done") == 1 or pair[0] in QUIET
