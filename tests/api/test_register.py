"""The register: what a credential is worth on a day, to whoever has its number and a key."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import program, secret_for
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def verifier():
    return program(secret_for("verifier"))


def many(verifier, numbers, **said):
    body = json.dumps({"numbers": numbers, **said})
    return verifier.post("/api/v1/register", body, "application/json")


def test_a_credential_is_verified_for_today_and_for_any_day(verifier, owner):
    number = owner.credential.number
    then = verifier.get(f"/api/v1/register/{number}?on=2021-01-01").json()
    assert (then["number"], then["standing"]["on"]) == (number, "2021-01-01")
    assert then["standing"]["valid"]
    late = verifier.get(f"/api/v1/register/{number}?on=2060-01-01").json()
    assert not late["standing"]["valid"]
    assert late["standing"]["rule"]
    early = verifier.get(f"/api/v1/register/{number}?on=2001-01-01").json()
    assert early["standing"]["state"] == "not-certified"


def test_many_are_answered_in_their_order_and_unknown_ones_as_such(verifier, owner):
    number = owner.credential.number
    answer = many(verifier, ["NOBODY-1", number, number.lower()], on="2021-01-01").json()
    assert [one["found"] for one in answer] == [False, True, True]
    assert answer[0]["entry"] is None
    assert answer[1]["entry"] == answer[2]["entry"]
    assert verifier.get("/api/v1/register/NOBODY-1").status_code == 404


def test_many_need_as_few_queries_as_one(verifier, owner):
    numbers = [
        make_credential(make_person("X Y"), certified_on=date(2020, 1, day)).number
        for day in range(1, 20)
    ]
    many(verifier, numbers)  # that the key was used is noted at first
    counts = []
    for some in (numbers[:1], numbers):
        with CaptureQueriesContext(connection) as queries:
            assert many(verifier, some).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("numbers", [[], ["x"] * 1001, [""], [3], "x", ["x" * 61]])
def test_what_is_no_list_of_numbers_is_refused(verifier, numbers):
    assert many(verifier, numbers).status_code == 422


def test_nobody_is_named_and_what_is_still_to_do_is_not_told(verifier, owner):
    number = owner.credential.number
    cycle = owner.credential.grants.get()
    found = verifier.get(f"/api/v1/register/{number}?on={cycle.ends_on}").json()
    assert found["standing"]["state"] == "active"
    assert str(cycle.ends_on) in found["standing"]["says"]
    assert owner.family_name not in str(found)


def test_a_number_that_no_text_could_be_is_nobodys(verifier):
    (answer,) = many(verifier, ["MLS-\0"]).json()
    assert answer == {"number": "MLS-\0", "found": False, "entry": None}
    assert verifier.get("/api/v1/register/MLS-%00").status_code == 404
