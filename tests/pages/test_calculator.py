"""The calculator answers what the kernel answers, in the words of the pages behind the sign-in."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.declarations.queries import positions_of
from recert.declarations.supposing import holding_supposed, position_supposed
from recert.policy import assess, plan
from recert.policy.case import Activity, build_case
from recert.policy.cycles import cycle_ending, first_cycle, next_cycle, years_after
from recert.policy.standing import standing_on
from recert.portal.cards import card_of
from tests.making import BOOK, CATEGORY, HOURLY, make_activity, make_credential, make_person
from tests.policy.test_second_programme import HARBOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def expires(today):
    """The end of a cycle that runs."""
    return next_cycle(BOOK, first_cycle(BOOK, certified_on=years_after(today, -4))).ends


def ask(client, **query):
    return client.get(reverse("portal:need"), query)


def test_the_cycle_that_ends_on_a_day_is_the_one_that_a_renewal_brings():
    for book in (BOOK, HARBOUR):
        for month in range(1, 13):
            cycle = next_cycle(book, first_cycle(book, certified_on=date(2020, month, 17)))
            assert cycle_ending(book, cycle.ends) == cycle  # CYC-2
    with pytest.raises(ValueError, match="2024-05-31"):
        cycle_ending(BOOK, date(2024, 5, 15))


def test_it_says_what_the_dashboard_of_the_same_facts_says(client, today, expires):
    done = today - timedelta(days=20)
    person = make_person()
    credential = make_credential(person, certified_on=years_after(today, -4), cycles=1)
    make_activity(
        person,
        title="Contact",
        completed_on=done,
        contact_hours=650,
        covers=list(BOOK.areas),
    )
    own = positions_of(person.pk, as_of=today).of(credential)
    assert own.standing.cycle.ends == expires
    query = {"0-kind": HOURLY, "0-amount": "6.5", "0-on": str(done)}
    answer = ask(client, category=CATEGORY, expires=str(expires), **query)
    card = answer.context["card"]
    theirs = card_of(own, as_of=today)
    for name in ("title", "standing", "says", "rule", "bars", "total", "stops", "next", "tone"):
        assert getattr(card, name) == getattr(theirs, name), name
    assert card.plan.fewest == theirs.plan.fewest
    assert card.plan.to_do == theirs.plan.to_do


def test_it_says_what_the_kernel_says(client, today, expires):
    query = {"0-kind": HOURLY, "0-amount": "3", "0-area": "chemistry", "1-kind": "book"}
    answer = ask(client, category="C", expires=str(expires), **(query | {"1-amount": "40"}))
    cycle = cycle_ending(BOOK, expires)
    facts = (
        Activity("0", HOURLY, "a", today, contact_hours=300, covers=("chemistry",)),
        Activity("1", "book", "b", today, pages=40, covers=tuple(BOOK.areas)),
    )
    case = build_case(
        BOOK, category="C", purpose="renewal", cycle=cycle, as_of=today, activities=facts
    )
    kernel = assess(BOOK, case)
    assert answer.context["card"].total.have == kernel.claimed.total
    assert answer.context["card"].plan.fewest == plan([kernel], as_of=today).credentials[0].fewest


def test_the_address_holds_the_whole_question(client, expires):
    query = {"category": CATEGORY, "expires": str(expires), "7-kind": HOURLY, "7-amount": "2"}
    text = ask(client, **query).content.decode()
    assert "7-amount=2" in text  # to share
    assert 'name="7-amount" value="2"' in text
    assert "Activity 8" in text


def test_what_an_empty_form_asks_is_not_told_as_a_mistake(client):
    answer = ask(client)
    assert answer.status_code == 200
    assert "usa-error-message" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"category": ""}, "required"),
        ({"category": CATEGORY, "expires": "2026-05-15"}, "2026-05-31"),
        ({"category": CATEGORY, "expires": "2199-01-31"}, "at the latest"),
        ({"category": CATEGORY, "0-amount": "3"}, "Choose what kind"),
        ({"category": CATEGORY, "0-kind": HOURLY}, "contact hours"),
        ({"category": CATEGORY, "0-kind": "book", "0-amount": "1.5"}, "whole number"),
        ({"category": CATEGORY, "0-kind": "advanced-certification"}, "what you earned"),
    ],
)
def test_a_slip_is_told_where_it_is(client, query, says):
    answer = ask(client, **query)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert answer.context["card"] is None


def test_a_part_of_the_page_never_keeps_an_old_answer(client):
    answer = client.get(reverse("portal:need"), {"category": ""}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "Something above" in answer.content.decode()


def test_without_an_end_it_is_a_voluntary_one(client):
    card = ask(client, category=CATEGORY, expires="").context["card"]
    assert card.next.step == "take-part-if-wanted"  # PAR-3


def test_long_expired_it_takes_the_examination(client, today):
    long_ago = first_cycle(BOOK, certified_on=years_after(today, -14)).ends
    assert ask(client, category=CATEGORY, expires=str(long_ago)).context["card"].next.step in {
        "take-examination",
        "earn",
    }
    before_all = ask(client, category=CATEGORY, expires="1950-01-31")
    assert before_all.status_code in {200, 422}


def test_nothing_is_written(client, expires, django_assert_num_queries):
    client.get(reverse("portal:need"))
    with django_assert_num_queries(0):
        ask(client, category=CATEGORY, expires=str(expires))


def test_what_is_supposed_is_judged_as_the_standing_of_the_facts(today, expires):
    holding = holding_supposed(CATEGORY, ends_on=expires, as_of=today)
    position = position_supposed(holding, [], as_of=today)
    assert position.standing == standing_on(BOOK, holding, as_of=today)
