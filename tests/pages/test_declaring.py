"""Declaring, page by page: what is offered, what is in it, and what is said while it lacks."""

from datetime import timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.decisions import approve_declaration, find_deficient
from recert.declarations.actions.drafts import leave_out, start_declaration
from recert.declarations.models import Declaration
from recert.journal.models import Event
from recert.policy.cycles import first_cycle, years_after
from recert.transcript.actions import change_activity
from recert.transcript.models import Activity
from tests.declaring import (
    REVIEWER,
    at,
    certified_for,
    declared,
    draft,
    earn_everything,
    enter,
    submit,
)
from tests.making import HOURLY, actor, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()


def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def on(monkeypatch):
    """Let it be noon of a day."""
    return lambda day: monkeypatch.setattr(clock, "now", lambda: at(day))


@pytest.fixture
def person(client):
    someone = make_person("Amina Benali")
    client.force_login(someone.account)
    return someone


def due(person, **fields):
    """Answer a credential whose declaration is open, and not late."""
    return make_credential(person, certified_on=certified_for(today()), **fields)


@pytest.fixture
def credential(person):
    return due(person)


@pytest.fixture
def begun(person, credential):
    """A draft in which nothing is lacking."""
    earn_everything(person, credential, on=today())
    return draft(credential, on=today())


def page(client, name, declaration):
    return client.get(reverse(f"portal:{name}", args=[declaration.ref]))


# Which credential


def test_what_is_taken_today_has_its_price_and_last_day(client, person, credential):
    answer = client.get(reverse("portal:declare"))
    ends = first_cycle(BOOK, certified_on=credential.certified_on).ends
    (choice,) = answer.context["choices"]
    assert choice.taken
    assert choice.until == ends
    assert "$95.00" in answer.text
    assert answer.text.count('name="credential"') == 1


def test_what_is_not_taken_says_why_and_when(client, person):  # CYC-4, STA-5
    make_credential(person, certified_on=years_after(today(), -1))
    make_credential(person, category="H", certified_on=years_after(today(), -14))
    answer = client.get(reverse("portal:declare"))
    assert 'name="credential"' not in answer.text
    assert "The declaration opens on" in answer.text
    assert BOOK.reinstatement.afterwards in answer.text


def test_an_expired_one_costs_both_fees(client, person):  # FEE-2
    make_credential(person, certified_on=years_after(today(), -4))
    answer = client.get(reverse("portal:declare"))
    assert "Reinstatement of an expired certification" in answer.text
    assert "$220.00" in answer.text


def test_another_one_is_cheaper_on_the_same_day(client, person, credential):  # FEE-3
    due(person, category="H")
    make_credential(person, category="C", certified_on=years_after(today(), -4))
    answer = client.get(reverse("portal:declare"))
    told = " ".join(answer.text.split())
    assert (
        "Declared today too, after MLS(ASCPi), <strong>H(ASCPi)</strong> costs $15.00 instead of"
        " $95.00." in told
    )
    assert len(answer.context["cheaper"]) == 1


def test_a_draft_goes_on_and_what_is_decided_is_looked_at(client, person, credential):
    draft(credential, on=today())
    other = due(person, category="H")
    earn_everything(person, other, on=today())
    submitted = submit(other, on=today())
    answer = client.get(reverse("portal:declare"))
    assert "Go on" in answer.text
    assert reverse("portal:declaration", args=[submitted.ref]) in answer.text
    assert answer.text.count('name="credential"') == 1


