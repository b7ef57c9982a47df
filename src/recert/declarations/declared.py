"""Declarations, to read: whose they are, what is in them, and what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.models import PREFIX, AuditItem, Declaration, DeclaredActivity
from recert.declarations.queries import Position, Positions, positions_of
from recert.payments.models import NOT_GIVEN, Attempt, OrderLine, Refund
from recert.payments.queries import kept_of
from recert.people.models import Person
from recert.people.queries import address_of
from recert.policy import Assessment, Unusable, assess, plan, read_case
from recert.policy.calendar import BusinessDays
from recert.policy.fees import Charge, Submission, fees_due, total_of
from recert.policy.permissions import Actor, Permission
from recert.policy.planned import CredentialPlan
from recert.policy.points import Points
from recert.policy.refusals import Refused, not_found

State = Declaration.State

PAID_FOR = (
    State.SUBMITTED,
    State.DEFICIENT,
    State.UNDER_AUDIT,
    State.APPROVED,
    State.DENIED,
    State.WITHDRAWN,
    State.DELETED,
)
"""The states of a declaration that was submitted, whatever became of it: its fee is spent."""


def own_declaration(actor: Actor, ref: str) -> Declaration:
    """Answer a declaration to whoever makes it, and to nobody else."""
    found = declarations_whole().filter(ref=ref).first()
    if found is None or found.credential.person_id != actor.person:
        raise not_found()
    return found


def declaration_seen_by(actor: Actor, ref: str) -> Declaration:
    """Answer a declaration that was submitted to staff who see declarations."""
    found = declarations_whole().filter(ref=ref, state__in=PAID_FOR).first()
    if found is None or not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    return found


def declaration_read_by(actor: Actor, ref: str) -> Declaration:
    """Answer a declaration that was submitted to whoever made it, and to staff who see such."""
    found = declarations_whole().filter(ref=ref, state__in=PAID_FOR).first()
    own = found is not None and found.credential.person_id == actor.person
    if found is None or not (own or actor.may(Permission.SEE_DECLARATIONS)):
        raise not_found()
    return found


def declarations_whole() -> QuerySet[Declaration]:
    """Answer declarations with whose they are."""
    return Declaration.objects.select_related("credential__person", "order", "grant")


def declarations_of(person: int) -> list[Declaration]:
    """Answer what a person declared, the latest first, without what was discarded."""
    found = declarations_whole().filter(credential__person_id=person)
    return list(found.exclude(state=State.DISCARDED).order_by("-id").defer("case", "answer"))


def declarations_waiting(actor: Actor, *, most: int = 100) -> list[Declaration]:
    """Answer what waits for the board's decision, what is due first first."""
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    found = declarations_whole().filter(state=State.SUBMITTED).defer("case", "answer")
    return list(found.order_by("due_on", "id")[:most])


def declared_activities(declaration: Declaration) -> list[DeclaredActivity]:
    """Answer the activities of a declaration as they were declared."""
    return list(declaration.activities.select_related("activity"))


