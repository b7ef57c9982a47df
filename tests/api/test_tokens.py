"""Tokens: who gets one, for what, and what it opens."""

from base64 import b64encode

import pytest
from django.test import Client

from recert.organisations.key_actions import make_key
from tests.making import AT, actor, make_person

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/oauth/token"
BOTH = ["declare", "keep-own-record"]


@pytest.fixture
def key():
    person = make_person()
    return make_key(person.account, label="T", scopes=BOTH, by=actor(person), at=AT)


def basic(key, secret):
    said = b64encode(f"{key.ref}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {said}"}


def test_a_key_gets_a_token_that_opens_what_it_asked_for(client, key):
    key, secret = key
    said = {"grant_type": "client_credentials", "scope": "keep-own-record"}
    answer = client.post(ADDRESS, said, headers=basic(key, secret))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    token = answer.json()
    assert (token["scope"], token["expires_in"]) == ("keep-own-record", 1800)
    me = Client(headers={"Authorization": f"Bearer {token['access_token']}"}).get("/api/v1/me")
    assert me.json()["scopes"] == ["keep-own-record"]


def test_the_client_may_stand_in_the_body_and_gets_all_its_scopes(client, key):
    key, secret = key
    said = {"grant_type": "client_credentials", "client_id": key.ref, "client_secret": secret}
    assert client.post(ADDRESS, said).json()["scope"] == " ".join(BOTH)


@pytest.mark.parametrize(
    ("said", "error", "status"),
    [
        ({"client_secret": "rk_wrong"}, "invalid_client", 401),
        ({"client_id": "AK-0000-0000-0000"}, "invalid_client", 400),
        ({"scope": "see-records"}, "invalid_scope", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": ""}, "unsupported_grant_type", 400),
    ],
)
def test_whatever_else_is_refused_as_oauth_says_it(client, key, said, error, status):
    key, secret = key
    right = {"grant_type": "client_credentials", "client_id": key.ref, "client_secret": secret}
    answer = client.post(ADDRESS, right | said)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("shown", ["Basic gP8=", "Basic x", "Basic", "Basic " + "A" * 5000])
def test_what_is_no_basic_authentication_is_refused(client, shown):
    answer = client.post(
        ADDRESS, {"grant_type": "client_credentials"}, headers={"Authorization": shown}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