def test_beginning_leads_to_the_activities_and_going_on_to_the_next_step(
    client, person, credential
):
    path = reverse("portal:declare")
    answer = client.post(path, {"credential": credential.ref})
    declaration = Declaration.objects.get()
    assert answer.url == reverse("portal:declaration-activities", args=[declaration.ref])
    earn_everything(person, credential, on=today())
    answer = client.post(path, {"credential": credential.ref}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/attest")
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize("ref", ["", "CR-0000-0000-0000", "a\x00b", "<img src=x>"])
def test_nobody_begins_what_is_not_theirs(client, person, ref):
    stranger = due(make_person())
    for each in (ref, stranger.ref):
        answer = client.post(reverse("portal:declare"), {"credential": each})
        assert answer.status_code == 404
    assert not Declaration.objects.exists()


def test_beginning_too_early_says_when(client, person):
    credential = make_credential(person, certified_on=years_after(today(), -1))
    answer = client.post(reverse("portal:declare"), {"credential": credential.ref})
    assert answer.status_code == 409
    assert "The declaration opens on" in answer.text


# The day changes what it is


def test_a_draft_that_expired_is_told_and_turned(client, person, credential, on):  # STA-4
    ends = first_cycle(BOOK, certified_on=credential.certified_on).ends
    earn_everything(person, credential, on=today())
    declaration = draft(credential, on=today())
    on(ends + timedelta(days=1))
    for name in ("activities", "allocate", "attest", "check", "pay"):
        answer = page(client, f"declaration-{name}", declaration)
        assert answer.url == reverse("portal:declare")
    answer = client.get(reverse("portal:declare"))
    assert "You began this as something else" in answer.text
    answer = client.post(reverse("portal:declare"), {"credential": credential.ref})
    assert answer.url == reverse("portal:declaration-activities", args=[declaration.ref])
    declaration.refresh_from_db()
    assert declaration.purpose == "reinstatement"
    assert "$220.00" in page(client, "declaration-check", declaration).text


def test_a_draft_of_what_is_not_taken_any_more_says_so(client, person, credential, on):
    declaration = draft(credential, on=today())
    on(years_after(today(), 12))
    assert page(client, "declaration", declaration).url == reverse("portal:declare")
    answer = client.get(reverse("portal:declare"))
    assert "What you began cannot be declared any more." in answer.text
    assert "Go on with your declaration" not in client.get(reverse("portal:dashboard")).text


# Activities


def test_every_entry_in_the_days_that_count_is_there(client, person, begun):  # DEC-2
    make_activity(person, "Long ago", completed_on=years_after(today(), -5))
    repeat = {"kind": "presentation", "contact_hours": 100, "repeat": True}
    make_activity(person, "Again", completed_on=today() - timedelta(days=9), **repeat)
    answer = page(client, "declaration-activities", begun)
    assert len(answer.context["rows"]) == Activity.objects.count() - 1
    assert "Long ago" not in answer.text
    again = next(row for row in answer.context["rows"] if row.line.title == "Again")
    assert not again.can_leave
    loss = again.line.lost[0].finding
    assert loss.rule in answer.text
    assert "Everything that is required is there." in answer.text


def test_what_is_recorded_or_held_is_not_changed_here(client, person, begun):
    on_day = today() - timedelta(days=9)
    mine = make_activity(person, "Mine", completed_on=on_day)
    make_activity(person, "Theirs", completed_on=on_day, reported_by="The Academy")
    other = due(person, category="H")
    enter(person, "hematology", 800, on_day)
    submit(other, on=today())
    rows = {
        row.line.title: row for row in page(client, "declaration-activities", begun).context["rows"]
    }
    assert not rows["Mine"].can_change  # held by the other declaration
    assert not rows["Theirs"].can_change
    answer = client.get(reverse("portal:activity", args=[mine.ref]))
    assert "It is part of a declaration" in answer.text
    for name in ("change", "withdraw"):
        address = reverse(f"portal:{name}", args=[mine.ref])
        assert address not in answer.text
        assert client.get(address).url == reverse("portal:activity", args=[mine.ref])


def test_leaving_out_is_kept_and_shown(client, person, begun):
    extra = make_activity(person, "Not needed", completed_on=today() - timedelta(days=5))
    path = reverse("portal:declaration-activities", args=[begun.ref])
    answer = client.post(path, {"left_out": extra.ref})
    assert answer.url == reverse("portal:declaration-allocate", args=[begun.ref])
    begun.refresh_from_db()
    assert begun.left_out == [extra.ref]
    rows = {row.line.ref: row for row in client.get(path).context["rows"]}
    assert rows[extra.ref].left_out
    assert "Not needed" not in page(client, "declaration-allocate", begun).text
    assert "Left out:" in page(client, "declaration-check", begun).text
    client.post(path, {})
    begun.refresh_from_db()
    assert begun.left_out == []


def test_leaving_out_is_told_at_once(client, person, begun):
    needed = Activity.objects.get(covers=["safety"])
    path = reverse("portal:declaration-activities", args=[begun.ref])
    answer = client.post(path, {"left_out": needed.ref}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "are missing still" in answer.text
    assert answer.context["missing"].left_out_does


def test_what_is_not_there_cannot_be_left_out(client, person, begun):
    stranger = make_activity(make_person())
    path = reverse("portal:declaration-activities", args=[begun.ref])
    for ref in (stranger.ref, "a\x00b", "<img src=x>"):
        answer = client.post(path, {"left_out": ref})
        assert answer.status_code == 422
        assert "<img src=x" not in answer.text
    begun.refresh_from_db()
    assert begun.left_out == []


def test_what_the_next_cycle_can_use_is_said(client, person, credential, on):  # CYC-2, ACT-2
    ends = first_cycle(BOOK, certified_on=credential.certified_on).ends
    on(ends)
    make_activity(person, "In the last month", completed_on=ends.replace(day=2))
    make_activity(person, "Before", completed_on=ends.replace(day=1) - timedelta(days=1))
    declaration = start_declaration(credential.pk, today=ends, by=actor(person), at=at(ends))
    rows = page(client, "declaration-activities", declaration).context["rows"]
    assert [row.serves_next for row in rows] == [True, False]


def test_adding_and_changing_come_back(client, person, begun):
    back = reverse("portal:declaration-activities", args=[begun.ref])
    answer = client.get(reverse("portal:choose-kind"), {"next": back})
    to_add = reverse("portal:add", args=[HOURLY])
    assert f"{to_add}?next={back.replace('/', '%2F')}" in answer.text
    form = client.get(to_add, {"next": back})
    assert f'name="next" value="{back}"' in form.text
    said = {
        "title": "Added on the way",
        "completed_on": (today() - timedelta(days=3)).isoformat(),
        "contact_hours": "2",
        "entry_key": form.context["form"]["entry_key"].value(),
        "next": back,
    }
    answer = client.post(to_add, said | {"contact_hours": "many"})
    assert f'name="next" value="{back}"' in answer.text
    assert client.post(to_add, said).url == back
    added = Activity.objects.get(title="Added on the way")
    said |= {"title": "Changed on the way", "version": added.version}
    assert client.post(reverse("portal:change", args=[added.ref]), said).url == back
    assert "Changed on the way" in client.get(back).text


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "x"]
)
def test_nobody_is_led_elsewhere(client, person, elsewhere):
    to_add = reverse("portal:add", args=[HOURLY])
    form = client.get(to_add, {"next": elsewhere})
    assert 'name="next"' not in form.text
    said = {
        "title": "Led",
        "completed_on": today().isoformat(),
        "contact_hours": "2",
        "entry_key": form.context["form"]["entry_key"].value(),
        "next": elsewhere,
    }
    added = client.post(to_add, said)
    assert added.url == reverse("portal:activity", args=[Activity.objects.get().ref])


