"""The dashboard and the page of a credential: what is told is what the kernel says."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from recert.declarations.models import Allocation
from recert.declarations.queries import positions_of
from recert.journal.models import Event
from tests.making import BOOK, CATEGORY, HOURLY, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

AREAS = [key for key in BOOK.areas if key != BOOK.activities.default_area]


@pytest.fixture
def person(client):
    someone = make_person()
    client.force_login(someone.account)
    return someone


def at(day):
    return time_machine.travel(datetime.combine(day, datetime.min.time(), UTC).replace(hour=18))


def needs_of(credential, on):
    (position,) = positions_of(credential.person_id, as_of=on).each
    return position.assessment.terms


def fill(person, on, *, leave_out=()):
    """Enter all that a credential needs, but for some areas."""
    (position,) = positions_of(person.pk, as_of=on).each
    terms = position.assessment.terms
    completed_on = position.assessment.case.period.starts
    for need in terms.needs:
        if need.areas[0] not in leave_out:
            area = need.areas[0]
            make_activity(
                person,
                f"On {area}",
                completed_on=completed_on,
                contact_hours=need.points,
                covers=[area],
                portions={area: need.points},
            )
    make_activity(
        person,
        "All the rest",
        completed_on=completed_on,
        contact_hours=terms.total,
        covers=[BOOK.activities.default_area],
        portions={BOOK.activities.default_area: terms.total},
    )


@pytest.mark.parametrize(
    ("day", "step"),
    [
        (date(2022, 1, 10), "wait-for-window"),
        (date(2022, 12, 30), "wait-for-window"),
        (date(2022, 12, 31), "declare"),
        (date(2023, 2, 28), "declare"),
        (date(2023, 3, 1), "declare-late"),
        (date(2023, 3, 31), "declare-late"),
    ],
)
def test_the_one_next_thing_when_everything_is_there(client, person, day, step):
    make_credential(person, certified_on=date(2020, 3, 15))
    fill(person, date(2020, 6, 1))
    with at(day):
        (card,) = client.get(reverse("portal:dashboard")).context["cards"]
    assert card.next.step == step


def test_what_is_missing_is_told_with_its_rule(client, person):
    make_credential(person, certified_on=date(2020, 3, 15))
    day = date(2022, 5, 1)
    fill(person, day, leave_out=["safety"])
    with at(day):
        page = client.get(reverse("portal:dashboard"))
    (card,) = page.context["cards"]
    assert card.next.step == "earn"
    assert "Laboratory or patient safety" in page.text
    assert card.next.rule in page.text


@pytest.mark.parametrize(
    ("certified_on", "day", "state"),
    [
        (date(2020, 3, 15), date(2020, 3, 14), "not-certified"),
        (date(2020, 3, 15), date(2023, 4, 1), "expired"),
        (date(2020, 3, 15), date(2034, 1, 1), "examination-needed"),
        (date(2010, 3, 15), date(2024, 1, 1), "voluntary"),
    ],
)
def test_each_standing_has_its_page(client, person, certified_on, day, state):
    credential = make_credential(person, certified_on=certified_on)
    with at(day):
        client.force_login(person.account)
        assert client.get(reverse("portal:dashboard")).status_code == 200
        path = reverse("portal:credential", args=[credential.ref])
        assert client.get(path).status_code == 200
        (position,) = positions_of(person.pk, as_of=day).each
    assert position.standing.state == state


def test_nobody_without_a_credential_sees_an_empty_page(client, person):
    assert "No credential is on your record yet" in client.get(reverse("portal:dashboard")).text
    assert "Nothing is in your transcript yet" in client.get(reverse("portal:transcript")).text


@pytest.fixture
def misplaced(person):
    """A transcript that is enough once its points are allocated otherwise."""
    credential = make_credential(person, certified_on=date(2020, 3, 15))
    fill(person, date(2020, 6, 1), leave_out=["safety"])
    make_activity(
        person,
        "Safe and sound",
        completed_on=date(2020, 6, 1),
        contact_hours=200,
        covers=["safety", "chemistry"],
        portions={"chemistry": 200},
    )
    Allocation.objects.create(
        credential=credential,
        activity=person.activities.get(title="Safe and sound"),
        portions={"safety": 0, "chemistry": 200},
    )
    return credential


def test_points_are_allocated_as_the_plan_says_and_back_again(client, person, misplaced):
    day = date(2022, 5, 1)
    page = reverse("portal:reallocate", args=[misplaced.ref])
    with at(day):
        (before,) = positions_of(person.pk, as_of=day).each
        assert before.plan.reallocating_wins > 0
        assert "Safe and sound" in client.get(page).text
        assert client.get(page).status_code == 200
        client.post(page)
        (after,) = positions_of(person.pk, as_of=day).each
        assert after.plan.reallocating_wins == 0
        assert after.assessment.area_short(after.assessment.claimed) < before.assessment.area_short(
            before.assessment.claimed
        )
        again = client.post(page)
        assert again.status_code == 409
        shown = client.get(reverse("portal:credential", args=[misplaced.ref]))
        assert "Undo" in shown.text
        client.post(reverse("portal:undo-allocation", args=[misplaced.ref]))
        (back,) = positions_of(person.pk, as_of=day).each
    assert back.assessment.claimed.counted == before.assessment.claimed.counted
    assert list(Event.objects.values_list("kind", flat=True)) == ["points.allocated"] * 2


def test_a_bar_shows_what_counts_and_what_does_not(client, person):
    make_credential(person, certified_on=date(2020, 3, 15))
    yearly = next(key for key, one in BOOK.kinds.items() if one.caps and one.caps[0].per == "year")
    worth = BOOK.kinds[yearly].earns.points
    for number in range(3):
        make_activity(
            person,
            f"Poster {number}",
            kind=yearly,
            contact_hours=None,
            completed_on=date(2020, 6, 1),
            covers=["chemistry"],
            portions={"chemistry": int(worth)},
        )
    with at(date(2021, 5, 1)):
        (card,) = client.get(reverse("portal:dashboard")).context["cards"]
    chemistry = next(bar for bar in card.bars if bar.key == "chemistry")
    cap = int(BOOK.kinds[yearly].caps[0].points)
    assert (chemistry.have, chemistry.lost) == (cap, 3 * worth - cap)
    assert card.findings[0].code == "cap-per-year"


def test_the_hourly_kind_and_the_category_are_what_these_tests_think():
    assert BOOK.kinds[HOURLY].earns.points == 100
    assert BOOK.categories[CATEGORY].required_from
    assert {"safety", "chemistry"} <= {*AREAS}
