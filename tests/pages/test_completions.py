"""Pages for providers, and for those who say whose a completion is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from recert.intake.actions.intakes import read_file
from recert.intake.actions.taking import take_some
from recert.intake.models import Completion, Course, Intake, Review
from recert.organisations.models import Member
from recert.policy.permissions import Role
from recert.transcript.models import Activity
from tests.intake.reporting import AREA, KIND, TODAY, about, file_of, make_provider, said, taken
from tests.making import AT, make_account, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return make_provider()


@pytest.fixture
def member(client, provider):
    account = make_account()
    Member.objects.create(organisation=provider, account=account, since_at=AT)
    client.force_login(account)
    return client


def upload(client, provider, lines):
    content = file_of(lines).read()
    file = SimpleUploadedFile("may.csv", content, content_type="text/csv")
    return client.post(reverse("portal:completions", args=[provider.ref]), {"file": file})


def test_a_file_is_sent_looked_at_taken_and_its_result_is_read(member, provider):
    person = make_person()
    lines = [
        said("A", customer_number=person.customer_number),
        said("=B", customer_number=person.customer_number, contact_hours="x"),
    ]
    answer = upload(member, provider, lines)
    intake = Intake.objects.get()
    here = reverse("portal:intake", args=[provider.ref, intake.ref])
    assert answer.url == here
    assert member.get(here).status_code == 200
    read_file(intake.pk, today=TODAY, at=AT)
    page = member.get(here).content.decode()
    assert "Reading Gels" in page
    assert "contact_hours" in page
    assert not Activity.objects.exists()
    member.post(here, {"take": "yes"})
    assert member.get(here).status_code == 200
    while take_some(intake.pk, at=AT):
        pass
    assert member.get(here).status_code == 200
    result = member.get(reverse("portal:intake-result", args=[provider.ref, intake.ref]))
    text = b"".join(result.streaming_content).decode()
    assert "2,A,taken," in text
    assert "3,'=B,wrong,contact_hours" in text
    assert member.get(reverse("portal:completions", args=[provider.ref])).status_code == 200


def test_a_file_that_is_no_table_says_so(member, provider):
    file = SimpleUploadedFile("may.csv", b"\xff\xfe\x00nonsense")
    member.post(reverse("portal:completions", args=[provider.ref]), {"file": file})
    intake = Intake.objects.get()
    read_file(intake.pk, today=TODAY, at=AT)
    here = reverse("portal:intake", args=[provider.ref, intake.ref])
    assert "UTF-8" in member.get(here).content.decode()
    member.post(here, {"discard": "yes"})
    assert member.get(here).status_code == 404


def test_a_course_is_kept(member, provider):
    here = reverse("portal:courses", args=[provider.ref])
    form = {"number": "G-1", "title": "Gels", "kind": KIND, "contact_hours": "1.5", "covers": AREA}
    assert member.post(here, form).status_code == 302
    assert Course.objects.get().contact_hours == 150
    assert "Gels" in member.get(here).content.decode()
    assert member.post(here, form | {"contact_hours": "many"}).status_code == 422


def test_strangers_find_nothing(client, provider):
    client.force_login(make_account())
    for name in ("completions", "courses"):
        assert client.get(reverse(f"portal:{name}", args=[provider.ref])).status_code == 404


@pytest.mark.parametrize("answer", ["mine", "not-mine"])
def test_one_says_whether_it_is_ones_own(client, provider, answer):
    person = make_person(email="amina@example.org")
    taken(provider, [said("A", **about(person) | {"email": "old@example.org"})])
    completion = Completion.objects.get()
    client.force_login(person.account)
    assert provider.name in client.get(reverse("portal:transcript")).content.decode()
    here = reverse("portal:perhaps", args=[completion.ref])
    page = client.get(here).content.decode()
    assert "Reading Gels" in page
    assert "old@example.org" not in page
    assert client.post(here, {answer: "yes"}).status_code == 302
    completion.refresh_from_db()
    assert completion.state == ("recorded" if answer == "mine" else "unknown")
    assert Activity.objects.filter(person=person, reported_by=provider.name).count() == (
        answer == "mine"
    )
    assert client.get(here).status_code == 404


def test_staff_say_whose_it_is(client, provider):
    person = make_person(email="amina@example.org")
    taken(provider, [said("A", **about(person) | {"email": "old@example.org"})])
    completion = Completion.objects.get()
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    assert provider.name in client.get(reverse("desk:queue")).content.decode()
    here = reverse("desk:completion", args=[completion.ref])
    assert "60" in client.get(here).content.decode()
    client.post(here, {"person": person.ref})
    assert Activity.objects.get().person == person


def test_staff_note_what_they_found_of_a_change(client, provider):
    person = make_person()
    taken(provider, [said("A", customer_number=person.customer_number)])
    Activity.objects.get().holds.create(holder="DE-0000-0000-0000")
    taken(provider, [{"completion": "A", "revoked": "yes"}])
    review = Review.objects.get()
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    here = reverse("desk:review", args=[review.ref])
    assert client.get(here).status_code == 200
    assert client.post(here, {"close": "yes"}).status_code == 422
    client.post(here, {"close": "yes", "because": "It was given twice."})
    review.refresh_from_db()
    assert (review.state, review.because) == ("closed", "It was given twice.")
    assert Activity.objects.get().state == "entered"
    assert client.get(here).status_code == 200
