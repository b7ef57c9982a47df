"""Whoever has no account: what do I need, the programme, and is this certification valid?"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from recert import clock
from recert.policy.cycles import first_cycle, next_cycle, years_after
from recert.registry.listing_actions import choose_listing
from tests.journeys.conftest import DESKTOP, PHONE, axe_complaints
from tests.making import BOOK, CATEGORY, HOURLY, actor, make_credential, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keys_apart(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def credential(today):
    person = make_person("Amina Benali")
    return make_credential(person, certified_on=years_after(today, -4), cycles=1)


def looked_at(page, name):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, name
    assert axe_complaints(page) == [], name


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_what_do_i_need_from_the_front_page_to_an_address_to_share(browse, today, size, script):
    ends = next_cycle(BOOK, first_cycle(BOOK, certified_on=years_after(today, -4))).ends
    page = browse(size=size, java_script_enabled=script)
    page.goto("/")
    page.get_by_role("link", name="What do I need?").click()
    page.get_by_label("Certification", exact=True).select_option(CATEGORY)
    page.get_by_label("Expires on").fill(str(ends))
    row = page.get_by_role("group", name="Activity 1")
    row.get_by_label("Kind").select_option(HOURLY)
    row.get_by_label("Contact hours").fill("4")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Next", exact=True)).to_be_visible()
    if script:
        row.get_by_label("Contact hours").fill("5")
        row.get_by_label("Contact hours").blur()
        expect(page).to_have_url(re.compile("0-amount=5"))
        expect(page.locator("#answer .ledger strong")).to_have_text("5")
        looked_at(page, "answered")
    said = page.locator("#answer .next__what").inner_text()
    address = page.url
    other = browse(size=size)
    other.goto(address)
    expect(other.locator("#answer .next__what")).to_have_text(re.compile(re.escape(said[:12])))
    assert page.complaints == other.complaints == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_employer_verifies_a_number_today_and_on_a_past_day(browse, credential, today, size):
    page = browse(size=size)
    page.goto("/")
    page.get_by_role("link", name="Verify a certification").first.click()
    looked_at(page, "asking")
    page.get_by_label("Certification number").fill(credential.number.lower())
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    expect(page.get_by_text("Benali")).to_have_count(0)
    looked_at(page, "answered")
    page.get_by_label("On which day").fill(str(credential.certified_on - timedelta(days=1)))
    page.get_by_role("button", name="Show that day").click()
    expect(page.get_by_text("Not certified yet")).to_be_visible()
    page.goto(reverse("portal:verified", args=[credential.number]))
    page.get_by_role("link", name="Receipt to keep").click()
    looked_at(page, "receipt")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the signed file").click()
    assert saved.value.suggested_filename.startswith("verification-")
    assert page.complaints == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_without_javascript_a_name_finds_only_who_allowed_it(browse, credential, size):
    page = browse(size=size, java_script_enabled=False)

    def by_name():
        page.goto(reverse("portal:verify"))
        page.get_by_label("Full name").fill("Amina Benali")
        page.get_by_label("Certification", exact=True).select_option(credential.category)
        page.get_by_role("button", name="Look up").click()

    by_name()
    expect(page.get_by_text("Nobody is found by this name")).to_be_visible()
    person = credential.person
    choose_listing(person.pk, listed=True, by=actor(person), at=clock.now())
    by_name()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_too_many_questions_are_told_on_a_page(browse, credential, settings, size):
    settings.REGISTER_RATE = (1, 60)
    page = browse(size=size)
    page.goto(reverse("portal:verified", args=[credential.number]))
    answer = page.goto(reverse("portal:verified", args=[credential.number]))
    assert answer.status == 429
    expect(page.get_by_text("too many questions")).to_be_visible()
    looked_at(page, "too many")
