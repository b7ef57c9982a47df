"""The pages of the register: what they answer, what they keep to themselves, and to whom."""

import json
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.credentials.models import Grant
from recert.people.models import Person
from recert.policy.cycles import years_after
from recert.registry import keys
from recert.registry.jwks import keys_in
from recert.registry.listing_actions import choose_listing
from recert.registry.models import Listing
from recert.registry.receipts import check_receipt, read_receipt
from tests.making import AT, BOOK, actor, make_credential, make_person
from tests.pages.test_every_form import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys_apart(settings, tmp_path):
    settings.DATA = tmp_path
    settings.REGISTER_RATE = (1000, 60)


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def credential(today):
    person = make_person("Amina Benali", email="amina@example.org")
    return make_credential(person, certified_on=years_after(today, -4), cycles=1)


def page_of(number):
    return reverse("portal:verified", args=[number])


def test_a_number_answers_title_standing_and_cycle(client, credential):
    text = client.get(page_of(credential.number)).content.decode()
    assert "<sup>CM</sup>" in text  # DEC-7
    assert "Active" in text
    assert credential.number in text


def test_nothing_of_the_person_is_told(client, credential):
    person = credential.person
    pages = [
        page_of(credential.number),
        reverse("portal:verification-receipt", args=[credential.number]),
        reverse("portal:verification-file", args=[credential.number]),
    ]
    for page in pages:
        text = client.get(page).content.decode()
        for word in ("Amina", "Benali", "amina@", person.customer_number, person.ref, "1988"):
            assert word not in text, (page, word)


def test_a_past_day_is_answered_and_one_to_come_is_not(client, credential, today):
    page = page_of(credential.number)
    before = credential.certified_on - timedelta(days=1)
    assert "Not certified yet" in client.get(page, {"on": str(before)}).content.decode()
    for wrong in (str(today + timedelta(days=1)), "0001-01-01", "yesterday", "9999-12-31"):
        answer = client.get(page, {"on": wrong})
        assert answer.status_code == 422, wrong
        assert "c-title" not in answer.content.decode()
        assert "Active" not in answer.content.decode()


def test_the_form_leads_to_the_page_of_a_number(client, credential, today):
    answer = client.get(reverse("portal:verify"), {"number": f" {credential.number} ", "on": ""})
    assert answer["Location"] == page_of(credential.number)
    past = str(today - timedelta(days=3))
    answer = client.get(reverse("portal:verify"), {"number": "a/../b?c", "on": past})
    assert answer["Location"].endswith(f"?on={past}")
    assert client.get(answer["Location"]).status_code == 404
    assert client.get(reverse("portal:verify"), {"number": ""}).status_code == 422


def without_number(answer, number):
    return answer.content.decode().replace(number, "")


def test_an_unknown_number_and_an_erased_ones_are_answered_alike(client, credential):
    Person.objects.filter(pk=credential.person_id).update(
        erased_at=AT, born_on=None, email="", account=None
    )
    hidden, unknown = credential.number, f"{credential.category}-99999999"
    answers = [client.get(page_of(number)) for number in (hidden, unknown)]
    assert [one.status_code for one in answers] == [404, 404]
    assert without_number(answers[0], hidden) == without_number(answers[1], unknown)


def by_name(client, name, category):
    return client.get(reverse("portal:verify-by-name"), {"name": name, "category": category})


def test_a_name_that_may_not_be_found_is_answered_like_one_that_is_nobodys(client, credential):
    hidden = by_name(client, "Amina Benali", credential.category)
    unknown = by_name(client, "Nobody Atall", credential.category)
    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    choose_listing(credential.person_id, listed=True, by=actor(credential.person), at=AT)
    answer = by_name(client, "amina benali", credential.category)
    assert answer.status_code == 200
    assert credential.number in answer.content.decode()
    assert by_name(client, "Amina", credential.category).status_code == 404


