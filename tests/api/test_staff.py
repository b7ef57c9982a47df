"""What an employer's program sees, and how somebody ends it."""

import pytest

from recert.organisations.models import Consent, Organisation
from tests.api.conftest import program, secret_for
from tests.making import AT, make_credential, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer():
    client = program(secret_for("employer"))
    client.organisation = Organisation.objects.get(employs=True)
    return client


def consent(employer, person):
    given = {"organisation": employer.organisation, "person": person, "given_at": AT}
    return Consent.objects.create(**given)


def test_an_employer_sees_those_who_consented_and_nobody_else(employer, owner):
    make_credential(make_person("Somebody Else"))
    consent(employer, owner)
    [found] = employer.get("/api/v1/staff").json()
    assert (found["name"], found["number"]) == (owner.name, owner.credential.number)
    assert found["standing"]["says"]
    assert set(found) & {"activities", "born_on", "email"} == set()


def test_whoever_withdraws_is_seen_no_more(employer, owner, own):
    given = consent(employer, owner)
    [shown] = own.get("/api/v1/consents").json()
    assert shown["organisation"] == employer.organisation.name
    assert own.delete(f"/api/v1/consents/{given.ref}").status_code == 204
    assert own.get("/api/v1/consents").json() == employer.get("/api/v1/staff").json() == []


def test_staff_come_in_pages(employer, owner):
    for category in ("CT", "MB", "BB"):
        make_credential(owner, category=category)
    consent(employer, owner)
    refs, address = [], "/api/v1/staff?limit=3"
    while address:
        answer = employer.get(address)
        refs += [one["ref"] for one in answer.json()]
        link = answer.headers.get("Link", "")
        address = link.partition(">")[0].removeprefix("<").removeprefix("http://testserver")
    assert len(refs) == len(set(refs)) == 4
