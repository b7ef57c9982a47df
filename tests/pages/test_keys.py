"""One's own keys: made with what they may do, shown once, and revoked."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from recert.organisations.models import ApiKey
from tests.making import make_person

pytestmark = pytest.mark.django_db
PAGE = "portal:own-keys"


def make(client, **said):
    said = {"label": "CE tracker", "scopes": ["keep-own-record"], "days": "90"} | said
    return client.post(reverse(PAGE), {**said, "make": "yes"})


def test_a_key_is_shown_once_and_opens_what_was_chosen(client):
    client.force_login(make_person().account)
    answer = make(client)
    [secret] = set(re.findall(r"rk_[\w-]{43}", answer.text))
    me = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me").json()
    assert me["scopes"] == ["keep-own-record"]
    again = client.get(reverse(PAGE)).text
    assert secret not in again
    assert "CE tracker" in again
    assert secret[:8] in again


def test_a_key_is_revoked(client):
    client.force_login(make_person().account)
    make(client)
    key = ApiKey.objects.get()
    assert client.post(reverse(PAGE), {"revoke": key.ref}).status_code == 302
    assert (
        "CE tracker" not in client.get(reverse(PAGE), follow=True).text.partition("Make a key")[2]
    )
    key.refresh_from_db()
    assert key.revoked_at


def test_nobody_revokes_a_key_of_somebody_else(client):
    client.force_login(make_person().account)
    make(client)
    client.force_login(make_person("Somebody Else").account)
    assert client.post(reverse(PAGE), {"revoke": ApiKey.objects.get().ref}).status_code == 404


@pytest.mark.parametrize(
    "said", [{"label": ""}, {"scopes": []}, {"scopes": ["see-records"]}, {"days": "9999"}]
)
def test_what_is_wrong_makes_no_key(client, said):
    client.force_login(make_person().account)
    assert make(client, **said).status_code == 422
    assert not ApiKey.objects.exists()


def test_there_are_only_so_many_keys(client):
    client.force_login(make_person().account)
    for _each in range(20):
        make(client)
    answer = make(client)
    assert answer.status_code == 422
    assert "Revoke one" in answer.text
