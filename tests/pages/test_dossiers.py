"""A whole record on the pages: taken along, merged, erased."""

import io
import json
import zipfile
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from recert.dossiers.actions.mergers import merge_records
from recert.dossiers.models import Erasure, Merger
from recert.dossiers.tables import TABLES
from recert.journal.models import Event
from recert.people.models import Person
from recert.policy.permissions import Actor, Role
from recert.transcript.actions import withdraw_activity
from tests.making import (
    AT,
    actor,
    make_account,
    make_activity,
    make_credential,
    make_document,
    make_person,
)

pytestmark = pytest.mark.django_db

EVERYTHING = reverse("portal:everything")


@pytest.fixture
def amina():
    person = make_person("Amina Benali", email="amina@example.org")
    make_credential(person, cycles=1)
    person.activity = make_activity(person, "Laboratory Days")
    person.document = make_document(person.activity, b"%PDF-1.7 of Amina", name="My: file?.pdf")
    withdraw_activity(person.activity.pk, by=actor(person), at=AT)
    return person


def staff(client, role):
    account = make_account(staff=[role])
    client.force_login(account)
    return account


def archive_in(answer):
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].endswith('.zip"')
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def table(archive, name):
    return json.loads(archive.read(f"data/{name}.json"))


# Taken along


def test_one_takes_everything_along(client, amina):
    make_activity(make_person("Somebody Else"), "Not hers")
    client.force_login(amina.account)
    assert client.get(EVERYTHING).status_code == 200
    archive = archive_in(client.post(EVERYTHING))
    assert archive.testzip() is None
    names = set(archive.namelist())
    assert {f"data/{one.name}.json" for one in TABLES} < names
    assert {"index.html", "index.css", "about.json", "data/journal.json"} < names
    assert archive.read(f"documents/{amina.document.ref} My- file-.pdf") == b"%PDF-1.7 of Amina"
    [activity] = table(archive, "activity")
    assert (activity["ref"], activity["state"]) == (amina.activity.ref, "withdrawn")
    assert activity["person"] == amina.ref
    assert "id" not in activity
    assert [one["kind"] for one in table(archive, "journal")] == [
        "activity.withdrawn",
        "person.exported",
    ]
    about = json.loads(archive.read("about.json"))
    assert set(about["files"]) == {one for one in names if one.startswith("data/")}
    whole = b"".join(archive.read(name) for name in names)
    assert b"Not hers" not in whole
    assert amina.account.password.encode() not in whole


def test_the_page_to_begin_with_leads_to_all_of_it(client, amina):
    client.force_login(amina.account)
    archive = archive_in(client.post(EVERYTHING))
    page = archive.read("index.html").decode()
    for name in set(archive.namelist()) - {"index.html", "about.json"}:
        assert f'href="{name.replace(" ", "%20").replace(":", "%3A")}"' in page, name
    assert "Withdrawn" in page


def test_a_document_whose_file_is_lost_costs_no_more_than_itself(client, amina, caplog):
    make_document(amina.activity, b"%PDF-1.7 second", name="second.pdf")
    default_storage.delete(str(amina.document.file.name))
    client.force_login(amina.account)
    archive = archive_in(client.post(EVERYTHING))
    documents = [name for name in archive.namelist() if name.startswith("documents/")]
    assert [name[-10:] for name in documents] == ["second.pdf"]
    assert amina.document.ref in caplog.text


def test_what_is_large_is_never_whole_in_memory(client, amina):
    make_document(amina.activity, b"x" * 3_000_000, name="large.pdf")
    client.force_login(amina.account)
    pieces = list(client.post(EVERYTHING).streaming_content)
    assert sum(map(len, pieces)) > 3_000_000
    assert max(map(len, pieces)) < 1_000_000


def test_staff_take_it_out_with_a_reason(client, amina):
    account = staff(client, Role.REGISTRAR)
    path = reverse("desk:take-out", args=[amina.ref])
    assert client.post(path, {"because": " "}).status_code == 422
    archive = archive_in(client.post(path, {"because": "Her letter of May 4, with passport."}))
    assert len(table(archive, "activity")) == 1
    event = Event.objects.get(kind="person.exported")
    assert (event.by_ref, event.because) == (account.ref, "Her letter of May 4, with passport.")


def test_what_was_merged_is_in_it(client, amina):
    other = make_person("Amina Haddad", account=False)
    make_activity(other, "Of the other record")
    rita = Actor(ref="AN-R", name="Rita", roles=frozenset({Role.REGISTRAR}))
    options = {"take": [], "because": "Same.", "today": AT.date(), "by": rita, "at": AT}
    merge_records(amina.pk, other.pk, **options)
    client.force_login(amina.account)
    archive = archive_in(client.post(EVERYTHING))
    assert len(table(archive, "activity")) == 2
    assert {one["ref"] for one in table(archive, "person")} == {amina.ref, other.ref}


