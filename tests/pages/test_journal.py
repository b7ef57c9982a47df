"""The journal on the pages: what happened, in words, by filters that live in the address."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from recert.declarations.actions.audits import pass_audit, send_documents
from recert.declarations.models import Audit
from recert.journal.actions import record_event
from recert.people.actions import change_details
from recert.people.queries import actor_of
from recert.policy.permissions import SYSTEM, Role
from recert.transcript import actions
from recert.transcript.actions import change_activity, withdraw_activity
from tests.declarations import test_audits as audits
from tests.declaring import REVIEWER, earn_everything, submit
from tests.making import (
    AT,
    actor,
    make_account,
    make_activity,
    make_credential,
    make_person,
)

pytestmark = pytest.mark.django_db

JOURNAL = reverse("desk:journal")
HISTORY = reverse("portal:history")


@pytest.fixture
def amina():
    return make_person("Amina Benali")


@pytest.fixture
def staff(client):
    account = make_account("rita@example.org", staff=[Role.REGISTRAR])
    client.force_login(account)
    return account


def note(kind, subject, about="", *, by=REVIEWER, at=AT, **facts):
    with transaction.atomic():
        return record_event(kind, subject=subject, about=about, by=by, at=at, facts=facts)


def entries(client, path=JOURNAL, **query):
    page = client.get(path, query)
    assert page.status_code == 200
    return [one for day in page.context["days"] for one in day.entries]


def said(client, path=JOURNAL, **query):
    return [(one.what, one.says) for one in entries(client, path, **query)]


def test_all_that_happened_to_a_person(client, amina, staff):  # STA-7
    activity = make_activity(amina)
    fields = {name: getattr(activity, name) for name in actions.FIELDS} | {
        "title": "Laboratory Weeks"
    }
    change_activity(activity.pk, said=fields, version=1, by=actor(amina), at=AT)
    withdraw_activity(activity.pk, by=actor(amina), at=AT)
    note("person.bound", "PE-OTHER", "PE-OTHER")
    expected = [("Activity", "Withdrawn"), ("Activity", "Changed: title")]
    for whose in (amina.ref, amina.ref.lower(), amina.customer_number):
        assert said(client, of=whose) == expected
    change = entries(client, of=amina.ref)[1].changes[0]
    assert (change.what, change.before, change.after) == (
        "title",
        "Laboratory Days",
        "Laboratory Weeks",
    )
    assert len(entries(client)) == 3


def test_a_credential_has_its_declarations_and_their_payments(client, amina, staff):
    credential = make_credential(amina, certified_on=date(2022, 1, 10))
    earn_everything(amina, credential, on=date(2024, 11, 15))
    declaration = submit(credential, on=date(2024, 11, 15))
    note("person.bound", amina.ref, amina.ref)
    of_declaration = said(client, of=declaration.ref)
    assert ("Declaration", "Submitted") in of_declaration
    assert ("Payment", "Charged") in of_declaration
    assert said(client, of=credential.ref) == of_declaration
    assert ("Record", "Account bound to the record") not in of_declaration


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("transcript", ["activity.added"]),
        ("person", ["person.bound"]),
        ("audits", ["audit.passed"]),
        ("payments", ["payment.started"]),
        ("staff", ["role.granted"]),
        ("declarations", []),
        ("others", ["queue.claimed"]),
        ("", ["queue.claimed", "role.granted", "payment.started", "audit.passed"]),
    ],
)
def test_kinds_belong_together(client, staff, monkeypatch, group, expected):
    monkeypatch.setattr("recert.journal.actions.told_of", lambda _kind: None)
    kinds = ["activity.added", "person.bound", "audit.passed", "payment.started", "role.granted"]
    for kind in [*kinds, "queue.claimed"]:
        note(kind, f"XX-{kind}")
    found = [one.subject.removeprefix("XX-") for one in entries(client, group=group)]
    assert found[: len(expected)] == expected
    assert len(found) == (len(expected) if group else 6)


def test_days_are_those_of_the_board(client, staff):
    """The board is in Chicago: five in the morning in London is the day before."""
    note("person.bound", "PE-1", at=AT.replace(hour=4, minute=30))  # May 3, 11:30 pm
    note("person.bound", "PE-2", at=AT.replace(hour=5, minute=30))  # May 4, 0:30 am
    first, second = "2024-05-03", "2024-05-04"
    assert [one.subject for one in entries(client, until=first)] == ["PE-1"]
    assert [one.subject for one in entries(client, since=second)] == ["PE-2"]
    assert len(entries(client, since=first, until=second)) == 2
    days = [day.on.isoformat() for day in client.get(JOURNAL).context["days"]]
    assert days == [second, first]


def test_by_whom_by_address_or_ref(client, amina, staff):
    note("person.bound", "PE-1", by=actor_of(staff))
    note("person.bound", "PE-2", by=actor(amina))
    note("person.bound", "PE-3", by=SYSTEM)
    for by in ("Rita@Example.org", staff.ref, staff.ref.lower()):
        assert [one.subject for one in entries(client, by=by)] == ["PE-1"]
    assert entries(client, by="nobody@example.org") == []
    assert [one.by for one in entries(client)] == ["by itself", "Amina Benali", "rita@example.org"]


def test_pages_go_on_where_the_last_one_ended(client, amina, staff):
    for number in range(120):
        note("person.bound", f"PE-{number}", amina.ref)
    seen, query = [], {"of": amina.ref}
    while True:
        page = client.get(JOURNAL, query)
        seen += [one.subject for day in page.context["days"] for one in day.entries]
        if page.context["older"] is None:
            break
        assert f"of={amina.ref}&amp;before={page.context['older']}" in page.text
        query = query | {"before": page.context["older"]}
        note("person.bound", "PE-LATER", amina.ref)  # moves nothing that was read
    assert seen == [f"PE-{number}" for number in reversed(range(120))]


def test_how_much_happened_costs_no_more_queries(client, amina, staff):
    client.get(JOURNAL)
    counts = []
    for many in (1, 30):
        for _each in range(many):
            note("person.bound", amina.ref, make_person().ref)
        with CaptureQueriesContext(connection) as queries:
            assert entries(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("field", ["of", "group", "since", "until", "by", "before"])
@pytest.mark.parametrize(
    "value", ["\x00", "9" * 400, "-1", "9999-12-31", "0001-01-01", "{{x}}", "é"]
)
def test_every_filter_takes_anything(client, staff, field, value):
    assert client.get(JOURNAL, {field: value}).status_code == 200


# One's own


def test_ones_own_history_says_who_it_was(client, amina):
    said_ = {name: getattr(amina, name) for name in DETAILS} | {"phone": "555"}
    change_details(amina.pk, said=said_, version=1, by=actor(amina), at=AT)
    note("document.opened", "DO-1", amina.ref, at=AT + timedelta(days=1))
    note("person.bound", "PE-OTHER", "PE-OTHER")
    client.force_login(amina.account)
    found = entries(client, HISTORY)
    assert [(one.says, one.by) for one in found] == [
        ("Document opened by staff", "Rita Reviewer"),
        ("Details changed: telephone", "you"),
    ]
    assert reverse("desk:journal") not in client.get(HISTORY).text


DETAILS = ("email", "phone", "language", "time_zone", "workplace", "job_title", "gender")


def test_what_an_auditor_found_so_far_is_not_told_before_the_end(client):
    someone = make_person()
    credential = make_credential(someone, certified_on=audits.CERTIFIED)
    earn_everything(someone, credential, on=audits.OPEN)
    audits.declare_all_audited()
    submit(credential, on=audits.OPEN)
    audit = Audit.objects.get()
    send_documents(audit.pk, today=audits.OPEN, by=actor(someone), at=audits.at(audits.OPEN))
    audits.judge(audit)
    client.force_login(someone.account)
    assert ("Audit", "Documents of an activity judged") not in said(client, HISTORY)
    assert ("Audit", "Documents sent to the board") in said(client, HISTORY)
    pass_audit(audit.pk, today=audits.OPEN, by=audits.AUDITOR, at=audits.at(audits.OPEN))
    assert ("Audit", "Documents of an activity judged") in said(client, HISTORY)