# One's word


def test_each_sentence_must_be_ticked(client, person, credential):
    declaration = start_declaration(credential.pk, today=today(), by=actor(person), at=at(today()))
    path = reverse("portal:declaration-attest", args=[declaration.ref])
    keys = list(BOOK.attestations)
    answer = client.post(path, {keys[0]: "on"})
    assert answer.status_code == 422
    assert answer.text.count("Tick this sentence if it is so.") == 2 * (len(keys) - 1)
    assert answer.text.count(" checked") == 1
    declaration.refresh_from_db()
    assert declaration.attested == {}
    answer = client.post(path, dict.fromkeys(keys, "on"))
    assert answer.url == reverse("portal:declaration-check", args=[declaration.ref])
    declaration.refresh_from_db()
    assert set(declaration.attested) == set(keys)
    answer = client.get(path)
    assert answer.text.count(" checked") == len(keys)
    for sentence in BOOK.attestations.values():
        assert sentence.text in answer.text
        assert sentence.rule in answer.text


# Everything on one page


def test_what_is_missing_is_said_exactly_and_nothing_is_paid(client, person, credential):  # DEC-3
    earn_everything(person, credential, on=today())
    Activity.objects.filter(covers=["safety"]).delete()
    declaration = draft(credential, on=today())
    answer = page(client, "declaration-check", declaration)
    assert "1 point more" in answer.text
    assert "1 point in <strong>Laboratory or patient safety</strong>" in answer.text
    pay = reverse("portal:declaration-pay", args=[declaration.ref])
    assert pay not in answer.text
    assert client.get(pay).url == reverse("portal:declaration-check", args=[declaration.ref])
    assert client.post(pay).url == reverse("portal:declaration-check", args=[declaration.ref])
    assert page(client, "declaration", declaration).url.endswith("/activities")


