"""What is said of the interface is so: the page, and the client of the guide."""

import re
from pathlib import Path

import pytest

import recert
from recert.api.pages import document
from recert.organisations.key_actions import make_key
from tests.making import AT, actor, make_activity, make_credential, make_person

GUIDE = Path(recert.__file__).parents[2] / "docs" / "api.md"
ADDRESS = "/api/v1/docs"


@pytest.mark.django_db
def test_the_page_shows_each_operation_and_loads_nothing_from_elsewhere(client):
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    for path, operations in document()["paths"].items():
        assert path in answer.text
        for one in operations.values():
            assert one["summary"] in answer.text
    loaded = re.findall(r'(?:src|<link[^>]+href)="([^"]+)"', answer.text)
    assert loaded
    assert all(one.startswith("/static/") for one in loaded)
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_page_names_the_scope_of_each_operation(client):
    text = client.get(ADDRESS).text
    for scope in ("keep-own-record", "verify-many", "any key", "no key needed"):
        assert scope in text


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_guide_works(live_server):
    person = make_person()
    make_credential(person, cycles=1)
    for days in range(1, 8):
        make_activity(person, f"Day {days}")
    scopes = ["keep-own-record"]
    said = {"label": "The guide", "scopes": scopes, "by": actor(person)}
    key, secret = make_key(person.account, **said, at=AT)
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names = {}
    exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # our own guide
    client = names["Recert"](live_server.url, key.ref, secret)
    course = {
        "kind": "formal-course",
        "title": "Safety Days",
        "completed_on": "2024-05-04",
        "contact_hours": "2",
        "covers": ["safety"],
    }
    assert client.add(course)["title"] == "Safety Days"
    assert len({one["ref"] for one in client.each("activities?limit=3")}) == 8
    [(title, fewest)] = names["what_is_missing"](client)
    assert title
    assert float(fewest) > 0


def test_the_guide_names_what_there_is():
    text = GUIDE.read_text("utf-8")
    for path in re.findall(r"/api/v1/[a-z{}/]+[a-z}]", text):
        assert path in {*document()["paths"], ADDRESS, "/api/v1/openapi", "/api/v1/{path}"}, path
