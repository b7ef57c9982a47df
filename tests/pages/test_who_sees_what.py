"""Every page against every role: what is declared, what is refused, and no stranger's object."""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.decisions import approve_declaration
from recert.edge import needed_by
from recert.journal.models import Event
from recert.payments.queries import paying_attempt
from recert.people.access import PUBLIC, SIGNED_IN
from recert.people.links import SIGNER, token_of
from recert.people.models import Invitation, PrivateLink
from recert.policy.permissions import GRANTS, STAFF, Permission, Role
from tests.declaring import (
    REVIEWER,
    certified_for,
    earn_everything,
    letter_that_came_back,
    submit,
)
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

OURS = ("portal", "desk")


def patterns(resolver=None, names=()):
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, (*names, one.namespace) if one.namespace else names)
        elif isinstance(one, URLPattern):
            yield ":".join((*names, one.name or "")), one


PAGES = {name: one for name, one in patterns() if name.partition(":")[0] in OURS}
OBJECTS = {
    "portal:credential": "credential",
    "portal:reallocate": "credential",
    "portal:undo-allocation": "credential",
    "portal:activity": "activity",
    "portal:change": "activity",
    "portal:withdraw": "activity",
    "portal:restore": "activity",
    "portal:add-documents": "activity",
    "portal:import-preview": "import",
    "portal:undo-import": "import",
    "portal:left-out": "import",
    "portal:document": "document",
    "portal:remove-document": "document",
    "portal:restore-document": "document",
    "desk:person": "person",
    "desk:invite": "person",
    "desk:name": "person",
    "desk:activity": "activity",
    "desk:document": "document",
    "portal:declaration": "credential",
    "portal:receipt": "renewed",
    "portal:notification": "renewed",
    "portal:notification-pdf": "renewed",
    "desk:declaration": "submitted",
    "desk:approve-declaration": "submitted",
    "desk:payment": "payment",
    "desk:matter": "submitted",
    "desk:letter": "letter",
}
"""The pages about a thing of somebody's, and which one it is."""

WORDS = {
    "portal:add": [HOURLY],
    "portal:check": [HOURLY],
    "portal:address": ["home"],
    "portal:export": ["csv"],
}
"""What else stands in an address."""


@pytest.fixture
def owner():
    person = make_person()
    person.credential = make_credential(person, cycles=1)
    person.activity = make_activity(person)
    person.document = make_document(person.activity)
    today = clock.today(the_rulebook().calendar.time_zone.value)
    for name, category in {"submitted": "MLT", "renewed": "CLM"}.items():
        certified_on = certified_for(today)
        credential = make_credential(person, category=category, certified_on=certified_on)
        earn_everything(person, credential, on=today)
        setattr(person, name, submit(credential, on=today))
    approve_declaration(person.renewed.pk, today=today, by=REVIEWER, at=clock.now())
    return person


@pytest.fixture
def things(owner):
    invitation = Invitation.objects.create(
        person=owner, email="a@example.org", invited_at=AT, expires_at=AT
    )
    link = PrivateLink.objects.create(person=owner, purpose="calendar", made_at=AT)
    standing = PrivateLink.objects.create(person=owner, purpose="standing", made_at=AT)
    return {
        "credential": owner.credential.ref,
        "activity": owner.activity.ref,
        "document": owner.document.ref,
        "import": owner.imports.create(name="a.csv", lines=[], read_at=AT).ref,
        "person": owner.ref,
        "submitted": owner.submitted.ref,
        "renewed": owner.renewed.ref,
        "payment": paying_attempt(owner.submitted.order).ref,
        "letter": letter_that_came_back(owner).ref,
        "portal:invitation": SIGNER.sign(invitation.ref),
        "portal:calendar-feed": token_of(link),
        "portal:standing-link": token_of(standing),
    }


def address(name, things):
    if name in OBJECTS:
        return reverse(name, args=[things[OBJECTS[name]]])
    if name in things:
        return reverse(name, args=[things[name]])
    return reverse(name, args=WORDS.get(name, []))


def sign_in(client, who, owner):
    if who == "owner":
        client.force_login(owner.account)
    elif who == Role.CERTIFICANT:
        client.force_login(make_person("Somebody Else").account)
    elif who:
        client.force_login(make_account(staff=[who]))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_page_declares_who_may_see_it(name):
    declared = needed_by(PAGES[name].callback)
    assert declared in {PUBLIC, SIGNED_IN} or Permission(declared)


def test_a_page_that_declares_nothing_is_an_error():
    def page(request):
        raise AssertionError(request)

    page.__module__ = "recert.portal.somewhere"
    with pytest.raises(AssertionError, match="declares no permission"):
        needed_by(page)


def test_each_permission_is_granted_to_somebody():
    assert set().union(*GRANTS.values()) == set(Permission)
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_who_may_not_see_a_page_is_not_told_that_it_exists(client, owner, things, name):
    declared, before = needed_by(PAGES[name].callback), Event.objects.count()
    for who in ("", *sorted(set(Role) - {Role.SYSTEM})):  # as which nobody signs in
        if declared == PUBLIC or (declared == SIGNED_IN and who):
            continue
        granted = bool(who) and declared != SIGNED_IN and declared in GRANTS[Role(who)]
        if granted and (name not in OBJECTS or who in STAFF):
            continue
        sign_in(client, who, owner)
        for method in (client.get, client.post):
            answer = method(address(name, things))
            if who:
                assert answer.status_code == 404, who
            else:
                assert answer.status_code == 302
                assert answer.url.startswith("/accounts/login/?next=/")
        client.logout()
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_page_opens_for_whom_it_is(client, owner, things, name):
    declared = needed_by(PAGES[name].callback)
    staff = sorted(role for role in STAFF if declared in GRANTS[role])
    sign_in(client, staff[0] if staff else "owner", owner)
    posted = name in {"portal:add-documents", "portal:undo-allocation", "portal:check"}
    answer = client.post(address(name, things)) if posted else client.get(address(name, things))
    expected = {
        "portal:home": 302,  # to the dashboard
        "portal:bind": 302,  # is bound already
        "portal:invitation": 409,  # is over
        "portal:add-documents": 302,  # says that no file came
        "portal:undo-allocation": 409,  # nothing to undo
        "portal:restore": 302,
        "portal:undo-import": 302,
        "portal:remove-document": 302,
        "portal:restore-document": 302,
    }
    assert answer.status_code == expected.get(name, 200)
    if answer.streaming:
        assert b"".join(answer.streaming_content)


def test_what_names_nothing_is_not_found(client, owner):
    client.force_login(owner.account)
    for path in ("/nowhere", "/transcript/AC-0000-0000-0000", "/transcript/x%00", "/credentials/%"):
        assert client.get(path).status_code == 404


def test_staff_without_a_second_factor_are_led_to_one(client):
    account = make_account(staff=[Role.REVIEWER])
    account.authenticator_set.all().delete()
    client.force_login(account)
    answer = client.get(reverse("desk:home"))
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


def test_certificants_without_a_record_are_led_to_it(client):
    client.force_login(make_account())
    answer = client.get(reverse("portal:dashboard"))
    assert (answer.status_code, answer.url) == (302, reverse("portal:bind"))


def test_pages_are_not_kept_by_others_and_run_nothing_foreign(client, owner):
    client.force_login(owner.account)
    answer = client.get(reverse("portal:dashboard"))
    assert answer["Cache-Control"] == "no-store"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "onclick" not in answer.text
