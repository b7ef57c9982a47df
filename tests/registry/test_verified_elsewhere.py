"""A badge is verified by a program that this project did not write, and refused where it must be.

It asks its own clock, so these badges are of the day on which the tests run.
"""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.credentials.models import Grant
from recert.policy.cycles import years_after
from recert.registry import keys
from recert.registry.badges.actions import give_back_badge, issue_badge
from recert.registry.badges.documents import LIST_LASTS
from tests.making import actor, make_credential, make_person
from tests.registry.verifier import verified_elsewhere

pytestmark = pytest.mark.django_db

TODAY = clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def credential():
    return make_credential(make_person(), certified_on=years_after(TODAY, -4), cycles=1)


def taken(credential, *, named=True):
    by = actor(credential.person)
    return issue_badge(credential.pk, named=named, today=TODAY, by=by, at=clock.now())


def published(client, name, *args):
    answer = client.get(reverse(f"portal:{name}", args=args))
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def ask(client, folder, taken_badge, **instead):
    """Answer what the verifier says of what is published now."""
    document = json.loads(taken_badge.document)
    given = {
        "badge": document,
        "keys": published(client, "did"),
        "lists": [published(client, "badge-list", taken_badge.list_number)],
    } | instead
    return verified_elsewhere(folder, **given)


@pytest.mark.parametrize("named", [True, False])
def test_a_badge_is_valid(client, tmp_path, credential, named):
    assert ask(client, tmp_path, taken(credential, named=named)).holds


def test_a_badge_of_a_certification_that_never_expires_is_valid(client, tmp_path):  # PAR-3
    old = make_credential(make_person(), category="MT", certified_on=years_after(TODAY, -30))
    badge = taken(old)
    assert badge.until_on is None
    assert ask(client, tmp_path, badge).holds


def test_it_is_revoked_when_its_holder_gave_it_back(client, tmp_path, credential):
    badge = taken(credential)
    give_back_badge(credential.pk, today=TODAY, by=actor(credential.person), at=clock.now())
    found = ask(client, tmp_path, badge)
    assert found.statuses == [True]


def test_it_is_revoked_at_once_when_the_renewal_is(client, tmp_path, credential):  # AUD-6
    badge, other = taken(credential), taken(make_credential(make_person(), certified_on=TODAY))
    Grant.objects.filter(credential=credential).update(revoked_on=TODAY)
    assert ask(client, tmp_path, badge).statuses == [True]
    assert ask(client, tmp_path, other).holds


CHANGES = {
    "the holder": lambda said: said["credentialSubject"]["identifier"][0].update(
        identityHash="Somebody Else"
    ),
    "the title": lambda said: said["credentialSubject"]["achievement"].update(name="SBB"),
    "the last day": lambda said: said.update(validUntil="2099-01-01T00:00:00Z"),
    "no last day": lambda said: said.pop("validUntil"),
    "no list": lambda said: said.pop("credentialStatus"),
    "another place": lambda said: said["credentialStatus"].update(statusListIndex="8"),
    "the issuer": lambda said: said["issuer"].update(name="Another Board"),
    "the proof": lambda said: said["proof"].update(created="2020-01-01T00:00:00Z"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_refused_when_anything_was_changed(client, tmp_path, credential, change):
    badge = taken(credential)
    document = json.loads(badge.document)
    change(document)
    assert not ask(client, tmp_path, badge, badge=document).verified


def test_it_is_refused_without_its_list(client, tmp_path, credential):
    assert not ask(client, tmp_path, taken(credential), lists=[]).verified


def test_it_is_refused_with_a_list_that_was_changed(client, tmp_path, credential):
    badge = taken(credential)
    before = published(client, "badge-list", badge.list_number)
    give_back_badge(credential.pk, today=TODAY, by=actor(credential.person), at=clock.now())
    now = published(client, "badge-list", badge.list_number)
    now["credentialSubject"] = before["credentialSubject"]
    assert not ask(client, tmp_path, badge, lists=[now]).verified


def test_an_old_list_is_refused(client, tmp_path, credential, time_machine):
    badge, now = taken(credential), clock.now()
    time_machine.move_to(now - LIST_LASTS - timedelta(hours=1))
    old = published(client, "badge-list", badge.list_number)
    time_machine.move_to(now)
    assert not ask(client, tmp_path, badge, lists=[old]).verified


def test_it_is_refused_when_it_is_over(client, tmp_path):
    old = make_credential(make_person(), certified_on=years_after(TODAY, -4))
    then = years_after(TODAY, -3)
    badge = issue_badge(old.pk, named=True, today=then, by=actor(old.person), at=clock.now())
    found = ask(client, tmp_path, badge)
    assert not found.verified


def test_it_is_still_valid_after_the_board_took_another_key(client, tmp_path, credential):
    badge, before = taken(credential), published(client, "did")
    keys.new_key()
    found = ask(client, tmp_path, badge)  # the list is signed with the new key
    assert found.holds
    assert len(published(client, "did")["assertionMethod"]) == len(before["assertionMethod"]) + 1
    assert not ask(client, tmp_path, badge, keys=before).verified
    newer = taken(credential)
    assert ask(client, tmp_path, newer).holds
    assert ask(client, tmp_path, badge).statuses == [True]  # replaced


def test_it_is_refused_when_the_board_has_no_such_key_any_more(client, tmp_path, credential):
    badge, published_keys = taken(credential), published(client, "did")
    keys.new_key()
    newest = published(client, "did")
    gone = {one["id"] for one in published_keys["verificationMethod"]}
    newest["verificationMethod"] = [
        one for one in newest["verificationMethod"] if one["id"] not in gone
    ]
    newest["assertionMethod"] = [one for one in newest["assertionMethod"] if one not in gone]
    assert not ask(client, tmp_path, badge, keys=newest).verified
