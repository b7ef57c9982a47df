"""The pages of the demo: only where it is one, and nobody is signed in by a link."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from recert.demo.personas import CERTIFICANTS, STAFF_PERSONAS
from recert.people.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.addresses")]


@pytest.fixture(autouse=True)
def demo(settings, personas):
    settings.DEMO = True
    return personas


def be(client, key):
    return client.post(f"/demo/be/{key}", follow=True)


def signed_in(client):
    key = client.session.get(SESSION_KEY)
    return key and Account.objects.get(pk=key).email


def test_each_persona_has_a_card(client):
    page = client.get("/demo/").content.decode()
    for one in (*CERTIFICANTS, *STAFF_PERSONAS):
        assert f"/demo/be/{one.key}" in page
        assert f"<bdi>{one.name}</bdi>" in page
    assert "style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("persona", CERTIFICANTS, ids=lambda one: one.key)
def test_one_click_leads_to_where_a_certificant_stands(client, persona):
    answer = be(client, persona.key)
    assert answer.redirect_chain[-1][0] == "/dashboard"
    assert answer.status_code == 200
    assert signed_in(client) == persona.email


@pytest.mark.parametrize("persona", STAFF_PERSONAS, ids=lambda one: one.key)
def test_one_click_leads_staff_to_the_desk(client, persona):
    answer = be(client, persona.key)
    assert answer.redirect_chain[-1][0] == "/desk/"
    assert answer.status_code == 200


def test_the_next_persona_takes_the_place_of_the_one_before(client):
    be(client, "anil")
    before = client.session.session_key
    client.session["left"] = "behind"
    be(client, "tunde")
    assert signed_in(client) == "tunde@demo.example.org"
    assert client.session.session_key != before
    assert "left" not in client.session
    page = client.get("/demo/").content.decode()
    assert page.count('class="tag tag--good"') == 1


def test_a_link_signs_nobody_in(client):
    assert client.get("/demo/be/anil").status_code == 405
    assert signed_in(client) is None


def test_another_site_signs_nobody_in(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/demo/be/anil", {"page": "/demo/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/demo/"
    assert signed_in(client) is None


@pytest.mark.parametrize("key", ["nobody", "amina"])
def test_only_personas_are_one_click_away(client, key):
    Account.objects.create_user("amina@demo.example.org")
    assert be(client, key).status_code == 404
    assert signed_in(client) is None


def test_an_employer_follows_a_link(client, demo, monkeypatch):
    at = datetime(demo.year, demo.month, demo.day, 12, tzinfo=UTC)
    monkeypatch.setattr("recert.clock.now", lambda: at)
    page = client.get("/demo/")
    answer = client.get(page.context["address"])
    assert answer.status_code == 200
    assert "Trần" in answer.content.decode()


def test_an_employer_opens_a_form_to_sign(client, demo, monkeypatch):  # PER-3
    at = datetime(demo.year, demo.month, demo.day, 12, tzinfo=UTC)
    monkeypatch.setattr("recert.clock.now", lambda: at)
    page = client.get("/demo/")
    answer = client.get(page.context["form_address"])
    assert answer.status_code == 200
    assert "Villanueva" in answer.text


def test_the_letters_that_were_sent_can_be_read(client, settings, tmp_path):
    assert "No letter was sent yet" in client.get("/demo/outbox").content.decode()
    settings.EMAIL_FILE_PATH = tmp_path
    for number in (1, 2):
        letter = EmailMessage(
            f"Invitation no. {number}",
            f"Dear Nguyễn,\n\nsee http://localhost/{number} <b>now</b>",
            to=["nguyen@example.org"],
        )
        EmailBackend(file_path=tmp_path).send_messages([letter, letter])
    page = client.get("/demo/outbox").content.decode()
    assert page.count("Invitation no. 1") == 2
    assert page.index("Invitation no. 2") < page.index("Invitation no. 1")
    assert '<a href="http://localhost/1"' in page
    assert "&lt;b&gt;now" in page
    assert "Nguyễn" in page


@pytest.mark.parametrize("address", ["/demo/", "/demo/outbox"])
def test_there_is_no_demo_where_people_are_real(client, settings, address):
    settings.DEMO = False
    assert client.get(address).status_code == 404
    assert client.post("/demo/be/anil").status_code == 404
    assert signed_in(client) is None


@pytest.mark.urls("recert.urls")
def test_there_are_no_addresses_of_it_either(client, settings):
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/be/anil").status_code == 404
