"""Each move of each life, from each state and by everybody: made, or refused without a trace."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from recert.declarations import lives
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.audits import send_documents
from recert.declarations.actions.drafts import attest, leave_out, start_declaration
from recert.declarations.actions.submissions import settle_payment
from recert.declarations.models import Audit, Declaration
from recert.journal.actions import advance
from recert.journal.models import Event
from recert.payments.actions import attempts, refunds
from recert.payments.gateway import Refunding
from recert.payments.models import Attempt, Refund
from recert.policy.permissions import GRANTS, NOBODY, STAFF, SYSTEM, Actor, Role
from recert.policy.refusals import Refused
from tests.declarations.moving import (
    ACTS,
    MOVES,
    NEEDS,
    OF_SYSTEM,
    QUIET,
    before_move,
    moved,
    who_may,
)
from tests.declarations.stages import (
    AUDITOR,
    DECIDED,
    OPEN,
    OVERDUE,
    AuditState,
    State,
    audited,
    declaration_in,
    declared,
    made_up_for,
)
from tests.declaring import FINANCE, SECOND_FINANCE, at, charged
from tests.making import actor, make_person
from tests.tracing import changed, everything

PAYMENT_MOVES = attempts.MOVES | refunds.MOVES


def refusal_of(act):
    """Answer the code with which something is refused; None where it is done."""
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        return refusal.code
    return None


def test_every_move_is_tried_here():
    assert set(ACTS) == set(MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_made_from_its_state_with_one_event(name):
    scene = before_move(name)
    one, last, move = moved(name, scene), Event.objects.latest("id").pk, MOVES[name]
    ACTS[name](scene, who_may(name, scene))
    events = Event.objects.filter(pk__gt=last, subject=one.ref, kind=move.event)
    assert [each.about for each in events] == [scene.declaration.credential.person.ref]
    assert moved(name, scene.fresh()).state == move.target


@pytest.mark.django_db
def test_what_was_not_proven_is_made_up_for_by_what_is_new():  # AUD-5
    scene = audited(AuditState.NOT_PASSED)
    send = partial(send_documents, scene.audit.pk, today=DECIDED, by=scene.owner, at=at(DECIDED))
    assert refusal_of(send) == "not-met"
    made_up_for(scene)
    assert refusal_of(send) is None
    assert scene.fresh().audit.state == AuditState.SENT


def refused_without_a_trace(scene, state, names):
    before = everything()
    for name in names:
        if state in MOVES[name].sources:
            continue  # the test above
        code = refusal_of(partial(ACTS[name], scene, who_may(name, scene)))
        assert changed(before, everything()) == set(), name
        if name in QUIET and scene.attempt:
            assert code is None
        else:
            assert code in {"wrong-state", "declared-already"}, name


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_from_a_wrong_state_every_move_is_refused_without_a_trace(state):
    refused_without_a_trace(declared(state), state, lives.MOVES)


@pytest.mark.django_db
@pytest.mark.parametrize("state", AuditState.values)
def test_so_is_every_move_of_an_audit(state):
    refused_without_a_trace(audited(state), state, lives.AUDIT_MOVES)


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
    scene, somebody = before_move(name), everybody_else()
    before, refused = everything(), set()
    for who, by in somebody.items():
        if by.may(NEEDS[name]) and who != "stranger":
            continue
        code = refusal_of(partial(ACTS[name], scene, by))
        assert code in {"not-permitted", "not-found"}, who
        assert changed(before, everything()) == set(), who
        refused.add(who)
    assert len(refused) >= len(somebody) - 2


def holders_of(permission):
    return {role for role in Role if permission in GRANTS[role]}


OF_STAFF = [name for name in MOVES if set(STAFF) & set(holders_of(NEEDS[name]))]


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_STAFF)
def test_nobody_decides_about_their_own(name):
    scene = before_move(name)
    owner, staff = scene.owner, who_may(name, scene)
    both = Actor(ref="AN-B", person=owner.person, roles=owner.roles | staff.roles)
    before = everything()
    assert refusal_of(partial(ACTS[name], scene, both)) == "own-case"
    assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["pass_on_appeal", "fail_on_appeal"])
def test_nobody_decides_about_what_they_judged(name):  # AUD-6
    scene = before_move(name)
    before = everything()
    assert refusal_of(partial(ACTS[name], scene, AUDITOR)) == "judged-it"
    assert changed(before, everything()) == set()


def test_who_may_settle_is_no_person():
    """A role of people never holds what only the processor and the calendar decide."""
    for move in (*MOVES.values(), *PAYMENT_MOVES.values()):
        holders = holders_of(move.needs)
        assert holders
        if Role.SYSTEM in holders:
            assert holders == {Role.SYSTEM}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_without_its_event_nothing_happened(name, monkeypatch):
    scene = before_move(name)
    create, kind = Event.objects.create, MOVES[name].event

    def full(**said):
        if said["kind"] == kind:
            raise RuntimeError("the journal is full")
        return create(**said)

    monkeypatch.setattr(Event.objects, "create", full)
    before = everything()
    with pytest.raises(RuntimeError, match="full"):
        ACTS[name](scene, who_may(name, scene))
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
    for act in (
        partial(leave_out, declaration.pk, refs=[activity.ref]),
        partial(attest, declaration.pk, keys=[]),
    ):
        before = everything()
        code = refusal_of(partial(act, by=by, at=at(OPEN)))
        if state in {State.DRAFT, State.DEFICIENT}:
            assert code is None
        else:
            assert code == "wrong-state"
            assert changed(before, everything()) == set()
    moves = {activity.ref: {"related": 100}}
    code = refusal_of(partial(allocate_points, credential.pk, moves=moves, by=by, at=at(OPEN)))
    with_the_board = {State.AWAITING_PAYMENT, State.SUBMITTED, State.UNDER_AUDIT}
    assert code == ("declared" if state in with_the_board else None)


# == The lives of an attempt and of a refund =======================================================


def attempt_in(state):
    _declaration, attempt = declaration_in(State.AWAITING_PAYMENT)
    if state != Attempt.State.OPEN:
        settle_payment(attempt.pk, found=charged(attempt, state), at=at(OPEN))
    return Attempt.objects.get(pk=attempt.pk)


def refund_in(state):
    attempt = attempt_in(Attempt.State.SUCCEEDED)
    refund = refunds.ask_refund(
        attempt.pk, amount=Decimal(5), because="By mistake.", by=FINANCE, at=at(OPEN)
    )
    if state == Refund.State.DECLINED:
        refunds.decline_refund(refund.pk, because="No.", by=SECOND_FINANCE, at=at(OPEN))
    elif state != Refund.State.PROPOSED:
        refunds.agree_refund(refund.pk, by=SECOND_FINANCE, at=at(OPEN))
    if state in {Refund.State.DONE, Refund.State.FAILED}:
        status = "succeeded" if state == Refund.State.DONE else "failed"
        settled_refund(refund, SYSTEM, status)
    return Refund.objects.get(pk=refund.pk)


def settled_refund(refund, by, status):
    found = Refunding(f"re_{refund.ref}", status, refund.money, refund.ref)
    return refunds.settle_refund(refund.pk, found=found, by=by, at=at(OPEN))


def settled_attempt(attempt, by, status):
    return attempts.settle_attempt(attempt.pk, found=charged(attempt, status), by=by, at=at(OPEN))


PAYMENTS = {
    "succeed_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "succeeded")),
    "recover_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "succeeded")),
    "fail_attempt": (attempt_in, lambda one, by: settled_attempt(one, by, "failed")),
    "finish_refund": (refund_in, lambda one, by: settled_refund(one, by, "succeeded")),
    "fail_refund": (refund_in, lambda one, by: settled_refund(one, by, "failed")),
}


BY_TWO: dict[str, Callable[..., Any]] = {
    "agree_refund": refunds.agree_refund,
    "decline_refund": partial(refunds.decline_refund, because="It was no mistake."),
}
"""Moves that a second person makes."""


def test_every_move_of_a_payment_is_tried_here():
    assert set(PAYMENTS) == set(PAYMENT_MOVES) - set(BY_TWO)


@pytest.mark.django_db
@pytest.mark.parametrize("name", BY_TWO)
def test_a_second_person_decides_about_a_refund_and_nobody_else(name):
    act, move = BY_TWO[name], PAYMENT_MOVES[name]
    for state in Refund.State.values:
        one, before = refund_in(state), everything()
        for by in (FINANCE, NOBODY, SYSTEM):
            assert refusal_of(partial(act, one.pk, by=by, at=at(OPEN))) is not None
        assert changed(before, everything()) == set()
        code = refusal_of(partial(act, one.pk, by=SECOND_FINANCE, at=at(OPEN)))
        if state in move.sources:
            assert code is None
            assert Refund.objects.get(pk=one.pk).state == move.target
            assert Event.objects.filter(subject=one.ref, kind=move.event).count() == 1
        else:
            assert code == "wrong-state"
            assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAYMENTS)
def test_a_move_of_a_payment_is_made_from_its_states_and_what_is_known_changes_nothing(name):
    make, act = PAYMENTS[name]
    kind = Attempt if make is attempt_in else Refund
    sources, kinds = PAYMENT_MOVES[name].sources, {move.event for move in PAYMENT_MOVES.values()}
    for state in kind.State.values:
        one = make(state)
        last, before = Event.objects.latest("id").pk, everything()
        act(one, SYSTEM)
        kinds_noted = [event.kind for event in Event.objects.filter(pk__gt=last, subject=one.ref)]
        if state in sources:
            assert kinds_noted == [PAYMENT_MOVES[name].event]
            assert kind.objects.get(pk=one.pk).state == PAYMENT_MOVES[name].target
        elif set(kinds_noted) & kinds:  # the same word from another state is another move
            assert name in {"succeed_attempt", "recover_attempt"}
        else:
            assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAYMENTS)
def test_no_person_moves_a_payment(name):
    make, act = PAYMENTS[name]
    one = make(next(iter(PAYMENT_MOVES[name].sources)))
    before = everything()
    for by in everybody_else().values():
        if Role.SYSTEM in by.roles:
            continue
        before = everything()
        assert refusal_of(lambda by=by: act(one, by)) == "not-permitted"
        assert changed(before, everything()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*MOVES, *PAYMENT_MOVES])
def test_the_journal_itself_refuses_a_move_from_a_wrong_state(name):
    """Whatever an action forgets to ask, `advance` asks."""
    move = {**MOVES, **PAYMENT_MOVES}[name]
    kind: type[Any] = Audit if name in lives.AUDIT_MOVES else Declaration
    if name in PAYMENT_MOVES:
        kind = Attempt if name.endswith("attempt") else Refund
    by = Actor(ref="AN-H", roles=frozenset(holders_of(move.needs)))
    for state in set(kind.State.values) - move.sources:
        with pytest.raises(Refused, match="any more"):
            advance(kind(ref="XX", state=state), move, by=by, at=at(OPEN))


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
    scene = before_move(name)
    by, one = who_may(name, scene), moved(name, scene)
    last = Event.objects.latest("id").pk
    codes = at_once(*[partial(ACTS[name], scene, by)] * 3)
    if name in QUIET:
        assert codes == ["done"] * 3
    else:
        assert codes.count("done") == 1
    events = Event.objects.filter(pk__gt=last, subject=one.ref, kind=MOVES[name].event)
    assert events.count() == 1


PAIRS = [
    ("approve_declaration", "find_deficient"),
    ("approve_declaration", "withdraw_declaration"),
    ("find_deficient", "withdraw_declaration"),
    ("approve_declaration", "place_under_audit"),
    ("withdraw_declaration", "place_under_audit"),
    ("start_payment", "discard_declaration"),
    ("correct_declaration", "delete_declaration"),
    ("take_payment", "give_up_payment"),
    ("pass_on_appeal", "fail_on_appeal"),
    ("open_appeal", "fail_overdue"),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", PAIRS, ids=" or ".join)
def test_of_two_that_exclude_each_other_one_wins(pair, monkeypatch):
    scene = before_move(pair[0])
    for kind in (Declaration, Audit):  # on one day only one of them can be: let the job be wrong
        monkeypatch.setattr(kind, "is_over", lambda _self, *, as_of: as_of == OVERDUE)
    one, last = moved(pair[0], scene), Event.objects.latest("id").pk
    codes = at_once(*[partial(ACTS[name], scene, who_may(name, scene)) for name in pair])
    kinds = {MOVES[name].event for name in pair}
    assert Event.objects.filter(pk__gt=last, subject=one.ref, kind__in=kinds).count() == 1
    assert codes.count("done") == 1 or pair[0] in QUIET
