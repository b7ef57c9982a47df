"""What waits for the board and what it decided: filtered, counted, and a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from recert.declarations.declared import PAID_FOR, declarations_whole
from recert.declarations.models import Declaration
from recert.people.models import Person
from recert.people.search import people_named
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.refs import read_ref

State = Declaration.State

DEADLINES: Final = {State.SUBMITTED.value: "due_on", State.DEFICIENT.value: "correct_by"}
"""By state, the day that a list goes by, the earliest first; other lists go back in time."""


def state_words() -> dict[str, str]:
    """Answer what people call each state of a declaration."""
    return {
        State.DRAFT: _("Draft"),
        State.AWAITING_PAYMENT: _("Being paid"),
        State.SUBMITTED: _("Submitted"),
        State.DEFICIENT: _("Deficient"),
        State.UNDER_AUDIT: _("Under audit"),
        State.APPROVED: _("Approved"),
        State.DENIED: _("Denied"),
        State.WITHDRAWN: _("Withdrawn"),
        State.DELETED: _("Deleted"),
        State.DISCARDED: _("Discarded"),
    }


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which declarations a list has; what is empty lets all of them in.

    `late` is "late" for those that came after their due date (CYC-4), or "overdue" for those of
    which the board's own day has passed (CYC-7).
    """

    state: str = State.SUBMITTED
    purpose: str = ""
    category: str = ""
    late: str = ""
    words: str = ""


def declarations_like(
    actor: Actor, wanted: Wanted, *, as_of: date, after: str = "", most: int = 50
) -> list[Declaration]:
    """Answer declarations that were submitted, those whose day comes first first.

    `after` is the ref of the one after which the list begins. Two queries, however many there are.
    """
    found = _filtered(actor, wanted, as_of)
    by = DEADLINES.get(wanted.state)
    last = Declaration.objects.filter(ref=after).defer("case", "answer").first() if after else None
    if last:
        found = _after(found, last, by)
    return list(found.order_by(*([by, "id"] if by else ["-id"]))[:most])


def next_waiting(
    actor: Actor, wanted: Wanted, *, as_of: date, after: Declaration
) -> Declaration | None:
    """Answer what waits after a declaration, else before it, that somebody may decide about."""
    waiting = Wanted("submitted", wanted.purpose, wanted.category, wanted.late, wanted.words)
    found = _filtered(actor, waiting, as_of).exclude(pk=after.pk).order_by("due_on", "id")
    if actor.person:
        found = found.exclude(credential__person_id=actor.person)
    return _after(found, after, "due_on").first() or found.first()


def _filtered(actor: Actor, wanted: Wanted, as_of: date) -> QuerySet[Declaration]:
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    found = declarations_whole().defer("case", "answer").filter(state__in=PAID_FOR)
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.purpose:
        found = found.filter(purpose=wanted.purpose)
    if wanted.category:
        found = found.filter(credential__category=wanted.category)
    if wanted.late == "late":
        found = found.filter(late=True)
    if wanted.late == "overdue":
        found = found.filter(state=State.SUBMITTED, due_on__lt=as_of)
    return found.filter(_about(wanted.words)) if wanted.words else found


def _about(words: str) -> Q:
    """Answer what finds declarations by their ref, or by a person's number, address or name."""
    exact = Person.objects.filter(
        Q(customer_number=words.upper()) | Q(ref=read_ref(words)) | Q(email__iexact=words)
    )
    named = people_named(words).order_by().values("pk")
    return (
        Q(ref=read_ref(words))
        | Q(credential__person__in=exact.values("pk"))
        | Q(credential__person__in=named)
    )


def _after(
    found: QuerySet[Declaration], last: Declaration, by: str | None
) -> QuerySet[Declaration]:
    """Answer what comes after one; the first condition alone is what an index can begin with."""
    if by is None:
        return found.filter(pk__lt=last.pk)
    day: date | None = getattr(last, by)
    if day is None:
        return found
    later = Q(**{f"{by}__gt": day}) | Q(**{by: day, "pk__gt": last.pk})
    return found.filter(Q(**{f"{by}__gte": day}), later)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, for the board or for certificants."""

    submitted: int
    late: int
    overdue: int
    deficient: int


def counts_of_waiting(actor: Actor, *, as_of: date) -> Counts:
    """Answer how much waits. One query."""
    if not actor.may(Permission.SEE_DECLARATIONS):
        raise not_found()
    submitted = Q(state=State.SUBMITTED)
    found = Declaration.objects.filter(state__in=[State.SUBMITTED, State.DEFICIENT])
    return Counts(
        **found.aggregate(
            submitted=Count("pk", filter=submitted),
            late=Count("pk", filter=submitted & Q(late=True)),
            overdue=Count("pk", filter=submitted & Q(due_on__lt=as_of)),
            deficient=Count("pk", filter=Q(state=State.DEFICIENT)),
        )
    )


def submitted_by(person: int) -> list[Declaration]:
    """Answer what a person submitted, whatever became of it, the latest first."""
    found = declarations_whole().defer("case", "answer").filter(state__in=PAID_FOR)
    return list(found.filter(credential__person_id=person).order_by("-id"))


def paid_by(order: int) -> list[Declaration]:
    """Answer the declarations that an order pays."""
    found = declarations_whole().defer("case", "answer").filter(order_id=order)
    return list(found.order_by("id"))


def declarations_to_decide() -> QuerySet[Declaration]:
    """Answer all declarations that wait for the board's decision."""
    return Declaration.objects.filter(state=State.SUBMITTED)


def declarations_submitted() -> QuerySet[Declaration]:
    """Answer all declarations that were submitted, whatever became of them."""
    return Declaration.objects.filter(state__in=PAID_FOR)
