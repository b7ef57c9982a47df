"""An employer signs by a link, on a phone and without an account, and it counts."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Declaration
from recert.journal.letters import letter_of
from recert.journal.models import Notice
from recert.policy.cycles import months_after, years_after
from tests.declarations.test_audits import AUDITOR
from tests.declaring import at, earn_everything, submit
from tests.journeys.conftest import PHONE, axe_complaints, sign_in
from tests.making import make_credential, make_person
from tests.signing import EMAIL, make_assessment

pytestmark = pytest.mark.django_db(transaction=True)


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def person():
    cache.clear()
    someone = make_person("Amina Benali")
    certified_on = years_after(months_after(today(), 2), -3)  # it expires in two months
    someone.credential = make_credential(someone, certified_on=certified_on)
    day = today() - timedelta(days=50)
    someone.assessment = make_assessment(someone, completed_on=day, portions={"chemistry": 200})
    earn_everything(someone, someone.credential, on=today())
    return someone


def link_in_the_letter():
    notice = Notice.objects.select_related("event").get(event__kind="form.asked")
    assert notice.to == EMAIL
    return re.search(r"http://localhost:8000(/sign/\S+)", letter_of(notice).text)[1]


def test_an_employer_signs_an_assessment_and_it_counts(browse, person):  # PER-3, ACT-1.6
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:activity", args=[person.assessment.ref]))
    expect(page.get_by_text("missing for an audit")).to_be_visible()
    page.get_by_role("link", name="Ask for the signature").click()
    page.get_by_label("Their name").fill("Ada Employer")
    page.get_by_label("Their email address").fill(EMAIL)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_text("waits for the signature")).to_be_visible()

    phone = browse(size=PHONE, has_touch=True, is_mobile=True)
    phone.goto(link_in_the_letter())
    expect(phone.get_by_role("heading", level=1)).to_have_text("Employer Assessment Form")
    phone.get_by_role("button", name="Go on").tap()
    expect(phone.locator("#errors")).to_be_focused()
    phone.get_by_label("Specialties assessed").fill("Hematology")
    phone.get_by_label("Your full name").fill("Ada Employer")
    phone.get_by_role("button", name="Go on").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check, and sign")
    assert axe_complaints(phone) == []
    code = re.search(r"^\s+(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]
    phone.get_by_label("The code from the letter").fill(code)
    phone.get_by_role("button", name="Sign", exact=True).dblclick()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. It is signed.")
    assert axe_complaints(phone) == []
    with phone.expect_download() as download:
        phone.get_by_role("link", name="Save it").tap()
    assert download.value.suggested_filename.startswith("SF-")

    page.reload()
    expect(page.get_by_text("an audit would find them")).to_be_visible()
    expect(page.get_by_role("link", name="Change")).to_have_count(0)
    declaration = submit(person.credential, on=today())
    audit = select_for_audit(
        declaration.pk, because="To see.", today=today(), by=AUDITOR, at=at(today())
    )
    item = audit.items.get(activity=person.assessment)
    assert item.attested_by == "Ada Employer"
    page.goto(reverse("portal:audit", args=[audit.ref]))
    asked = page.locator(f"#{person.assessment.ref}")
    expect(asked).to_contain_text("Attested by Ada Employer; the board asks for no document.")
    assert Declaration.objects.count() == 1
    assert page.complaints == []
    assert phone.complaints == []


def test_the_same_without_javascript(browse, person):
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:ask-signature", args=[person.assessment.ref]))
    page.get_by_label("Their name").fill("Ada Employer")
    page.get_by_label("Their email address").fill(EMAIL)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_text("waits for the signature")).to_be_visible()
    phone = browse(size=PHONE, java_script_enabled=False)
    phone.goto(link_in_the_letter())
    phone.get_by_label("Specialties assessed").fill("Hematology")
    phone.get_by_label("Your full name").fill("Ada Employer")
    phone.get_by_label("Your full name").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Check, and sign")
    code = re.search(r"^\s+(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]
    phone.get_by_label("The code from the letter").fill(code)
    phone.get_by_label("The code from the letter").press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you. It is signed.")
