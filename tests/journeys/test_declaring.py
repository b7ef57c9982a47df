"""Declaring with a browser, and paying at a processor that charges nothing, over HTTP."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.decisions import approve_declaration, find_deficient
from recert.declarations.models import Allocation, Declaration
from recert.payments.models import Attempt
from recert.policy.cycles import first_cycle, next_cycle, years_after
from recert.portal.templatetags.words import day as day_text
from tests.declaring import REVIEWER, certified_for, draft, earn_everything
from tests.fakes import ASKS_FIRST, DECLINED, DECLINED_AT_ENTRY, GOOD
from tests.gateway.processor import Processor
from tests.journeys.conftest import PHONE, axe_complaints
from tests.journeys.test_every_page import cookie_of
from tests.making import make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db(transaction=True)

BOOK = the_rulebook()


def today():
    return clock.today(BOOK.calendar.time_zone.value)


@pytest.fixture
def person():
    return make_person("Amina Benali")


@pytest.fixture
def credential(person):
    return make_credential(person, certified_on=certified_for(today()))


@pytest.fixture
def ready(person, credential):
    earn_everything(person, credential, on=today())
    return draft(credential, on=today())


def come(page, person, path="/dashboard"):
    page.context.add_cookies([cookie_of(person.account)])
    page.goto(path)


def button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name)


def tick(page, box):
    """Tick a box as people do: the design system draws it with its label."""
    page.locator(f"label[for='{box.get_attribute('id')}']").click()


def tick_all(page):
    for box in page.get_by_role("checkbox").all():
        tick(page, box)


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def pay_with(page, number):
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Month (MM)").fill("12")
    page.get_by_label("Year (YY)").fill("35")
    page.get_by_label("Security code (CVC)").fill("123")
    button(page, "and submit").click()


def at_the_card(page, declaration):
    page.goto(reverse("portal:declaration-pay", args=[declaration.ref]))
    expect(page.get_by_label("Card number")).to_be_visible()


@pytest.fixture
def in_one_box(person, credential):
    """36 points, all of them where they do not do yet."""
    areas = ["safety", "ethics", "blood-banking", "chemistry", "hematology", "microbiology"]
    for place in range(9):
        make_activity(
            person,
            f"Laboratory Days {place}",
            completed_on=today() - timedelta(days=60 - place),
            contact_hours=400,
            covers=[areas[place % 6], "related"],
            portions={"related": 400},
        )


def allocate_for_me(page):
    """Type some points, see what they do, and let the rest be done."""
    heading(page, "Where the points go")
    judged = page.locator("#judged")
    expect(judged.locator(".bar", has_text="Chemistry")).to_contain_text("0 of 2")
    boxes = page.get_by_role("group", name="Laboratory Days 3")
    boxes.get_by_label("Chemistry").fill("1.5")
    boxes.get_by_label("Related areas of interest").fill("2.5")
    expect(judged.locator(".bar", has_text="Chemistry")).to_contain_text("1.5 of 2")
    expect(boxes).to_contain_text("Counts: Chemistry 1.5, Related areas of interest 2.5")
    assert not Allocation.objects.exists()
    button(page, "Allocate for me").click()
    expect(judged).to_contain_text("Everything that is required is there.")
    assert axe_complaints(page) == []
    button(page, "Save and go on").last.click()


def attest(page):
    heading(page, "Your word for it")
    button(page, "Go on").click()
    expect(page.locator("#errors")).to_be_focused()
    tick_all(page)
    button(page, "Go on").click()


def test_from_36_points_to_a_renewed_credential(browse, processor, person, credential, in_one_box):
    page = browse()
    come(page, person)
    button(page, "Begin the declaration").click()
    heading(page, "Your activities")
    expect(page.locator("#declared")).to_contain_text("Laboratory Days 8")
    expect(page.locator("#declared")).to_contain_text("Enough is here")
    button(page, "Go on").click()
    allocate_for_me(page)
    attest(page)
    heading(page, "Check everything")
    expect(page.get_by_role("main")).to_contain_text("Fees are not refunded.")
    page.get_by_role("link", name="Go on to pay $95.00").click()
    heading(page, "Pay and submit")
    pay_with(page, ASKS_FIRST)
    page.get_by_role("button", name="Complete authentication").click()  # as the card is set up
    heading(page, "Your bank asks you to confirm")
    page.get_by_role("button", name="Complete authentication").click()
    heading(page, "Your declaration for MLS(ASCPi)")
    declaration = Declaration.objects.get()
    expect(page.get_by_role("main")).to_contain_text(f"Number {declaration.ref}")
    expect(page.get_by_role("main")).to_contain_text("Nothing to do: the board decides")
    assert declaration.state == "submitted"
    assert len(processor.charges_of(Attempt.objects.get().ref)) == 1

    approve_declaration(declaration.pk, today=today(), by=REVIEWER, at=clock.now())
    page.reload()
    page.get_by_role("link", name="The renewal notification").click()
    cycle = next_cycle(BOOK, first_cycle(BOOK, certified_on=credential.certified_on))
    for day in (cycle.starts, cycle.ends):
        expect(page.get_by_role("main")).to_contain_text(day_text(day))
    page.goto("/dashboard")
    expect(page.get_by_role("article")).to_contain_text("Renewed. The next cycle begins on")
    assert page.complaints == []


def test_a_declined_card_is_told_and_another_one_pays(browse, processor, person, ready):
    page = browse(size=PHONE)
    come(page, person)
    at_the_card(page, ready)
    pay_with(page, DECLINED_AT_ENTRY)  # told in place
    expect(page.locator("[data-error]")).to_contain_text("declined")
    assert Attempt.objects.count() == 0
    pay_with(page, DECLINED)  # told by the charge
    expect(page.get_by_role("alert").first).to_contain_text("It was not paid")
    expect(page.get_by_role("alert").first).to_be_focused()
    assert axe_complaints(page) == []
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLS(ASCPi)")
    assert [one.state for one in Attempt.objects.order_by("id")] == ["failed", "succeeded"]
    assert page.complaints == []


def test_what_is_no_card_is_told_in_place(browse, processor, person, ready):
    page = browse()
    come(page, person)
    at_the_card(page, ready)
    button(page, "and submit").click()
    expect(page.locator("[data-error]")).to_contain_text("The card could not be checked.")
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLS(ASCPi)")


def test_a_no_to_the_bank_is_told_and_another_card_pays(browse, processor, person, ready):
    page = browse()
    come(page, person)
    at_the_card(page, ready)
    pay_with(page, ASKS_FIRST)
    page.get_by_role("button", name="Complete authentication").click()
    heading(page, "Your bank asks you to confirm")
    assert axe_complaints(page, "main") == []  # the bank's own question is a stranger's
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.get_by_role("alert").first).to_contain_text("It was not paid")
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLS(ASCPi)")
    assert page.complaints == []


@pytest.fixture
def telling(settings, tmp_path, live_server):
    """A processor that tells us of what happens."""
    told = f"{live_server.url}{reverse('portal:webhook')}"
    with Processor(tmp_path, webhook=told) as one:
        settings.CARDS = one.cards()
        yield one


def test_a_browser_that_is_closed_loses_nothing(browse, telling, person, ready):
    page = browse()
    come(page, person)
    at_the_card(page, ready)
    pay_with(page, ASKS_FIRST)
    page.get_by_role("button", name="Complete authentication").click()
    heading(page, "Your bank asks you to confirm")
    page.route("**/declarations/**", lambda route: route.abort())  # nothing comes back to us
    page.get_by_role("button", name="Complete authentication").click()
    until = time.monotonic() + 30
    while Declaration.objects.get().state != "submitted":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert len(telling.charges_of(Attempt.objects.get().ref)) == 1


def test_a_processor_that_goes_away_and_comes_back(browse, settings, tmp_path, person, ready):
    with Processor(tmp_path) as processor:
        settings.CARDS = processor.cards() | {"seconds": 1.0}
        page = browse()
        come(page, person)
        at_the_card(page, ready)
        pay_with(page, ASKS_FIRST)
        page.get_by_role("button", name="Complete authentication").click()
        heading(page, "Your bank asks you to confirm")
        page.get_by_role("button", name="Complete authentication").wait_for()
        processor.kill()
        page.goto(reverse("portal:declaration", args=[ready.ref]))
        expect(page.get_by_role("main")).to_contain_text("Your payment is under way")
        assert axe_complaints(page) == []
        button(page, "Call it off").click()
        expect(page.get_by_role("main")).to_contain_text("it cannot be called off just now")
        processor.start()
        button(page, "Go on with the payment").click()
        heading(page, "Your bank asks you to confirm")
        button(page, "Answer the question").click()
        page.get_by_role("button", name="Complete authentication").click()
        heading(page, "Your declaration for MLS(ASCPi)")
        expect(page.get_by_role("main")).to_contain_text("Nothing to do: the board decides")
        assert len(processor.charges_of(Attempt.objects.get().ref)) == 1


def kinds_of_declaration():
    required = BOOK.categories["MLS"].required_from
    return {
        "late": (years_after(today(), -3), "$95.00"),
        "reinstatement": (years_after(today(), -4), "$220.00"),
        "voluntary": (years_after(required, -1), "$95.00"),
    }


@pytest.mark.parametrize("kind", ["late", "reinstatement", "voluntary"])
def test_each_kind_has_its_price(browse, processor, person, kind):  # CYC-4, STA-4, PAR-3
    certified_on, price = kinds_of_declaration()[kind]
    credential = make_credential(person, certified_on=certified_on)
    earn_everything(person, credential, on=today())
    declaration = draft(credential, on=today())
    page = browse()
    come(page, person, reverse("portal:declaration", args=[declaration.ref]))
    heading(page, "Check everything")
    late = page.get_by_text("You are late, and still in time")
    expect(late).to_have_count(1 if kind == "late" else 0)
    page.get_by_role("link", name=f"Go on to pay {price}").click()
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLS(ASCPi)")
    approve_declaration(declaration.pk, today=today(), by=REVIEWER, at=clock.now())
    page.goto("/dashboard")
    expect(page.get_by_role("article")).to_contain_text("MLS(ASCPi)")


def test_the_second_one_on_a_day_is_cheaper(browse, processor, person, ready):  # FEE-3
    other = make_credential(person, category="MLT", certified_on=certified_for(today()))
    earn_everything(person, other, on=today())
    page = browse()
    come(page, person)
    at_the_card(page, ready)
    pay_with(page, GOOD)
    expect(page.get_by_role("main")).to_contain_text("Declare MLT(ASCPi) too?")
    button(page, "Declare now").click()
    heading(page, "Your activities")
    button(page, "Go on").click()
    button(page, "Save and go on").last.click()
    tick_all(page)
    button(page, "Go on").click()
    page.get_by_role("link", name="Go on to pay $15.00").click()
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLT(ASCPi)")
    assert page.complaints == []


def test_what_is_deficient_is_put_right(browse, processor, person, credential, ready):  # DEC-6
    page = browse(size=PHONE)
    come(page, person)
    at_the_card(page, ready)
    pay_with(page, GOOD)
    heading(page, "Your declaration for MLS(ASCPi)")
    lacking = ready.activities.select_related("activity").first().activity
    find_deficient(
        ready.pk,
        reasons={lacking.ref: "Not in English."},
        because="",
        today=today(),
        by=REVIEWER,
        at=clock.now(),
    )
    page.goto("/dashboard")
    page.get_by_role("link", name="See what is lacking").click()
    expect(page.get_by_role("main")).to_contain_text("Not in English.")
    assert axe_complaints(page) == []
    page.get_by_role("link", name="Put it right").click()
    tick(page, page.get_by_role("checkbox", name=f"Leave out {lacking.title}"))
    expect(page.locator("#declared")).to_contain_text("missing still")
    page.get_by_role("link", name="Add an activity").click()
    page.get_by_role("link", name="Formal continuing education course").click()
    page.get_by_label("Title").fill("Once more, in English")
    page.get_by_label("Completed on").fill((today() - timedelta(days=2)).isoformat())
    page.get_by_label("Contact hours").fill(str(lacking.contact_hours / 100))
    area = BOOK.areas[lacking.covers[0]].title
    tick(page, page.get_by_role("checkbox", name=area, exact=True))
    button(page, "Add to my transcript").click()
    heading(page, "Your activities")
    expect(page.locator("#declared")).to_contain_text("Everything that is required is there.")
    button(page, "Go on").click()
    button(page, "Save and go on").last.click()
    button(page, "Go on").click()
    button(page, "Submit it again").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing to do: the board decides")
    assert Attempt.objects.count() == 1
    assert page.complaints == []


def test_all_but_the_card_works_without_javascript(browse, processor, person, ready):
    page = browse(java_script_enabled=False)
    come(page, person, reverse("portal:declaration-allocate", args=[ready.ref]))
    share = page.get_by_role("group", name="chemistry")
    share.get_by_role("button", name="Another area").click()
    share.get_by_label("Hematology").fill("1")
    share.get_by_label("Chemistry").fill("1")
    share.get_by_label("Chemistry").press("Enter")  # saves, and does not open another area
    heading(page, "Your word for it")
    assert Allocation.objects.get().portions == {"chemistry": 100, "hematology": 100}
    page.goto(reverse("portal:declaration-allocate", args=[ready.ref]))
    button(page, "Allocate for me").click()
    button(page, "Undo").click()
    page.goto(reverse("portal:declaration-allocate", args=[ready.ref]))
    share.get_by_label("Chemistry").fill("2")
    share.get_by_label("Hematology").fill("")
    button(page, "Save and go on").last.click()
    page.goto(reverse("portal:declaration-pay", args=[ready.ref]))
    assert "card numbers never come to us" in page.content()  # in what is there without


def test_what_counts_stays_in_sight_on_a_phone(browse, processor, person, ready):
    page = browse(size=PHONE)
    come(page, person, reverse("portal:declaration-allocate", args=[ready.ref]))
    box = page.get_by_role("group", name="microbiology").get_by_label("Microbiology")
    box.fill("0.5")
    judged = page.locator("#judged")
    expect(judged).to_contain_text("0.5 of 2")
    expect(judged).to_be_in_viewport()
    typed = box.bounding_box()
    assert typed["y"] + typed["height"] <= judged.bounding_box()["y"]
    assert axe_complaints(page) == []
