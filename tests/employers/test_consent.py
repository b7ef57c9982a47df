"""Consent: asked so that nobody learns whom the board knows, given, shown and withdrawn."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.journal.models import Event, Notice
from recert.journal.secret_links import token_of
from recert.organisations.consent_actions import (
    ask_consent,
    give_consent,
    withdraw_consent,
)
from recert.organisations.consents import staff_by_id
from recert.organisations.models import Consent, ConsentRequest, Organisation
from recert.organisations.queries import actor_for
from recert.people.acting import acting_for
from recert.people.models import Person
from recert.people.queries import actor_of
from recert.policy.permissions import Role
from recert.policy.refusals import Refused
from tests.employing import consent, make_member, make_organisation
from tests.making import actor, make_account, make_credential, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

EMPLOYERS = reverse("portal:employers")


@pytest.fixture
def lakeside():
    return make_organisation()


@pytest.fixture
def manager(lakeside):
    return make_member(lakeside)


@pytest.fixture
def person():
    person = make_person(email="amina@example.org")
    make_credential(person, cycles=1)
    return person


def ask(manager, **said):
    by = actor_for(manager)
    return ask_consent(manager.organisation, **said, by=by, at=clock.now())


def test_the_page_says_the_same_whoever_is_asked(client, lakeside, manager, person):
    client.force_login(manager.account)
    path = reverse("portal:ask-consent", args=[lakeside.ref])
    pages = []
    for number in (person.customer_number, "C999999", make_person("Bo").customer_number):
        answer = client.post(
            path, {"name": "Amina Benali", "email": "", "customer_number": number}, follow=True
        )
        pages.append(answer.text.replace(number, "N"))
        ConsentRequest.objects.all().update(expires_at=clock.now())
    assert len({re.sub('value="[A-Za-z0-9]{64}"', "", page) for page in pages}) == 1
    # Only whose number and name fit gets a letter.
    assert [one.to for one in Notice.objects.all()] == ["amina@example.org"]


def test_an_address_is_written_to_whether_or_not_it_is_known(manager, person):
    for email in ("amina@example.org", "nobody@example.org"):
        asked = ask(manager, name="Amina Benali", email=email)
        assert asked.person is None
    assert Notice.objects.filter(event__kind="consent.asked").count() == 2


def test_nobody_is_asked_the_same_twice(manager):
    ask(manager, name="Amina", email="a@example.org")
    with pytest.raises(Refused, match="less than 14 days ago"):
        ask(manager, name="Amina", email="A@example.org")


def test_there_is_a_limit_to_a_day(manager, monkeypatch):
    monkeypatch.setattr("recert.organisations.consent_actions.MOST_A_DAY", 1)
    ask(manager, name="Amina", email="a@example.org")
    with pytest.raises(Refused, match="Ask the next ones tomorrow"):
        ask(manager, name="Bo", email="b@example.org")


def test_only_who_works_for_an_employer_asks_for_it(lakeside):
    elsewhere = make_member(make_organisation("Hillside"))
    with pytest.raises(Refused):
        ask_consent(
            lakeside, name="A", email="a@example.org", by=actor_for(elsewhere), at=clock.now()
        )


def test_the_letter_leads_to_what_they_would_see(client, lakeside, manager, person):
    asked = ask(manager, name="Amina Benali", email="amina@example.org")
    client.force_login(person.account)
    path = reverse("portal:consent-asked", args=[token_of(asked.ref)])
    page = client.get(path).text
    assert "Lakeside Laboratory" in page
    assert person.credentials.get().number in page
    client.post(path, {"yes": asked.ref})
    assert set(staff_by_id(lakeside)) == {person.pk}
    asked.refresh_from_db()
    assert (asked.agreed, asked.name, asked.email, asked.person) == (True, "", "", person)
    assert client.get(path).url == EMPLOYERS


def test_a_letter_to_one_is_no_letter_to_another(client, manager, person):
    asked = ask(manager, name="Amina Benali", customer_number=person.customer_number)
    client.force_login(make_person("Somebody Else").account)
    path = reverse("portal:consent-asked", args=[token_of(asked.ref)])
    assert client.get(path).status_code == 404
    assert client.post(EMPLOYERS, {"yes": asked.ref}).status_code == 404
    assert not Consent.objects.exists()


def test_a_no_is_told_to_nobody(client, lakeside, manager, person):
    asked = ask(manager, name="Amina Benali", customer_number=person.customer_number)
    client.force_login(manager.account)
    page = reverse("portal:staff", args=[lakeside.ref])
    before = client.get(page).text
    client.force_login(person.account)
    assert "asks to see where you stand" in client.get(EMPLOYERS).text
    client.post(EMPLOYERS, {"no": asked.ref})
    assert "asks to see where you stand" not in client.get(EMPLOYERS).text
    client.force_login(manager.account)
    after = client.get(page).text
    cut = [one.rpartition("Asked, no answer yet")[2] for one in (before, after)]
    assert cut[0] == cut[1]
    assert Event.objects.get(kind="consent.declined").about == person.ref


def test_given_shown_and_withdrawn_by_oneself(client, lakeside, manager, person):
    client.force_login(person.account)
    client.post(EMPLOYERS, {"employer": lakeside.ref})
    given = Consent.objects.get()
    assert f'value="{given.ref}"' in client.get(EMPLOYERS).text
    client.force_login(manager.account)
    staff = reverse("portal:staff", args=[lakeside.ref])
    assert person.name in client.get(staff).text
    client.force_login(person.account)
    client.post(EMPLOYERS, {"withdraw": given.ref})
    client.force_login(manager.account)
    assert person.name not in client.get(staff).text
    for form in ("csv", "xlsx"):
        path = reverse("portal:staff-file", args=[lakeside.ref, form])
        assert person.name.encode() not in client.get(path).content
    kinds = Event.objects.filter(about=person.ref).values_list("kind", flat=True)
    assert {"consent.given", "consent.withdrawn"} <= set(kinds)


def test_consent_is_given_once_and_only_to_employers(lakeside, person):
    at = clock.now()
    give_consent(lakeside, person, by=actor(person), at=at)
    with pytest.raises(Refused, match="already"):
        give_consent(lakeside, person, by=actor(person), at=at)
    provider = make_organisation("A Provider", employs=False)
    with pytest.raises(Refused):
        give_consent(provider, person, by=actor(person), at=at)


def test_nobody_else_consents_or_withdraws_and_staff_do_not_in_their_name(lakeside, person):
    at, given = clock.now(), consent(person, lakeside)
    rita = actor_of(make_account(staff=[Role.REGISTRAR]))
    for by in (actor(make_person("Bo")), rita, acting_for(rita, person)):
        with pytest.raises(Refused):
            withdraw_consent(given, by=by, at=at)
        with pytest.raises(Refused):
            give_consent(make_organisation("Other"), person, by=by, at=at)


def test_nothing_is_seen_of_who_is_merged_or_erased_or_by_who_ended(lakeside, person):
    consent(person, lakeside)
    assert staff_by_id(lakeside)
    other = make_person("Kept", account=False)
    Person.objects.filter(pk=person.pk).update(merged_into=other, account=None)
    assert not staff_by_id(lakeside)
    Person.objects.filter(pk=person.pk).update(merged_into=None)
    Organisation.objects.update(employs=False)
    assert not staff_by_id(lakeside)


def test_a_request_that_is_old_is_over(client, manager, person):
    asked = ask(manager, name="Amina Benali", customer_number=person.customer_number)
    ConsentRequest.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    client.force_login(person.account)
    path = reverse("portal:consent-asked", args=[token_of(asked.ref)])
    assert client.get(path).url == EMPLOYERS
    assert "asks to see" not in client.get(EMPLOYERS).text
