"""Accounts: made, bound to a record, invited, given roles; and private links."""

import re
from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from recert import clock
from recert.journal.models import Event
from recert.people.models import Account, Invitation, PrivateLink
from recert.policy.permissions import Role
from tests.making import AT, make_account, make_credential, make_person

pytestmark = pytest.mark.django_db

BIND = reverse("portal:bind")


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def record():
    return make_person(account=False, customer_number="C4711", born_on=date(1988, 2, 29))


def right(record):
    return {"customer_number": record.customer_number, "born_on": record.born_on.isoformat()}


def test_the_whole_way_in(client, record):
    email = "new@example.org"
    password = "nobody guesses this one"
    form = {"email": email, "password1": password, "password2": password}
    client.post(reverse("account_signup"), form)
    (letter,) = mail.outbox
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", letter.body, re.MULTILINE)
    assert code
    client.post(reverse("account_email_verification_sent"), {"code": code[1]})
    assert client.get(reverse("portal:home")).url == BIND
    client.post(BIND, right(record))
    assert client.get(reverse("portal:home")).url == reverse("portal:dashboard")
    record.refresh_from_db()
    assert record.account.email == email
    assert Event.objects.get().kind == "person.bound"


@pytest.mark.parametrize(
    "wrong", [{"customer_number": "C4712"}, {"born_on": "1988-02-28"}, {"bound": True}]
)
def test_what_does_not_fit_is_not_told_apart(client, record, wrong):
    if wrong.pop("bound", False):
        record.account = make_account()
        record.save()
    client.force_login(make_account())
    answer = client.post(BIND, right(record) | wrong)
    assert answer.status_code == 422
    assert "No record that is still free" in answer.text
    assert not Event.objects.exists()


def test_birthdays_cannot_be_tried_one_after_the_other(client, record):
    client.force_login(make_account())
    for day in range(1, 6):
        client.post(BIND, right(record) | {"born_on": f"1988-01-0{day}"})
    assert "too many tries" in client.post(BIND, right(record)).text
    client.force_login(make_account())
    assert "too many tries" in client.post(BIND, right(record)).text
    record.refresh_from_db()
    assert record.account is None


def test_one_account_has_one_record(client, record):
    person = make_person()
    client.force_login(person.account)
    assert client.post(BIND, right(record)).url == reverse("portal:dashboard")
    record.refresh_from_db()
    assert record.account is None


def invite(client, record):
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    page = reverse("desk:invite", args=[record.ref])
    assert client.post(page, {"email": "guest@example.org"}).status_code == 302
    address = re.search(r"https?://[^/]+(/invitation/\S+)", mail.outbox[-1].body)
    assert address
    return address[1]


def test_an_invitation_binds_once(client, record):
    path = invite(client, record)
    account = make_account()
    client.force_login(account)
    assert "Is this you?" in client.get(path).text
    assert client.post(path).status_code == 302
    record.refresh_from_db()
    assert record.account == account
    client.force_login(make_account())
    assert client.post(path).status_code == 409


def test_a_second_invitation_ends_the_first_and_both_end_by_themselves(client, record):
    first, second = invite(client, record), invite(client, record)
    client.force_login(make_account())
    assert client.get(first).status_code == 409
    assert client.get(second).status_code == 200
    Invitation.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert client.get(second).status_code == 409


@pytest.mark.parametrize("token", ["x", "IN-0000-0000-0000.forged", "a.b.c", ".", "%00"])
def test_a_forged_invitation_names_nothing(client, token):
    client.force_login(make_account())
    assert client.get(f"/invitation/{token}").status_code == 404


# Private links


@pytest.fixture
def person(client):
    someone = make_person("Amina Benali")
    make_credential(someone, cycles=2)
    client.force_login(someone.account)
    return someone


def address_of(client):
    page = client.get(reverse("portal:links")).text
    return re.search(r"http://testserver(/(?:calendar|standing)/[^<\"]+)", page)[1]


def test_the_dates_stand_in_the_calendar_until_it_ends(client, person):
    client.post(reverse("portal:links"), {"make-calendar": "yes"})
    path = address_of(client)
    client.logout()
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len({event["uid"] for event in events}) == len(events) == 3
    assert any("Expires" in event["summary"] for event in events)
    client.force_login(person.account)
    client.post(reverse("portal:links"), {"make-calendar": "yes"})
    assert client.get(path).status_code == 404
    newer = address_of(client)
    link = PrivateLink.objects.get(revoked_at=None)
    client.post(reverse("portal:links"), {"revoke": link.ref})
    assert client.get(newer).status_code == 404


def test_an_employer_sees_the_standing_and_nothing_else(client, person):
    client.post(reverse("portal:links"), {"make-standing": "yes", "label": "Harbour Hospital"})
    path = address_of(client)
    client.logout()
    page = client.get(path).text
    assert "Amina Benali" in page
    assert "(ASCPi)" in page
    for secret in (person.customer_number, person.account.email, "Harbour Hospital", "1988"):
        assert secret not in page
    PrivateLink.objects.update(expires_at=clock.now())
    assert client.get(path).status_code == 404


