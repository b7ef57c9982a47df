"""Organisations are admitted by the board, and kept by their own managers; strangers find none."""

import pytest
from django.urls import reverse

from recert import clock
from recert.journal.models import Event, Notice
from recert.journal.secret_links import token_of
from recert.organisations.actions import (
    change_organisation,
    end_membership,
    invite_member,
    join_organisation,
)
from recert.organisations.models import ApiKey, Member, Organisation
from recert.organisations.queries import actor_for, own_organisation
from recert.people.queries import actor_of
from recert.policy.permissions import GRANTS, Permission, Role
from recert.policy.refusals import Refused
from tests.employing import make_member, make_organisation
from tests.making import make_account, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

SAID = {
    "name": "Lakeside Laboratory",
    "email": "office@example.org",
    "website": "",
    "provides": False,
    "employs": True,
    "verifies": False,
}


@pytest.fixture
def lakeside():
    return make_organisation()


@pytest.fixture
def manager(lakeside):
    return make_member(lakeside)


def test_from_admission_to_the_first_manager(client, settings):
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    answer = client.post(reverse("desk:admit"), SAID)
    organisation = Organisation.objects.get()
    assert answer.url == reverse("desk:invite-manager", args=[organisation.ref])
    client.post(answer.url, {"email": "Mina@example.org", "role": "manager"})
    invitation = organisation.invitations.get()
    notice = Notice.objects.get(event__kind="member.invited")
    assert (notice.to, invitation.email) == ("mina@example.org", "mina@example.org")
    assert token_of(invitation.ref).partition(".")[2] not in str(notice.event.facts)
    account = make_account("mina.private@example.org")
    client.force_login(account)
    path = reverse("portal:join", args=[token_of(invitation.ref)])
    assert "mina.private@example.org" in client.get(path).text
    assert client.post(path).url == reverse("portal:organisation", args=[organisation.ref])
    assert client.get(reverse("portal:home")).url == reverse("portal:organisations")
    assert client.get(reverse("portal:organisations")).status_code == 302
    assert client.post(path).status_code == 409  # a second time


def test_an_organisation_that_may_do_nothing_is_not_admitted(client):
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    answer = client.post(reverse("desk:admit"), SAID | {"employs": ""})
    assert answer.status_code == 422
    assert not Organisation.objects.exists()


def test_what_changed_meanwhile_is_not_overwritten(lakeside):
    by = actor_of(make_account(staff=[Role.REGISTRAR]))
    change_organisation(lakeside, said=SAID, version=1, by=by, at=clock.now())
    with pytest.raises(Refused, match="Somebody changed"):
        change_organisation(lakeside, said=SAID, version=1, by=by, at=clock.now())


PAGES = ["organisation", "members", "keys", "staff", "ask-consent"]


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_no_organisation(client, lakeside, manager, name):
    path = reverse(f"portal:{name}", args=[lakeside.ref])
    client.force_login(manager.account)
    assert client.get(path).status_code == 200
    other = make_member(make_organisation("Hillside Hospital")).account
    for stranger in (make_account(), make_person().account, other):
        client.force_login(stranger)
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    Organisation.objects.update(ended_at=clock.now())
    client.force_login(manager.account)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_member_keeps_neither_people_nor_keys(client, lakeside, name):
    client.force_login(make_member(lakeside, role="member").account)
    status = client.get(reverse(f"portal:{name}", args=[lakeside.ref])).status_code
    assert status == (404 if name in {"members", "keys"} else 200)


def test_who_does_not_employ_sees_no_staff(client, lakeside, manager):
    Organisation.objects.update(employs=False)
    client.force_login(manager.account)
    for name in ("staff", "ask-consent"):
        assert client.get(reverse(f"portal:{name}", args=[lakeside.ref])).status_code == 404


def test_whoever_acts_for_an_organisation_has_no_right_of_their_own(lakeside):
    account = make_account(staff=[Role.ADMINISTRATOR])
    make_person(account=False, customer_number="C9").account = account
    _organisation, actor = own_organisation(make_member(lakeside, account).account, lakeside.ref)
    assert actor.person is None
    assert actor.organisation == lakeside.pk
    allowed = {one for one in Permission if actor.may(one)}
    roles = (Role.PROVIDER, Role.EMPLOYER, Role.VERIFIER, Role.ORGANISATION_MANAGER)
    assert allowed == set().union(*(GRANTS[role] for role in roles))