def assessment_declared(declaration: Declaration) -> Assessment:
    """Assess a declaration again from what was kept when it was declared.

    Raises `Refused` where the rulebook no longer knows something that was declared.
    """
    book = the_rulebook()
    try:
        case = read_case(declaration.case or {}, book)
    except Unusable as error:
        raise Refused(
            "rules-lack-it",
            _(
                "What was declared in %(ref)s cannot be judged by the rulebook of today, which "
                "lacks something that it names. Whoever keeps the rulebook puts that back. %(why)s"
            )
            % {"ref": declaration.ref, "why": error},
        ) from error
    return assess(book, case)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is in a declaration that can still be changed, judged as it would be on a day.

    `plan` says what is missing; `left_out` are the activities that one keeps for later, by ref.
    """

    declaration: Declaration
    position: Position
    positions: Positions
    assessment: Assessment
    plan: CredentialPlan

    @property
    def left_out(self) -> list[str]:
        """The refs of activities in these days that one keeps for later."""
        return [one for one in self.declaration.left_out if one in self.positions.activities]


def draft_of(declaration: Declaration, *, as_of: date) -> Draft:
    """Answer what is in a declaration that can still be changed, as it would be on a day.

    Raises `Refused` where no declaration is taken any more.
    """
    book = the_rulebook()
    person = declaration.credential.person_id
    positions = positions_of(person, as_of=as_of, planned=False)
    position = positions.of(declaration.credential)
    if position.assessment is None:
        raise Refused("not-declarable", position.declarable.says)
    case = position.assessment.case
    proven, left_out = _proven(declaration), set(declaration.left_out)
    # What was used before stays: it counts for nothing, and says why its like does not either.
    kept = tuple(
        msgspec.structs.replace(one, documented=proven.get(one.id))
        for one in case.activities
        if one.id not in left_out or one.used_in_cycle_ending
    )
    assessment = assess(book, msgspec.structs.replace(case, activities=kept))
    planned = plan([assessment], as_of=as_of).credentials[0]
    return Draft(declaration, position, positions, assessment, planned)


def _proven(declaration: Declaration) -> dict[str, Points]:
    """Answer by activity what an audit found proven, where it found less than all."""
    if declaration.state in {State.DRAFT, State.DEFICIENT}:
        return {}
    items = AuditItem.objects.filter(audit__declaration=declaration).exclude(documented=None)
    return {
        one.activity.ref: Points(one.documented or 0) for one in items.select_related("activity")
    }


def attestations_lacking(declaration: Declaration) -> list[str]:
    """Answer the keys of the sentences to which the certificant has not put their name yet."""
    return [key for key in the_rulebook().attestations if key not in declaration.attested]


def charges_of(declaration: Declaration, *, today: date) -> list[Charge]:
    """Answer what a declaration costs when it is submitted on a day (FEE-1 to FEE-5).

    What the person submitted on the same business day counts with it (FEE-3).
    """
    person = declaration.credential.person
    submissions = submitted_with(person, today=today, but=declaration.pk)
    submissions.append(_submission(declaration, today))
    charges = fees_due(the_rulebook(), submissions, country=country_of(person))
    return [one for one in charges if one.ref == declaration.ref]


def submitted_with(person: Person, *, today: date, but: int | None = None) -> list[Submission]:
    """Answer what a person submitted that counts with a business day, in its order (FEE-3).

    `but` is the id of a declaration that is left out. One query.
    """
    calendar = BusinessDays(the_rulebook())
    earlier = Declaration.objects.filter(
        credential__person=person, state__in=PAID_FOR, submitted_on__lte=today
    )
    if but is not None:
        earlier = earlier.exclude(pk=but)
    with_it = [
        one
        for one in earlier.order_by("-submitted_on", "-id").defer("case", "answer")[:TOGETHER]
        if one.submitted_on
        and calendar.on_or_after(one.submitted_on) == calendar.on_or_after(today)
    ]
    with_it.sort(key=lambda one: (one.submitted_at, one.pk))
    return [_submission(one, one.submitted_on or today) for one in with_it]


TOGETHER = 50
"""More declarations than this nobody submits on one business day."""


def _submission(declaration: Declaration, on: date) -> Submission:
    return Submission(
        ref=declaration.ref,
        purpose=declaration.for_purpose,
        submitted_on=on,
        expires_on=declaration.cycle_ends_on,
    )


def country_of(person: Person) -> str:
    """Answer the country of residence, by which fees may differ (FEE-5)."""
    home = address_of(person, "home")
    return home.country if home else ""


def is_paid(declaration: Declaration, charges: Sequence[Charge]) -> bool:
    """Answer whether what a draft costs was paid already, by a charge that came late."""
    if declaration.order is None or not charges:
        return False
    kept = kept_of(declaration.order)
    return kept >= total_of(the_rulebook(), charges)


def idle_payments(actor: Actor, *, most: int = 50) -> list[Attempt]:
    """Answer payments that serve no declaration, of which nothing was given back yet.

    There should be none: a charge that the processor made although it had been called off.
    """
    if not actor.may(Permission.SEE_PAYMENTS):
        raise not_found()
    served = Declaration.objects.filter(order=OuterRef("order"), state__in=PAID_FOR)
    given_back = Refund.objects.filter(attempt=OuterRef("pk")).exclude(state__in=NOT_GIVEN)
    for_one = OrderLine.objects.filter(order=OuterRef("order"), subject__startswith=PREFIX)
    found = Attempt.objects.filter(
        ~Exists(served), ~Exists(given_back), Exists(for_one), state=Attempt.State.SUCCEEDED
    )
    return list(found.select_related("order__person").order_by("-id")[:most])


def overdue_corrections(*, as_of: date) -> list[int]:
    """Answer the ids of deficient declarations whose time to be put right has passed (DEC-6)."""
    found = Declaration.objects.filter(state=State.DEFICIENT, correct_by__lt=as_of)
    return list(found.order_by("correct_by", "id").values_list("pk", flat=True))


def overdue_correction_of(credential: int, *, as_of: date) -> int | None:
    """Answer the id of the deficient declaration of a credential whose time has passed."""
    found = Declaration.objects.filter(
        credential_id=credential, state=State.DEFICIENT, correct_by__lt=as_of
    )
    return found.values_list("pk", flat=True).first()


def declarations_of_order(order: int) -> list[int]:
    """Answer the ids of the declarations that an order pays."""
    found = Declaration.objects.filter(order_id=order).order_by("id")
    return list(found.values_list("pk", flat=True))
