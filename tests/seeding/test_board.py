"""A board of 500 people: everything that occurs on a real one occurs, and the sums make sense."""

import unicodedata
from collections import Counter
from datetime import date
from statistics import mean
from zoneinfo import available_timezones

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F

from recert.credentials.models import Credential, Grant, InactivePeriod
from recert.credentials.queries import credentials_held_by
from recert.declarations.models import Use
from recert.declarations.queries import positions_of
from recert.journal.models import Event
from recert.people.models import Address, Person
from recert.policy.cycles import extended_cycle, first_cycle, next_cycle, reinstated_cycle
from recert.seeding.boards import seed_board
from recert.transcript.models import Activity
from tests.making import BOOK, make_activity, make_credential, make_person

DAY = date(2026, 8, 20)
PEOPLE = 500


@pytest.fixture(scope="module", autouse=True)
def board(django_db_setup, django_db_blocker):
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed_board(certificants=PEOPLE, as_of=DAY)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def positions(board):
    del board
    people = Person.objects.order_by("id").values_list("id", flat=True)
    return [one for person in people for one in positions_of(person, as_of=DAY).each]


def test_it_says_how_much_it_wrote(board):
    counted = (Person, Credential, Activity)
    assert (board.people, board.credentials, board.activities) == tuple(
        model.objects.count() for model in counted
    )
    assert board.people == PEOPLE


def test_every_category_and_every_kind_occurs():
    assert {*Credential.objects.values_list("category", flat=True)} == {*BOOK.categories}
    assert {*Activity.objects.values_list("kind", flat=True)} == {*BOOK.kinds}


def test_every_standing_that_the_records_can_tell_occurs(positions):
    states = Counter(one.standing.state for one in positions)
    # No declaration is on record here that could be pending, and nobody is certified tomorrow.
    assert {*states} == {
        "active",
        "due",
        "inactive",
        "expired",
        "examination-needed",
        "voluntary",
        "voluntary-maintained",
    }
    assert states["active"] > states["due"] > states["examination-needed"]
    assert {one.declarable.late for one in positions if one.standing.state == "due"} == {
        True,
        False,
    }


def test_people_have_one_to_three_credentials_and_some_twenty_activities(board):
    held = Counter(Person.objects.annotate(n=Count("credentials")).values_list("n", flat=True))
    assert {*held} == {1, 2, 3}
    assert held[1] > held[2] > held[3]
    assert 17 < board.activities / board.people < 23
    done = Person.objects.annotate(n=Count("activities")).values_list("n", flat=True)
    assert min(done) <= 2
    assert max(done) < 150


def test_sums_are_plausible(positions):
    def share(state):
        return [
            one.assessment.claimed.total / one.assessment.terms.total
            for one in positions
            if one.assessment and one.standing.state == state
        ]

    assert 0.8 < mean(share("due")) < 1.3
    assert 0.4 < mean(share("active")) < 0.9
    assert 0.05 < mean(share("voluntary")) < mean(share("voluntary-maintained")) < 1.8
    outcomes = Counter(one.assessment.outcome for one in positions if one.standing.state == "due")
    assert min(outcomes["met"], outcomes["not-met"]) > 10


def test_what_goes_wrong_for_people_goes_wrong_here(positions):
    codes = {
        loss.finding.code
        for one in positions
        if one.assessment
        for ledger in one.assessment.ledgers()
        for loss in ledger.not_counted
    }
    assert codes >= {
        "outside-cycle",
        "duplicate",
        "cap-per-year",
        "allocation-exceeds-worth",
        "used-in-earlier-cycle",
    }
    assert any(one.plan.reallocating_wins for one in positions if one.plan)
    assert Activity.objects.filter(state=Activity.State.WITHDRAWN).exists()
    assert Activity.objects.filter(completed_on__lt=F("person__credentials__certified_on")).exists()


def test_cycles_follow_on_each_other_as_the_rules_say():
    renewed = 0
    for person in Person.objects.values_list("id", flat=True):
        for held in credentials_held_by(person):
            if BOOK.categories[held.credential.category].required_from is None:
                continue
            if held.holding.certified_on < BOOK.categories[held.credential.category].required_from:
                continue
            cycle = first_cycle(BOOK, certified_on=held.holding.certified_on)
            for grant in held.holding.grants:
                may_follow = [next_cycle(BOOK, cycle)]
                may_follow += [
                    next_cycle(BOOK, extended_cycle(cycle, until=rest.until))
                    for rest in held.holding.inactive
                    if rest.until > cycle.ends
                ]
                may_follow.append(reinstated_cycle(BOOK, approved_on=grant.granted_on))
                assert grant.cycle in may_follow
                assert grant.granted_on <= DAY
                cycle = grant.cycle
                renewed += 1
    assert renewed > PEOPLE / 2


def test_earlier_cycles_have_used_what_was_done_in_them():
    assert Use.objects.count() > PEOPLE * 5
    assert not Use.objects.exclude(credential__person=F("activity__person")).exists()
    late = Use.objects.filter(activity__completed_on__gt=F("cycle_ends_on"))
    assert not late.exists()


def test_activities_are_as_their_kind_wants_them():
    for activity in Activity.objects.all():
        kind = BOOK.kinds[activity.kind]
        assert activity.title
        assert activity.completed_on <= DAY
        assert activity.entered_at.date() <= DAY
        assert {*activity.covers} <= {*BOOK.areas}
        assert {*(activity.portions or {})} <= {*(kind.areas or BOOK.areas)}
        assert all(points > 0 for points in (activity.portions or {}).values())
        assert (activity.from_on is not None) == (kind.window is not None)
    assert Activity.objects.exclude(reported_by="").count() > PEOPLE
    free = Activity.objects.filter(portions__isnull=True).count()
    assert 0.1 < free / Activity.objects.count() < 0.3


def test_people_are_of_many_countries():
    assert Address.objects.values("country").distinct().count() > 20
    names = list(Person.objects.values_list("given_names", "family_name"))
    assert any(family == "" for _given, family in names)
    letters = "".join(given + family for given, family in names)
    directions = {unicodedata.bidirectional(letter) for letter in letters}
    assert {"L", "AL"} <= directions
    assert any(unicodedata.decomposition(letter) for letter in letters)
    for person in Person.objects.all():
        assert person.time_zone in available_timezones()
        assert person.language in dict(settings.LANGUAGES)
        assert person.email.isascii()
        assert person.email.endswith("@example.org")
        assert 18 < (DAY - person.born_on).days / 365.25 < 90
        first = min(one.certified_on for one in person.credentials.all())
        assert first.year >= 2005
        assert (first - person.born_on).days / 365.25 > 19


def test_some_were_inactive():
    assert InactivePeriod.objects.filter(until_on__gt=DAY).exists()
    assert InactivePeriod.objects.filter(until_on__lt=DAY).exists()
    assert not Grant.objects.filter(granted_on__gt=DAY).exists()


def test_the_journal_says_for_each_that_the_record_came_from_elsewhere():
    events = Event.objects.filter(kind="record.imported")
    assert {*events.values_list("subject", flat=True)} == {
        *Person.objects.values_list("ref", flat=True)
    }
    some = events.order_by("id")[0]
    person = Person.objects.get(ref=some.subject)
    assert some.facts == {
        "credentials": person.credentials.count(),
        "activities": person.activities.count(),
    }


def test_rows_can_be_added_as_always():
    with transaction.atomic():
        person = make_person()
        assert make_credential(person).pk
        assert make_activity(person).pk
        transaction.set_rollback(True)
