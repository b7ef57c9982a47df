"""Keys: whose they are, what they open, and when they do not."""

from datetime import timedelta

import pytest

from recert.organisations.key_actions import make_key, note_use, revoke_key
from recert.organisations.keys import TOKEN_LASTS, bearer_of, digest_of, token_for
from recert.organisations.models import ApiKey, Organisation
from recert.people.models import StaffRole
from recert.people.queries import actor_of
from recert.policy.permissions import Permission, Role
from recert.policy.refusals import Refused
from tests.making import AT, actor, make_account, make_person

pytestmark = pytest.mark.django_db
OWN = [Permission.KEEP_OWN_RECORD]


def made(person, **said):
    said = {"label": "My tracker", "scopes": OWN, "by": actor(person), "at": AT} | said
    return make_key(person.account, **said)


def make_organisation(**fields):
    fields = {"name": "Harbour College", "email": "a@example.org", "admitted_at": AT} | fields
    return Organisation.objects.create(**fields)


def registrar():
    return actor_of(make_account(staff=[Role.REGISTRAR]))


def test_a_key_opens_what_it_allows_of_what_is_its_owners():
    person = make_person()
    key, secret = made(person)
    bearer = bearer_of(secret, at=AT)
    assert (bearer.key, bearer.person, bearer.account) == (key, person, person.account)
    assert bearer.actor.may(Permission.KEEP_OWN_RECORD)
    assert not bearer.actor.may(Permission.DECLARE)
    assert bearer.actor.ref == person.account.ref
    assert "My tracker" in bearer.actor.name


def test_only_the_digest_of_a_key_is_kept():
    key, secret = made(make_person())
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(row)
    assert row["digest"] == digest_of(secret)
    assert secret.startswith(row["hint"])


def test_a_key_opens_nothing_once_it_has_expired_or_was_revoked():
    person = make_person()
    key, secret = made(person, expires_at=AT + timedelta(days=1))
    assert bearer_of(secret, at=AT + timedelta(hours=23))
    assert bearer_of(secret, at=AT + timedelta(days=1)) is None
    token = token_for(key, OWN, at=AT)
    revoke_key(key, by=actor(person), at=AT)
    assert bearer_of(secret, at=AT) is None
    assert bearer_of(token, at=AT) is None


def test_a_token_allows_no_more_than_it_says_nor_for_longer():
    person = make_person()
    key, _secret = made(person, scopes=[Permission.KEEP_OWN_RECORD, Permission.DECLARE])
    token = token_for(key, OWN, at=AT)
    bearer = bearer_of(token, at=AT)
    assert bearer.actor.scopes == set(OWN)
    assert bearer_of(token, at=AT + TOKEN_LASTS) is None
    assert bearer_of(token[:-1] + ("a" if token[-1] != "a" else "b"), at=AT) is None
    assert bearer_of("", at=AT) is None


def test_a_key_of_staff_opens_nothing_that_staff_may():
    account = make_account(staff=[Role.ADMINISTRATOR])
    person = make_person(account=False)
    person.account = account
    person.save()
    _key, secret = made(person)
    bearer = bearer_of(secret, at=AT)
    assert not bearer.actor.is_staff
    assert StaffRole.objects.filter(account=account).exists()
    with pytest.raises(Refused, match="among what is offered"):
        made(person, scopes=[Permission.SEE_RECORDS])


def test_a_key_of_an_organisation_has_the_roles_of_what_it_is():
    college = make_organisation(provides=True, verifies=True)
    said = {"label": "Courses", "by": registrar(), "at": AT}
    _key, secret = make_key(college, scopes=[Permission.REPORT_COMPLETIONS], **said)
    bearer = bearer_of(secret, at=AT)
    assert bearer.actor.organisation == college.pk
    assert bearer.actor.may(Permission.REPORT_COMPLETIONS)
    assert not bearer.actor.may(Permission.VERIFY_MANY)
    with pytest.raises(Refused, match="among what is offered"):
        make_key(college, scopes=[Permission.SEE_OWN_STAFF], **said)
    Organisation.objects.update(provides=False)
    assert not bearer_of(secret, at=AT).actor.may(Permission.REPORT_COMPLETIONS)
    Organisation.objects.update(ended_at=AT)
    assert bearer_of(secret, at=AT) is None


def test_nobody_makes_or_revokes_a_key_of_somebody_else():
    person, other = make_person(), make_person("Somebody Else")
    key, secret = made(person)
    for does in (
        lambda: made(person, by=actor(other)),
        lambda: revoke_key(key, by=actor(other), at=AT),
        lambda: made(person, by=bearer_of(secret, at=AT).actor),
        lambda: make_key(
            make_organisation(provides=True),
            label="x",
            scopes=[Permission.REPORT_COMPLETIONS],
            by=actor(other),
            at=AT,
        ),
    ):
        with pytest.raises(Refused):
            does()


def test_that_a_key_was_used_is_noted_once_an_hour():
    key, _secret = made(make_person())
    noted = []
    for minutes in (0, 30, 59, 60, 61):
        key.refresh_from_db()
        note_use(key, at=AT + timedelta(minutes=minutes))
        key.refresh_from_db()
        noted.append(key.last_used_at - AT)
    assert noted == [timedelta(minutes=one) for one in (0, 0, 0, 60, 60)]