def test_where_allocating_would_do_it_leads_there(client, person, begun):
    activity = Activity.objects.get(covers=["safety"])
    said = {"kind": activity.kind, "title": activity.title, "completed_on": activity.completed_on}
    said |= {"contact_hours": 100, "covers": ["safety", "related"], "portions": {"related": 100}}
    change_activity(activity.pk, said=said, version=1, by=actor(person), at=at(today()))
    answer = page(client, "declaration-check", begun)
    assert "Nothing to earn" in answer.text
    assert page(client, "declaration", begun).url.endswith("/allocate")


def test_everything_is_on_one_page_with_its_price(client, person, begun):
    answer = page(client, "declaration-check", begun)
    text = answer.text
    for one in Activity.objects.all():
        assert one.title in text
    for sentence in BOOK.attestations.values():
        assert sentence.text in text
    assert "Application fee" in text
    assert BOOK.rules["FEE-1"].text in text
    assert "Go on to pay $95.00" in text
    assert reverse("portal:declaration-pay", args=[begun.ref]) in text
    assert page(client, "declaration", begun).url.endswith("/check")


def test_late_is_taken_with_a_warning(client, person, credential, on):  # CYC-4
    ends = first_cycle(BOOK, certified_on=credential.certified_on).ends
    on(ends)
    earn_everything(person, credential, on=ends)
    declaration = draft(credential, on=ends)
    answer = page(client, "declaration-check", declaration)
    assert "processing may outlast the certification" in answer.text
    assert reverse("portal:declaration-pay", args=[declaration.ref]) in answer.text


def test_a_voluntary_one_and_one_back_from_inactive_have_their_steps(client, person):  # PAR-3
    voluntary = make_credential(
        person, certified_on=years_after(BOOK.categories["MLS"].required_from, -2)
    )
    earn_everything(person, voluntary, on=today())
    declaration = draft(voluntary, on=today())
    for name in ("activities", "allocate", "attest", "check"):
        assert page(client, f"declaration-{name}", declaration).status_code == 200
    answer = page(client, "declaration-check", declaration)
    assert "Voluntary declaration" in answer.text
    assert (
        "could serve the next cycle" not in page(client, "declaration-activities", declaration).text
    )


# Put right


@pytest.fixture
def deficient(person, begun):
    declaration = submit_begun(begun)
    lacking = declaration.activities.first().activity
    return find_deficient(
        declaration.pk,
        reasons={lacking.ref: "The certificate is of somebody else."},
        because="Please look again.",
        today=today(),
        by=REVIEWER,
        at=at(today()),
    )


def submit_begun(begun):
    return submit(begun.credential, on=today())


def test_a_deficient_one_is_put_right_by_the_same_steps_and_not_paid(
    client, person, deficient
):  # DEC-6
    for name in ("activities", "allocate"):
        answer = page(client, f"declaration-{name}", deficient)
        assert "The certificate is of somebody else." in answer.text
        assert answer.context["way"].count == 4
    answer = page(client, "declaration-check", deficient)
    assert "What it costs" not in answer.text
    assert page(client, "declaration-pay", deficient).url.endswith("/check")
    answer = client.post(reverse("portal:declaration-check", args=[deficient.ref]))
    assert answer.url == reverse("portal:declaration", args=[deficient.ref])
    deficient.refresh_from_db()
    assert deficient.state == "submitted"
    assert Event.objects.filter(kind="declaration.corrected").count() == 1


