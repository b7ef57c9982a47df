"""What is the same for every operation: who may, and how a "no" is said."""

import pytest
from django.test import Client
from ninja import Router

from recert.api.interface import make_interface
from recert.organisations.key_actions import make_key
from tests.making import AT, actor, make_person

pytestmark = pytest.mark.django_db


def test_an_operation_that_declares_no_permission_is_an_error():
    router, interface = Router(), make_interface()

    @router.get("/nothing")
    def nothing(request):
        raise AssertionError(request)

    interface.add_router("", router)
    with pytest.raises(AssertionError, match="declares no permission"):
        assert interface.urls


def test_a_key_says_who_it_is():
    person = make_person()
    said = {"label": "My tracker", "scopes": ["keep-own-record"], "by": actor(person), "at": AT}
    key, secret = make_key(person.account, **said)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.json()["person"]["customer_number"] == person.customer_number
    key.refresh_from_db()
    assert key.last_used_at


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "no-key"), ({"Authorization": "Bearer rk_x"}, "unknown-key")],
)
def test_without_a_key_nothing_opens(headers, code):
    answer = Client(headers=headers).get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing(client):
    client.force_login(make_person().account)
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nowhere", "/api/v2/me", "/api/v1/me/"])
def test_what_is_not_there_is_a_problem(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_is_not_there_is_a_problem(client):
    answer = client.delete("/api/v1/me")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["code"] == "wrong-method"
