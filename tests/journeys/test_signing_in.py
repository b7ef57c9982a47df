"""Ways in: second factors for staff, passkeys, and sessions that can be ended elsewhere."""

import base64
import hmac
import struct

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import expect

from recert import clock
from recert.policy.permissions import Role
from tests.journeys.conftest import sign_in
from tests.making import make_account, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def code_of(secret, *, at):
    """Answer the code of an authenticator app, as RFC 6238 has it."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">Q", int(at) // 30), "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def test_the_codes_are_those_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert code_of(secret, at=59) == "287082"


def enter(page, email):
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()


def confirm(page):
    """Give the password once more, before what is worth protecting changes."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm Access")
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("button", name="Confirm").click()


def test_staff_set_up_a_second_factor_before_they_see_anything(browse):
    account = make_account("ada@example.org", staff=[Role.REVIEWER])
    account.authenticator_set.all().delete()
    page = browse()
    enter(page, account.email)
    expect(page.get_by_text("Staff sign in with a second factor")).to_be_visible()
    page.goto(reverse("desk:home"))
    assert page.url.endswith(reverse("mfa_index"))
    page.get_by_role("link", name="Activate").click()
    confirm(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code_of(secret, at=clock.now().timestamp()))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Recovery Codes")
    page.goto(reverse("desk:home"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")

    page.get_by_role("button", name="Sign out").click()
    enter(page, account.email)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_text("Incorrect code").first).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret, at=clock.now().timestamp() + 30))
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")
    assert page.complaints == []


def test_a_passkey_is_enough(browse):
    person = make_person("Amina Benali")
    page = browse()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, person)
    page.goto(reverse("mfa_add_webauthn"))
    confirm(page)
    page.get_by_label("Name").fill("My phone")
    page.get_by_text("Passwordless", exact=True).click()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/2fa/**")
    expect(page.locator("main")).to_contain_text("Recovery")
    assert Authenticator.objects.filter(user=person.account, type="webauthn").exists()
    page.goto("/dashboard")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/dashboard")
    assert page.complaints == []


def test_a_session_can_be_ended_from_elsewhere(browse):
    person = make_person("Amina Benali")
    here, there = browse(), browse()
    sign_in(here, person)
    sign_in(there, person)
    here.goto(reverse("usersessions_list"))
    here.get_by_role("button", name="Sign out everywhere else").click()
    there.goto("/dashboard")
    expect(there).to_have_title("Sign In · recert")
    here.goto("/dashboard")
    expect(here.get_by_role("heading", level=1)).to_contain_text("Where you stand")


def test_a_visitor_signs_up_and_finds_their_record(browse, mailoutbox):
    record = make_person("Amina Benali", account=False, customer_number="C4711")
    page = browse()
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Make an account").click()
    page.get_by_label("Email").fill("new@example.org")
    page.get_by_label("Password", exact=True).fill("nobody guesses this one")
    page.get_by_label("Password (again)").fill("nobody guesses this one")
    page.get_by_role("button", name="Sign Up").click()
    code = next(line.strip() for line in mailoutbox[0].body.splitlines() if is_code(line.strip()))
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find your record")
    page.get_by_label("Customer number").fill("c4711 ")
    page.get_by_label("Date of birth").fill(record.born_on.isoformat())
    page.get_by_role("button", name="This is me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where you stand, Amina")
    assert page.complaints == []


def is_code(line):
    return 6 <= len(line) <= 9 and line.replace("-", "").isalnum() and line.upper() == line
