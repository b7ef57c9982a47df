"""Each letter about a declaration, from the action that owes it to what its reader reads."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.submissions import correct_declaration
from recert.journal.letters import letter_of
from recert.journal.models import Notice
from recert.payments.actions.refunds import settle_refund
from recert.payments.gateway import Refunding
from recert.payments.queries import paying_attempt
from recert.policy.permissions import SYSTEM
from tests.declaring import (
    REVIEWER,
    asked_refund,
    at,
    declared,
    earn_everything,
    submit,
)
from tests.making import actor, make_credential, make_person

pytestmark = pytest.mark.django_db

ON = date(2024, 11, 15)
LATER = ON + timedelta(days=10)


def letters():
    """Answer the letters that are owed, the latest last; the text on one line."""
    notices = Notice.objects.select_related("event").order_by("id")
    found = [letter_of(one) for one in notices]
    return [(one.subject, " ".join(one.text.split())) for one in found]


def last_letter():
    return letters()[-1]


def submitted(*, category, certified_on, on=ON):
    person = make_person()
    credential = make_credential(person, category=category, certified_on=certified_on)
    earn_everything(person, credential, on=on)
    return submit(credential, on=on)


REINSTATED = {"category": "MLS", "certified_on": date(2020, 1, 10)}
VOLUNTARY = {"category": "MT", "certified_on": date(2005, 5, 1)}


def test_what_was_submitted_and_paid_is_told():  # DEC-4, CYC-7
    declaration = declared(on=ON)
    ((subject, text),) = letters()
    assert subject == "We have your declaration for MLS(ASCPi)"
    assert "MLS(ASCPi) (Renewal) reached us on November 15, 2024, 12:00" in text
    assert f"Its number is {declaration.ref}." in text
    paid = "card ending in 4242: - Application fee: $95.00 - Together: $95.00 Fees are not refunded"
    assert paid in text
    assert "We decide by December 31, 2024 at the latest" in text
    assert "due date" not in text
    assert f"http://localhost:8000/declarations/{declaration.ref} " in text


def test_who_was_late_is_warned():  # CYC-4, STA-6
    submitted(category="MLS", certified_on=date(2022, 1, 10), on=date(2025, 1, 20))
    _subject, text = last_letter()
    assert "came after its due date. Your certification ends on January 31, 2025" in text
    assert "Until we have decided, it stays valid" in text


def test_both_fees_of_a_reinstatement_are_told():  # FEE-2
    submitted(**REINSTATED)
    _subject, text = last_letter()
    assert "- Application fee: $95.00 - Reinstatement fee: $125.00 - Together: $220.00" in text


def test_a_renewal_is_told_with_what_comes_next():  # DEC-7
    declaration = declared(on=ON)
    approve_declaration(
        declaration.pk, because="Well kept.", today=LATER, by=REVIEWER, at=at(LATER)
    )
    subject, text = last_letter()
    assert subject == "Your MLS(ASCPi) is renewed until January 31, 2028"
    assert "begins on January 1, 2025 and ends on January 31, 2028" in text
    assert "From its first day you may write MLS(ASCPi)ᶜᴹ." in text
    assert "The board notes: Well kept." in text
    assert "opens on October 31, 2027 and is due by December 31, 2027" in text
    assert f"/declarations/{declaration.ref}/notification " in text


def test_a_voluntary_one_is_told_until_when():  # PAR-3
    declaration = submitted(**VOLUNTARY)
    approve_declaration(declaration.pk, today=LATER, by=REVIEWER, at=at(LATER))
    subject, text = last_letter()
    assert subject == "You may write MLS(ASCPi)ᶜᴹ until November 30, 2027"
    assert "From November 25, 2024 to November 30, 2027 you may write MLS(ASCPi)ᶜᴹ" in text
    assert "never expires" in text
    assert "opens on" not in text
    assert "The board notes" not in text


def test_what_is_lacking_is_told_by_activity_and_in_the_whole():  # DEC-6
    declaration = declared(on=ON)
    one = declaration.activities.first().activity
    find_deficient(
        declaration.pk,
        reasons={one.ref: "Write its title out."},
        because="Please look again.",
        today=LATER,
        by=REVIEWER,
        at=at(LATER),
    )
    subject, text = last_letter()
    assert subject == "Your declaration for MLS(ASCPi) is to be put right by January 9, 2025"
    assert f"Please look again. - {one.title}: Write its title out." in text
    assert "You do not pay again" in text
    assert "After that day: The declaration is deleted; a new one needs a new fee." in text
    correct_declaration(
        declaration.pk, today=LATER, by=actor(declaration.credential.person), at=at(LATER)
    )
    subject, text = last_letter()
    assert subject == "We have your corrected declaration for MLS(ASCPi)"
    assert "There was nothing more to pay" in text
    assert "We decide by January 9, 2025" in text


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            {"category": "MLS", "certified_on": date(2022, 1, 10)},
            "ends on January 31, 2025, as before. To keep it, submit a new declaration by then",
        ),
        (REINSTATED, "ended on January 31, 2023. To bring it back"),
        (VOLUNTARY, "never expires. To go on with the designation"),
    ],
)
def test_what_was_withdrawn_is_told_with_the_way_on(facts, says):
    declaration = submitted(**facts)
    by = actor(declaration.credential.person)
    withdraw_declaration(declaration.pk, today=LATER, by=by, at=at(LATER))
    subject, text = last_letter()
    assert "is withdrawn" in subject
    assert "Its fee is not refunded" in text
    assert says in text


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            {"category": "MLS", "certified_on": date(2022, 1, 10)},
            "is valid until January 31, 2025. A new declaration needs a new fee, and after that",
        ),
        (REINSTATED, "ended on January 31, 2023. To bring it back"),
        (VOLUNTARY, "never expires. To go on with the designation"),
    ],
)
def test_what_was_deleted_is_told_with_the_way_on(facts, says):  # DEC-6
    declaration = submitted(**facts)
    find_deficient(
        declaration.pk, reasons={}, because="Why?", today=LATER, by=REVIEWER, at=at(LATER)
    )
    over = date(2025, 1, 10)
    delete_declaration(declaration.pk, today=over, by=SYSTEM, at=at(over))
    subject, text = last_letter()
    assert "has been deleted" in subject
    assert "was to be put right by January 9, 2025" in text
    assert "its fee is not refunded" in text
    assert says in text


def test_who_withdraws_what_kept_it_valid_is_told_that_it_has_ended():  # STA-6
    declaration = declared(on=ON)
    by, after = actor(declaration.credential.person), date(2025, 2, 3)
    withdraw_declaration(declaration.pk, today=after, by=by, at=at(after))
    assert "ended on January 31, 2025. To bring it back" in last_letter()[1]


def test_what_was_given_back_is_told_with_the_reason():  # FEE-1
    attempt = paying_attempt(declared(on=ON).order)
    refund = asked_refund(attempt, amount=Decimal("40.00"), because="Charged twice", on=ON)
    done = Refunding("re_1", "succeeded", refund.money, refund.ref)
    settle_refund(refund.pk, found=done, by=SYSTEM, at=at(LATER))
    subject, text = last_letter()
    assert subject == "$40.00 come back to you"
    assert "On November 25, 2024, 12:00" in text
    assert "the one ending in 4242" in text
    assert f"The number of the refund is {refund.ref}." in text
    assert "The reason: Charged twice" in text
