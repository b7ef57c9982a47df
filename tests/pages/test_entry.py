"""Entering and changing activities, by people who type anything at all, and do it twice."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from recert.journal.models import Event
from recert.people.actions import change_details
from recert.policy.permissions import Role
from recert.policy.refusals import Refused
from recert.transcript.models import Activity
from tests.making import (
    AT,
    BOOK,
    HOURLY,
    actor,
    make_account,
    make_activity,
    make_credential,
    make_document,
    make_person,
)

pytestmark = pytest.mark.django_db

ADD = reverse("portal:add", args=[HOURLY])


@pytest.fixture
def person(client):
    someone = make_person()
    client.force_login(someone.account)
    return someone


def typed(**changes):
    """Answer what a certificant types, with changes; None leaves a field out."""
    fields = {
        "entry_key": str(uuid.uuid4()),
        "title": "Laboratory Days",
        "provider": "Northern Society",
        "completed_on": "2022-05-04",
        "contact_hours": "2.5",
        "covers": ["chemistry"],
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def test_an_activity_is_added_with_its_event(client, person):
    answer = client.post(ADD, typed())
    (activity,) = Activity.objects.all()
    assert answer.url == reverse("portal:activity", args=[activity.ref])
    assert (activity.title, activity.contact_hours) == ("Laboratory Days", 250)
    assert (activity.covers, activity.portions) == (["chemistry"], None)
    (event,) = Event.objects.all()
    assert (event.kind, event.subject, event.about) == ("activity.added", activity.ref, person.ref)
    assert event.by == person.name


def test_points_by_area_are_an_allocation(client, person):
    client.post(ADD, typed(covers=["safety"], **{"points-safety": "1,5", "points-ethics": "1"}))
    (activity,) = person.activities.all()
    assert activity.portions == {"safety": 150, "ethics": 100}
    assert activity.covers == ["safety", "ethics"]


def test_a_second_click_adds_nothing(client, person):
    form = typed()
    first, second = client.post(ADD, form), client.post(ADD, form)
    assert first.url == second.url
    assert person.activities.count() == Event.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 301),
        ("title", "bell \x07"),
        ("title", "nul \x00"),
        ("title", "turned \u202e around"),
        ("provider", "x" * 201),
        ("completed_on", ""),
        ("completed_on", "04.05.2022"),
        ("completed_on", "2022-02-30"),
        ("completed_on", "1022-05-04"),
        ("completed_on", "9999-12-31"),
        ("contact_hours", ""),
        ("contact_hours", "two"),
        ("contact_hours", "-1"),
        ("contact_hours", "0"),
        ("contact_hours", "1.005"),
        ("contact_hours", "1e400"),
        ("contact_hours", "NaN"),
        ("contact_hours", "10001"),
        ("covers", ["alchemy"]),
        ("points-safety", "many"),
        ("points-safety", "-2"),
        ("entry_key", "not a key"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(client, person, field, value):
    answer = client.post(ADD, typed(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Please look at this once more" in answer.text
    assert person.activities.count() == Event.objects.count() == 0


def test_points_for_one_area_and_not_for_another_are_told(client, person):
    form = typed(covers=["safety", "ethics"], **{"points-safety": "1"})
    assert "points-ethics" in client.post(ADD, form).context["form"].errors
    assert not person.activities.exists()


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "{{ title }} {% if %}",
        "محاضرة في السلامة",
        "Résumé 🧪👩🏽‍🔬",
        "'; DROP TABLE transcript_activity; --",
        "a" * 300,
    ],
)
def test_a_title_is_kept_as_it_was_typed_and_shown_as_text(client, person, title):
    answer = client.post(ADD, typed(title=title), follow=True)
    assert answer.status_code == 200
    assert person.activities.get().title == title
    assert "<script>alert" not in answer.text


def test_a_day_in_the_future_is_taken_and_told(client, person):
    make_credential(person, certified_on=date(2020, 3, 15), cycles=4)
    answer = client.post(ADD, typed(completed_on="2031-01-01"), follow=True)
    assert "after the day of submission" in answer.text or "outside the days" in answer.text


@given(fields=st.dictionaries(st.sampled_from([*typed(), "points-safety"]), st.text(max_size=40)))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_taken_or_told(client, person, fields):
    answer = client.post(ADD, typed(**fields))
    assert answer.status_code in {302, 422}
    check = client.post(reverse("portal:check", args=[HOURLY]), typed(**fields))
    assert check.status_code == 200


def test_an_unknown_kind_is_not_found(client, person):
    assert client.get(reverse("portal:add", args=["alchemy"])).status_code == 404
    assert person.activities.count() == 0


# While one types


def test_the_answer_moves_as_one_types(client, person):
    make_credential(person, cycles=1)
    check = reverse("portal:check", args=[HOURLY])
    assert "Fill in the form" in client.post(check, typed(contact_hours="")).text
    answer = client.post(check, typed(completed_on="2024-05-04"))
    assert "MLS(ASCPi)" in answer.text or "(ASCPi)" in answer.text
    assert not person.activities.exists()


def test_a_duplicate_is_told_while_one_types(client, person):
    make_credential(person, cycles=2)
    make_activity(person, completed_on=date(2027, 1, 4))
    check = reverse("portal:check", args=[HOURLY])
    answer = client.post(check, typed(completed_on="2027-01-04"))
    told = answer.context["judgements"][0].lost
    assert [loss.finding.code for loss in told]


# Two windows


@pytest.fixture
def activity(person):
    return make_activity(person)


def test_the_later_of_two_windows_is_told_and_overwrites_nothing(client, person, activity):
    change = reverse("portal:change", args=[activity.ref])
    first = typed(title="First window", version="1")
    second = typed(title="Second window", version="1")
    assert client.post(change, first).status_code == 302
    answer = client.post(change, second)
    assert answer.status_code == 422
    assert "changed in another window" in answer.text
    assert "First window" in answer.text
    assert 'value="Second window"' in answer.text
    activity.refresh_from_db()
    assert activity.title == "First window"
    again = typed(title="Second window", version=str(answer.context["form"]["version"].value()))
    assert client.post(change, again).status_code == 302
    activity.refresh_from_db()
    assert (activity.title, activity.version) == ("Second window", 3)
    told = [event.facts["before"] for event in Event.objects.order_by("id")]
    assert [one["title"] for one in told] == ["Laboratory Days", "First window"]


def test_a_change_that_changes_nothing_makes_no_event(client, activity):
    form = typed(provider="", contact_hours="2", version="1")
    assert client.post(reverse("portal:change", args=[activity.ref]), form).status_code == 302
    assert not Event.objects.exists()


def test_what_a_provider_reported_is_locked(client, person):
    locked = make_activity(person, reported_by="Northern Society")
    answer = client.post(reverse("portal:change", args=[locked.ref]), typed(version="1"))
    assert answer.status_code == 302
    locked.refresh_from_db()
    assert (locked.title, locked.version) == ("Laboratory Days", 1)


def test_withdrawn_and_restored_nothing_is_lost(client, activity):
    withdraw = reverse("portal:withdraw", args=[activity.ref])
    assert "stays on record" in client.get(withdraw).text
    client.post(withdraw)
    again = client.post(withdraw)
    assert again.status_code == 409
    assert "withdrawn" in client.get(reverse("portal:activity", args=[activity.ref])).text
    client.post(reverse("portal:restore", args=[activity.ref]))
    activity.refresh_from_db()
    assert activity.state == Activity.State.ENTERED
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["activity.withdrawn", "activity.restored"]


# Sessions that end


def test_what_was_typed_survives_a_session_that_ended(client, person):
    client.logout()
    form = typed(title="Typed for an hour", covers=["safety", "ethics"])
    answer = client.post(ADD, form, headers={"origin": "http://testserver"})
    assert answer.url.startswith("/accounts/login/")
    login = {"login": person.account.email, "password": "a long enough password"}
    assert client.post(answer.url, login).url == ADD
    page = client.get(ADD)
    assert 'value="Typed for an hour"' in page.text
    assert page.context["form"]["covers"].value() == ["safety", "ethics"]
    assert "nothing was saved yet" in page.text
    assert 'value="Typed for an hour"' not in client.get(ADD).text
    assert not person.activities.exists()


def test_a_form_from_before_the_sign_in_is_kept_too(person):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person.account)
    form = typed(title="Typed before") | {"csrfmiddlewaretoken": "x" * 64}
    answer = careful.post(ADD, form, headers={"origin": "http://testserver"})
    assert answer.url == ADD
    assert 'value="Typed before"' in careful.get(ADD).text
    assert not person.activities.exists()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "", "/", "http://testserver.evil.example"]
)
def test_another_site_cannot_lay_words_into_a_form(person, origin):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person.account)
    careful.post(ADD, typed(title="Foreign words"), headers={"origin": origin})
    assert "Foreign words" not in careful.get(ADD).text


def test_a_kept_form_leads_nowhere_else(client, person):
    client.logout()
    form = typed(page="https://evil.example/")
    answer = client.post(ADD, form, headers={"origin": "http://testserver"})
    assert "evil" not in answer.url
    assert client.session["kept-form"]["page"] == ADD


def test_a_part_of_a_page_asks_for_the_whole_page_when_the_session_ended(client):
    check = reverse("portal:check", args=[HOURLY])
    answer = client.post(check, typed(), headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


WHILE_TYPING = {
    "hx-request": "true",
    "hx-current-url": f"http://testserver{ADD}",
    "origin": "http://testserver",
}


def test_what_is_being_typed_when_the_session_ends_is_there_again(client, person):
    client.logout()
    check = reverse("portal:check", args=[HOURLY])
    client.post(check, typed(title="Half a title"), headers=WHILE_TYPING)
    client.force_login(person.account)
    assert 'value="Half a title"' in client.get(ADD).text


def test_what_is_being_typed_on_a_page_from_before_the_sign_in_too(person):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(person.account)
    check = reverse("portal:check", args=[HOURLY])
    answer = careful.post(check, typed(title="Half a title"), headers=WHILE_TYPING)
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")
    assert 'value="Half a title"' in careful.get(ADD).text


# The same number of queries for 1 and for 300


@pytest.mark.parametrize(
    "page", ["portal:dashboard", "portal:transcript", "portal:activity", "portal:credential"]
)
def test_queries_do_not_grow_with_the_transcript(
    client, person, page, django_assert_num_queries, django_assert_max_num_queries
):
    credential = make_credential(person, cycles=1)
    activity = make_activity(person, completed_on=date(2024, 5, 4))
    ref = {"portal:activity": activity.ref, "portal:credential": credential.ref}.get(page)
    path = reverse(page, args=[ref] if ref else [])
    client.get(path)
    with django_assert_max_num_queries(25) as counted:
        client.get(path)
    queries = len(counted)  # now, since the next request forgets them
    for number in range(300):
        make_activity(person, f"Course {number}", completed_on=date(2024, 5, 4))
    make_credential(person, category=list(BOOK.categories)[1], cycles=1)
    with django_assert_num_queries(queries):
        client.get(path)


def test_adding_does_not_cost_more_beside_300(client, person, django_assert_num_queries):
    make_credential(person, cycles=1)
    client.post(ADD, typed())
    for number in range(300):
        make_activity(person, f"Course {number}", completed_on=date(2024, 5, 4))
    with django_assert_num_queries(15):
        client.post(ADD, typed())


# Details


def test_details_in_two_windows(client, person):
    details = reverse("portal:details")
    form = {
        "version": "1",
        "email": "a@example.org",
        "language": "en-gb",
        "time_zone": "Europe/Paris",
    }
    assert client.post(details, form | {"phone": "1"}).status_code == 302
    late = client.post(details, form | {"phone": "2"})
    assert "changed in another window" in late.text
    person.refresh_from_db()
    assert person.phone == "1"
    again = form | {"phone": "2", "version": late.context["form"]["version"].value()}
    assert client.post(details, again).status_code == 302
    assert client.get(reverse("portal:account")).headers["Content-Language"] == "en-gb"


def test_a_stranger_changes_nobodys_details(person):
    other = make_person("Somebody Else")
    with pytest.raises(Refused, match="no such page"):
        change_details(person.pk, said={}, version=1, by=actor(other), at=AT)


def test_every_form_gives_back_what_was_typed(client, person):
    registrar = make_account(staff=[Role.REGISTRAR, Role.ADMINISTRATOR, Role.AUDITOR])
    record = make_person("Somebody Else", account=False)
    paper = make_document(make_activity(record))
    forms = [
        (person.account, "portal:details", [], "phone", "+49 30 4711"),
        (person.account, "portal:address", ["home"], "city", "Oulu"),
        (person.account, "portal:links", [], "label", "Harbour Hospital"),
        (make_account(), "portal:bind", [], "customer_number", "C4711"),
        (registrar, "desk:invite", [record.ref], "email", "guest@example.org"),
        (registrar, "desk:document", [paper.ref], "because", "An audit of it"),
        (registrar, "desk:staff", [], "email", "ada@example.org"),
    ]
    for account, name, args, field, value in forms:
        path = reverse(name, args=args)
        client.logout()
        answer = client.post(path, {field: value}, headers={"origin": "http://testserver"})
        assert answer.url.startswith("/accounts/login/")
        client.force_login(account)
        session = client.session
        session["kept-form"] = {"page": path, "typed": f"{field}={value.replace('+', '%2B')}"}
        session.save()
        assert value in client.get(path).text, name