def test_a_deficient_one_that_lacks_something_is_not_submitted(client, person, deficient):
    leave_out(
        deficient.pk,
        refs=list(Activity.objects.values_list("ref", flat=True)),
        by=actor(person),
        at=at(today()),
    )
    answer = page(client, "declaration-check", deficient)
    assert "Submit it again" not in answer.text
    assert answer.context["missing"].next.until == deficient.correct_by
    answer = client.post(reverse("portal:declaration-check", args=[deficient.ref]))
    assert answer.status_code == 409


def test_after_its_time_it_is_put_right_no_more(client, person, deficient, on):
    on(deficient.correct_by + timedelta(days=1))
    for name in ("activities", "allocate", "attest", "check", "pay"):
        answer = page(client, f"declaration-{name}", deficient)
        assert answer.url == reverse("portal:declaration", args=[deficient.ref])
    assert "It was deleted" in page(client, "declaration", deficient).text


def test_what_is_with_the_board_is_looked_at_only(client, person):
    declaration = declared(on=today())
    client.force_login(declaration.credential.person.account)
    for name in ("activities", "allocate", "judge", "attest", "check", "pay"):
        for method in (client.get, client.post):
            answer = method(reverse(f"portal:declaration-{name}", args=[declaration.ref]))
            assert answer.url == reverse("portal:declaration", args=[declaration.ref])


# The dashboard


def dashboard(client):
    return " ".join(client.get(reverse("portal:dashboard")).text.split())


def test_the_dashboard_says_what_is_next_of_a_declaration(client, person, credential, on):
    assert "Begin the declaration" in dashboard(client)
    earn_everything(person, credential, on=today())
    assert "Declare now" in dashboard(client)
    declaration = draft(credential, on=today())
    assert "Go on with your declaration" in dashboard(client)
    declaration = submit(credential, on=today())
    assert "Nothing to do: the board decides by" in dashboard(client)
    assert declaration.ref in dashboard(client)
    find_deficient(
        declaration.pk, reasons={}, because="No.", today=today(), by=REVIEWER, at=at(today())
    )
    assert "Put your declaration right" in dashboard(client)
    client.post(reverse("portal:declaration-check", args=[declaration.ref]))
    approve_declaration(declaration.pk, today=today(), by=REVIEWER, at=at(today()))
    assert "Renewed. The next cycle begins on" in dashboard(client)


def test_an_expired_one_can_be_declared_from_the_dashboard(client, person):
    make_credential(person, certified_on=years_after(today(), -4))
    said = dashboard(client)
    assert "$220.00 today" in said
    assert "Begin the declaration" in said


# However many


@pytest.mark.parametrize("name", ["activities", "allocate", "attest", "check"])
def test_no_page_asks_more_of_the_database_beside_30_activities(
    client, begun, name, django_assert_num_queries, django_assert_max_num_queries
):
    name = f"declaration-{name}"
    page(client, name, begun)  # the first one of a session writes that somebody is here
    with django_assert_max_num_queries(40) as counted:
        page(client, name, begun)
    number, person = len(counted), begun.credential.person
    for place in range(30):
        make_activity(person, f"More {place}", completed_on=today() - timedelta(days=9))
    with django_assert_num_queries(number):
        page(client, name, begun)


def test_the_status_asks_no_more_beside_30_activities(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    declaration = declared(on=today())
    client.force_login(declaration.credential.person.account)
    page(client, "declaration", declaration)
    with django_assert_max_num_queries(40) as counted:
        page(client, "declaration", declaration)
    number = len(counted)
    other = make_person("Somebody Else")
    credential = due(other)
    earn_everything(other, credential, on=today())
    for place in range(30):
        make_activity(other, f"More {place}", completed_on=today() - timedelta(days=9))
    fuller = submit(credential, on=today())
    client.force_login(other.account)
    page(client, "declaration", fuller)
    with django_assert_num_queries(number):
        page(client, "declaration", fuller)
