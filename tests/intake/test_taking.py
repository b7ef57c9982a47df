"""What becomes of what providers report: once, corrected, revoked, and on whose record."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from recert.declarations.models import Use
from recert.intake.actions.intakes import start_intake
from recert.intake.models import Candidate, Completion, Line, Review
from recert.journal.models import Event
from recert.people.models import Person
from recert.policy.refusals import Refused
from recert.refs import is_ref
from recert.transcript.actions import withdraw_activity
from recert.transcript.models import Activity
from tests.intake.reporting import about, make_provider, reporter, said, sent, taken
from tests.making import AT, actor, make_credential, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return make_provider()


@pytest.fixture
def person():
    return make_person(email="amina@example.org")


def fates(intake):
    return list(
        Line.objects.filter(intake=intake).order_by("number").values_list("fate", flat=True)
    )


def test_a_line_becomes_a_locked_activity_with_one_event(provider, person):
    intake = taken(provider, [said("A", customer_number=person.customer_number)])
    (activity,) = Activity.objects.all()
    assert activity.person == person
    assert activity.reported_by == provider.name
    assert activity.contact_hours == 150
    assert is_ref(activity.ref)
    (event,) = Event.objects.filter(subject=activity.ref)
    assert (event.kind, event.about) == ("activity.reported", person.ref)
    assert event.by == reporter(provider).name
    completion = Completion.objects.get()
    assert is_ref(completion.ref)
    assert intake.fates == {"taken": 1}
    assert not Event.objects.filter(subject=completion.ref).exists()
    with pytest.raises(Refused):
        withdraw_activity(activity.pk, by=actor(person), at=AT)


def test_sent_again_it_changes_nothing(provider, person):
    lines = [said("A", customer_number=person.customer_number), said("B", **about(person))]
    taken(provider, lines)
    before = list(Activity.objects.values())
    events = Event.objects.filter(kind__startswith="activity").count()
    again = taken(provider, lines)
    assert fates(again) == ["unchanged", "unchanged"]
    assert list(Activity.objects.values()) == before
    assert Event.objects.filter(kind__startswith="activity").count() == events


def test_sent_changed_it_is_a_correction_with_history(provider, person):
    number = person.customer_number
    taken(provider, [said("A", customer_number=number)])
    intake = taken(provider, [said("A", customer_number=number, contact_hours="2")])
    assert fates(intake) == ["corrected"]
    activity = Activity.objects.get()
    assert activity.contact_hours == 200
    event = Event.objects.get(kind="completion.corrected")
    assert event.facts["before"] == {"contact_hours": 150}
    assert event.facts["after"] == {"contact_hours": 200}


def test_revoked_it_is_withdrawn_and_reported_again_it_is_back(provider, person):
    number = person.customer_number
    taken(provider, [said("A", customer_number=number)])
    revoked = taken(provider, [{"completion": "A", "revoked": "yes"}])
    assert fates(revoked) == ["revoked"]
    assert Activity.objects.get().state == "withdrawn"
    taken(provider, [said("A", customer_number=number)])
    assert Activity.objects.get().state == "entered"


def test_within_a_file_the_later_line_counts(provider, person):
    number = person.customer_number
    lines = [said("A", customer_number=number, title=title) for title in ("One", "Two", "One")]
    intake = taken(provider, lines)
    assert fates(intake) == ["", "corrected", "corrected"]
    assert Activity.objects.get().title == "One"


@pytest.mark.parametrize("change", [{"contact_hours": "9"}, {"revoked": "yes"}])
def test_what_a_cycle_used_is_not_changed_but_reviewed(provider, person, change):
    number = person.customer_number
    taken(provider, [said("A", customer_number=number)])
    activity = Activity.objects.get()
    Use.objects.create(
        credential=make_credential(person), activity=activity, cycle_ends_on=date(2024, 3, 31)
    )
    before = Activity.objects.values().get()
    taken(provider, [said("A", customer_number=number) | change])
    assert Activity.objects.values().get() == before
    (review,) = Review.objects.all()
    assert review.revoked is ("revoked" in change)


def test_by_name_birth_date_and_email_it_is_certain(provider, person):
    taken(provider, [said("A", **about(person))])
    assert Activity.objects.get().person == person


@pytest.mark.parametrize("wrong", [{"email": "other@example.org"}, {"born_on": "1990-01-01"}])
def test_two_of_three_are_unclear(provider, person, wrong):
    taken(provider, [said("A", **about(person) | wrong)])
    assert not Activity.objects.exists()
    assert Completion.objects.get().state == "unclear"
    candidate = Candidate.objects.get()
    assert (candidate.person, candidate.confidence) == (person, 60)


def test_the_answer_is_the_same_for_a_stranger_a_doubt_and_a_match(provider, person):
    for fields in (
        about(person),
        about(person) | {"email": "x@example.org"},
        {
            "given_names": "No",
            "family_name": "One",
            "born_on": "1970-01-01",
            "email": "n@example.org",
        },
    ):
        intake = taken(provider, [said(**fields)])
        assert fates(intake) == [""]
        assert intake.fates == {"taken": 1}
    assert set(Completion.objects.values_list("state", flat=True)) == {
        "recorded",
        "unclear",
        "unknown",
    }


def test_a_line_that_cannot_be_read_says_why_and_hinders_no_other(provider, person):
    number = person.customer_number
    wrong = said("B", customer_number=number, contact_hours="many")
    intake = taken(provider, [said("A", customer_number=number), wrong])
    assert intake.fates == {"taken": 1, "wrong": 1}
    assert "contact_hours" in Line.objects.get(completion="B").wrong


def test_nothing_is_taken_before_somebody_looked(provider, person):
    sent(provider, [said("A", customer_number=person.customer_number)], started=False)
    assert not Completion.objects.exists()


def test_a_stranger_reports_for_no_provider(provider):
    other = make_provider("Other College")
    intake = sent(provider, [said("A", customer_number="X")], started=False)
    with pytest.raises(Refused):
        start_intake(intake.pk, by=reporter(other), at=AT)


STEPS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["One", "Two", "revoked"])), max_size=8
)


class AnyOrder(TestCase):
    """However lines come in files and chunks, what was said last is what stands."""

    @given(steps=STEPS, cuts=st.integers(1, 3))
    def test_the_last_word_stands(self, steps, cuts):
        Candidate.objects.all().delete()
        provider = make_provider()
        person = make_person(account=False, customer_number=f"H{Person.objects.count():06}")
        lines = [
            {"completion": key, "revoked": "yes"}
            if what == "revoked"
            else said(key, customer_number=person.customer_number, title=what)
            for key, what in steps
        ]
        if not lines:
            return
        taken(provider, lines, at_once=cuts)
        last = dict(steps)
        for key, what in last.items():
            found = Completion.objects.filter(organisation=provider, number=key).first()
            named = [one for k, one in steps if k == key and one != "revoked"]
            if found is None:
                assert not named
            elif what == "revoked":
                assert found.state == "revoked"
                assert found.activity.state == "withdrawn"
            else:
                assert found.activity.title == what
                assert found.activity.state == "entered"