# Merged


def test_two_records_are_shown_side_by_side_and_merged_and_told_apart(client, amina):
    staff(client, Role.REGISTRAR)
    other = make_person("Amina Haddad", account=False, phone="555", customer_number="C99")
    path = reverse("desk:merge", args=[amina.ref])
    assert "Which other one" in client.get(path).text
    assert client.get(path, {"with": "C1000000"}).status_code == 422
    assert client.get(path, {"with": amina.ref}).status_code == 422
    page = client.get(path, {"with": "c99"})
    assert page.status_code == 200
    assert "Amina Haddad" in page.text
    assert page.context["form"]["name"].value() == "kept"
    assert page.context["form"]["phone"].value() == "other"
    said = {"name": "kept", "phone": "other", "because": "Same passport."}
    answer = client.post(f"{path}?with=c99", said)
    assert answer.url == reverse("desk:record", args=[amina.ref])
    amina.refresh_from_db()
    assert amina.phone == "555"
    answer = client.get(reverse("desk:person", args=[other.ref]))
    assert answer.url == reverse("desk:person", args=[amina.ref])
    undo = reverse("desk:undo-merger", args=[Merger.objects.get().ref])
    assert undo in client.get(reverse("desk:record", args=[amina.ref])).text
    assert client.get(undo).status_code == 200
    assert client.post(undo, {"because": "Cousins."}).status_code == 302
    assert client.get(reverse("desk:person", args=[other.ref])).status_code == 200


def test_what_conflicts_is_told_before(client, amina):
    staff(client, Role.REGISTRAR)
    other = make_person("Amina Haddad", account=False)
    twin = make_credential(other, cycles=0)
    path = f"{reverse('desk:merge', args=[amina.ref])}?with={other.customer_number}"
    page = client.get(path)
    assert twin.number in page.text
    assert "Make one record of both" not in page.text
    said = {"name": "kept", "because": "Same passport."}
    assert client.post(path, said).status_code == 422
    assert not Merger.objects.exists()


# Erased


def test_one_asks_and_another_erases(client, amina):
    path = reverse("desk:erase", args=[amina.ref])
    first = staff(client, Role.ADMINISTRATOR)
    page = client.get(path)
    assert "It cannot be undone" in page.text
    assert "1 document." in page.text
    assert client.post(path, {"because": "Article 17."}).status_code == 302
    page = client.get(path)
    assert "another administrator must look at it" in page.text
    assert client.post(path, {"number": amina.customer_number}).status_code == 422
    client.logout()
    staff(client, Role.ADMINISTRATOR)
    assert first.email in client.get(path).text
    assert client.post(path, {"number": "C0"}).status_code == 422
    assert Person.objects.get(pk=amina.pk).erased_at is None
    answer = client.post(path, {"number": amina.customer_number.lower()})
    assert answer.url == reverse("desk:person", args=[amina.ref])
    page = client.get(answer.url)
    assert page.status_code == 200
    assert "Benali" not in page.text
    assert amina.customer_number in page.text
    record = client.get(reverse("desk:record", args=[amina.ref])).text
    assert "was erased on" in record
    assert reverse("desk:act-for", args=[amina.ref]) not in record
    journal = client.get(reverse("desk:journal"), {"of": amina.ref}).text
    assert "words erased" in journal
    assert "Amina" not in journal


def test_it_is_called_off(client, amina):
    path = reverse("desk:erase", args=[amina.ref])
    staff(client, Role.ADMINISTRATOR)
    client.post(path, {"because": "Article 17."})
    assert client.post(path, {"call-off": "yes"}).status_code == 302
    assert Erasure.objects.get().state == "called-off"
    assert client.post(path, {"because": "Once more."}).status_code == 302


def test_an_erased_document_is_not_there_to_open(client, amina):
    amina.document.file.delete(save=False)
    amina.document.save()
    staff(client, Role.REVIEWER)
    answer = client.get(reverse("desk:document", args=[amina.document.ref]))
    assert answer.status_code == 409
    assert "was erased together with the person" in answer.text


def test_who_was_erased_can_be_looked_up_by_number(client):
    person = make_person("(erased)", account=False)
    Person.objects.filter(pk=person.pk).update(born_on=None, erased_at=AT)
    make_credential(Person.objects.create(given_names="X", born_on=date(1990, 1, 1)))
    staff(client, Role.REVIEWER)
    found = client.get(reverse("desk:home"), {"words": person.customer_number})
    assert found.context["found"] == [person]
