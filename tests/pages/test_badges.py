"""Taking a badge, showing it, and what is in it: what somebody chose, and nothing else."""

import hashlib
import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.credentials.models import Grant
from recert.people.models import Person
from recert.policy.cycles import years_after
from recert.registry.badges.reading import document_in
from recert.registry.models import Badge
from tests.making import make_account, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

TODAY = clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def person(client):
    found = make_person("Śliwa Nowak", email="Sliwa@Example.org", workplace="Harbour Hospital")
    client.force_login(found.account)
    return found


@pytest.fixture
def credential(person):
    return make_credential(person, certified_on=years_after(TODAY, -4), cycles=1)


def own(credential):
    return reverse("portal:own-badge", args=[credential.ref])


def take(client, credential, holder="name"):
    answer = client.post(own(credential), {"take": "yes", "holder": holder})
    assert answer.status_code == 302, answer.text
    return Badge.objects.order_by("-id").first()


def shown(client, badge):
    return client.get(reverse("portal:badge", args=[badge.ref])).text


def test_nobody_has_a_badge_before_they_take_one(client, credential):
    page = client.get(own(credential)).text
    assert "Take my badge" in page
    assert "Your badge" not in page
    assert not Badge.objects.exists()


def test_a_badge_is_taken_shown_and_given_back(client, credential):
    badge = take(client, credential)
    page = client.get(own(credential)).text
    assert "Your badge" in page
    assert f"http://localhost:8000/badges/{badge.ref}" in page
    client.logout()
    page = shown(client, badge)
    for words in ("holds today", "Śliwa Nowak", credential.number, "MLS(ASCPi)<sup>CM</sup>"):
        assert words in page, words
    client.force_login(credential.person.account)
    assert client.post(own(credential), {"give-back": "yes"}).status_code == 302
    page = shown(client, badge)
    assert "holds no more" in page
    assert "Śliwa" not in page.partition("<main")[2]
    assert "Take my badge" in client.get(own(credential)).text
    again = client.post(own(credential), {"give-back": "yes"})
    assert again.status_code == 409
    assert "no badge to give back" in again.text


def test_what_others_see_is_so_at_this_moment(client, credential):
    badge = take(client, credential)
    Grant.objects.update(revoked_on=TODAY)
    assert "Do not rely on it" in shown(client, badge)
    assert "every verifier sees that" in client.get(own(credential)).text
    for form in ("json", "png", "svg"):
        answer = client.get(reverse("portal:badge-file", args=[badge.ref, form]))
        assert answer.status_code == 409
        assert "holds no more" in answer.text


def test_a_badge_that_is_over_says_so(client, credential, time_machine):
    badge = take(client, credential)
    time_machine.move_to(years_after(badge.until_on, 1))
    page = shown(client, badge)
    assert "The last day of this badge was" in page
    assert "Śliwa Nowak" in page or "Its holder may have a newer one" in page


@pytest.mark.parametrize("form", ["json", "png", "svg"])
def test_each_file_has_the_badge_as_it_was_signed(client, credential, form):
    badge = take(client, credential)
    answer = client.get(reverse("portal:badge-file", args=[badge.ref, form]))
    assert document_in(answer.content) == json.loads(badge.document)
    assert f"badge-{badge.ref}.{form}" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_there_is_no_other_kind_of_file(client, credential):
    badge = take(client, credential)
    answer = client.get(reverse("portal:badge-file", args=[badge.ref, "exe"]))
    assert answer.status_code == 404


def test_a_badge_has_nothing_that_was_not_chosen(client, person, credential):
    """Compare all that it says with a list, so that nothing is ever added unseen."""
    make_activity(person, "A secret course")
    said = json.loads(take(client, credential).document)
    assert set(said) == {
        "@context",
        "id",
        "type",
        "name",
        "description",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialSubject",
        "credentialStatus",
        "proof",
    }
    subject = said["credentialSubject"]
    assert set(subject) == {"id", "type", "identifier", "achievement", "licenseNumber"}
    assert subject["id"].startswith("urn:uuid:")
    assert set(subject["achievement"]) == {
        "id",
        "type",
        "achievementType",
        "name",
        "humanCode",
        "description",
        "criteria",
        "image",
    }
    name = {"identityHash": "Śliwa Nowak", "hashed": False}
    assert subject["identifier"] == [{"type": "IdentityObject", "identityType": "name", **name}]
    text = json.dumps(said, ensure_ascii=False)
    for private in (person.ref, person.customer_number, "1988", 'xample.org"', "Harbour", "secret"):
        assert private not in text.replace("http://localhost", ""), private


