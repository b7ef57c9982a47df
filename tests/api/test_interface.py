"""What is the same for every operation: who may, and how a "no" is said."""

from datetime import timedelta

import pytest
from django.db import DataError
from django.test import Client
from ninja import Router

from recert.api.interface import make_interface
from recert.api.limits import clear_full, take
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


def test_what_is_left_is_said_and_too_much_is_refused_until_it_fills_again(settings):
    settings.API_RATES = {"key": (3, 60), "address": (2, 60)}
    answers = [Client().get("/api/v1/me") for _each in range(3)]
    assert [one.status_code for one in answers] == [401, 401, 429]
    assert answers[0]["RateLimit"].startswith('"requests";r=1;t=')
    assert answers[0]["RateLimit-Policy"] == '"requests";q=2;w=60'
    assert answers[2].json()["code"] == "too-many-requests"
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    other = Client(REMOTE_ADDR="192.0.2.7").get("/api/v1/me")
    assert other.status_code == 401


def test_an_allowance_fills_evenly_and_what_is_refused_takes_nothing():
    def ask(seconds):
        return take("a", most=2, seconds=60, at=AT + timedelta(seconds=seconds))

    assert [ask(0).remaining, ask(0).remaining] == [1, 0]
    assert [ask(0).enough, ask(29).enough, ask(30).enough] == [False, False, True]
    assert ask(31).again_in == 29
    assert ask(1000).remaining == 1


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"data": "{", "content_type": "application/json"}, 400, "unreadable"),
        ({"data": b"\xff", "content_type": "application/json"}, 400, "unreadable"),
        ({"data": "a: b", "content_type": "text/yaml"}, 415, "wrong-media-type"),
        ({"data": "{}", "content_type": "application/json"}, 422, "invalid"),
        ({"data": "[]", "content_type": "application/json"}, 422, "invalid"),
        ({"data": "{" * 3_000, "content_type": "application/json"}, 400, "unreadable"),
        ({"data": " " * 8_100_000, "content_type": "application/json"}, 413, "too-large"),
    ],
)
def test_a_body_that_is_none_is_a_problem(own, said, status, code):
    answer = own.post("/api/v1/activities", **said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_request_that_is_too_large_by_its_own_word_is_a_problem(client):
    answer = client.post("/api/v1/assess", "{}", "application/json", CONTENT_LENGTH="999999999")
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_bug_of_ours_says_nothing_of_itself(own, monkeypatch, caplog):
    def breaks(*_said, **_more):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("recert.api.credentials.positions_of", breaks)
    answer = own.get("/api/v1/credentials")
    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert "secret" not in answer.text
    assert "the secret reason" in caplog.text


def test_allowances_that_are_full_again_are_forgotten():
    take("a", most=2, seconds=60, at=AT)
    take("b", most=2, seconds=60, at=AT + timedelta(seconds=100))
    assert clear_full(at=AT + timedelta(seconds=30)) == 1
    assert clear_full(at=AT + timedelta(seconds=30)) == 0


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("PostgreSQL text fields cannot contain NUL (0x00) bytes", 422),
        (r"unsupported Unicode escape sequence: \u0000 cannot be converted to text.", 422),
        ("integer out of range", 500),
    ],
)
def test_a_text_that_no_table_can_hold_is_told_and_a_bug_is_a_bug(rf, said, status):
    answer = make_interface().on_exception(rf.get("/"), DataError(said))
    assert answer.status_code == status
