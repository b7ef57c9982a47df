"""Documents: taken by their content, kept apart, and handed to those who may have them."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from recert.journal.models import Event
from recert.policy.permissions import Role
from recert.transcript.models import Document
from tests.making import make_account, make_activity, make_document, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    someone = make_person()
    client.force_login(someone.account)
    return someone


@pytest.fixture
def activity(person):
    return make_activity(person)


def picture(colour="white"):
    content = BytesIO()
    Image.new("RGB", (20, 20), colour).save(content, "PNG")
    return content.getvalue()


def upload(client, activity, *files, proves="certificate-of-participation"):
    form = {"files": list(files), "proves": proves}
    return client.post(reverse("portal:add-documents", args=[activity.ref]), form, follow=True)


def test_a_document_is_kept_and_handed_back_as_it_came(client, activity):
    content = picture()
    answer = upload(client, activity, SimpleUploadedFile("scan.png", content))
    (document,) = activity.documents.all()
    assert (document.name, document.media_type) == ("scan.png", "image/png")
    assert "an audit would find them" in answer.text
    back = client.get(reverse("portal:document", args=[document.ref]))
    assert b"".join(back.streaming_content) == content
    assert back["Content-Disposition"] == 'attachment; filename="scan.png"'
    assert back["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in back["Content-Security-Policy"]
    assert Event.objects.get().kind == "document.added"


def test_the_content_decides_and_not_the_name(client, activity):
    upload(client, activity, SimpleUploadedFile("letter.pdf", picture()))
    assert activity.documents.get().media_type == "image/png"
    answer = upload(client, activity, SimpleUploadedFile("page.png", b"<html><script>"))
    assert activity.documents.count() == 1
    assert "“page.png” is" in answer.text


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "a\x00b.png", "x" * 400 + ".png", "\u202egnp.exe"],
)
def test_a_name_is_only_a_name(client, activity, name):
    upload(client, activity, SimpleUploadedFile(name, picture()))
    (document,) = activity.documents.all()
    assert document.file.name == f"documents/{document.ref[3:5]}/{document.ref}"
    assert len(document.name) <= 150
    assert "/" not in document.name
    assert "\u202e" not in document.name
    back = client.get(reverse("portal:document", args=[document.ref]))
    assert b"".join(back.streaming_content)


def test_each_of_several_files_has_its_own_fate(client, activity):
    files = [
        SimpleUploadedFile("one.png", picture()),
        SimpleUploadedFile("two.txt", b"words"),
        SimpleUploadedFile("three.png", picture("black")),
    ]
    answer = upload(client, activity, *files)
    assert sorted(activity.documents.values_list("name", flat=True)) == ["one.png", "three.png"]
    assert "“two.txt” is a plain text." in answer.text


def test_the_same_file_twice_is_kept_once_and_leaves_nothing_behind(client, activity):
    upload(client, activity, SimpleUploadedFile("one.png", picture()))
    answer = upload(client, activity, SimpleUploadedFile("again.png", picture()))
    assert "among the documents already" in answer.text
    (document,) = activity.documents.all()
    folders, _ = default_storage.listdir("documents")
    kept = [name for one in folders for name in default_storage.listdir(f"documents/{one}")[1]]
    assert kept == [document.ref]


def test_no_file_is_told(client, activity):
    assert "Choose a file first" in upload(client, activity).text


def test_a_removed_document_can_be_put_back(client, activity):
    document = make_document(activity)
    client.post(reverse("portal:remove-document", args=[document.ref]))
    page = client.get(reverse("portal:activity", args=[activity.ref]))
    assert "Put back" in page.text
    client.post(reverse("portal:restore-document", args=[document.ref]))
    document.refresh_from_db()
    assert document.state == Document.State.KEPT


def test_a_virus_is_not_kept(client, activity, settings, monkeypatch):
    settings.CLAMAV = "tcp://127.0.0.1:1"
    monkeypatch.setattr("recert.portal.uploads.scan", lambda *_args, **_named: "Eicar")
    answer = upload(client, activity, SimpleUploadedFile("one.png", picture()))
    assert "Eicar" in answer.text
    assert not activity.documents.exists()


def test_without_its_scanner_nothing_is_taken_unseen(client, activity, settings):
    settings.CLAMAV = "tcp://127.0.0.1:1"
    answer = upload(client, activity, SimpleUploadedFile("one.png", picture()))
    assert "“one.png” could not be checked for viruses" in answer.text
    assert "127.0.0.1" not in answer.text
    assert not activity.documents.exists()


def test_staff_say_why_they_open_a_document(client, activity):
    document = make_document(activity)
    client.force_login(make_account(staff=[Role.AUDITOR]))
    page = reverse("desk:document", args=[document.ref])
    assert client.get(page).status_code == 200
    assert client.post(page, {"because": "  "}).status_code == 422
    assert not Event.objects.exists()
    answer = client.post(page, {"because": "Audit of the cycle"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content)
    event = Event.objects.get()
    assert (event.kind, event.because) == ("document.opened", "Audit of the cycle")
    assert event.about == activity.person.ref


def test_staff_who_do_not_open_documents_cannot(client, activity):
    document = make_document(activity)
    client.force_login(make_account(staff=[Role.FINANCE]))
    assert client.get(reverse("desk:document", args=[document.ref])).status_code == 404