def test_there_is_always_a_manager(client, lakeside, manager):
    client.force_login(manager.account)
    path = reverse("portal:member", args=[lakeside.ref, manager.ref])
    for said in ({"role": "member"}, {"end": "yes"}):
        assert "needs a manager" in client.post(path, said, follow=True).text
    second = make_member(lakeside)
    client.post(path, {"end": "yes"})
    manager.refresh_from_db()
    assert manager.ended_at
    with pytest.raises(Refused, match="needs a manager"):
        end_membership(second, by=actor_for(second), at=clock.now())


def test_a_member_ends_only_their_own(client, lakeside, manager):
    member = make_member(lakeside, role="member")
    client.force_login(member.account)
    path = reverse("portal:member", args=[lakeside.ref, manager.ref])
    assert client.post(path, {"end": "yes"}).status_code == 404
    own = reverse("portal:member", args=[lakeside.ref, member.ref])
    client.post(own, {"role": "manager"})
    member.refresh_from_db()
    assert member.role == "member"
    assert client.post(own, {"end": "yes"}).url == reverse("portal:organisations")


def test_an_invitation_taken_back_opens_nothing(client, lakeside, manager):
    made = invite_member(
        lakeside, email="a@example.org", role="member", by=actor_for(manager), at=clock.now()
    )
    client.force_login(manager.account)
    client.post(reverse("portal:members", args=[lakeside.ref]), {"revoke": made.ref})
    account = make_account()
    with pytest.raises(Refused, match="used, or is too old"):
        join_organisation(made, account, by=actor_of(account), at=clock.now())
    assert Member.objects.count() == 1


def test_a_key_is_shown_once_and_revoked_after_a_question(client, lakeside, manager):
    client.force_login(manager.account)
    path = reverse("portal:keys", args=[lakeside.ref])
    said = {"label": "Campus", "scopes": ["report-completions"], "days": "90"}
    page = client.post(path, said).text
    key = ApiKey.objects.get()
    assert page.count(key.hint) >= 1
    secret = next(
        word
        for word in page.replace("<", " ").replace(">", " ").split()
        if key.hint in word and len(word) > 20
    )
    assert secret not in client.get(path).text
    revoke = reverse("portal:revoke-key", args=[lakeside.ref, key.ref])
    assert "cannot be undone" in client.get(revoke).text
    key.refresh_from_db()
    assert key.revoked_at is None
    client.post(revoke)
    key.refresh_from_db()
    assert key.revoked_at
    said["scopes"] = ["decide-requests"]
    assert client.post(path, said).status_code == 422


def test_the_board_ends_an_organisation_with_a_reason(client, lakeside):
    client.force_login(make_account(staff=[Role.ADMINISTRATOR]))
    path = reverse("desk:end-organisation", args=[lakeside.ref])
    assert client.post(path, {"because": " "}).status_code == 422
    client.post(path, {"because": "It closed."})
    lakeside.refresh_from_db()
    assert lakeside.ended_at
    assert Event.objects.get(kind="organisation.ended").because == "It closed."
    assert client.post(path, {"because": "Again."}).status_code == 409


def test_accreditations_have_days(client, lakeside):
    client.force_login(make_account(staff=[Role.REGISTRAR]))
    path = reverse("desk:accredit", args=[lakeside.ref])
    said = {"accredited_by": "The Guild", "number": "7", "from_on": "2024-05-01"}
    assert client.post(path, said | {"until_on": "2024-04-01"}).status_code == 422
    client.post(path, said)
    made = lakeside.accreditations.get()
    show = reverse("desk:organisation", args=[lakeside.ref])
    client.post(show, {"end-accreditation": str(made.pk)})
    made.refresh_from_db()
    assert made.until_on
    for wrong in ("x", "999999", "9" * 400):
        assert client.post(show, {"end-accreditation": wrong}).status_code == 404