def test_without_a_name_only_whoever_knows_the_address_can_tell(client, person, credential):
    badge = take(client, credential, "hashed")
    subject = json.loads(badge.document)["credentialSubject"]
    (one,) = subject["identifier"]
    digest = hashlib.sha256(f"sliwa@example.org{one['salt']}".encode()).hexdigest()
    assert one["identityHash"] == f"sha256${digest}"
    assert (one["hashed"], one["identityType"]) == (True, "emailAddress")
    for told in ("Śliwa", person.customer_number, credential.number, "licenseNumber"):
        assert told not in badge.document
    page = shown(client, badge).partition("<main")[2]
    assert "Śliwa" not in page
    assert credential.number not in page
    other = take(client, credential, "hashed")
    assert json.loads(other.document)["credentialSubject"]["identifier"][0]["salt"] != one["salt"]


def test_the_address_for_a_profile_is_a_plain_link(client, credential):
    badge = take(client, credential)
    page = client.get(own(credential)).text.replace("&amp;", "&")
    link = next(one for one in page.split('"') if "linkedin" in one)
    asked = parse_qs(urlsplit(link).query)
    assert asked["organizationName"] == ["ASCP Board of Certification"]
    assert asked["expirationYear"] == [str(badge.until_on.year)]
    assert asked["certId"] == [credential.number]
    assert asked["certUrl"] == [f"http://localhost:8000/badges/{badge.ref}"]
    assert asked["name"] == ["MLS(ASCPi)ᶜᴹ"]
    assert "<script" not in page.partition("<main")[2]


def test_a_choice_must_be_made(client, credential):
    answer = client.post(own(credential), {"take": "yes"})
    assert answer.status_code == 422
    assert "This field is required" in answer.text
    assert not Badge.objects.exists()


def test_where_there_is_none_the_page_says_why(client, person):
    expired = make_credential(person, certified_on=years_after(TODAY, -5))
    page = client.get(own(expired)).text
    assert "no badge and no certificate" in page
    assert "PAR-2" in page
    assert "Take my badge" not in page
    answer = client.post(own(expired), {"take": "yes", "holder": "name"})
    assert answer.status_code == 422
    assert "There is no badge" in answer.text


def test_staff_take_no_badge_in_anothers_name(client, credential):
    stranger = make_person()
    client.force_login(stranger.account)
    assert client.get(own(credential)).status_code == 404
    assert client.post(own(credential), {"take": "yes", "holder": "name"}).status_code == 404
    client.force_login(make_account(staff=["registrar"]))
    assert client.get(own(credential)).status_code == 404


def test_of_whom_was_erased_nothing_is_shown(client, credential):
    badge = take(client, credential)
    Person.objects.filter(pk=credential.person_id).update(
        account=None, email="", born_on=None, erased_at=clock.now()
    )
    for name, *rest in (("badge",), ("badge-picture",), ("badge-file", "json")):
        answer = client.get(reverse(f"portal:{name}", args=[badge.ref, *rest]))
        assert answer.status_code == 404, name


def test_who_issues_is_published(client):
    profile = client.get(reverse("portal:issuer")).json()
    keys = client.get("/.well-known/did.json").json()
    assert profile["id"] == keys["id"] == "did:web:localhost%3A8000"
    assert keys["alsoKnownAs"] == ["http://localhost:8000/badges/issuer"]
    assert profile["name"] == "ASCP Board of Certification"


@pytest.mark.parametrize("kind", ["maintained", "certified"])
def test_what_a_badge_stands_for_is_a_page_with_a_picture(client, kind):
    for category in ("MLS", "MT", "CTgyn"):
        page = client.get(reverse("portal:achievement", args=[category, kind]))
        assert page.status_code == 200
        assert the_rulebook().categories[category].title in page.text
    address = reverse("portal:achievement-picture", args=["MLS", kind, "png"])
    assert client.get(address).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path", ["badges/of/XX/maintained", "badges/of/MLS/bought", "badges/of/MLS/maintained.gif"]
)
def test_what_nobody_can_achieve_has_no_page(client, path):
    assert client.get(f"/{path}").status_code == 404


def test_a_list_may_be_kept_by_nobody(client, credential):
    badge = take(client, credential)
    answer = client.get(reverse("portal:badge-list", args=[badge.list_number]))
    assert answer["Cache-Control"] == "no-cache"
    assert answer.json()["issuer"] == json.loads(badge.document)["issuer"]["id"]
    assert date.fromisoformat(answer.json()["validUntil"][:10]) > TODAY
