"""Declarations that are not the usual one, in a browser, paid in the sandbox."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.declarations import jobs
from recert.declarations.actions.decisions import find_deficient
from recert.declarations.models import Declaration
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import years_after
from recert.policy.permissions import STAFF
from tests.declaring import REVIEWER, at, certified_for, declared, earn_everything
from tests.gateway.processor import Processor
from tests.journeys.conftest import sign_in
from tests.making import make_account, make_credential, make_person

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "4242424242424242"


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with Processor(tmp_path_factory.mktemp("processor")) as one:
        yield one


@pytest.fixture(autouse=True)
def paid_in_the_sandbox(settings, sandbox):
    settings.CARDS = sandbox.cards()


def ready(*, certified_on, category="MLS", name="Amina Benali", person=None):
    """Answer somebody who has all that the next declaration of a credential asks for."""
    person = person or make_person(name)
    person.credential = make_credential(person, category=category, certified_on=certified_on)
    earn_everything(person, person.credential, on=today())
    return person


def begin(page, title):
    page.goto(reverse("portal:declare"))
    card = page.get_by_role("article").filter(has_text=title)
    card.get_by_role("button").first.click()


def to_the_payment(page):
    """Go from the first step to the last: look, leave points as they are, attest, check."""
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Save and go on").last.click()
    for label in page.locator(".usa-checkbox__label").all():
        label.click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Check everything")).to_be_visible()


def pay(page, number=GOOD):
    page.get_by_role("main").get_by_role("link", name="Go on to pay").click()
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Month").fill("12")
    page.get_by_label("Year").fill("40")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="and submit").click()


def declare(page, title):
    begin(page, title)
    to_the_payment(page)
    pay(page)
    expect(page.get_by_text("Nothing to do: the board decides")).to_be_visible()


def test_late_is_taken_with_a_warning(browse):  # CYC-4
    person = ready(certified_on=years_after(today(), -3))  # it ends with this month
    page = browse()
    sign_in(page, person)
    begin(page, "MLS(ASCPi)")
    to_the_payment(page)
    expect(page.get_by_text("processing may outlast the certification").first).to_be_visible()
    pay(page)
    expect(page.get_by_text("after the certification has expired").first).to_be_visible()
    declaration = Declaration.objects.get()
    assert (declaration.state, declaration.late) == ("submitted", True)


def test_a_reinstatement_costs_both_fees(browse):  # FEE-2, STA-4
    person = ready(certified_on=years_after(today(), -5))
    page = browse()
    sign_in(page, person)
    page.goto(reverse("portal:declare"))
    expect(page.get_by_role("article")).to_contain_text("$220.00")
    declare(page, "MLS(ASCPi)")
    declaration = Declaration.objects.get()
    assert declaration.purpose == "reinstatement"
    amounts = {one.fee: str(one.amount) for one in declaration.order.lines.all()}
    assert amounts == {"application": "95.00", "reinstatement": "125.00"}
    expect(page.get_by_text("$220.00 paid with Visa")).to_be_visible()


def test_a_second_credential_on_the_same_day_costs_less(browse):  # FEE-3
    person = ready(certified_on=certified_for(today()))
    ready(certified_on=certified_for(today()), category="PBT", person=person)
    page = browse()
    sign_in(page, person)
    declare(page, "MLS(ASCPi)")
    expect(page.get_by_text("Declared today it costs $15.00 only.")).to_be_visible()
    page.get_by_role("button", name="PBT(ASCPi)").click()
    to_the_payment(page)
    pay(page)
    expect(page.get_by_text("$15.00 paid with Visa")).to_be_visible()
    paid = [str(one.order.lines.get().amount) for one in Declaration.objects.order_by("pk")]
    assert paid == ["95.00", "15.00"]


def test_who_need_not_takes_part_and_gets_the_designation(browse):  # PAR-3, PAR-6
    person = ready(certified_on=years_after(today(), -20), category="MT")
    page = browse()
    sign_in(page, person)
    declare(page, "MT(ASCPi)")
    page.get_by_role("button", name="Sign out").click()
    decide(browse, "Approve")
    page = browse()
    sign_in(page, person)
    card = page.get_by_role("article")
    expect(card.locator(".credential-title").first).to_have_text("MLS(ASCPi)CM")
    expect(card).to_contain_text("Maintained")


def decide(browse, button):
    """Let a reviewer decide about what waits."""
    page = browse()
    reviewer = make_account(staff=sorted(STAFF))
    page.context.add_cookies([cookie_of(reviewer)])
    page.goto(reverse("desk:declaration", args=[Declaration.objects.latest("pk").ref]))
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("button", name=button).first.click()  # what it brings was shown between
    expect(page.locator(".usa-alert--success")).to_be_visible()


def cookie_of(account):
    from tests.journeys.test_every_page import cookie_of as of  # noqa: PLC0415

    return of(account)


def lacking(declaration, on):
    first = declaration.activities.first().activity
    reasons = {first.ref: "The title says nothing of safety."}
    return find_deficient(
        declaration.pk, reasons=reasons, because="", today=on, by=REVIEWER, at=at(on)
    )


def test_what_was_deficient_is_put_right_without_paying(browse):  # DEC-6
    declaration = declared(on=today())
    lacking(declaration, today())
    page = browse()
    sign_in(page, declaration.credential.person)
    page.goto(reverse("portal:declaration", args=[declaration.ref]))
    expect(page.get_by_text("The title says nothing of safety.").first).to_be_visible()
    page.get_by_role("link", name="Put it right").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Save and go on").last.click()
    for label in page.locator(".usa-checkbox__label").all():
        if not page.locator(f"#{label.get_attribute('for')}").is_checked():
            label.click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Nothing to do: the board decides")).to_be_visible()
    declaration.refresh_from_db()
    assert declaration.state == "submitted"
    assert declaration.order.attempts.count() == 1


def test_what_is_not_put_right_in_time_is_deleted_and_says_so(browse):  # DEC-6
    calendar, day = BusinessDays(the_rulebook()), today()
    while calendar.after(day, business_days=30) >= today():
        day -= timedelta(days=1)
    declaration = declared(on=day)
    lacking(declaration, day)
    page = browse()
    sign_in(page, declaration.credential.person)
    expect(page.get_by_role("article")).not_to_contain_text("Put your declaration right")
    jobs.note_what_is_over(0)
    page.goto(reverse("portal:declaration", args=[declaration.ref]))
    expect(page.get_by_text("It was deleted, because it was not put right")).to_be_visible()
    declaration.refresh_from_db()
    assert declaration.state == "deleted"
    assert declaration.decided_on == declaration.correct_by + timedelta(days=1)
