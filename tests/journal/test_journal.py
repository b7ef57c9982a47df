"""The journal: only ever added to, and never without the change that it tells of."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connections, transaction

from recert.journal import actions as journal
from recert.journal.models import Event
from recert.policy.permissions import NOBODY
from recert.policy.refusals import Refused
from recert.transcript import actions
from recert.transcript.models import Activity, Document
from tests.making import AT, actor, make_activity, make_document, make_person

MOVES = sorted(actions.MOVES)


@pytest.fixture
def person():
    return make_person()


def thing_for(name, person):
    activity = make_activity(person)
    return activity if name.endswith("activity") else make_document(activity)


def states_of(thing):
    return (Activity if isinstance(thing, Activity) else Document).State.values


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["update", "delete"])
def test_an_event_is_never_changed_and_never_deleted(person, change):
    with transaction.atomic():
        event = journal.record_event("person.bound", subject=person.ref, by=NOBODY, at=AT)
    rows = Event.objects.filter(pk=event.pk)
    act = {"update": lambda: rows.update(by="Somebody else"), "delete": rows.delete}[change]
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        act()
    event.refresh_from_db()
    assert event.by == NOBODY.name


@pytest.mark.django_db(transaction=True)
def test_nothing_is_noted_outside_a_transaction():
    with pytest.raises(AssertionError, match="outside an action's transaction"):
        journal.record_event("person.bound", subject="PE", by=NOBODY, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_each_move_goes_from_its_states_and_from_no_other(person, name):
    move = actions.MOVES[name]
    for state in states_of(thing_for(name, person)):
        thing = thing_for(name, person)
        type(thing).objects.filter(pk=thing.pk).update(state=state)
        before = Event.objects.count()
        act = getattr(actions, name)
        if state in move.sources:
            act(thing.pk, by=actor(person), at=AT)
            event = Event.objects.latest("id")
            assert (event.kind, event.subject, event.about) == (move.event, thing.ref, person.ref)
            after = move.target
        else:
            with pytest.raises(Refused) as refusal:
                act(thing.pk, by=actor(person), at=AT)
            assert refusal.value.code == "wrong-state"
            assert Event.objects.count() == before
            after = state
        thing.refresh_from_db()
        assert thing.state == after


@pytest.mark.django_db
@pytest.mark.parametrize("name", MOVES)
def test_a_stranger_moves_nothing(person, name):
    thing = thing_for(name, person)
    stranger = actor(make_person("Somebody Else"))
    with pytest.raises(Refused) as refusal:
        getattr(actions, name)(thing.pk, by=stranger, at=AT)
    assert refusal.value.code == "not-found"
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_its_event_nothing_happened(person, monkeypatch):
    activity = make_activity(person)

    def fails(**_):
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(Event.objects, "create", fails)
    with pytest.raises(RuntimeError, match="full"):
        actions.withdraw_activity(activity.pk, by=actor(person), at=AT)
    activity.refresh_from_db()
    assert activity.state == Activity.State.ENTERED


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_event(person):
    activity, by = make_activity(person), actor(person)

    def withdraw(_):
        try:
            actions.withdraw_activity(activity.pk, by=by, at=AT)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(withdraw, range(4))) == ["done", *["wrong-state"] * 3]
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_change_once(person):
    activity, by = make_activity(person), actor(person)
    said = {name: getattr(activity, name) for name in actions.FIELDS}

    def change(number):
        try:
            title = {"title": f"Window {number}"}
            actions.change_activity(activity.pk, said=said | title, version=1, by=by, at=AT)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change, range(4))) == [*["changed-meanwhile"] * 3, "done"]
    assert Event.objects.count() == 1
