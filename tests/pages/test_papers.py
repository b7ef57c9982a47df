"""The receipt and the renewal notification: what they say, to whom, and as PDF."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from recert.credentials.models import Grant
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.actions.drafts import start_declaration
from recert.payments.actions.refunds import settle_refund
from recert.payments.gateway import Refunding
from recert.payments.models import Attempt
from recert.payments.queries import paying_attempt
from recert.people.models import Person
from recert.policy.permissions import GRANTS, STAFF, SYSTEM, Permission, Role
from tests.declaring import (
    REVIEWER,
    asked_refund,
    at,
    certified_for,
    declared,
    earn_everything,
    renewed,
    submit,
)
from tests.making import actor, make_account, make_credential, make_person

pytestmark = pytest.mark.django_db

ON = date(2024, 11, 15)


def address(page, declaration):
    return reverse(f"portal:{page}", args=[declaration.ref])


def of_owner(client, page, declaration):
    client.force_login(declaration.credential.person.account)
    return client.get(address(page, declaration))


def text_of(answer):
    """Answer what a PDF says, on one line."""
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# The receipt


def test_a_receipt_says_what_was_paid_when_and_by_which_rule(client):  # FEE-1
    declaration = declared(on=ON, name="Śliwa Nowak", time_zone="Asia/Tokyo")
    answer = of_owner(client, "receipt", declaration)
    text = text_of(answer)
    for words in (
        "ASCP Board of Certification",
        "Receipt",
        declaration.order.ref,
        declaration.ref,
        "Śliwa Nowak",
        "Nov 16, 2024, 3:00 AM (Asia/Tokyo)",  # 18:00 UTC
        "Visa, ending in 4242",
        "Application fee FEE-1 $95.00",
        "Total $95.00",
        "Fees are not refunded. FEE-1",
        "MLS(ASCPi)",
    ):
        assert words in text, words
    assert "Given back" not in text
    assert declaration.order.ref in answer["Content-Disposition"]


def test_a_receipt_has_every_fee_with_its_reason(client):  # FEE-2, FEE-3
    person = make_person()
    first = make_credential(person, certified_on=certified_for(ON))
    second = make_credential(person, category="MLT", certified_on=certified_for(ON))
    for credential in (first, second):
        earn_everything(person, credential, on=ON)
    submit(first, on=ON)
    text = text_of(of_owner(client, "receipt", submit(second, on=ON)))
    assert "FEE-3 $15.00" in text
    assert "same business day" in text
    assert "Fees are not refunded. FEE-1" in text  # not that of the reduction
    lapsed = make_credential(person, category="PBT", certified_on=date(2020, 1, 10))
    earn_everything(person, lapsed, on=ON)
    text = text_of(of_owner(client, "receipt", submit(lapsed, on=ON)))
    assert "Reinstatement fee FEE-2 $125.00" in text
    assert "Total $220.00" in text


def test_a_receipt_tells_what_was_given_back(client):
    declaration = declared(on=ON)
    attempt = paying_attempt(declaration.order)
    refund = asked_refund(attempt, amount=Decimal("40.00"), because="Charged twice", on=ON)
    assert "Charged twice" not in text_of(of_owner(client, "receipt", declaration))
    done = Refunding("re_1", "succeeded", refund.money, refund.ref)
    settle_refund(refund.pk, found=done, by=SYSTEM, at=at(ON))
    text = text_of(of_owner(client, "receipt", declaration))
    assert "Given back Charged twice" in text
    assert "-$40.00" in text


def test_where_nothing_was_paid_there_is_no_receipt(client):
    declaration = declared(on=ON)
    Attempt.objects.update(state="failed", charge="")
    answer = of_owner(client, "receipt", declaration)
    assert answer.status_code == 409
    assert "Nothing was paid" in answer.text


# The renewal notification


def test_a_renewal_says_until_when_and_what_comes_next(client):  # DEC-7, CYC-2, CYC-4
    declaration = renewed(on=ON, name="Śliwa Nowak")
    page = of_owner(client, "notification", declaration).text
    paper = text_of(client.get(address("notification-pdf", declaration)))
    assert "MLS(ASCPi)<sup>CM</sup>" in page
    for words in (
        "Śliwa Nowak",
        "Renewal notification",
        "has renewed this certification",
        "January 1, 2025 to January 31, 2028",
        "from January 1, 2025",
        "CYC-2",
        "Next declaration opens",
        "October 31, 2027",
        "It is due by",
        "December 31, 2027",
        declaration.ref,
        declaration.credential.number,
        "36 points of 7 activities",
        "On ethics",
        "activities completed from January 1, 2025 to January 31, 2028 count",
    ):
        assert words in page, words
        assert words in paper, words
    assert address("receipt", declaration) in page


def test_the_designation_is_raised_in_the_pdf(client):
    declaration = renewed(on=ON)
    answer = of_owner(client, "notification-pdf", declaration)
    sizes: dict[str, float] = {}

    def look(text, _matrix, _text_matrix, _font, size):
        sizes.setdefault(text.strip(), size)

    PdfReader(BytesIO(answer.content)).pages[0].extract_text(visitor_text=look)
    assert sizes["CM"] < 0.7 * sizes["MLS(ASCPi)"]


def test_a_reinstatement_begins_on_the_day_of_its_approval(client):  # CYC-8
    person = make_person()
    credential = make_credential(person, certified_on=date(2020, 1, 10))
    earn_everything(person, credential, on=ON)
    declaration = submit(credential, on=ON)
    approved_on = ON + timedelta(days=10)
    approve_declaration(declaration.pk, today=approved_on, by=REVIEWER, at=at(approved_on))
    page = of_owner(client, "notification", declaration).text
    assert "has reinstated this certification" in page
    assert "November 25, 2024 to November 30, 2027" in page
    assert "from November 25, 2024, the day of the approval" in page
    assert "CYC-8" in page


def test_a_voluntary_one_has_its_designation_until_a_day(client):  # PAR-3, PAR-6
    person = make_person()
    credential = make_credential(person, category="MT", certified_on=date(2005, 5, 1))
    earn_everything(person, credential, on=ON)
    declaration = submit(credential, on=ON)
    approve_declaration(declaration.pk, today=ON, by=REVIEWER, at=at(ON))
    page = of_owner(client, "notification", declaration).text
    paper = text_of(client.get(address("notification-pdf", declaration)))
    assert "MLS(ASCPi)<sup>CM</sup>" in page
    for words in (
        "from November 15, 2024 to November 30, 2027",
        "MT(ASCPi), valid without expiration",
        "approved by November 30, 2027, it goes on without a gap",
        "activities of the 3 years before it count",
    ):
        assert words in page, words
        assert words in paper, words
    assert "Valid until" not in page


def test_before_the_approval_there_is_none(client):
    declaration = declared(on=ON)
    for page in ("notification", "notification-pdf"):
        answer = of_owner(client, page, declaration)
        assert answer.status_code == 409
        assert "once the board has approved" in answer.text


def test_of_a_renewal_that_was_revoked_there_is_none_any_more(client):  # AUD-6
    declaration = renewed(on=ON)
    Grant.objects.update(revoked_on=date(2024, 12, 2))
    answer = of_owner(client, "notification-pdf", declaration)
    assert answer.status_code == 409
    assert "was revoked on December 2, 2024" in answer.text


NAMES = ["محمد بن علي", "Жанна Ω", "王小明", r"#panic() $x$ \u{41} //", "x" * 200]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", ["receipt", "notification-pdf"])
def test_no_name_breaks_a_paper(client, name, page):
    declaration = renewed(on=ON, name=f"{name} {name}")
    answer = of_owner(client, page, declaration)
    assert PdfReader(BytesIO(answer.content)).metadata.author == f"{name} {name}"


# For whom


@pytest.mark.parametrize("page", ["receipt", "notification", "notification-pdf"])
@pytest.mark.parametrize("who", [*sorted(STAFF), Role.CERTIFICANT, None])
def test_papers_are_for_their_owner_and_for_staff_who_see_declarations(client, page, who):
    declaration = renewed(on=ON)
    status = 200 if who and Permission.SEE_DECLARATIONS in GRANTS[who] else 404
    staff = [who] if who and who != Role.CERTIFICANT else []
    account = make_person().account if who == Role.CERTIFICANT else make_account(staff=staff)
    client.force_login(account)
    assert client.get(address(page, declaration)).status_code == status


@pytest.mark.parametrize("page", ["receipt", "notification", "notification-pdf"])
def test_a_draft_has_no_papers(client, page):
    person = make_person()
    credential = make_credential(person, certified_on=certified_for(ON))
    draft = start_declaration(credential.pk, today=ON, by=actor(person), at=at(ON))
    client.force_login(Person.objects.get().account)
    assert client.get(address(page, draft)).status_code == 404
