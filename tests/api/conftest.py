"""Keys of each kind, and somebody with one of everything."""

import pytest
from django.test import Client

from recert.organisations.key_actions import make_key
from recert.organisations.models import Consent, Organisation
from recert.people.queries import actor_of
from recert.policy.permissions import Permission, Role
from tests.making import AT, actor, make_account, make_activity, make_credential, make_person

OF_PEOPLE = [Permission.KEEP_OWN_RECORD, Permission.DECLARE]
KINDS = {
    "person": OF_PEOPLE,
    "provider": [Permission.REPORT_COMPLETIONS],
    "employer": [Permission.SEE_OWN_STAFF],
    "verifier": [Permission.VERIFY_MANY],
}
"""The kinds of key, and the scopes that each can have."""

FLAGS = {"provider": "provides", "employer": "employs", "verifier": "verifies"}


@pytest.fixture(autouse=True)
def files_are_apart(settings, tmp_path):
    """Keep the documents of each test in a folder of its own."""
    storages = settings.STORAGES["default"]
    default = storages | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}


def make_organisation(**fields):
    fields = {"name": "Harbour College", "email": "a@example.org", "admitted_at": AT} | fields
    return Organisation.objects.create(**fields)


def secret_for(kind, person=None, scopes=None):
    """Make a key of a kind and answer its secret."""
    said = {"label": "A test", "scopes": scopes or KINDS[kind], "at": AT}
    if kind == "person":
        person = person or make_person("Somebody Else")
        return make_key(person.account, by=actor(person), **said)[1]
    by = actor_of(make_account(staff=[Role.REGISTRAR]))
    return make_key(make_organisation(**{FLAGS[kind]: True}), by=by, **said)[1]


def program(secret):
    """Answer a client that shows a key."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


def make_consent(person, **fields):
    """Make a consent of somebody to an employer."""
    employer = make_organisation(employs=True, name="Harbour Hospital")
    return Consent.objects.create(organisation=employer, person=person, given_at=AT, **fields)


@pytest.fixture
def owner():
    """Answer a person with a credential and an activity."""
    person = make_person()
    person.credential = make_credential(person, cycles=1)
    person.activity = make_activity(person)
    return person


@pytest.fixture
def own(owner):
    """Answer a client with a key of the owner."""
    return program(secret_for("person", owner))
