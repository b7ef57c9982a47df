"""A declaration's own page: where it is, what is next and by when, and the ways out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
)
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Declaration
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import SYSTEM
from recert.transcript.models import Activity
from tests.declarations.test_audits import AUDITOR
from tests.declaring import (
    REVIEWER,
    at,
    certified_for,
    declared,
    draft,
    earn_everything,
    renewed,
    submit,
)
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()


def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def submitted(client):
    declaration = declared(on=today())
    client.force_login(declaration.credential.person.account)
    return declaration


def page(client, declaration, name="declaration"):
    return client.get(reverse(f"portal:{name}", args=[declaration.ref]))


def told(client, declaration):
    return " ".join(page(client, declaration).text.split())


def find_lacking(declaration):
    lacking = declaration.activities.first().activity
    return find_deficient(
        declaration.pk,
        reasons={lacking.ref: "The certificate is of somebody else."},
        because="Please look again.",
        today=today(),
        by=REVIEWER,
        at=at(today()),
    )


def test_what_is_submitted_says_its_number_and_by_when(client, submitted):  # DEC-4, CYC-7
    answer = page(client, submitted)
    assert submitted.ref in answer.text
    assert answer.context["left"] == 30
    assert "30 business days are left." in answer.text
    assert [line.says for line in answer.context["history"]] == [
        "Begun",
        "Payment begun",
        "Submitted",
    ]
    assert reverse("portal:receipt", args=[submitted.ref]) in answer.text
    assert reverse("portal:notification", args=[submitted.ref]) not in answer.text


def test_a_board_that_is_late_says_so(client, submitted, monkeypatch):
    after = submitted.due_on + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: at(after))
    assert "the board is late, not you" in told(client, submitted)


def test_who_decided_is_not_told(client, submitted):
    approve_declaration(submitted.pk, today=today(), by=REVIEWER, at=at(today()))
    assert REVIEWER.name not in page(client, submitted).text


def test_what_is_deficient_says_why_until_when_and_what_to_do(client, submitted):  # DEC-6
    declaration = find_lacking(submitted)
    said = told(client, declaration)
    assert said.count("The certificate is of somebody else.") == 2  # above, and beside it
    assert "Please look again." in said
    assert "30 business days are left, the last one included." in said
    assert reverse("portal:declaration-activities", args=[declaration.ref]) in said
    days = BusinessDays(BOOK)
    assert declaration.correct_by == days.after(today(), business_days=30)


@pytest.mark.parametrize("noted", [True, False])
def test_what_was_not_put_right_is_deleted_noted_or_not(client, submitted, noted, monkeypatch):
    declaration = find_lacking(submitted)
    after = declaration.correct_by + timedelta(days=1)
    if noted:
        delete_declaration(declaration.pk, today=after, by=SYSTEM, at=at(after))
    monkeypatch.setattr(clock, "now", lambda: at(after))
    said = told(client, declaration)
    assert "It was deleted, because it was not put right in time." in said
    assert BOOK.deficiency.then in said
    assert "Declare anew" in said
    assert "Deleted" in client.get(reverse("portal:account")).text


def test_what_is_approved_leads_to_its_notification(client):  # DEC-7
    declaration = renewed(on=today())
    client.force_login(declaration.credential.person.account)
    said = told(client, declaration)
    assert "Approved. The cycle that it brought runs from" in said
    assert reverse("portal:notification", args=[declaration.ref]) in said
    assert "Withdraw" not in said


def test_what_waits_for_an_audit_leads_there(client, submitted):
    audit = select_for_audit(
        submitted.pk, because="A closer look.", today=today(), by=AUDITOR, at=at(today())
    )
    said = told(client, submitted)
    assert "Under audit" in said
    assert reverse("portal:audit", args=[audit.ref]) in said


def test_withdrawing_asks_first_and_says_what_it_costs(client, submitted):
    path = reverse("portal:declaration-withdraw", args=[submitted.ref])
    assert path in page(client, submitted).text
    answer = client.get(path)
    assert "The $95.00 that you paid are not returned" in answer.text
    assert client.post(path).url == reverse("portal:declaration", args=[submitted.ref])
    assert Declaration.objects.get(pk=submitted.pk).state == "withdrawn"
    said = told(client, submitted)
    assert "You withdrew it on" in said
    assert "Declare anew" in said
    for method in (client.get, client.post):  # once
        assert method(path).url == reverse("portal:declaration", args=[submitted.ref])


def test_a_draft_is_discarded_after_a_question(client):
    person = make_person()
    client.force_login(person.account)
    credential = make_credential(person, certified_on=certified_for(today()))
    earn_everything(person, credential, on=today())
    begun, before = draft(credential, on=today()), Activity.objects.count()
    path = reverse("portal:declaration-discard", args=[begun.ref])
    assert "Discard this draft?" in client.get(path).text
    assert client.post(path).url == reverse("portal:declare")
    assert "You discarded this draft." in told(client, begun)
    assert Activity.objects.count() == before
    assert client.post(path).url == reverse("portal:declaration", args=[begun.ref])
    assert begun.ref not in client.get(reverse("portal:account")).text
    submit(credential, on=today())


def test_the_account_lists_what_was_declared_with_receipts(client, submitted):
    answer = client.get(reverse("portal:account"))
    assert reverse("portal:declaration", args=[submitted.ref]) in answer.text
    assert reverse("portal:receipt", args=[submitted.ref]) in answer.text
    assert "Submitted" in answer.text


def test_an_account_without_a_record_has_no_declarations(client):
    client.force_login(make_person(account=True).account)
    assert "None yet." in client.get(reverse("portal:account")).text
