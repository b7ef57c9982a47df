"""Declarations at the desk: what waits, one on its page, and what is decided of it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recert.credentials.models import Grant
from recert.declarations.actions.decisions import approve_declaration, find_deficient
from recert.declarations.models import Declaration
from recert.desk import declarations as desk
from recert.journal.models import Event
from recert.policy.permissions import Role
from tests.declaring import BOOK, REVIEWER, at, declared
from tests.making import make_account, make_document

pytestmark = pytest.mark.django_db

TODAY = date(2024, 12, 2)
QUEUE = "/desk/declarations"


@pytest.fixture(autouse=True)
def day_of_the_board(monkeypatch):
    """Let it be noon of a day at the board."""
    zone = ZoneInfo(BOOK.calendar.time_zone.value)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=zone)
    monkeypatch.setattr("recert.clock.now", lambda: noon)


@pytest.fixture
def reviewer(client):
    client.force_login(make_account(staff=[Role.REVIEWER]))
    return client


def page_of(declaration):
    return reverse("desk:declaration", args=[declaration.ref])


def names(answer):
    return [row.name for row in answer.context["rows"]]


def said(answer):
    return [str(one) for one in answer.context["messages"]]


# What waits


def test_what_is_due_first_comes_first(reviewer):
    declared(on=TODAY - timedelta(days=3), name="Second Certificant")
    declared(on=TODAY - timedelta(days=20), name="First Certificant")
    declared(on=TODAY, name="Third Certificant")
    answer = reviewer.get(QUEUE)
    assert names(answer) == ["First Certificant", "Second Certificant", "Third Certificant"]
    assert "30 business days left" in answer.text


def test_one_sees_how_long_the_boards_day_has_passed(reviewer):  # CYC-7
    declared(on=date(2024, 10, 17))
    answer = reviewer.get(QUEUE)
    (row,) = answer.context["rows"]
    assert row.day == date(2024, 12, 2)
    assert "the last day" in answer.text
    Declaration.objects.update(due_on=date(2024, 11, 27))
    assert "2 business days over" in reviewer.get(QUEUE).text  # Thanksgiving is none


def test_nothing_waits(reviewer):
    assert "Nothing waits for a decision" in reviewer.get(QUEUE).text


def test_filters_are_in_the_address(reviewer):
    waits = declared(on=TODAY, name="Waits Whole")
    lacks = declared(on=TODAY, name="Lacks Something")
    late = declared(on=TODAY, name="Late Comer")
    Declaration.objects.filter(pk=late.pk).update(late=True)
    find_deficient(lacks.pk, reasons={}, because="Why?", today=TODAY, by=REVIEWER, at=at(TODAY))
    shown = {
        "state=deficient": ["Lacks Something"],
        "state=all": ["Late Comer", "Lacks Something", "Waits Whole"],
        "late=late": ["Late Comer"],
        "late=overdue": [],
        "purpose=renewal": ["Waits Whole", "Late Comer"],
        "purpose=voluntary": [],
        f"category={waits.credential.category}": ["Waits Whole", "Late Comer"],
        "category=PBT": [],
        "words=late+com": ["Late Comer"],
        f"words={waits.ref.lower()}": ["Waits Whole"],
        f"words={waits.credential.person.customer_number}": ["Waits Whole"],
        "state=nonsense": ["Waits Whole", "Late Comer"],
        "after=nonsense%00": ["Waits Whole", "Late Comer"],
    }
    assert {query: names(reviewer.get(f"{QUEUE}?{query}")) for query in shown} == shown
    assert "No declaration is like this" in reviewer.get(f"{QUEUE}?category=PBT").text


@pytest.mark.parametrize("query", ["", "state=deficient", "state=all"])
def test_page_after_page_shows_each_once(reviewer, monkeypatch, query):
    monkeypatch.setattr(desk, "PER_PAGE", 2)
    for number in range(5):
        one = declared(on=TODAY - timedelta(days=number // 2), name=f"Number {number}")
        if query == "state=deficient":
            find_deficient(
                one.pk, reasons={}, because="Why?", today=TODAY, by=REVIEWER, at=at(TODAY)
            )
    seen, after = [], ""
    while True:
        answer = reviewer.get(f"{QUEUE}?{query}&after={after}")
        seen += names(answer)
        after = answer.context["after"]
        if not after:
            break
        assert f"after={after}" in answer.text
    assert sorted(seen) == [f"Number {number}" for number in range(5)]


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [QUEUE, "/desk/", f"{QUEUE}?state=all&words=amina"])
def test_as_many_queries_for_one_as_for_three(reviewer, path):
    declared(on=TODAY)
    reviewer.get(path)  # the first of a session notes that it began
    one = queries(reviewer, path)
    declared(on=TODAY)
    declared(on=TODAY)
    assert queries(reviewer, path) == one


def test_a_page_asks_as_much_for_few_activities_as_for_many(reviewer):
    few, many = declared(on=TODAY), declared(on=TODAY)
    few.activities.exclude(pk=few.activities.first().pk).delete()
    case = few.case | {"activities": few.case["activities"][:1]}
    Declaration.objects.filter(pk=few.pk).update(case=case)
    reviewer.get(QUEUE)
    for one in many.activities.all():
        make_document(one.activity)
    assert queries(reviewer, page_of(few)) == queries(reviewer, page_of(many))


def test_the_desk_counts_what_waits(reviewer):
    declared(on=TODAY)
    Declaration.objects.update(late=True, due_on=TODAY - timedelta(days=3))
    counts = reviewer.get("/desk/").context["counts"]
    assert (counts.submitted, counts.late, counts.overdue, counts.deficient) == (1, 1, 1, 0)


# One of them


def test_all_of_it_stands_on_one_page(reviewer):
    declaration = declared(on=TODAY, name="Śliwa Nowak")
    activity = declaration.activities.first().activity
    document = make_document(activity, name="proof.pdf")
    text = reviewer.get(page_of(declaration)).text
    for words in (
        "Śliwa Nowak",
        declaration.ref,
        "MLS(ASCPi)",
        activity.title,
        "proof.pdf",
        reverse("desk:document", args=[document.ref]),
        "$95.00",
        "Visa, ending in 4242",
        "I have the documents",
        "Submitted",
        "February 1, 2025 – February 29, 2028",  # noqa: RUF001  # as it is printed
    ):
        assert words in text, words


def test_who_may_not_open_documents_sees_their_names(client):
    client.force_login(make_account(staff=[Role.FINANCE]))
    declaration = declared(on=TODAY)
    document = make_document(declaration.activities.first().activity)
    answer = client.get(page_of(declaration))
    assert document.name in answer.text
    assert document.ref not in answer.text
    assert answer.context["form"] is None
    assert client.post(page_of(declaration), {"decide": "deficient"}).status_code == 403


def test_a_draft_is_nobodys_business(reviewer):
    declaration = declared(on=TODAY)
    Declaration.objects.filter(pk=declaration.pk).update(
        state="draft", submitted_on=None, submitted_at=None
    )
    assert reviewer.get(page_of(declaration)).status_code == 404


def test_it_is_said_when_the_rules_would_answer_otherwise_today(reviewer):
    declaration = declared(on=TODAY)
    assert "rulebook has changed" not in reviewer.get(page_of(declaration)).text
    Declaration.objects.update(rulebook="another")
    assert "the outcome is the same" in reviewer.get(page_of(declaration)).text
    case = declaration.case | {"activities": declaration.case["activities"][:2]}
    Declaration.objects.update(case=case)
    text = reviewer.get(page_of(declaration)).text
    assert "by the rulebook of today, it does not" in text
    assert "disabled" in text
    answer = reviewer.post(page_of(declaration) + "/approve", follow=True)
    assert "does not meet the requirements" in said(answer)[0]
    assert Declaration.objects.get().state == "submitted"


# Decisions


def test_an_approval_shows_first_what_it_brings(reviewer):  # CYC-2, DEC-7
    declaration = declared(on=TODAY)
    answer = reviewer.post(page_of(declaration), {"decide": "approve"})
    assert answer.url == page_of(declaration) + "/approve"
    text = reviewer.get(answer.url).text
    assert "February 1, 2025 – February 29, 2028" in text  # noqa: RUF001  # as it is printed
    assert "MLS(ASCPi)<sup>CM</sup>" in text
    assert not Grant.objects.exists()
    after = reviewer.post(answer.url, {"because": "All well documented"}, follow=True)
    assert after.redirect_chain[-1][0] == QUEUE
    grant = Grant.objects.get()
    assert (grant.starts_on, grant.ends_on) == (date(2025, 2, 1), date(2028, 2, 29))
    assert Event.objects.get(kind="declaration.approved").because == "All well documented"
    assert "was approved" in said(after)[0]
    assert page_of(declaration) in said(after)[0]
    text = reviewer.get(page_of(declaration)).text
    assert "Approved" in text
    assert "All well documented" in text
    assert 'name="decide"' not in text


def test_after_a_decision_the_next_one_waiting_comes_with_the_filters(reviewer):
    first = declared(on=TODAY - timedelta(days=9))
    second = declared(on=TODAY - timedelta(days=5))
    third = declared(on=TODAY)
    answer = reviewer.post(f"{page_of(second)}/approve?purpose=renewal")
    assert answer.url == f"{page_of(third)}?purpose=renewal"
    answer = reviewer.post(f"{page_of(third)}/approve")
    assert answer.url == page_of(first)
    assert reviewer.post(f"{page_of(first)}/approve").url == QUEUE


def test_what_lacks_is_shown_before_it_is_told(reviewer):  # DEC-6
    declaration = declared(on=TODAY)
    one = declaration.activities.first().activity
    typed = {f"lacks-{one.ref}": "Its hours are <b>too many</b>.", "because": "Please look again."}
    answer = reviewer.post(page_of(declaration), typed | {"decide": "deficient"})
    assert "January 15, 2025" in answer.text
    assert "Its hours are &lt;b&gt;too many&lt;/b&gt;." in answer.text
    assert Declaration.objects.get().state == "submitted"
    again = reviewer.post(page_of(declaration), typed | {"decide": "edit"})
    assert 'value="Its hours are' in again.text
    answer = reviewer.post(page_of(declaration), typed | {"decide": "send"}, follow=True)
    assert "found deficient" in said(answer)[0]
    declaration.refresh_from_db()
    assert (declaration.state, declaration.correct_by) == ("deficient", date(2025, 1, 15))
    (event,) = Event.objects.filter(kind="declaration.deficient")
    assert event.because == "Please look again."
    assert event.facts["reasons"] == [
        {"activity": one.title, "ref": one.ref, "reason": "Its hours are <b>too many</b>."}
    ]
    assert "Found lacking:" in reviewer.get(page_of(declaration)).text


@pytest.mark.parametrize("typed", [{}, {"because": " \n "}])
def test_nobody_is_found_deficient_without_a_reason(reviewer, typed):
    declaration = declared(on=TODAY)
    for decide in ("deficient", "send"):
        answer = reviewer.post(page_of(declaration), typed | {"decide": decide})
        assert answer.status_code == 422
        assert "Say what is lacking" in answer.text
    assert Declaration.objects.get().state == "submitted"


def test_who_wrote_what_lacks_does_not_approve_by_the_other_button(reviewer):
    declaration = declared(on=TODAY)
    answer = reviewer.post(page_of(declaration), {"because": "No.", "decide": "approve"})
    assert answer.status_code == 422
    assert "You wrote what is lacking" in answer.text


def test_of_two_who_decide_one_is_told_that_the_other_was_faster(reviewer):
    declaration = declared(on=TODAY)
    other = Client()
    other.force_login(make_account("faster@example.org", staff=[Role.REVIEWER]))
    assert reviewer.get(f"{page_of(declaration)}/approve").status_code == 200
    typed = {"because": "Something lacks.", "decide": "send"}
    assert other.post(page_of(declaration), typed).status_code == 302
    for answer in (
        reviewer.post(f"{page_of(declaration)}/approve", follow=True),
        reviewer.post(page_of(declaration), typed, follow=True),
        reviewer.get(f"{page_of(declaration)}/approve", follow=True),
    ):
        (told,) = said(answer)
        assert "It is deficient, by faster@example.org." in told
        assert answer.redirect_chain[-1][0] == page_of(declaration)
    assert Event.objects.filter(kind__startswith="declaration.").last().kind.endswith("deficient")
    assert not Grant.objects.exists()


def test_who_was_slower_within_the_same_moment_is_told_too(reviewer, monkeypatch):
    declaration = declared(on=TODAY)

    def after_another(*args, **given):
        approve_declaration(declaration.pk, today=TODAY, by=REVIEWER, at=at(TODAY))
        return approve_declaration(*args, **given)

    monkeypatch.setattr(desk, "approve_declaration", after_another)
    answer = reviewer.post(f"{page_of(declaration)}/approve", follow=True)
    assert "It is approved, by Rita Reviewer." in said(answer)[0]
    assert Grant.objects.count() == 1


def test_nobody_decides_about_their_own(client):
    declaration = declared(on=TODAY)
    account = declaration.credential.person.account
    account.staff_roles.create(role=Role.REVIEWER)
    account.authenticator_set.create(type="totp", data={"secret": "invented"})
    client.force_login(account)
    answer = client.get(page_of(declaration))
    assert "Somebody else must decide" in answer.text
    assert answer.context["form"] is None
    assert ">yours</span>" in client.get(QUEUE).text
    for path, typed in (
        (page_of(declaration), {"because": "No.", "decide": "send"}),
        (page_of(declaration) + "/approve", {}),
    ):
        answer = client.post(path, typed)
        assert answer.status_code == 409
        assert "Somebody else must decide" in answer.text
    assert Declaration.objects.get().state == "submitted"
    another = declared(on=TODAY)
    assert client.post(f"{page_of(another)}/approve").url == QUEUE  # never to their own


def test_a_persons_record_names_what_was_declared(reviewer):
    declaration = declared(on=TODAY)
    person = declaration.credential.person
    assert page_of(declaration) in reviewer.get(f"/desk/people/{person.ref}").text
