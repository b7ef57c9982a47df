"""A declaration brought to each state of its life, as people bring it there."""

from datetime import date

from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import discard_declaration
from recert.declarations.actions.submissions import settle_payment
from recert.declarations.models import Declaration
from recert.payments.models import Attempt
from recert.policy.permissions import SYSTEM
from tests.declaring import REVIEWER, at, begin_payment, charged, draft, earn_everything
from tests.making import actor, make_credential, make_person

State = Declaration.State

CERTIFIED = date(2022, 1, 10)  # the cycle ends on 2025-01-31
OPEN = date(2024, 11, 15)  # a Friday
DECIDED = date(2024, 12, 2)
OVERDUE = date(2025, 2, 3)
SMALL = "PBT"
"""A category that asks for few activities, so that there is little to make."""


def ready(*, category=SMALL, certified_on=CERTIFIED, on=OPEN, person=None):
    """Make a credential whose next declaration has all it asks for."""
    person = person or make_person()
    credential = make_credential(person, category=category, certified_on=certified_on)
    earn_everything(person, credential, on=on)
    return credential


def declaration_in(state, credential=None):
    """Answer a declaration in a state, the attempt that pays it, if any, and who declares it."""
    credential = credential or ready()
    by, declaration, attempt = actor(credential.person), draft(credential, on=OPEN), None
    if state == State.DISCARDED:
        discard_declaration(declaration.pk, by=by, at=at(OPEN))
    elif state != State.DRAFT:
        attempt = begin_payment(declaration, on=OPEN)
    if state not in {State.DRAFT, State.DISCARDED, State.AWAITING_PAYMENT}:
        settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    decided = {"today": DECIDED, "at": at(DECIDED)}
    if state == State.APPROVED:
        approve_declaration(declaration.pk, by=REVIEWER, **decided)
    elif state == State.WITHDRAWN:
        withdraw_declaration(declaration.pk, by=by, **decided)
    elif state in {State.DEFICIENT, State.DELETED}:
        find_deficient(declaration.pk, reasons={}, because="A page lacks.", by=REVIEWER, **decided)
    if state == State.DELETED:
        delete_declaration(declaration.pk, today=OVERDUE, by=SYSTEM, at=at(OVERDUE))
    declaration = Declaration.objects.select_related("credential__person").get(pk=declaration.pk)
    assert declaration.state == state
    return declaration, attempt


def failed_once(credential=None):
    """Answer a draft of which a payment was tried, and the attempt that failed."""
    declaration, attempt = declaration_in(State.AWAITING_PAYMENT, credential)
    settle_payment(attempt.pk, found=charged(attempt, "failed"), at=at(OPEN))
    declaration.refresh_from_db()
    assert declaration.state == State.DRAFT
    return declaration, Attempt.objects.get(pk=attempt.pk)
