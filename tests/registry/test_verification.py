"""What the register says of a credential on any day, who is found by name, and how often."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from recert.credentials.models import Grant, InactivePeriod
from recert.credentials.queries import as_holding
from recert.journal.models import Event
from recert.people.models import Person
from recert.policy.calendar import board_day
from recert.policy.refusals import Refused
from recert.policy.standing import standing_on
from recert.registry.asking import ask_in_vain, forget_askings, take_question
from recert.registry.listing_actions import choose_listing
from recert.registry.models import Asking, Listing
from recert.registry.verification import SAID, answer_about, answers_by_name, is_listed
from tests.making import BOOK, actor, make_credential, make_person

pytestmark = pytest.mark.django_db

AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
TODAY = board_day(BOOK, at=AT)
DAYS = st.dates(date(2012, 1, 1), date(2032, 1, 1))


def grant(credential, starts, ends, *, granted=None, revoked=None):
    return Grant.objects.create(
        credential=credential,
        starts_on=starts,
        ends_on=ends,
        granted_on=granted or starts,
        revoked_on=revoked,
    )


def said_of(credential, on=TODAY, today=TODAY):
    return answer_about(credential.number, on=on, today=today)


@tried(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_it_says_of_any_day_is_what_the_kernel_says(data):
    certified = data.draw(st.dates(date(2012, 1, 1), date(2023, 1, 1)))
    credential = make_credential(make_person(account=False), certified_on=certified)
    starts = certified
    for _each in range(data.draw(st.integers(0, 3))):
        starts += timedelta(days=data.draw(st.integers(200, 1800)))
        revoked = data.draw(st.none() | st.integers(0, 900))
        granted = starts + timedelta(days=data.draw(st.integers(-60, 60)))
        grant(
            credential,
            starts,
            starts + timedelta(days=1120),
            granted=granted,
            revoked=None if revoked is None else granted + timedelta(days=revoked),
        )
    if data.draw(st.booleans()):
        begins = data.draw(DAYS)
        until = begins + timedelta(days=data.draw(st.integers(30, 900)))
        InactivePeriod.objects.create(credential=credential, granted_on=begins, until_on=until)
    today = date(2032, 1, 1)
    for on in data.draw(st.lists(DAYS, min_size=1, max_size=6)):
        kernel = standing_on(BOOK, as_holding(credential), as_of=on)
        answer = answer_about(credential.number, on=on, today=today)
        assert (answer.valid, answer.title, answer.cycle, answer.until, answer.next) == (
            kernel.valid,
            kernel.title,
            kernel.cycle,
            kernel.until,
            kernel.renewed,
        )
        expected = SAID[kernel.state]
        assert answer.said == expected or (expected == "expired" and not answer.valid)
        assert answer.said not in {"gap", "revoked"} or expected == "expired"
        if kernel.state != "due":
            assert (answer.says, answer.rule) == (kernel.says, kernel.rule)


def test_a_gap_says_when_the_certification_came_back():
    credential = make_credential(make_person(), certified_on=date(2015, 1, 10))
    grant(credential, date(2019, 6, 3), date(2022, 6, 30))
    grant(credential, date(2022, 6, 1), date(2025, 6, 30))
    answer = said_of(credential, date(2018, 8, 1))
    assert (answer.said, answer.valid, answer.back_on) == ("gap", False, date(2019, 6, 3))
    assert not answer.title.text
    assert said_of(credential, date(2018, 1, 31)).said == "active"  # PAR-2: its last day
    assert said_of(credential, date(2018, 2, 1)).said == "gap"
    assert said_of(credential, date(2019, 6, 3)).title.plain.endswith("ᶜᴹ")  # DEC-7


def test_before_it_came_back_a_gap_is_an_expiration():
    credential = make_credential(make_person(), certified_on=date(2015, 1, 10))
    grant(credential, date(2019, 6, 3), date(2022, 6, 30))
    early = said_of(credential, date(2018, 8, 1), date(2019, 6, 2))
    assert (early.said, early.back_on) == ("expired", None)


def test_the_first_cycle_has_no_designation_yet():
    credential = make_credential(make_person(), certified_on=date(2022, 3, 15))
    assert said_of(credential).title.superscript == ""  # DEC-7


def test_what_was_revoked_says_so_from_that_day_on():
    credential = make_credential(make_person(), certified_on=date(2015, 1, 10))
    grant(credential, date(2018, 1, 1), date(2021, 1, 31), revoked=date(2019, 5, 5))
    assert said_of(credential, date(2019, 5, 4)).said == "active"
    assert said_of(credential, date(2019, 5, 5)).said == "revoked"
    assert said_of(credential, date(2021, 2, 1)).said == "expired"


def test_that_somebody_has_not_declared_is_not_told():
    credential = make_credential(make_person(), certified_on=date(2021, 6, 20))
    kernel = standing_on(BOOK, as_holding(credential), as_of=TODAY)
    assert kernel.state == "due"
    answer = said_of(credential)
    assert (answer.said, answer.rule) == ("active", BOOK.standing.expires.rule)
    assert "declaration" not in answer.says


def test_a_number_may_be_typed_in_small_letters_and_nothing_else():
    credential = make_credential(make_person())
    number = credential.number
    assert answer_about(number.lower(), on=TODAY, today=TODAY).number == number
    for wrong in (number[:-1], number + "0", "%", "", "' OR 1=1 --", "\x00"[1:]):
        assert answer_about(wrong, on=TODAY, today=TODAY) is None


def test_an_erased_person_is_answered_like_nobody():
    person = make_person(account=False)
    credential = make_credential(person)
    Person.objects.filter(pk=person.pk).update(erased_at=AT, born_on=None, email="")
    assert said_of(credential) is None


def found(name, category):
    return [one.number for one in answers_by_name(name, category, on=TODAY, today=TODAY)]


def test_nobody_is_found_by_name_until_they_say_so():
    person = make_person("Ana Lucía de la Cruz")
    credential = make_credential(person)
    other = make_credential(make_person("Ana Lucía de la Cruz"))
    assert found("Ana Lucía de la Cruz", credential.category) == []
    choose_listing(person.pk, listed=True, by=actor(person), at=AT)
    for name in ("Ana Lucía de la Cruz", "ana lucía DE LA cruz", "Ana  Lucía de la  Cruz"):
        assert found(name, credential.category) == [credential.number]
    for name in ("Ana", "Ana Lucía", "de la Cruz", "Ana%", "", "Ana Lucía de la Cruz Pérez"):
        assert found(name, credential.category) == []
    assert found("Ana Lucía de la Cruz", "PBT") == []
    assert other.number not in found("Ana Lucía de la Cruz", credential.category)
    choose_listing(person.pk, listed=False, by=actor(person), at=AT)
    assert found("Ana Lucía de la Cruz", credential.category) == []


def test_one_name_is_a_whole_name():
    person = make_person("Suharto")
    credential = make_credential(person)
    choose_listing(person.pk, listed=True, by=actor(person), at=AT)
    assert found("suharto", credential.category) == [credential.number]


def test_the_choice_is_one_event_and_said_twice_it_is_still_one():
    person = make_person()
    for _each in range(2):
        choose_listing(person.pk, listed=True, by=actor(person), at=AT)
    event = Event.objects.get(kind="listing.chosen")
    assert (event.subject, event.facts["listed"]) == (person.ref, True)
    assert is_listed(actor(person))
    choose_listing(person.pk, listed=False, by=actor(person), at=AT)
    assert not Listing.objects.exists()
    assert Event.objects.filter(kind="listing.chosen").count() == 2


def test_nobody_chooses_for_another():
    person, other = make_person(), make_person("Somebody Else")
    with pytest.raises(Refused):
        choose_listing(person.pk, listed=True, by=actor(other), at=AT)
    assert not Listing.objects.exists()


class TestHowOften:
    @pytest.fixture(autouse=True)
    def four_in_a_minute(self, settings):
        settings.REGISTER_RATE = (4, 60)
        settings.REGISTER_COST_IN_VAIN = 3

    def test_so_many_are_answered_and_then_it_says_how_long_to_wait(self):
        assert [take_question("192.0.2.1", at=AT) for _ in range(5)] == [0, 0, 0, 0, 15]
        assert take_question("192.0.2.2", at=AT) == 0
        assert take_question("192.0.2.1", at=AT + timedelta(seconds=14)) == 1
        assert take_question("192.0.2.1", at=AT + timedelta(seconds=15)) == 0

    def test_asking_in_vain_costs_more_and_never_more_than_there_is(self):
        assert take_question("192.0.2.1", at=AT) == 0
        ask_in_vain("192.0.2.1", at=AT)
        assert [take_question("192.0.2.1", at=AT) for _ in range(2)] == [0, 15]
        ask_in_vain("192.0.2.1", at=AT)
        assert take_question("192.0.2.1", at=AT) == 15

    def test_a_household_is_one_whatever_address_it_takes(self):
        assert all(take_question(f"2001:db8::{n:x}", at=AT) == 0 for n in range(4))
        assert take_question("2001:db8::ffff", at=AT) == 15
        assert take_question("2001:db8:0:1::1", at=AT) == 0

    def test_what_was_asked_is_forgotten(self):
        take_question("192.0.2.1", at=AT)
        assert forget_askings(before=AT) == 0
        assert forget_askings(before=AT + timedelta(minutes=2)) == 1
        assert not Asking.objects.exists()
