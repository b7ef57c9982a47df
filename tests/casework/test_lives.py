"""The lives of requests and appeals, made from their tables: each move from each wrong state."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from recert.casework.actions import appeals, decisions, drafts, sending, settling
from recert.casework.lives import APPEAL_MOVES, ENCLOSURE_MOVES, REQUEST_MOVES
from recert.casework.models import Appeal, Enclosure, Request
from recert.journal.models import Event
from recert.policy.permissions import GRANTS, Actor, Role
from recert.policy.refusals import Refused
from tests.asking import (
    CERTIFIED,
    FIRST,
    REGISTRAR,
    SECOND,
    TODAY,
    appeal_after,
    audit_not_passed,
    begin,
    begin_to_pay,
    with_file,
)
from tests.declaring import CARD, at, charged, earn_everything
from tests.making import actor, make_credential, make_person

pytestmark = pytest.mark.django_db

Kind, State = Request.Kind, Request.State
OPEN = CERTIFIED.replace(year=2024, month=11, day=15)


@pytest.fixture
def person():
    someone = make_person()
    someone.credential = make_credential(someone, certified_on=CERTIFIED)
    return someone


def in_state(request, state):
    """Put a request into a state, with what the state must have."""
    sent = state in {"submitted", "granted", "refused", "withdrawn"}
    Request.objects.filter(pk=request.pk).update(
        state=state,
        submitted_on=TODAY if sent else None,
        decided_on=TODAY if sent and state != "submitted" else None,
        reason="because" if state == "refused" else "",
        until_on=TODAY if state == "granted" and request.kind == "inactive" else None,
    )
    request.refresh_from_db()


def now(by):
    return {"today": TODAY, "by": by, "at": at(TODAY)}


REQUEST_ACTIONS = {
    "discard_request": lambda one, by: drafts.discard_request(one.pk, by=by, at=at(TODAY)),
    "send_request": lambda one, by: sending.send_request(one.pk, **now(by)),
    "pay_request": lambda one, by: sending.pay_request(one.pk, card=CARD, **now(by)),
    "withdraw_request": lambda one, by: sending.withdraw_request(one.pk, **now(by)),
    "grant_request": lambda one, _by: decisions.grant_inactive_status(
        one.pk, until_on=CERTIFIED.replace(year=2026), because="Ill.", **now(REGISTRAR)
    ),
    "refuse_request": lambda one, _by: decisions.refuse_request(
        one.pk, because="Not shown.", **now(REGISTRAR)
    ),
}
BY_THE_PROCESSOR = {"take_request_payment", "give_up_request_payment"}
"""Moves of which a word that comes late is no mistake; they are below."""


def test_each_move_of_a_request_has_an_action():
    assert set(REQUEST_MOVES) == set(REQUEST_ACTIONS) | BY_THE_PROCESSOR


@pytest.mark.parametrize("name", sorted(REQUEST_ACTIONS))
@pytest.mark.parametrize("state", State.values)
def test_a_request_moves_from_its_own_states_only(person, name, state):
    kind = Kind.INACTIVE if name in {"pay_request", "grant_request"} else Kind.NAME
    credential = person.credential if kind == Kind.INACTIVE else None
    request = begin(person, kind, credential=credential)
    if kind == Kind.NAME:
        with_file(request, person)
    in_state(request, state)
    before = Event.objects.count()
    move = REQUEST_MOVES[name]
    if state in move.sources:
        REQUEST_ACTIONS[name](request, actor(person))
        request.refresh_from_db()
        assert request.state == move.target
        assert Event.objects.filter(kind=move.event, subject=request.ref).exists()
    else:
        with pytest.raises(Refused), transaction.atomic():
            REQUEST_ACTIONS[name](request, actor(person))
        assert Event.objects.count() == before
        assert Request.objects.get().state == state


@pytest.mark.parametrize("status", ["succeeded", "failed"])
@pytest.mark.parametrize("state", State.values)
def test_the_word_of_the_processor_moves_what_waits_for_it_and_nothing_else(person, state, status):
    request = begin(person, Kind.INACTIVE, credential=person.credential)
    attempt = begin_to_pay(request)
    in_state(request, state)
    settling.settle_any_payment(attempt.pk, found=charged(attempt, status), at=at(TODAY))
    settling.settle_any_payment(attempt.pk, found=charged(attempt, status), at=at(TODAY))
    after = Request.objects.get().state
    waits = state == State.AWAITING_PAYMENT
    assert after == ({"succeeded": "submitted", "failed": "draft"}[status] if waits else state)
    assert Event.objects.filter(kind="request.submitted").count() == (
        1 if waits and status == "succeeded" else 0
    )


@pytest.mark.parametrize("name", sorted(REQUEST_ACTIONS))
def test_whoever_may_not_move_a_request_finds_none(person, name):
    request = begin(person, Kind.NAME)
    in_state(request, State.SUBMITTED)
    stranger = actor(make_person("Somebody Else"))
    if name in {"grant_request", "refuse_request"}:
        return
    with pytest.raises(Refused) as refused:
        REQUEST_ACTIONS[name](request, stranger)
    assert refused.value.code == "not-found"


@pytest.mark.parametrize("role", sorted(Role))
def test_only_whoever_decides_requests_decides(person, role):
    request = begin(person, Kind.NAME)
    in_state(request, State.SUBMITTED)
    by = Actor(ref="AN-X", name="X", roles=frozenset({role}))
    needed = REQUEST_MOVES["refuse_request"].needs
    if needed in GRANTS[role]:
        decisions.refuse_request(request.pk, because="No.", **now(by))
    else:
        with pytest.raises(Refused):
            decisions.refuse_request(request.pk, because="No.", **now(by))


def test_nobody_decides_about_a_request_of_their_own(person):
    request = begin(person, Kind.NAME)
    in_state(request, State.SUBMITTED)
    own = Actor(ref="AN-G", name="G", roles=frozenset({Role.REGISTRAR}), person=person.pk)
    with pytest.raises(Refused) as refused:
        decisions.refuse_request(request.pk, because="No.", **now(own))
    assert refused.value.code == "own-case"


# Appeals


@pytest.fixture
def appeal(person):
    earn_everything(person, person.credential, on=OPEN)
    return appeal_after(audit_not_passed(person.credential, on=OPEN), on=OPEN)


def appeal_in(appeal, state):
    """Put an appeal into a state, and its audit beside it."""
    decided = state in {"granted", "denied"}
    proposed = (
        {}
        if state in {"draft", "sent"}
        else {
            "proposed_outcome": "granted",
            "proposed_because": "Shown.",
            "proposed_by": FIRST.name,
            "proposed_by_ref": FIRST.ref,
        }
    )
    Appeal.objects.filter(pk=appeal.pk).update(
        state=state,
        sent_on=None if state == "draft" else OPEN,
        decided_on=OPEN if decided else None,
        reason="Shown." if decided else "",
        **proposed,
    )
    audit = {"draft": "not-passed", "granted": "passed", "denied": "failed"}.get(state, "appealed")
    type(appeal.audit).objects.filter(pk=appeal.audit_id).update(
        state=audit,
        ended_on=OPEN if decided else None,
        respond_by=OPEN + timedelta(days=40) if audit == "not-passed" else None,
    )
    appeal.refresh_from_db()


def then(by):
    return {"today": OPEN, "by": by, "at": at(OPEN)}


APPEAL_ACTIONS = {
    "send_appeal": lambda one, by: appeals.send_appeal(one.pk, **then(by)),
    "propose_outcome": lambda one, _by: appeals.propose_outcome(
        one.pk, outcome=Appeal.Outcome.GRANTED, because="Shown.", **then(FIRST)
    ),
    "send_back_appeal": lambda one, _by: appeals.send_back_appeal(
        one.pk, because="Look again.", by=SECOND, at=at(OPEN)
    ),
    "grant_appeal": lambda one, _by: appeals.agree_outcome(one.pk, **then(SECOND)),
}
BY_TWO = {"grant_appeal", "deny_appeal"}
"""From "sent" only where one person is enough; see `test_appeals`."""


def test_each_move_of_an_appeal_has_an_action():
    assert set(APPEAL_MOVES) == set(APPEAL_ACTIONS) | {"deny_appeal"}
    assert set(ENCLOSURE_MOVES) == {"remove_enclosure"}


@pytest.mark.parametrize("name", sorted(APPEAL_ACTIONS))
@pytest.mark.parametrize("state", Appeal.State.values)
def test_an_appeal_moves_from_its_own_states_only(appeal, person, name, state):  # AUD-6
    appeal_in(appeal, state)
    before = Event.objects.count()
    move = APPEAL_MOVES[name]
    sources = {"proposed"} if name in BY_TWO else move.sources
    if state in sources:
        APPEAL_ACTIONS[name](appeal, actor(person))
        assert Appeal.objects.get().state == move.target
    else:
        with pytest.raises(Refused), transaction.atomic():
            APPEAL_ACTIONS[name](appeal, actor(person))
        assert Event.objects.count() == before
        assert Appeal.objects.get().state == state


# What PostgreSQL holds to


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"kind": "party"},
        {"state": "submitted"},
        {"submitted_on": TODAY},
        {"state": "refused", "submitted_on": TODAY, "decided_on": TODAY},
        {"state": "granted", "submitted_on": TODAY, "decided_on": TODAY},
        {"until_on": TODAY},
        {"credential": None},
    ],
    ids=str,
)
def test_a_request_says_nothing_that_cannot_be(person, change):
    request = begin(person, Kind.INACTIVE, credential=person.credential)
    with pytest.raises(IntegrityError), transaction.atomic():
        Request.objects.filter(pk=request.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"state": "sent"},
        {"sent_on": TODAY},
        {"state": "proposed", "sent_on": TODAY},
        {"state": "granted", "sent_on": TODAY, "decided_on": TODAY},
        {"decided_on": TODAY},
    ],
    ids=str,
)
def test_an_appeal_says_nothing_that_cannot_be(appeal, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**change)


def test_a_file_comes_with_one_thing(appeal, person):
    request = begin(person, Kind.NAME)
    enclosure = Enclosure.objects.get()
    for change in ({"request": request}, {"appeal": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enclosure.objects.filter(pk=enclosure.pk).update(**change)
