"""Every operation against every kind of key: what is declared, what is refused, and whose it is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recert.api.interface import declared_by
from recert.api.pages import ROOT
from recert.api.urls import interface
from recert.journal.models import Event
from recert.people.access import PUBLIC, SIGNED_IN
from recert.policy.permissions import Permission
from recert.webhooks.actions import owe
from recert.webhooks.models import Occasion, Webhook
from recert.webhooks.queries import Happened
from tests.api.conftest import KINDS, make_consent, program, secret_for
from tests.declaring import certified_for, draft, earn_everything
from tests.making import AT, make_activity, make_credential, make_document, make_person

pytestmark = pytest.mark.django_db

OPERATIONS = {one.view_func.__name__: one for one in interface.operations()}
OF_THINGS = {
    "read_credential": "credential",
    "read_allocation": "credential",
    "change_allocation": "credential",
    "read_activity": "activity",
    "put_activity": "activity",
    "delete_activity": "activity",
    "put_activity_back": "activity",
    "create_document": "activity",
    "read_document": "document",
    "delete_document": "document",
    "put_document_back": "document",
    "read_declaration": "declaration",
    "read_webhook": "webhook",
    "patch_webhook": "webhook",
    "delete_webhook": "webhook",
    "delete_consent": "consent",
    "list_deliveries": "webhook",
    "send_delivery": "delivery",
}
"""The operations about a thing of somebody's, and which one it is."""

ACTIVITY = {"kind": "formal-course", "title": "Days", "completed_on": "2024-05-04"}
BODIES = {
    "change_allocation": {"moves": {"AC-0000-0000-0000": None}},
    "put_activity": ACTIVITY | {"contact_hours": "2"},
    "patch_webhook": {"watch": []},
}
FILES = {"create_document": lambda: {"file": SimpleUploadedFile("a.pdf", b"no PDF")}}


@pytest.fixture
def things():
    person = make_person("Amina Benali")
    credential = make_credential(person, category="MLT", certified_on=certified_for(AT.date()))
    earn_everything(person, credential, on=AT.date())
    activity = make_activity(person)
    webhook = Webhook.objects.create(
        account=person.account,
        url="https://example.org/hook",
        occasions=[Occasion.EXPIRED],
        since_on=AT.date(),
        made_at=AT,
    )
    owe([Happened(credential.pk, Occasion.EXPIRED, AT.date())], at=AT)
    return {
        "webhook": webhook.ref,
        "consent": make_consent(person).ref,
        "delivery": webhook.deliveries.get().ref,
        "person": person,
        "credential": credential.ref,
        "activity": activity.ref,
        "document": make_document(activity).ref,
        "declaration": draft(credential, on=AT.date()).ref,
    }


def ask(client, name, things):
    operation = OPERATIONS[name]
    ref = things[OF_THINGS[name]] if name in OF_THINGS else "X"
    path = operation.path
    for part in ("{ref}", "{number}"):
        path = path.replace(part, ref)
    method = getattr(client, operation.methods[0].lower())
    said = {"content_type": "application/json"} if name in BODIES else {}
    body = FILES[name]() if name in FILES else BODIES.get(name)
    answer = method(ROOT + path.lstrip("/"), body, **said, headers={"If-Match": '"1"'})
    if answer.streaming:
        answer.close()
    return answer


def test_each_operation_declares_who_may():
    for operation in OPERATIONS.values():
        declared = declared_by(operation)
        assert declared in {PUBLIC, SIGNED_IN} or Permission(declared)


def test_each_operation_has_a_name_of_its_own():
    assert len(OPERATIONS) == len(interface.operations())


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_key_opens_what_its_scopes_allow_and_nothing_else(things, name):
    declared = declared_by(OPERATIONS[name])
    before = Event.objects.exclude(kind="key.made").count()
    for kind, scopes in KINDS.items():
        answer = ask(program(secret_for(kind)), name, things)
        if declared in {PUBLIC, SIGNED_IN} or declared in scopes:
            assert answer.status_code not in {401, 403} or name == "make_token", kind
            continue
        assert (answer.status_code, answer.json()["code"]) == (403, "not-in-scope"), kind
        assert declared in answer["WWW-Authenticate"]
    assert Event.objects.exclude(kind="key.made").count() == before


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_without_a_key_only_what_is_public_opens(things, name):
    answer = ask(Client(), name, things)
    is_open = declared_by(OPERATIONS[name]) == PUBLIC
    assert (answer.status_code != 401) == (is_open and name != "make_token") or is_open


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_scope_that_was_not_given_opens_nothing(things, name):
    declared = declared_by(OPERATIONS[name])
    if declared not in KINDS["person"]:
        return
    other = next(one for one in KINDS["person"] if one != declared)
    answer = ask(program(secret_for("person", things["person"], [other])), name, things)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", sorted(OF_THINGS))
def test_a_strangers_thing_does_not_exist(things, name):
    answer = ask(program(secret_for("person")), name, things)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("name", sorted(OF_THINGS))
def test_ones_own_thing_does(things, name):
    answer = ask(program(secret_for("person", things["person"])), name, things)
    assert answer.status_code != 404


def test_each_operation_with_a_ref_is_tried_with_a_strangers():
    assert set(OF_THINGS) == {name for name, one in OPERATIONS.items() if "{ref}" in one.path}
