"""The story of a badge, without JavaScript: taken, shown, downloaded, and given back."""

import json

import pytest

from recert import clock
from recert.board import the_rulebook
from recert.policy.cycles import years_after
from recert.registry.badges.reading import document_in
from tests.journeys.conftest import PHONE, axe_complaints, sign_in
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("holder", ["My legal name", "Neither"])
def test_a_badge_is_taken_shown_and_given_back(browse, holder):
    today = clock.today(the_rulebook().calendar.time_zone.value)
    person = make_person("Śliwa Nowak")
    credential = make_credential(person, certified_on=years_after(today, -4), cycles=1)
    page = browse(size=PHONE, java_script_enabled=False, accept_downloads=True)
    sign_in(page, person)
    page.goto(f"/credentials/{credential.ref}")
    page.get_by_role("link", name="Badge and certificate").click()
    page.get_by_text(holder).click()
    page.get_by_role("button", name="Take my badge").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="As a picture (PNG)").click()
    document = document_in(waiting.value.path().read_bytes())
    assert ("Śliwa" in json.dumps(document, ensure_ascii=False)) == (holder == "My legal name")
    page.get_by_role("link", name="See it as others do").click()
    assert page.get_by_text("holds today").is_visible()
    assert page.get_by_text("Śliwa Nowak", exact=True).is_visible() == (holder == "My legal name")
    shown = page.url
    page.goto(f"/credentials/{credential.ref}/badge")
    page.get_by_role("button", name="Give it back").click()
    assert page.get_by_text("holds no more, wherever you have shown it").is_visible()
    page.goto(shown)
    assert page.get_by_text("Do not rely on it").is_visible()
    assert page.complaints == []


def test_everybody_can_use_each_state_of_the_page(browse):
    """Each state has words and buttons of its own, which the other tests of pages do not see."""
    today = clock.today(the_rulebook().calendar.time_zone.value)
    person = make_person()
    credential = make_credential(person, certified_on=years_after(today, -4), cycles=1)
    expired = make_credential(person, category="H", certified_on=years_after(today, -5))
    page = browse(size=PHONE)
    sign_in(page, person)
    found = {}
    for state in ("untaken", "taken", "expired"):
        page.goto(f"/credentials/{expired.ref if state == 'expired' else credential.ref}/badge")
        found[state] = axe_complaints(page)
        if state == "untaken":
            page.get_by_role("button", name="Take my badge").click()
    assert found == {"untaken": [], "taken": [], "expired": []}
