"""Several forms signed together: each checked, each by itself, and only by whose they are."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from recert import clock
from recert.journal.models import Event
from recert.people.queries import actor_of
from recert.policy.refusals import Refused
from recert.transcript.models import Activity
from recert.transcript.signing.actions import sign_signed_in
from recert.transcript.signing.flags import OWN_ACCOUNT
from tests.employing import make_member, make_organisation
from tests.making import make_account, make_person
from tests.signing import ask, make_assessment, typed_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

ADDRESS = "ada@laboratory.example.org"


@pytest.fixture
def manager():
    return make_member(make_organisation(), make_account(ADDRESS))


@pytest.fixture
def path(manager):
    return reverse("portal:forms-to-sign", args=[manager.organisation.ref])


@pytest.fixture
def asked():
    people = (make_person("Amina Benali"), make_person("Bo Lund"), make_person("Chen Wei"))
    return [ask(make_assessment(one), email=ADDRESS, at=clock.now()) for one in people]


def typed_on(page, *forms):
    """Answer what a browser would send: all fields as they are, and some forms ticked."""
    said = {"signed_name": "Ada Employer"}
    for one in page.context["waiting"]:
        for field in one.fields:
            if field.name != "signed_name":
                value = field.value()
                said[field.html_name] = "Hematology" if value in {None, ""} else value
    return said | {f"{one.ref}-sign": "yes" for one in forms}


def states(asked):
    for one in asked:
        one.refresh_from_db()
    return [one.state for one in asked]


def test_those_that_are_ticked_are_signed_and_the_others_stay(client, manager, path, asked):
    client.force_login(manager.account)
    page = client.get(path)
    assert [one.asked.pk for one in page.context["waiting"]] == [one.pk for one in asked]
    client.post(path, typed_on(page, asked[0], asked[2]))
    assert [one == "asked" for one in states(asked)] == [False, True, False]
    events = Event.objects.filter(kind="form.signed")
    assert {one.subject for one in events} == {asked[0].ref, asked[2].ref}
    assert {one.facts["account"] for one in events} == {manager.account.ref}
    assert asked[0].sha256
    assert asked[0].paper


def test_one_that_cannot_be_signed_takes_no_other_along(client, manager, path, asked):
    client.force_login(manager.account)
    said = typed_on(client.get(path), *asked)
    Activity.objects.filter(pk=asked[1].activity_id).update(version=7, title="Another title")
    answer = client.post(path, said)
    assert answer.status_code == 422
    assert "Bo Lund changed the entry" in answer.text
    assert [one == "asked" for one in states(asked)] == [False, True, False]


@pytest.mark.parametrize("left", ["signed_name", "ticks"])
def test_without_a_name_or_a_tick_nothing_is_signed(client, manager, path, asked, left):
    client.force_login(manager.account)
    said = typed_on(client.get(path), *asked) | ({"signed_name": " "} if left != "ticks" else {})
    if left == "ticks":
        said = {name: value for name, value in said.items() if not name.endswith("-sign")}
    assert client.post(path, said).status_code == 422
    assert set(states(asked)) == {"asked"}


def test_only_a_confirmed_address_signs(client, manager, path, asked):
    EmailAddress.objects.update(verified=False)
    client.force_login(manager.account)
    assert client.get(path).context["waiting"] == []
    for account in (manager.account, make_account()):
        with pytest.raises(Refused):
            sign_signed_in(
                asked[0].pk,
                typed=typed_for(asked[0]),
                version=asked[0].activity.version,
                by=actor_of(account),
                at=clock.now(),
            )
    assert set(states(asked)) == {"asked"}


def test_whoever_signs_for_themselves_is_flagged(client, path, manager):
    person = make_person("Ada Herself", account=False)
    person.account = manager.account
    person.save()
    form = ask(make_assessment(person), email=ADDRESS, at=clock.now())
    client.force_login(manager.account)
    client.post(path, typed_on(client.get(path), form))
    form.refresh_from_db()
    assert OWN_ACCOUNT in form.flags
