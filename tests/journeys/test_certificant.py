"""A certificant with a browser: in, an activity with its document, and out with new figures."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.policy.cycles import years_after
from recert.transcript.models import Activity
from tests.journeys.conftest import PHONE, axe_complaints, sign_in
from tests.making import (
    HOURLY,
    make_credential,
    make_person,
)

pytestmark = pytest.mark.django_db(transaction=True)


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def person():
    someone = make_person("Amina Benali")
    make_credential(someone, certified_on=years_after(today(), -2))
    return someone


def certificate():
    content = BytesIO()
    Image.new("RGB", (60, 40), "white").save(content, "PNG")
    return {"name": "certificate.png", "mimeType": "image/png", "buffer": content.getvalue()}


def test_from_sign_in_to_the_new_figures(browse, person):
    page = browse()
    sign_in(page, person)
    card = page.get_by_role("article")
    safety = card.locator(".bar", has_text="Laboratory or patient safety")
    expect(safety).to_contain_text("0 of 1")

    page.get_by_role("link", name="Add an activity").first.click()
    page.get_by_role("link", name="Formal continuing education course").click()
    page.get_by_label("Title").fill("Safe Sharps")
    page.get_by_label("Completed on").fill((today() - timedelta(days=30)).isoformat())
    page.get_by_label("Contact hours").fill("1.5")
    page.get_by_label("Points for Laboratory or patient safety").fill("1.5")
    expect(page.get_by_role("checkbox", name="Laboratory or patient safety")).to_be_checked()
    judgement = page.locator("#judgement")
    expect(judgement).to_contain_text("1.5 points")
    expect(judgement).to_contain_text("0 → 1.5 of 1")
    page.get_by_role("button", name="Add to my transcript").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Safe Sharps")
    expect(page.get_by_text("missing for an audit")).to_be_visible()
    page.get_by_label("Add documents").set_input_files(certificate())
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("an audit would find them")).to_be_visible()
    expect(page.get_by_role("link", name="certificate.png")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="certificate.png").click()
    assert download.value.suggested_filename == "certificate.png"

    page.get_by_role("link", name="Where I stand").click()
    expect(safety).to_contain_text("1.5 of 1")
    expect(safety).to_contain_text("met")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.complaints == []


def test_the_same_without_javascript_and_by_keyboard(browse, person):
    page = browse(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.get_by_label("Email", exact=True).fill(person.account.email)
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard")
    page.goto(reverse("portal:add", args=[HOURLY]))
    page.get_by_label("Title").fill("Typed by hand")
    page.get_by_label("Completed on").fill((today() - timedelta(days=3)).isoformat())
    page.get_by_label("Contact hours").fill("2")
    page.get_by_label("Contact hours").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed by hand")
    assert Activity.objects.count() == 1


def test_a_double_click_adds_once(browse, person):
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:add", args=[HOURLY]))
    page.get_by_label("Title").fill("Clicked twice")
    page.get_by_label("Completed on").fill((today() - timedelta(days=3)).isoformat())
    page.get_by_label("Contact hours").fill("2")
    page.get_by_role("button", name="Add to my transcript").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Clicked twice")
    page.go_back()
    expect(page.get_by_role("button", name="Add to my transcript")).to_be_enabled()
    assert Activity.objects.count() == 1


def test_the_keyboard_reaches_the_content_first(browse, person):
    page = browse()
    sign_in(page, person)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()


def test_mistakes_are_told_and_focus_goes_to_them(browse, person):
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:add", args=[HOURLY]))
    page.get_by_role("button", name="Add to my transcript").click()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors").get_by_role("link", name="Title").click()
    expect(page.get_by_label("Title")).to_be_focused()
    assert axe_complaints(page) == []


def test_a_session_that_ends_while_typing_loses_nothing(browse, person):
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:add", args=[HOURLY]))
    with page.expect_response("**/transcript/check/**"):
        page.get_by_label("Title").fill("Safe Sharps at the Bedside")
    Session.objects.all().delete()
    page.get_by_label("Contact hours").press_sequentially("1.5")
    expect(page).to_have_title("Sign In · recert")
    page.get_by_label("Email", exact=True).fill(person.account.email)
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    expect(page.get_by_label("Title")).to_have_value("Safe Sharps at the Bedside")
    expect(page.get_by_label("Contact hours")).to_have_value("1.5")
    assert page.complaints == []


def test_what_an_activity_counts_for_stays_in_sight_on_a_phone(browse, person):
    page = browse(size=PHONE)
    sign_in(page, person)
    page.goto(reverse("portal:add", args=[HOURLY]))
    page.get_by_label("Title").fill("Safe Sharps")
    page.get_by_label("Completed on").fill((today() - timedelta(days=30)).isoformat())
    hours = page.get_by_label("Contact hours")
    hours.press_sequentially("1.5")
    judgement = page.locator("#judgement")
    expect(judgement).to_contain_text("1.5 points")
    expect(judgement).to_be_in_viewport()
    covered = judgement.bounding_box()["y"]
    typed = hours.bounding_box()
    assert typed["y"] + typed["height"] <= covered
    assert axe_complaints(page) == []