def test_too_many_questions_are_told_how_long_to_wait(client, credential, settings):
    settings.REGISTER_RATE, settings.REGISTER_COST_IN_VAIN = (4, 60), 4
    assert client.get(page_of("nothing")).status_code == 404
    for page in (
        page_of(credential.number),
        page_of("nothing"),
        reverse("portal:verification-receipt", args=[credential.number]),
        reverse("portal:verification-file", args=[credential.number]),
    ):
        answer = client.get(page)
        assert answer.status_code == 429
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert "Wait" in answer.content.decode()
    assert by_name(client, "Amina Benali", credential.category).status_code == 429
    assert client.get(reverse("portal:verify")).status_code == 200
    assert client.get(page_of("nothing"), REMOTE_ADDR="192.0.2.9").status_code == 404


def test_what_changed_is_shown_at_once_and_what_did_not_is_not_sent_again(client, credential):
    page = page_of(credential.number)
    first = client.get(page)
    assert first["Cache-Control"] == "no-cache, must-revalidate"
    again = client.get(page, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "no-cache, must-revalidate"
    Grant.objects.filter(credential=credential).update(revoked_on=date(2000, 1, 1))
    changed = client.get(page, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert "Expired" in changed.content.decode()
    assert changed["ETag"] != first["ETag"]


def test_a_number_that_answers_nothing_is_not_kept_either(client):
    answer = client.get(page_of("nothing"))
    assert "no-cache" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_receipt_is_signed_and_the_keys_are_published(client, credential, today):
    past = today - timedelta(days=30)
    there = reverse("portal:verification-file", args=[credential.number])
    answer = client.get(there, {"on": str(past)})
    receipt = read_receipt(answer.content)
    published = client.get("/.well-known/jwks.json")
    assert published["Content-Type"] == "application/jwk-set+json"
    check_receipt(receipt, known=keys_in(json.loads(published.content)))
    assert (receipt["number"], receipt["on"]) == (credential.number, str(past))
    assert "attachment" in answer["Content-Disposition"]
    keys.new_key()
    known = keys_in(json.loads(client.get("/.well-known/jwks.json").content))
    assert len(known) == 2
    check_receipt(receipt, known=known)


def test_the_receipt_for_print_has_the_same_words_and_a_code(client, credential):
    text = client.get(reverse("portal:verification-receipt", args=[credential.number])).content
    assert b"<svg" in text
    assert b"<sup>CM</sup>" in text
    assert re.search(rb"Signature of the board", text)


def test_there_is_no_receipt_of_nothing(client, today):
    for name in ("verification-receipt", "verification-file"):
        answer = client.get(reverse(f"portal:{name}", args=["nothing"]), {"on": str(today)})
        assert answer["Location"] == f"{page_of('nothing')}?on={today}"


def test_one_chooses_for_oneself_whether_one_is_found_by_name(client):
    person = make_person()
    client.force_login(person.account)
    there = reverse("portal:listing")
    assert "Let me be found" in client.get(there).content.decode()
    client.post(there, {"allow": ""})
    assert Listing.objects.get().person == person
    assert "no more" in client.get(there).content.decode()
    client.post(there, {"forbid": ""})
    assert not Listing.objects.exists()


def test_a_query_for_each_is_not_made(client, credential, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        client.get(page_of(credential.number))


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_nothing_that_is_asked_breaks_it(client, credential, what):
    said = HOSTILE[what]
    asked = [
        (reverse("portal:verify"), {"number": said, "on": ""}),
        (reverse("portal:verify"), {"number": credential.number, "on": said}),
        (reverse("portal:verify-by-name"), {"name": said, "category": credential.category}),
        (reverse("portal:verify-by-name"), {"name": "A B", "category": said, "on": said}),
        (page_of(credential.number), {"on": said}),
    ]
    for there, query in asked:
        answer = client.get(there, query)
        assert answer.status_code in {200, 302, 404, 422}, (there, query)
        if answer.status_code == 302:
            assert client.get(answer["Location"]).status_code in {200, 404, 422}
        assert b"<img src=x" not in answer.content
