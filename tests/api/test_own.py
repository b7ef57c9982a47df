"""One's own record through the interface: the same as on the pages."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from recert.journal.models import Event, Notice
from recert.transcript.models import Activity
from tests.making import AT, make_activity, make_credential
from tests.transcript.test_content import pdf

pytestmark = pytest.mark.django_db

COURSE = {
    "kind": "formal-course",
    "title": "Safety Days",
    "completed_on": "2024-05-04",
    "contact_hours": "2.5",
    "covers": ["safety"],
}


def post(own, path, said, **headers):
    return own.post(f"/api/v1/{path}", json.dumps(said), "application/json", headers=headers)


def put(own, path, said, **headers):
    return own.put(f"/api/v1/{path}", json.dumps(said), "application/json", headers=headers)


def test_an_activity_is_added_read_changed_withdrawn_and_restored(own, owner):
    added = post(own, "activities", COURSE)
    assert added.status_code == 201
    address = added["Location"]
    read = own.get(address)
    assert read.json() == added.json()
    assert (read.json()["contact_hours"], read.json()["version"]) == ("2.5", 1)
    path = address.removeprefix("/api/v1/")
    changed = put(own, path, COURSE | {"title": "Other"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "Other")
    assert own.delete(address).status_code == 204
    assert own.get("/api/v1/activities?shown=withdrawn").json()[0]["title"] == "Other"
    assert own.post(f"{address}/restore").json()["state"] == "entered"
    assert Event.objects.filter(subject=changed.json()["ref"]).count() == 4
    assert "A test" in Event.objects.filter(subject=changed.json()["ref"]).first().by


def test_a_change_overwrites_nobodys(own, owner):
    path = f"activities/{owner.activity.ref}"
    assert put(own, path, COURSE).status_code == 428
    Activity.objects.update(version=2)
    answer = put(own, path, COURSE, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "changed-meanwhile")


def test_the_same_key_adds_nothing_twice(own, owner):
    key = {"Idempotency-Key": "one"}
    first, again = (post(own, "activities", COURSE, **key) for _each in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = post(own, "activities", COURSE | {"title": "Other"}, **key)
    assert (other.status_code, other.json()["code"]) == (409, "key-used")
    assert Activity.objects.filter(person=owner).count() == 2
    assert post(own, "activities", COURSE).status_code == 201


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"kind": "formal-curse"}, "body.kind"),
        ({"contact_hours": None}, "body.contact_hours"),
        ({"contact_hours": "0"}, "body.contact_hours"),
        ({"pages": 3}, "body.pages"),
        ({"completed_on": "2024-02-30"}, "body.completed_on"),
        ({"completed_on": 20240504}, "body.completed_on"),
        ({"allocation": {"safety": "1", "cooking": "1"}}, "body.allocation.cooking"),
        ({"covers": ["cooking"]}, "body.covers"),
        ({"title": "  "}, "body.title"),
        ({"titel": "x"}, "body.titel"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(own, owner, said, where):
    answer = post(own, "activities", COURSE | said)
    assert answer.status_code == 422
    assert where in {one["where"] for one in answer.json()["errors"]}
    assert Activity.objects.filter(person=owner).count() == 1


def test_a_list_comes_in_pages_that_lose_and_repeat_nothing(own, owner):
    for days in range(6):
        day = owner.activity.completed_on - timedelta(days=days // 2)
        make_activity(owner, f"Day {days}", completed_on=day)
    found, address = [], "/api/v1/activities?limit=2&kind=" + owner.activity.kind
    while address:
        answer = own.get(address)
        found += [one["ref"] for one in answer.json()]
        link = answer.headers.get("Link", "")
        address = link.partition(">")[0].removeprefix("<").removeprefix("http://testserver")
    whole = [one["ref"] for one in own.get("/api/v1/activities").json()]
    assert found == whole
    assert len(set(found)) == 7


def test_what_one_has_already_is_not_sent_again(own, owner):
    first = own.get("/api/v1/credentials")
    again = own.get("/api/v1/credentials", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    make_credential(owner, category="CT")
    assert (
        own.get("/api/v1/credentials", headers={"If-None-Match": first["ETag"]}).status_code == 200
    )


def test_a_credential_tells_what_counts_and_what_is_next(own, owner):
    ref = owner.credential.ref
    found = own.get(f"/api/v1/credentials/{ref}").json()
    assert found["assessment"]["points"]["rule"]
    assert found["plan"]["fewest"]
    assert found["standing"]["says"]
    assert [one["ref"] for one in own.get("/api/v1/credentials").json()] == [ref]


def test_a_document_is_added_once_handed_back_removed_and_put_back(own, owner):
    address = f"/api/v1/activities/{owner.activity.ref}/documents"
    content = pdf()

    def sent():
        return own.post(address, {"file": SimpleUploadedFile("a.pdf", content)})

    added, again = sent(), sent()
    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json() == again.json()
    document = f"/api/v1/documents/{added.json()['ref']}"
    assert b"".join(own.get(document).streaming_content) == content
    assert own.delete(document).status_code == 204
    assert own.post(f"{document}/restore").status_code == 200
    bad = own.post(address, {"file": SimpleUploadedFile("a.pdf", b"no PDF")})
    assert (bad.status_code, bad.json()["code"]) == (422, "unsuitable-file")
    bad = own.post(address, {"file": SimpleUploadedFile("b.pdf", content), "proves": "love"})
    assert bad.json()["errors"][0]["where"] == "form.proves"


def test_letters_come_as_they_were_sent_and_no_others(own, owner):
    for number in range(3):
        sent = {"sent_at": AT, "text": "Dear you", "subject": f"Letter {number}"}
        event = Event.objects.create(kind="x", subject=owner.ref, by="", by_ref="", at=AT, facts={})
        Notice.objects.create(
            event=event,
            person=owner.ref,
            to="a@example.org",
            name="A",
            language="en",
            time_zone="UTC",
            message_id=f"<{number}@example.org>",
            owed_at=AT,
            **(sent if number else {}),
        )
    first = own.get("/api/v1/letters?limit=1")
    assert [one["subject"] for one in first.json()] == ["Letter 2"]
    after = first.json()[0]["ref"]
    rest = own.get(f"/api/v1/letters?after={after}").json()
    assert [one["subject"] for one in rest] == ["Letter 1"]
    assert own.get("/api/v1/letters?after=NO-0000-0000-0000").status_code == 404
