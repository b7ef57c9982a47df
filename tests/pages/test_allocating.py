"""Points by area: typed, judged while they are typed, left to the rules, and taken back."""

import pytest
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.drafts import start_declaration
from recert.declarations.forms import field_of, was_of
from recert.declarations.models import Allocation
from recert.journal.models import Event
from tests.declaring import at, certified_for, draft, earn_everything, submit
from tests.making import actor, make_activity, make_credential, make_person
from tests.pages.test_every_form import HOSTILE, TOLD

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()


def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def person(client):
    someone = make_person("Amina Benali")
    client.force_login(someone.account)
    return someone


@pytest.fixture
def credential(person):
    return make_credential(person, certified_on=certified_for(today()))


@pytest.fixture
def course(person, credential):
    """A course of four points about two areas, whose points are in no box yet."""
    return make_activity(
        person,
        "Bench Days",
        completed_on=today(),
        contact_hours=400,
        covers=["chemistry", "hematology"],
    )


@pytest.fixture
def begun(person, credential, course):
    return start_declaration(credential.pk, today=today(), by=actor(person), at=at(today()))


def path(declaration, name="allocate"):
    return reverse(f"portal:declaration-{name}", args=[declaration.ref])


def typed(course, was="", **points):
    """Answer what a form sends: `chemistry="2"` and the like."""
    fields = {field_of(course.ref, area): text for area, text in points.items()}
    return fields | {was_of(course.ref): was}


def allocated(credential):
    return {
        one.activity.title: one.portions for one in Allocation.objects.filter(credential=credential)
    }


def bar(answer, title):
    return next(one for one in answer.context["sums"].bars if one.title == title)


def test_each_activity_has_a_box_for_each_of_its_areas(client, begun, course):
    answer = client.get(path(begun))
    (row,) = answer.context["rows"]
    assert [area for area, _field in row.of.fields] == ["Chemistry", "Hematology"]
    assert "Left empty, the points go where they serve best." in answer.text
    assert row.judged.accepted == 400


def test_what_is_typed_is_saved_and_leads_on(client, begun, course, credential):  # ACT-7
    answer = client.post(path(begun), typed(course, chemistry="1,5", hematology="2.5"))
    assert answer.url == path(begun, "attest")
    assert allocated(credential) == {"Bench Days": {"chemistry": 150, "hematology": 250}}
    answer = client.get(path(begun))
    assert 'value="1.5"' in answer.text
    assert "Left empty" not in answer.text


def test_what_is_not_changed_makes_no_event(client, begun, course):
    before = Event.objects.count()
    assert client.post(path(begun), typed(course, chemistry="", hematology="0")).status_code == 302
    assert client.post(path(begun), {}).status_code == 302
    assert Event.objects.count() == before


def test_emptied_boxes_leave_it_to_the_rules_again(client, begun, course, credential):
    client.post(path(begun), typed(course, chemistry="4"))
    client.post(path(begun), typed(course, was="chemistry 4", chemistry="", hematology=""))
    assert allocated(credential) == {}


def test_an_activity_that_says_itself_where_it_goes_can_go_nowhere(
    client, begun, course, credential
):
    course.portions = {"chemistry": 400}
    course.save()
    client.post(path(begun), typed(course, was="chemistry 4", chemistry=""))
    assert allocated(credential) == {"Bench Days": {}}
    answer = client.get(path(begun))
    assert "Counts for nothing so far." in answer.text
    assert "4 points more are worth allocating." in answer.text
    client.post(path(begun), typed(course, was="nothing", chemistry="4"))
    assert allocated(credential) == {}


@pytest.mark.parametrize("text", ["-1", "two", "0.125", "1e3", "99999", "1 1"])
def test_what_is_no_number_is_told_beside_the_box_and_above(client, begun, course, text):
    answer = client.post(path(begun), typed(course, chemistry=text, hematology="2"))
    assert answer.status_code == 422
    assert answer.text.count("Enter a number such as 1.25") == 2
    assert "Bench Days: Chemistry" in answer.text  # in the summary
    assert f'value="{text}"' in answer.text
    assert 'value="2"' in answer.text
    assert not Allocation.objects.exists()


def test_more_than_it_is_worth_is_taken_and_said(client, begun, course, credential):  # ACT-7
    answer = client.post(path(begun), typed(course, chemistry="5"))
    assert answer.status_code == 302
    answer = client.get(path(begun))
    assert "5 allocated, but the activity is worth 4." in answer.text


def test_another_area_can_be_used_and_nothing_typed_is_lost(client, begun, course, credential):
    answer = client.post(path(begun), typed(course, chemistry="1") | {"open": course.ref})
    (row,) = answer.context["rows"]
    assert len(row.of.fields) == len(BOOK.areas)
    assert not row.of.can_open
    assert 'value="1"' in answer.text
    assert " autofocus" in answer.text
    assert not Allocation.objects.exists()
    said = typed(course, chemistry="1", safety="3") | {"opened": course.ref}
    assert client.post(path(begun), said).status_code == 302
    assert allocated(credential) == {"Bench Days": {"chemistry": 100, "safety": 300}}
    (row,) = client.get(path(begun)).context["rows"]
    assert [area for area, _field in row.of.fields][-1] == BOOK.areas["safety"].title