def test_a_strangers_link_cannot_be_ended(client, person):
    client.post(reverse("portal:links"), {"make-calendar": "yes"})
    link = PrivateLink.objects.get()
    client.force_login(make_person("Somebody Else").account)
    assert client.post(reverse("portal:links"), {"revoke": link.ref}).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


# Staff


def test_an_administrator_gives_and_takes_roles(client):
    administrator = make_account(staff=[Role.ADMINISTRATOR])
    member = make_account()
    client.force_login(administrator)
    staff = reverse("desk:staff")
    client.post(staff, {"grant": "yes", "email": member.email, "role": "auditor"})
    assert member.staff_roles.get().role == "auditor"
    again = {"grant": "yes", "email": member.email, "role": "auditor"}
    assert "have this role already" in client.post(staff, again, follow=True).text
    client.post(staff, {"take": f"{member.ref} auditor"})
    assert not member.staff_roles.exists()
    own = client.post(staff, {"take": f"{administrator.ref} administrator"}, follow=True)
    assert "Let another administrator" in own.text
    assert administrator.staff_roles.exists()
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["role.granted", "role.taken"]


def test_a_certificant_role_cannot_be_given_to_staff(client):
    client.force_login(make_account(staff=[Role.ADMINISTRATOR]))
    form = {"grant": "yes", "email": make_account().email, "role": "certificant"}
    assert client.post(reverse("desk:staff"), form).status_code == 422


def test_people_are_found_as_names_begin(client):
    make_person("Zoë Ångström", account=False)
    make_person("Åse Zoltan", account=False, customer_number="C99")
    client.force_login(make_account(staff=[Role.REVIEWER]))

    def found(words):
        answer = client.get(reverse("desk:home"), {"words": words})
        return sorted(one.name for one in answer.context["found"])

    assert found("zo") == sorted(["Zoë Ångström", "Åse Zoltan"])
    assert found("ångs zoë") == ["Zoë Ångström"]
    assert found("c99") == ["Åse Zoltan"]
    assert found("nobody") == []
    assert found("%") == []


def test_people_are_found_by_earlier_names_and_by_the_number_of_a_certification(client):
    married = make_person("Amina Haddad", account=False)
    married.former_names.create(given_names="Amina", family_name="Benali", until_on=AT.date())
    make_person("Benali Of Today", account=False)
    credential = make_credential(married)
    client.force_login(make_account(staff=[Role.REVIEWER]))

    def found(words):
        answer = client.get(reverse("desk:home"), {"words": words})
        return [one.name for one in answer.context["found"]], answer.text

    names, text = found("bena")
    assert names == ["Benali Of Today", "Amina Haddad"]
    assert "earlier: Amina Benali" in text
    assert found("ben ami")[0] == ["Amina Haddad"]
    assert found("ben had")[0] == []
    assert found(f" {credential.number.lower()} ")[0] == ["Amina Haddad"]
    assert found(credential.number[:-1])[0] == []


def test_finding_people_asks_as_often_for_one_as_for_many(client):
    client.force_login(make_account(staff=[Role.REVIEWER]))

    def counted(words):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("desk:home"), {"words": words}).status_code == 200
        return len(queries)

    for number in range(31):
        one = make_person(f"{'Many' if number else 'One'} Alike", account=False)
        name = "Before Many" if number else "Before One"
        given, _, family = name.partition(" ")
        one.former_names.create(given_names=given, family_name=family, until_on=AT.date())
    counted("nobody")
    assert counted("before one") == counted("before many")
    assert counted("one") == counted("many") < 20


def test_every_way_to_sign_in_is_there(client):
    page = client.get(reverse("account_login")).text
    assert "passkey" in page
    assert client.get(reverse("account_reset_password")).status_code == 200
    client.force_login(make_person().account)
    for name in ("mfa_index", "usersessions_list", "account_email", "account_change_password"):
        assert client.get(reverse(name)).status_code in {200, 302}


def test_addresses_differ_in_more_than_case():
    make_account("somebody@example.org")
    assert Account.objects.get_by_natural_key("Somebody@Example.org")


def test_a_name_changes_with_a_document_and_the_earlier_one_stays(client):
    record = make_person("Amina Benali")
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    page = reverse("desk:name", args=[record.ref])
    new = {"given_names": "Amina", "family_name": "Haddad"}
    assert client.post(page, new | {"because": " "}).status_code == 422
    assert client.post(page, new | {"because": "Marriage license, 2024"}).status_code == 302
    record.refresh_from_db()
    assert record.name == "Amina Haddad"
    assert record.former_names.get().family_name == "Benali"
    event = Event.objects.get()
    assert (event.kind, event.because) == ("person.name-changed", "Marriage license, 2024")
    again = client.post(page, new | {"because": "Once more"})
    assert "on record already" in again.text
    client.force_login(record.account)
    assert "Earlier names" in client.get(reverse("portal:account")).text
    assert client.post(page, new | {"because": "Mine"}).status_code == 404
