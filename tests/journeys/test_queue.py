"""The queue by keys alone: down the list, into one, approved, and on to the next."""

import pytest
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.declarations.models import Declaration
from recert.policy.permissions import Role
from recert.queue.models import Assignment, Note
from tests.declaring import declared
from tests.journeys.conftest import PHONE
from tests.journeys.test_every_page import cookie_of
from tests.making import make_account

pytestmark = pytest.mark.django_db(transaction=True)


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


def test_a_reviewer_works_through_the_queue_by_keys(browse):
    for name in ("First One", "Second One", "Third One"):
        declared(on=today(), name=name)
    page = browse()
    page.context.add_cookies([cookie_of(make_account(staff=[Role.REVIEWER]))])
    page.goto("/desk/queue?kind=declaration")
    expect(page.locator("[data-keys]")).to_be_visible()
    for key, focused in {"j": "First One", "ArrowDown": "Second One", "k": "First One"}.items():
        page.keyboard.press(key)
        expect(page.locator("[data-row]:focus")).to_have_text(focused)
    page.get_by_label("Kind").focus()
    page.keyboard.press("j")  # in a field, it is a letter
    assert page.locator("[data-row]:focus").count() == 0
    page.get_by_role("link", name="First One").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/declarations/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("First One")
    page.get_by_role("button", name="I look after it").click()
    expect(page.get_by_text("You look after this since")).to_be_visible()
    page.get_by_text("Write a note").first.click()
    page.get_by_label("Write a note").fill("All of it is there.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("All of it is there.")).to_be_visible()
    page.get_by_role("button", name="Approve …").click()
    page.get_by_role("button", name="Approve and renew").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second One")
    assert "kind=declaration&from=queue" in page.url
    page.get_by_role("link", name="What waits").click()
    expect(page.locator("[data-row]")).to_have_text(["Second One", "Third One"])
    assert Declaration.objects.filter(state="approved").count() == Note.objects.count() == 1
    assert not Assignment.objects.filter(ended_at=None).exists()
    assert page.complaints == []


def test_all_of_it_works_on_a_phone_and_without_scripts(browse):
    declared(on=today(), name="Only One")
    page = browse(size=PHONE, java_script_enabled=False)
    page.context.add_cookies([cookie_of(make_account(staff=[Role.REVIEWER]))])
    page.goto("/desk/")
    page.get_by_role("link", name="Only One").click()
    page.get_by_role("button", name="I look after it").click()
    page.get_by_role("link", name="Hand it over").click()
    page.get_by_label("Write a note").fill("Later.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Later.")).to_be_visible()
    assert Assignment.objects.count() == 1