# Two windows


def test_what_another_window_saved_is_told_and_not_overwritten(client, begun, course, credential):
    client.post(path(begun), typed(course, hematology="4"))
    answer = client.post(path(begun), typed(course, chemistry="4"))
    assert answer.status_code == 422
    assert "In another window points were allocated" in answer.text
    assert "Hematology 4" in " ".join(answer.text.split())
    assert 'value="4"' in answer.text
    assert allocated(credential) == {"Bench Days": {"hematology": 400}}
    (row,) = answer.context["rows"]
    again = typed(course, was=row.of.was, chemistry="4")
    assert client.post(path(begun), again).status_code == 302
    assert allocated(credential) == {"Bench Days": {"chemistry": 400}}


def test_what_one_window_did_not_change_stays_as_the_other_saved_it(
    client, person, begun, course, credential
):
    other = make_activity(
        person, "Other", completed_on=today(), covers=["chemistry"], contact_hours=200
    )
    client.post(path(begun), typed(course, hematology="4"))
    said = typed(course, chemistry="", hematology="") | typed(other, chemistry="1")
    assert client.post(path(begun), said).status_code == 302
    assert allocated(credential) == {
        "Bench Days": {"hematology": 400},
        "Other": {"chemistry": 100},
    }


# While one types


def test_the_bars_move_and_nothing_is_saved(client, begun, course):
    before = bar(client.get(path(begun)), "Hematology").have
    answer = client.post(path(begun, "judge"), typed(course, chemistry="1", hematology="3"))
    assert answer.status_code == 200
    assert (before, bar(answer, "Hematology").have) == (200, 300)
    assert f'id="judged-{course.ref}" hx-swap-oob="true"' in answer.text
    assert not Allocation.objects.exists()


def test_half_a_number_moves_the_others(client, begun, course):
    answer = client.post(path(begun, "judge"), typed(course, chemistry="x", hematology="3"))
    assert bar(answer, "Hematology").have == 300
    assert bar(answer, "Chemistry").have == 0


# For me


def test_for_me_puts_points_where_they_serve_best_and_back(client, begun, course, credential):
    client.post(path(begun), typed(course, chemistry="4"))
    assert bar(client.get(path(begun)), "Hematology").have == 0
    answer = client.post(path(begun), {"best": "yes"}, follow=True)
    assert "The points of 1 activity were allocated for you" in answer.text
    assert bar(answer, "Hematology").have == bar(answer, "Chemistry").have == 200
    undo = reverse("portal:undo-allocation", args=[credential.ref])
    assert undo in answer.text
    answer = client.post(undo, {"next": path(begun)})
    assert answer.url == path(begun)
    assert allocated(credential) == {"Bench Days": {"chemistry": 400}}
    assert undo not in client.get(path(begun)).text


def test_for_me_fills_the_boxes_and_undone_they_are_empty(client, begun, course, credential):
    client.post(path(begun), {"best": "yes"})
    assert sum(allocated(credential)["Bench Days"].values()) == 400
    client.post(reverse("portal:undo-allocation", args=[credential.ref]))
    assert allocated(credential) == {}


def test_for_me_says_when_there_is_nothing_to_win(client, begun, course):
    client.post(path(begun), {"best": "yes"})
    answer = client.get(path(begun))
    assert "Allocate for me" not in answer.text
    answer = client.post(path(begun), {"best": "yes"}, follow=True)
    assert "serve best already" in answer.text


def test_undoing_leads_nowhere_else(client, begun, course, credential):
    client.post(path(begun), {"best": "yes"})
    undo = reverse("portal:undo-allocation", args=[credential.ref])
    answer = client.post(undo, {"next": "//evil.example/"})
    assert answer.url == reverse("portal:credential", args=[credential.ref])


# Who and when


def test_what_is_declared_stays_where_it_is(client, person, credential):
    earn_everything(person, credential, on=today())
    begun = draft(credential, on=today())
    course = begun.credential.person.activities.first()
    submit(credential, on=today())
    answer = client.post(path(begun), typed(course, safety="1"))
    assert answer.url == reverse("portal:declaration", args=[begun.ref])
    assert not Allocation.objects.exists()


def test_another_window_that_submits_first_wins(client, person, credential):
    earn_everything(person, credential, on=today())
    declaration = submit(credential, on=today())
    activity = person.activities.first()
    answer = client.post(reverse("portal:reallocate", args=[credential.ref]))
    assert answer.status_code == 409
    with pytest.raises(Exception, match="not decided yet"):
        allocate_points(
            credential.pk, moves={activity.ref: {"safety": 1}}, by=actor(person), at=at(today())
        )
    assert declaration.state == "submitted"


@pytest.mark.parametrize("what", HOSTILE)
def test_what_nobody_should_type_is_told(client, begun, course, what):
    for name in ("allocate", "judge"):
        for field in (field_of(course.ref, "chemistry"), was_of(course.ref), "opened", "open"):
            said = typed(course, hematology="1") | {field: HOSTILE[what]}
            answer = client.post(path(begun, name), said)
            assert answer.status_code in TOLD
            assert "<img src=x" not in answer.text
