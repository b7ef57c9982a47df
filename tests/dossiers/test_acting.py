"""Acting in a certificant's name: seen by all, told to them, and never more than it may be."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from recert import clock
from recert.declarations.actions.drafts import start_declaration
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.people.acting import LASTS, acting_for
from recert.people.actions import change_details, make_link
from recert.people.models import Person, PrivateLink, StaffRole
from recert.policy.permissions import GRANTS, Actor, Permission, Role
from recert.policy.refusals import Refused
from recert.transcript.models import Activity
from tests.making import (
    AT,
    HOURLY,
    make_account,
    make_activity,
    make_credential,
    make_document,
    make_person,
)

pytestmark = pytest.mark.django_db

RITA = Actor(ref="AN-R", name="Rita Registrar", roles=frozenset({Role.REGISTRAR}))


@pytest.fixture
def amina():
    return make_person("Amina Benali", email="amina@example.org")


@pytest.fixture
def rita(client):
    account = make_account("rita@example.org", staff=[Role.REGISTRAR])
    client.force_login(account)
    return account


def begin(client, person, because="She sent her papers by post."):
    return client.post(reverse("desk:act-for", args=[person.ref]), {"because": because})


def test_staff_enter_an_activity_in_her_name_and_everybody_sees_it(client, amina, rita):
    assert begin(client, amina).url == reverse("portal:dashboard")
    page = client.get(reverse("portal:dashboard")).text
    assert "You act for" in page
    assert "Amina Benali" in page
    path = reverse("portal:add", args=[HOURLY])
    form = client.get(path).context["form"]
    said = {
        "title": "Laboratory Days",
        "completed_on": "2024-05-04",
        "contact_hours": "2",
        "entry_key": form["entry_key"].value(),
        "covers": ["chemistry"],
        "provider": "City",
    }
    answer = client.post(path, said)
    assert answer.status_code == 302, answer.context["form"].errors
    activity = Activity.objects.get()
    assert activity.person == amina
    event = Event.objects.get(kind="activity.added")
    assert (event.by, event.by_ref) == ("rita@example.org for Amina Benali", rita.ref)
    assert event.about == amina.ref
    client.logout()
    client.force_login(amina.account)
    page = client.get(reverse("portal:history")).text
    assert "rita@example.org for Amina Benali" in page
    assert "She sent her papers by post." in page
    assert "You act for" not in page


def test_she_is_told_by_a_letter(client, amina, rita):
    begin(client, amina)
    notice = Notice.objects.select_related("event").get()
    assert (notice.event.kind, notice.to) == ("acting.started", "amina@example.org")
    letter = letter_of(notice)
    assert letter.subject == "rita@example.org of the board acts in your name"
    assert "She sent her papers by post." in letter.text
    assert reverse("portal:history") in letter.text


def test_it_ends_by_a_button(client, amina, rita):
    begin(client, amina)
    answer = client.post(reverse("portal:end-acting"))
    assert answer.url == reverse("desk:person", args=[amina.ref])
    assert "You act for" not in client.get(reverse("desk:home")).text
    assert client.get(reverse("portal:dashboard")).status_code == 404
    assert Event.objects.filter(kind="acting.ended", about=amina.ref).count() == 1


def test_it_ends_by_itself_after_half_an_hour(client, amina, rita):
    begin(client, amina)
    now = clock.now()
    with time_machine.travel(now + LASTS - timedelta(seconds=5), tick=False):
        assert client.get(reverse("portal:transcript")).status_code == 200
    with time_machine.travel(now + LASTS + timedelta(seconds=5), tick=False):
        assert client.get(reverse("portal:transcript")).status_code == 404
        assert client.get(reverse("desk:home")).status_code == 200


def test_it_ends_with_the_right_to_it(client, amina, rita):
    begin(client, amina)
    StaffRole.objects.all().delete()
    assert client.get(reverse("portal:transcript")).status_code != 200


@pytest.mark.parametrize("field", ["merged_into", "erased_at"])
def test_it_ends_with_the_record(client, amina, rita, field):
    begin(client, amina)
    amina.account, amina.email = None, ""
    if field == "merged_into":
        amina.merged_into = make_person("Other")
    else:
        amina.erased_at, amina.born_on = AT, None
    amina.save()
    assert client.get(reverse("portal:transcript")).status_code == 404


def test_it_is_of_one_session_and_one_account(client, amina, rita):
    begin(client, amina)
    session = client.session
    session["acting-for"] = session["acting-for"] | {"by": "AN-OTHER"}
    session.save()
    assert client.get(reverse("portal:transcript")).status_code == 404


@pytest.mark.parametrize("permission", sorted(Permission))
def test_nothing_may_be_done_but_keeping_the_record(amina, permission):
    both = Actor(ref="AN", name="Rita", roles=frozenset(GRANTS))
    may = acting_for(both, amina).may(permission)
    assert may == (permission == Permission.KEEP_OWN_RECORD)


def test_nobody_declares_in_anothers_name(amina):  # DEC-3
    credential = make_credential(amina)
    with pytest.raises(Refused):
        start_declaration(credential.pk, today=AT.date(), by=acting_for(RITA, amina), at=AT)


def test_nobody_makes_private_links_in_anothers_name(client, amina, rita):
    purpose = PrivateLink.Purpose.STANDING
    with pytest.raises(Refused) as refusal:
        make_link(amina, purpose=purpose, by=acting_for(RITA, amina), at=AT)
    assert refusal.value.code == "in-anothers-name"
    begin(client, amina)
    assert client.get(reverse("portal:links")).status_code == 409


@pytest.mark.parametrize("name", ["portal:everything", "portal:bind"])
def test_what_is_theirs_alone_is_theirs_alone(client, amina, rita, name):
    begin(client, amina)
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer.status_code in {302, 409}
    assert not Event.objects.filter(kind__in=["person.exported", "person.bound"]).exists()


def test_a_document_is_opened_at_the_desk_with_a_reason(client, amina, rita):
    document = make_document(make_activity(amina))
    begin(client, amina)
    answer = client.get(reverse("portal:document", args=[document.ref]))
    assert answer.status_code == 409
    assert "at the desk, with a reason" in answer.text


def test_the_desk_is_shut_meanwhile(client, amina, rita):
    begin(client, amina)
    assert client.get(reverse("desk:person", args=[amina.ref])).status_code == 404
    assert client.get(reverse("desk:act-for", args=[amina.ref])).status_code == 404


def test_details_are_changed_and_the_journal_says_by_whom(amina):  # PER-2
    said = {name: getattr(amina, name) for name in ("email", "phone", "language", "time_zone")}
    said |= {"workplace": "City Hospital", "job_title": "", "gender": ""}
    by = acting_for(RITA, amina)
    change_details(amina.pk, said=said, version=amina.version, by=by, at=AT)
    assert Event.objects.get().by == "Rita Registrar for Amina Benali"


def test_nobody_acts_for_themselves_or_without_a_reason(client, amina, rita):
    answer = begin(client, amina, because=" ")
    assert answer.status_code == 422
    own = make_person("Rita Registrar", account=False)
    Person.objects.filter(pk=own.pk).update(account=rita)
    assert begin(client, own).status_code == 409
    assert "acting-for" not in client.session


def test_a_second_factor_is_asked_for_still(client, amina, rita):
    begin(client, amina)
    rita.authenticator_set.all().delete()
    assert client.get(reverse("portal:transcript")).url == reverse("mfa_index")
