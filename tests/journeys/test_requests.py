"""Requests, audits and appeals, in a browser: asked, decided at the desk, and what follows."""

from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.casework.models import Request
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Audit, Declaration
from recert.people.models import Person
from recert.policy.cycles import months_after, years_after
from recert.policy.permissions import Role
from recert.portal.templatetags.words import day as day_text
from tests.asking import audit_not_passed
from tests.declarations.test_audits import AUDITOR
from tests.declaring import certified_for, earn_everything, submit
from tests.fakes import GOOD
from tests.journeys.conftest import DESKTOP, PHONE, axe_complaints
from tests.journeys.test_every_page import cookie_of
from tests.making import make_account, make_credential, make_person

pytestmark = pytest.mark.django_db(transaction=True)


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def files_are_apart(settings, tmp_path):
    storages = settings.STORAGES["default"]
    default = storages | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.png"
    Image.new("RGB", (600, 800), "white").save(path)
    return str(path)


@pytest.fixture
def person(files_are_apart):
    someone = make_person("Amina Benali")
    someone.credential = make_credential(someone, certified_on=years_after(today(), -2))
    return someone


@pytest.fixture
def enter(browse):
    """Answer a page on which somebody is signed in; their role where they are staff."""

    def come(who, *, size=DESKTOP):
        page = browse(size=size)
        account = make_account(staff=[who]) if isinstance(who, Role) else who.account
        page.context.add_cookies([cookie_of(account)])
        return page

    return come


def button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name)


def choose(page, text):
    """Choose as people do: the design system draws the circle with its label."""
    page.locator("label", has_text=text).first.click()


