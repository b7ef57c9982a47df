"""Every page that there is, at two sizes: axe finds nothing, and nothing is cut off."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from recert import clock
from recert.board import the_rulebook
from recert.edge import needed_by
from recert.journal.secret_links import token_of as token_of_letter
from recert.people.access import PUBLIC, SIGNED_IN
from recert.people.links import SIGNER, token_of
from recert.people.models import Invitation, PrivateLink
from recert.policy.cycles import years_after
from recert.policy.permissions import GRANTS, STAFF, Role
from recert.transcript.signing.queries import key_of
from tests.journeys.conftest import DESKTOP, PHONE, axe_complaints
from tests.making import (
    CATEGORY,
    make_account,
    make_activity,
    make_credential,
    make_document,
    make_person,
)
from tests.pages.test_who_sees_what import PAGES, address, make_owner
from tests.signing import ask, make_assessment

pytestmark = pytest.mark.django_db(transaction=True)

NO_PAGE = {
    "portal:health": "plain text",
    "portal:check": "a part of a page",
    "portal:calendar-feed": "a calendar",
    "portal:export": "a file",
    "portal:document": "a file",
    "portal:receipt": "a file",
    "portal:certificate": "a file",
    "portal:wallet-card": "a file",
    "portal:badge-file": "a file",
    "portal:badge-picture": "a picture",
    "portal:badge-list": "a file",
    "portal:achievement-picture": "a picture",
    "portal:issuer": "for programs",
    "portal:did": "for programs",
    "portal:notification-pdf": "a file",
    "portal:import-template": "a file",
    "portal:left-out": "a file",
    "portal:restore": "a button",
    "portal:remove-document": "a button",
    "portal:restore-document": "a button",
    "portal:add-documents": "a button",
    "portal:undo-import": "a button",
    "portal:undo-allocation": "a button",
    "portal:mark-document": "a button",
    "portal:audit-period": "a file",
    "desk:publish-key": "a button",
    "portal:declaration-judge": "a part of a page",
    "portal:declaration-call-off": "a button",
    "portal:webhook": "for the card processor",
    "portal:returns": "for the mail provider",
    "desk:letter-sample-html": "a letter",
    "portal:ask-again": "a button",
    "portal:enclose": "a button",
    "portal:enclose-in-appeal": "a button",
    "portal:send-request": "a button",
    "portal:send-appeal": "a button",
    "portal:call-off-request": "a button",
    "portal:remove-enclosure": "a button",
    "portal:enclosure": "a file",
    "portal:cancel-form": "a button",
    "portal:paper": "a file",
    "portal:signed-paper": "a file",
    "portal:end-acting": "a button",
    "portal:verification-file": "a file",
    "portal:public-keys": "a file",
    "portal:staff-file": "a file",
    "portal:intake-result": "a file",
    "portal:organisations": "leads to the only one",
}
OTHERS = {
    "": [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/nowhere",
        "/api/v1/docs",
    ],
    "owner": [
        "/accounts/2fa/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ],
    "nobody": ["/accounts/2fa/"],
    "staff": ["/accounts/2fa/"],
}
"""The pages of allauth, by who sees them."""

KINDS = [["formal-course"], ["book"], ["advanced-certification"], ["presentation"]]


def who_looks(name):
    if name == "portal:home":
        return ""
    declared = needed_by(PAGES[name].callback)
    if name in {"portal:bind", "portal:invitation"}:
        return "nobody"
    if declared in {PUBLIC, SIGNED_IN}:
        return "owner" if declared == SIGNED_IN else ""
    return "owner" if declared in GRANTS[Role.CERTIFICANT] else "staff"


@pytest.fixture
def board():
    """A person with a bit of everything, and the refs of it."""
    today = clock.today(the_rulebook().calendar.time_zone.value)
    person = make_owner()
    credential = make_credential(person, certified_on=years_after(today, -2))
    make_credential(person, category=CATEGORY, certified_on=years_after(today, -5))
    activity = make_activity(person, completed_on=today - timedelta(days=60))
    for place in range(4):
        day = today - timedelta(days=90 + place)
        make_activity(person, f"Talk {place}", completed_on=day, portions={"chemistry": 200})
    fate = {"line": 2, "cells": {"title": "Gold"}, "said": None, "why": ["unknown"], "note": ""}
    read = person.imports.create(name="a.csv", lines=[fate], read_at=clock.now())
    guest = make_person("Guest Invited", account=False)
    later = clock.now() + timedelta(days=5)
    invitation = Invitation.objects.create(
        person=guest, email="a@example.org", invited_at=clock.now(), expires_at=later
    )
    standing = PrivateLink.objects.create(person=person, purpose="standing", made_at=clock.now())
    asked = ask(make_assessment(person), at=clock.now())
    person.things |= {
        "credential": credential.ref,
        "activity": activity.ref,
        "document": make_document(activity).ref,
        "import": read.ref,
        "portal:invitation": SIGNER.sign(invitation.ref),
        "portal:standing-link": token_of(standing),
        "to sign": make_assessment(person, completed_on=today - timedelta(days=40)).ref,
        "portal:sign": token_of_letter(key_of(asked)),
        "portal:decline": token_of_letter(key_of(asked)),
    }
    return person


def addresses(who, things):
    for name in sorted(PAGES):
        if name in NO_PAGE or who_looks(name) != who:
            continue
        if name == "portal:add":
            yield from (reverse(name, args=kind) for kind in KINDS)
        else:
            yield address(name, things)
    yield from OTHERS[who]


def cookie_of(account):
    client = Client()
    client.force_login(account)
    value = client.cookies["sessionid"].value
    return {"name": "sessionid", "value": value, "domain": "localhost", "path": "/"}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("who", ["", "owner", "nobody", "staff"])
def test_everybody_can_use_every_page(browse, board, processor, who, size):
    page = browse(size=size)
    accounts = {"owner": board.account, "staff": make_account(staff=sorted(STAFF))}
    if who:
        page.context.add_cookies([cookie_of(accounts.get(who) or make_account())])
    found, seen = {}, 0
    for path in addresses(who, board.things):
        answer = page.goto(path)
        assert answer.status in {200, 404 if path == "/nowhere" else 200}, path
        seen += 1
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        complaints = axe_complaints(page) + ([f"{wide} px too wide"] if wide > 0 else [])
        if complaints:
            found[path] = complaints
    assert found == {}
    assert seen >= len(OTHERS[who])
    assert page.complaints == []


def test_what_is_no_page_is_named_for_a_reason():
    assert set(NO_PAGE) <= set(PAGES)
