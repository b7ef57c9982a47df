"""The same arguments bring the same board, and nobody's board is filled by mistake."""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant, InactivePeriod
from recert.declarations.models import Use
from recert.declarations.queries import positions_of
from recert.people.models import Address, Person
from recert.policy.refusals import Refused
from recert.seeding import boards
from recert.seeding.boards import Seeded, seed_board, seed_person
from recert.transcript.models import Activity
from tests.making import make_person

DAY = date(2025, 3, 31)
MODELS = (Person, Address, Credential, Grant, InactivePeriod, Activity, Use)

pytestmark = pytest.mark.django_db


def without_ids(row):
    return {name: value for name, value in row.items() if not name.endswith("id")}


def rows(**arguments):
    """Answer what is written, without the ids that a sequence gives."""
    with transaction.atomic():
        seed_board(**{"as_of": DAY, **arguments})
        found = [
            [without_ids(row) for row in model.objects.order_by("id").values()] for model in MODELS
        ]
        transaction.set_rollback(True)
    return found


def test_the_same_seed_brings_the_same_people():
    once, again = rows(certificants=40), rows(certificants=40)
    assert once == again
    assert all(once)


def test_another_seed_brings_others():
    assert rows(certificants=3) != rows(certificants=3, seed=2)


def test_who_somebody_is_does_not_depend_on_how_many_there_are(monkeypatch):
    few = rows(certificants=5)[0]
    monkeypatch.setattr(boards, "CHUNK", 4)
    assert rows(certificants=11)[0][:5] == few


def test_a_board_with_people_is_left_as_it_is():
    make_person()
    with pytest.raises(Refused, match="1 people"):
        seed_board(certificants=5, as_of=DAY)
    assert Person.objects.count() == 1


def test_people_can_be_added():
    seed_board(certificants=5, as_of=DAY)
    seed_board(certificants=5, as_of=DAY, add=True)
    assert Person.objects.count() == 10


def test_it_says_how_far_it_is(monkeypatch):
    monkeypatch.setattr(boards, "CHUNK", 4)
    said: list[Seeded] = []
    done = seed_board(certificants=10, as_of=DAY, progress=said.append)
    assert [one.people for one in said] == [4, 8, 10]
    assert said[-1] == done
    assert isinstance(done, Seeded)


@pytest.mark.parametrize("each", [10, 40])
def test_people_can_have_fewer_or_more_activities(each):
    done = seed_board(certificants=200, as_of=DAY, activities_each=each)
    assert 0.6 < done.activities / done.people / each < 1.5


@pytest.mark.parametrize("activities", [0, 1, 300])
def test_one_person_can_have_a_given_number_of_activities(activities):
    person = seed_person(activities=activities, as_of=DAY)
    assert person.activities.count() == activities
    (position,) = positions_of(person.pk, as_of=DAY).each
    assert position.standing.state == "active"
    assert len(position.assessment.entries) == activities


@pytest.mark.parametrize("day", [date(2012, 6, 1), date(2016, 2, 29), date(2031, 12, 31)])
def test_a_board_can_be_of_any_day(day):
    done = seed_board(certificants=60, as_of=day)
    for person in Person.objects.values_list("id", flat=True):
        states = {one.standing.state for one in positions_of(person, as_of=day).each}
        assert "not-certified" not in states
    assert done.people == 60
    assert not Credential.objects.filter(certified_on__gte=day).exists()


def test_a_board_can_be_of_another_programme(settings):
    settings.RULEBOOK = str(Path(__file__).parents[1] / "rulebooks" / "harbour-sonography.toml")
    the_rulebook.cache_clear()
    try:
        seed_board(certificants=100, as_of=DAY)
        book = the_rulebook()
        assert {*Credential.objects.values_list("category", flat=True)} == {*book.categories}
        assert {*Activity.objects.values_list("kind", flat=True)} <= {*book.kinds}
        for person in Person.objects.values_list("id", flat=True)[:30]:
            positions_of(person, as_of=DAY)
    finally:
        the_rulebook.cache_clear()