def is_right(page):
    """Answer whether axe finds nothing, and nothing is cut off."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert axe_complaints(page, "main") == []
    assert wide <= 0
    assert page.complaints == []


def enclose(page, path):
    page.get_by_label("Add documents").set_input_files(path)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="letter.png")).to_be_visible()


def main(page):
    return page.get_by_role("main")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_inactive_status_is_requested_paid_granted_and_ends(  # STA-1, STA-2, STA-3, FEE-4
    enter, processor, person, letter, size
):
    page = enter(person, size=size)
    page.goto(reverse("portal:requests"))
    is_right(page)
    page.get_by_role("link", name="Inactive status").click()
    is_right(page)
    choose(page, "Serious, incapacitating illness")
    page.get_by_label("Your letter").fill("I was in hospital since May.\nIt lasts.")
    button(page, "Go on").click()
    expect(main(page)).to_contain_text("It costs $40.00, to be paid by card")
    enclose(page, letter)
    is_right(page)
    button(page, "Pay $40.00 and send it").click()
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_label("Month (MM)").fill("12")
    page.get_by_label("Year (YY)").fill("35")
    page.get_by_label("Security code (CVC)").fill("123")
    is_right(page)
    button(page, "Pay $40.00 and send it").click()
    expect(main(page)).to_contain_text("Nothing to do: the board decides")
    expect(main(page)).to_contain_text("You paid $40.00")
    is_right(page)

    desk = enter(Role.REGISTRAR, size=size)
    desk.goto("/desk/")
    desk.get_by_role("link", name="1 Request").click()
    is_right(desk)
    desk.get_by_role("link", name="Amina Benali").click()
    is_right(desk)
    until = months_after(today(), 20)
    desk.get_by_label("Last day of the extension").fill(until.isoformat())
    button(desk, "Grant it").click()
    expect(main(desk)).to_contain_text("is decided; a letter says so")
    request = Request.objects.get()
    desk.goto(reverse("desk:request", args=[request.ref]))
    is_right(desk)

    page.reload()
    expect(main(page)).to_contain_text(f"Your cycle is extended until {day_text(until)}")
    is_right(page)
    page.get_by_role("link", name="See the certification").click()
    expect(main(page)).to_contain_text("Inactive")

    # Time passes, and nobody comes back: as if all of it had happened three years ago.
    ago = timedelta(days=3 * 366)
    credential = person.credential
    credential.certified_on -= ago
    credential.save()
    period = credential.inactive_periods.get()
    credential.inactive_periods.filter(pk=period.pk).update(
        granted_on=period.granted_on - ago, until_on=period.until_on - ago
    )
    page.reload()
    expect(main(page)).to_contain_text("Expired")
    expect(main(page)).to_contain_text("STA-3")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_name_changes(enter, person, letter, size):  # PER-1
    page = enter(person, size=size)
    page.goto(reverse("portal:account"))
    page.get_by_role("link", name="Ask for a change of name").click()
    is_right(page)
    page.get_by_label("New given names").fill("Amina")
    page.get_by_label("New family name").fill("Haddad")
    page.get_by_label("Which document shows it?").fill("Marriage license of 4 May")
    button(page, "Go on").click()
    expect(main(page)).to_contain_text("Add the official document")
    enclose(page, letter)
    button(page, "Send it to the board").click()
    expect(main(page)).to_contain_text("Nothing to do: the board decides")

    desk = enter(Role.REGISTRAR, size=size)
    desk.goto(reverse("desk:requests"))
    desk.get_by_role("link", name="Amina Benali").click()
    desk.get_by_role("link", name="letter.png").click()
    is_right(desk)
    with desk.expect_download() as download:
        button(desk, "Open it").click()
    assert download.value.suggested_filename == "letter.png"
    desk.go_back()
    is_right(desk)
    expect(desk.get_by_label("Family name")).to_have_value("Haddad")
    button(desk, "Grant it").click()
    expect(main(desk)).to_contain_text("is decided")
    assert Person.objects.get(pk=person.pk).name == "Amina Haddad"

    page.reload()
    expect(main(page)).to_contain_text("Your name is changed")
    page.goto(reverse("portal:account"))
    expect(main(page)).to_contain_text("Earlier names: Amina Benali")


@pytest.fixture
def audit(person):
    credential = make_credential(person, category="MB", certified_on=certified_for(today()))
    earn_everything(person, credential, on=today())
    return audit_not_passed(credential, on=today())


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_audit_is_passed(enter, person, letter, size):  # AUD-2, AUD-3, AUD-4, DEC-7
    credential = make_credential(person, category="MB", certified_on=certified_for(today()))
    earn_everything(person, credential, on=today())
    declaration = submit(credential, on=today())
    audit = select_for_audit(
        declaration.pk, because="One in ten.", today=today(), by=AUDITOR, at=clock.now()
    )
    items = audit.items.count()
    page = enter(person, size=size)
    page.goto(reverse("portal:declaration", args=[declaration.ref]))
    page.get_by_role("link", name="audit").first.click()
    expect(main(page)).to_contain_text(f"the documents of {items} activities")
    is_right(page)
    for place in range(items):
        page.get_by_label("Add documents").nth(place).set_input_files(letter)
        page.locator("form.upload button").nth(place).click()
        expect(page.get_by_role("link", name="letter.png")).to_have_count(place + 1)
    page.get_by_role("button", name="It is a translation").first.click()
    expect(main(page).get_by_text("translation", exact=True)).to_be_visible()
    page.get_by_role("link", name="Tell the board that all is there").click()
    is_right(page)
    button(page, "Send").click()
    expect(main(page)).to_contain_text("Nothing to do: the board looks at your documents")

    desk = enter(Role.AUDITOR, size=size)
    desk.goto("/desk/")
    desk.get_by_role("link", name="1 Audit").click()
    desk.get_by_role("link", name="Amina Benali").click()
    is_right(desk)
    expect(main(desk)).to_contain_text("The very same file")
    for place in range(items):
        row = desk.locator("section.panel[id^=item]").nth(place)
        row.locator("label", has_text="Accepted").first.click()
        row.get_by_role("button", name="Keep this").click()
        expect(row).not_to_contain_text("to judge")
    is_right(desk)
    choose(desk, "Passed")
    button(desk, "Decide").click()
    expect(main(desk)).to_contain_text(f"The audit {audit.ref} is decided.")

    page.goto(reverse("portal:declaration", args=[declaration.ref]))
    expect(main(page)).to_contain_text("Approved")
    page.get_by_role("link", name="The renewal notification").click()
    expect(main(page)).to_contain_text("MB(ASCPi)CM")
    is_right(page)


def appeal(page, audit, letter):
    page.goto(reverse("portal:audit", args=[audit.ref]))
    page.get_by_role("link", name="Appeal", exact=True).click()
    is_right(page)
    choose(page, "Serious, incapacitating illness")
    page.get_by_label("Your letter").fill("I lay ill for fourteen months.")
    button(page, "Go on").click()
    enclose(page, letter)
    is_right(page)
    button(page, "Send it to the board").click()
    expect(main(page)).to_contain_text("Nothing to do: the board decides")


def decide(enter, outcome, *, size):
    """Let one propose, and another agree."""
    first = enter(Role.REVIEWER, size=size)
    first.goto(reverse("desk:appeals"))
    is_right(first)
    first.get_by_role("link", name="Amina Benali").click()
    is_right(first)
    choose(first, outcome)
    first.get_by_label("For the certificant").fill("As the letter shows.")
    button(first, "Propose it").click()
    expect(main(first)).to_contain_text("You proposed the outcome.")

    second = enter(Role.REVIEWER, size=size)
    second.goto(reverse("desk:appeals"))
    second.get_by_role("link", name="Amina Benali").click()
    is_right(second)
    button(second, "I agree: decide it so").click()
    expect(main(second)).to_contain_text("goes on")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_audit_that_failed_is_appealed_and_won(enter, person, audit, letter, size):  # AUD-6
    page = enter(person, size=size)
    appeal(page, audit, letter)
    decide(enter, "Granted", size=size)
    page.reload()
    expect(main(page)).to_contain_text("Your appeal is granted: the audit counts as passed")
    is_right(page)
    page.get_by_role("link", name="See the declaration").click()
    expect(main(page)).to_contain_text("Approved.")
    assert Audit.objects.get().state == "passed"


def test_an_audit_that_failed_is_appealed_and_lost(enter, person, audit, letter):  # AUD-6
    page = enter(person)
    appeal(page, audit, letter)
    decide(enter, "Denied", size=DESKTOP)
    page.reload()
    expect(main(page)).to_contain_text("The board has denied your appeal")
    expect(main(page)).to_contain_text("As the letter shows.")
    is_right(page)
    # The days of its cycle pass: as if all of it had happened two months earlier.
    declaration = Declaration.objects.get()
    credential = declaration.credential
    credential.certified_on = months_after(credential.certified_on, -4)
    credential.save()
    page.get_by_role("link", name="Where I stand").first.click()
    expect(main(page)).to_contain_text("Expired")
