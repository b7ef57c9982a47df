"""Which badges hold on a day: derived from the records, at once, and never forgotten."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from recert.board import the_rulebook
from recert.credentials.models import Credential, CycleChange, Grant, InactivePeriod
from recert.journal.models import Event
from recert.people.models import Person
from recert.policy.cycles import Cycle, first_cycle, next_cycle
from recert.policy.cycles import Cycle as Days
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused
from recert.policy.standing import Grant as Granted
from recert.policy.standing import Holding, standing_on
from recert.registry.badges.actions import end_badges, give_back_badge, issue_badge
from recert.registry.badges.lists import is_set
from recert.registry.badges.offers import offer_of, still_holds
from recert.registry.badges.queries import holds_on, signed_list
from recert.registry.models import Badge
from tests.declaring import at, declared, renewed
from tests.making import BOOK, CATEGORY, actor, make_credential, make_person

ON = date(2025, 3, 10)
DAY = timedelta(days=1)


def taken(credential, *, on=ON, named=True):
    by = actor(credential.person)
    return issue_badge(credential.pk, named=named, today=on, by=by, at=at(on))


def maintained():
    """Answer a credential that was renewed once: certified in 2021, maintained until March 2027."""
    return make_credential(make_person(), certified_on=date(2021, 3, 15), cycles=1)


def listed(badge, *, on):
    """Answer whether the published list says that a badge holds no more."""
    found = signed_list(badge.list_number, as_of=on, at=at(on))
    return is_set(found["credentialSubject"]["encodedList"], badge.list_index)


# What there is a badge of


SAID = {
    "maintained": (
        {"certified_on": date(2021, 3, 15), "cycles": 1},
        ("MLS(ASCPi)ᶜᴹ", date(2024, 3, 1), date(2027, 3, 31)),
    ),
    "in its first cycle": (
        {"certified_on": date(2024, 3, 15)},
        ("MLS(ASCPi)", date(2024, 3, 15), date(2027, 3, 31)),
    ),
    "without expiration": (
        {"category": "MT", "certified_on": date(2005, 3, 15)},
        ("MT(ASCPi)", date(2005, 3, 15), None),
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("held", "said"), SAID.values(), ids=SAID)
def test_a_badge_says_what_the_standing_says(held, said):  # PAR-2, PAR-3, DEC-7
    badge = taken(make_credential(make_person(), **held))
    name = json.loads(badge.document)["name"]
    assert (name, badge.from_on, badge.until_on) == said
    event = Event.objects.get(kind="badge.issued", subject=badge.ref)
    assert event.facts["title"] == name


@pytest.mark.django_db
def test_a_voluntary_one_that_is_maintained_is_written_as_it_may_be():  # PAR-6
    credential = make_credential(make_person(), category="MT", certified_on=date(2005, 3, 15))
    cycle = {"starts_on": date(2024, 5, 1), "ends_on": date(2027, 5, 31)}
    plain = taken(credential)
    Grant.objects.create(credential=credential, granted_on=date(2024, 5, 1), **cycle)
    badge = taken(credential)
    assert (badge.title, badge.superscript, badge.until_on) == (
        "MLS(ASCPi)",
        "CM",
        cycle["ends_on"],
    )
    plain.refresh_from_db()
    assert plain.ended_because == Badge.Ended.REPLACED


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["expired", "inactive", "pending"])
def test_what_may_not_be_used_or_waits_has_no_badge(what):
    if what == "pending":  # STA-6
        on = date(2024, 11, 15)
        declaration = declared(on=on)
        credential, on = declaration.credential, declaration.cycle_ends_on + DAY
    else:
        credential, on = maintained(), date(2027, 4, 1) if what == "expired" else ON
    if what == "inactive":  # STA-2
        InactivePeriod.objects.create(
            credential=credential, granted_on=ON, until_on=date(2028, 1, 1)
        )
    with pytest.raises(Refused, match="no badge"):
        taken(credential, on=on)
    assert not Badge.objects.exists()


@pytest.mark.django_db
def test_a_cycle_that_begins_later_has_its_badge_from_its_first_day():  # CYC-2
    credential = renewed(on=date(2024, 11, 15)).credential
    assert taken(credential, on=date(2024, 11, 20)).superscript == ""
    badge = taken(credential, on=date(2025, 1, 1))
    assert (badge.superscript, badge.from_on) == ("CM", date(2025, 1, 1))


# What ends one


def revoke(credential):  # AUD-6
    Grant.objects.filter(credential=credential).update(revoked_on=ON + 9 * DAY)


def rest(credential):  # STA-2
    InactivePeriod.objects.create(
        credential=credential, granted_on=ON + 9 * DAY, until_on=date(2028, 1, 1)
    )


def shorten(credential):
    CycleChange.objects.create(
        credential=credential,
        cycle_starts_on=date(2024, 3, 1),
        ends_on=date(2026, 12, 31),
        granted_on=ON + 9 * DAY,
    )


def correct_number(credential):
    Credential.objects.filter(pk=credential.pk).update(number="MLS-CORRECTED")


def correct_category(credential):
    Credential.objects.filter(pk=credential.pk).update(category="MLT")


def correct_day(credential):
    Credential.objects.filter(pk=credential.pk).update(certified_on=ON + 400 * DAY)


def erase(credential):
    Person.objects.filter(pk=credential.person_id).update(
        account=None, email="", born_on=None, erased_at=at(ON + 9 * DAY)
    )


def give_back(credential):
    by = actor(credential.person)
    give_back_badge(credential.pk, today=ON, by=by, at=at(ON))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "end",
    [revoke, rest, shorten, correct_number, correct_category, correct_day, erase, give_back],
    ids=lambda one: one.__name__,
)
def test_it_shows_at_once_in_the_list(end):
    credential, other = maintained(), taken(maintained())
    badge = taken(credential)
    assert not listed(badge, on=ON)
    end(credential)
    assert listed(badge, on=ON + 9 * DAY)
    assert not holds_on(badge, as_of=ON + 9 * DAY)
    assert not listed(other, on=ON + 9 * DAY)


@pytest.mark.django_db
def test_what_is_decided_for_later_ends_it_only_then():
    credential = maintained()
    badge = taken(credential)
    revoke(credential)
    assert not listed(badge, on=ON + 8 * DAY)
    assert listed(badge, on=ON + 9 * DAY)


@pytest.mark.django_db
def test_a_badge_without_the_designation_outlives_it():  # PAR-3
    credential = make_credential(make_person(), category="MT", certified_on=date(2005, 3, 15))
    badge = taken(credential)
    Grant.objects.create(
        credential=credential,
        starts_on=date(2024, 5, 1),
        ends_on=date(2027, 5, 31),
        granted_on=ON + DAY,
    )
    for on in (ON + DAY, date(2027, 5, 31), date(2030, 1, 1)):
        assert not listed(badge, on=on)


@pytest.mark.django_db
def test_one_whose_last_day_is_past_is_over_and_not_revoked():
    credential = maintained()
    badge = taken(credential)
    Grant.objects.create(
        credential=credential,
        starts_on=date(2028, 1, 5),
        ends_on=date(2031, 1, 31),
        granted_on=date(2028, 1, 5),
    )
    assert not listed(badge, on=date(2029, 1, 1))
    newer = taken(credential, on=date(2029, 1, 1))
    badge.refresh_from_db()
    assert badge.ended_at is None
    assert newer.superscript == "CM"


@pytest.mark.django_db
def test_a_renewal_leaves_the_badge_of_the_cycle_before():
    credential = maintained()
    badge = taken(credential)
    cycle = next_cycle(BOOK, Cycle(starts=date(2024, 3, 1), ends=date(2027, 3, 31)))
    Grant.objects.create(
        credential=credential,
        starts_on=cycle.starts,
        ends_on=cycle.ends,
        granted_on=date(2027, 1, 20),
    )
    assert not listed(badge, on=date(2027, 3, 20))


@pytest.mark.django_db
def test_what_was_noted_never_holds_again():
    credential, on = maintained(), ON + 9 * DAY
    badge = taken(credential)
    rest(credential)
    assert end_badges(badge.list_number, today=on, by=SYSTEM, at=at(on)) == 1
    assert end_badges(badge.list_number, today=on, by=SYSTEM, at=at(on)) == 0
    InactivePeriod.objects.all().delete()
    assert listed(badge, on=on)
    badge.refresh_from_db()
    assert badge.ended_because == Badge.Ended.NOT_SO
    assert Event.objects.filter(kind="badge.ended", subject=badge.ref).count() == 1
    assert taken(credential, on=on).ended_at is None


@pytest.mark.django_db
def test_only_the_system_notes_it():
    with pytest.raises(Refused, match="not allowed"):
        end_badges(1, today=ON, by=actor(make_person()), at=at(ON))


@pytest.mark.django_db
def test_a_list_that_was_not_begun_is_not_there(client):
    assert client.get(reverse("portal:badge-list", args=[2])).status_code == 404
    assert client.get(reverse("portal:badge-list", args=[0])).status_code == 404
    assert client.get(reverse("portal:badge-list", args=[1])).status_code == 200


@pytest.mark.django_db
def test_a_full_list_is_followed_by_another(monkeypatch):
    monkeypatch.setattr("recert.registry.badges.actions.FULL", 2)
    badges = [taken(maintained()) for _ in range(3)]
    assert [one.list_number for one in badges] == [1, 1, 2]
    assert all(one.list_index % 8 < 4 for one in badges)


@pytest.mark.django_db
def test_a_list_asks_the_same_of_the_database_however_many_badges_it_has(
    django_assert_num_queries,
):
    badges = [taken(maintained())]
    with django_assert_num_queries(3):
        listed(badges[0], on=ON)
    badges += [taken(maintained()) for _ in range(4)]
    with django_assert_num_queries(3):
        listed(badges[0], on=ON)


# In the kernel


@st.composite
def lives(draw):
    """A certification with some cycles, and a day on which it has a badge."""
    certified_on = draw(st.dates(date(2012, 1, 1), date(2022, 1, 1)))
    cycle, grants = first_cycle(BOOK, certified_on=certified_on), []
    for _ in range(draw(st.integers(0, 3))):
        granted_on = cycle.ends - draw(st.integers(0, 90)) * DAY
        cycle = next_cycle(BOOK, cycle)
        grants.append(Granted(cycle=cycle, granted_on=granted_on))
    last = cycle.ends
    on = draw(st.dates(certified_on, last))
    later = draw(st.integers(0, 800))
    return Holding(CATEGORY, certified_on, grants=tuple(grants)), on, on + later * DAY


class Said:
    """What a badge said, as one would be issued."""

    def __init__(self, offer, number="1"):
        self.category, self.number = CATEGORY, number
        self.title, self.superscript = offer.title.text, offer.title.superscript
        self.until_on = offer.until


@given(lives())
def test_without_a_decision_every_badge_holds_until_its_last_day(life):
    holding, on, later = life
    book = the_rulebook()
    standing = standing_on(book, holding, as_of=on)
    offer = offer_of(standing, certified_on=holding.certified_on, as_of=on)
    assert offer is not None
    assert offer.starts <= on
    assert on in Days(starts=offer.starts, ends=offer.until)
    assert still_holds(book, holding, Said(offer), number="1", as_of=later)
    assert not still_holds(book, holding, Said(offer), number="2", as_of=later)


@given(lives())
def test_with_the_designation_a_badge_holds_only_while_it_is_written_so(life):
    holding, on, later = life
    book = the_rulebook()
    standing = standing_on(book, holding, as_of=on)
    offer = offer_of(standing, certified_on=holding.certified_on, as_of=on)
    gone = Holding(holding.category, holding.certified_on)
    holds = still_holds(book, gone, Said(offer), number="1", as_of=later)
    day = min(later, offer.until)
    assert holds == (not offer.maintained and standing_on(book, gone, as_of=day).valid)


def test_of_somebody_else_s_credential_nobody_takes_a_badge(db):
    credential = maintained()
    with pytest.raises(Refused, match="not"):
        issue_badge(credential.pk, named=True, today=ON, by=actor(make_person()), at=at(ON))
