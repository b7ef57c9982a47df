"""What is owed, paid and given back, to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from moneyed import Money

from recert.payments.models import NOT_GIVEN, Attempt, Order, OrderLine, Payer, Refund
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found


@dataclass(frozen=True, slots=True)
class Account:
    """What became of an order's money."""

    owed: Money
    paid: Money
    given_back: Money

    @property
    def is_settled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.paid >= self.owed

    @property
    def surplus(self) -> Money:
        """What was paid beyond what was owed, and not given back yet."""
        return max(self.paid - self.given_back - self.owed, Money(0, self.owed.currency))


def account_of(order: Order) -> Account:
    """Answer what became of an order's money. Three queries."""
    attempts = Attempt.objects.filter(order=order, state=Attempt.State.SUCCEEDED)
    refunds = Refund.objects.filter(attempt__order=order, state=Refund.State.DONE)
    owed = OrderLine.objects.filter(order=order)
    sums = [_sum(rows) for rows in (owed, attempts, refunds)]
    return Account(*(Money(one, order.currency) for one in sums))


def is_untouched(order: Order) -> bool:
    """Answer whether nothing was ever charged for an order."""
    return not Attempt.objects.filter(order=order, state=Attempt.State.SUCCEEDED).exists()


def kept_of(order: Order) -> Money:
    """Answer what was paid for an order and was not given back, nor is about to be."""
    paid = Attempt.objects.filter(order=order, state=Attempt.State.SUCCEEDED)
    refunds = Refund.objects.filter(attempt__order=order).exclude(state__in=NOT_GIVEN)
    return Money(_sum(paid) - _sum(refunds), order.currency)


def _sum(rows: QuerySet[OrderLine] | QuerySet[Attempt] | QuerySet[Refund]) -> Decimal:
    total: Decimal | None = rows.order_by().aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)


def lines_of_order(order: Order) -> list[OrderLine]:
    """Answer what an order is for, line by line."""
    return list(order.lines.all())


def open_attempt(order: Order | None) -> Attempt | None:
    """Answer the attempt to pay an order that has not ended yet."""
    if order is None:
        return None
    return Attempt.objects.filter(order=order, state=Attempt.State.OPEN).first()


def last_attempt(order: Order | None) -> Attempt | None:
    """Answer the latest attempt to pay an order."""
    return Attempt.objects.filter(order=order).order_by("-id").first() if order else None


def paying_attempt(order: Order | None) -> Attempt | None:
    """Answer the attempt that paid an order."""
    if order is None:
        return None
    succeeded = Attempt.objects.filter(order=order, state=Attempt.State.SUCCEEDED)
    return succeeded.order_by("id").first()


def attempt_at(pk: int) -> Attempt:
    """Answer an attempt as it is now, with its order."""
    return Attempt.objects.select_related("order__person").get(pk=pk)


def attempt_of_intent(intent: str) -> Attempt | None:
    """Answer the attempt that the processor calls so, where it is one of ours."""
    return Attempt.objects.filter(intent=intent).first() if intent else None


def attempts_without_end(*, started_before: datetime) -> list[int]:
    """Answer the ids of attempts that are still open, the oldest first."""
    found = Attempt.objects.filter(state=Attempt.State.OPEN, started_at__lt=started_before)
    return list(found.order_by("id").values_list("pk", flat=True))


def refunds_without_end() -> list[int]:
    """Answer the ids of refunds of which the processor has not told the end."""
    return list(
        Refund.objects.filter(state=Refund.State.ASKED).order_by("id").values_list("pk", flat=True)
    )


def refund_at(pk: int) -> Refund:
    """Answer a refund as it is now, with its attempt."""
    return Refund.objects.select_related("attempt__order__person").get(pk=pk)


def refund_seen_by(actor: Actor, ref: str) -> Refund:
    """Answer a refund to staff who may give money back."""
    found = Refund.objects.select_related("attempt__order__person").filter(ref=ref).first()
    if found is None or not actor.may(Permission.REFUND):
        raise not_found()
    return found


def payer_of(person: int) -> str:
    """Answer the processor's name of a person, or nothing."""
    return Payer.objects.filter(person_id=person).values_list("customer", flat=True).first() or ""


def attempts_seen_by(
    actor: Actor, *, state: str = "", before: str = "", most: int = 50
) -> list[Attempt]:
    """Answer attempts to pay, the latest first; `before` is the ref of one."""
    _must_see_payments(actor)
    found = Attempt.objects.select_related("order__person").order_by("-id")
    if state:
        found = found.filter(state=state)
    if before:
        found = found.filter(pk__lt=Attempt.objects.filter(ref=before).values("pk"))
    return list(found[:most])


def _must_see_payments(actor: Actor) -> None:
    if not actor.may(Permission.SEE_PAYMENTS):
        raise not_found()


def attempts_open_since(actor: Actor, *, before: datetime, most: int = 50) -> list[Attempt]:
    """Answer attempts that began before an instant and have not ended, the oldest first."""
    _must_see_payments(actor)
    found = Attempt.objects.filter(state=Attempt.State.OPEN, started_at__lt=before)
    return list(found.select_related("order__person").order_by("id")[:most])


def refunds_unfinished(actor: Actor, *, most: int = 50) -> list[Refund]:
    """Answer refunds under way, and those that failed and were not asked for again since."""
    _must_see_payments(actor)
    later = Refund.objects.filter(attempt=OuterRef("attempt"), pk__gt=OuterRef("pk"))
    failed = Q(state=Refund.State.FAILED) & ~Exists(later)
    under_way = Q(state__in=[Refund.State.PROPOSED, Refund.State.ASKED])
    found = Refund.objects.filter(under_way | failed)
    return list(found.select_related("attempt__order__person").order_by("-id")[:most])


def attempt_seen_by(actor: Actor, ref: str) -> Attempt:
    """Answer an attempt to staff who see payments."""
    _must_see_payments(actor)
    found = Attempt.objects.select_related("order__person").filter(ref=ref).first()
    if found is None:
        raise not_found()
    return found


def attempts_at(order: Order) -> list[Attempt]:
    """Answer every attempt to pay an order, the first one first."""
    return list(order.attempts.all())


def refunds_of(order: Order) -> list[Refund]:
    """Answer what was given back of an order, or asked for, the first one first."""
    return list(Refund.objects.filter(attempt__order=order).select_related("attempt"))


def left_of(attempt: Attempt) -> Money:
    """Answer what of a charge was not given back yet, and is not asked to be."""
    if attempt.state != Attempt.State.SUCCEEDED:
        return Money(0, attempt.currency)
    given = attempt.refunds.exclude(state__in=NOT_GIVEN)
    return attempt.money - Money(_sum(given), attempt.currency)


def attempts_paid_twice(actor: Actor) -> list[Attempt]:
    """Answer of each order that was paid too much the latest charge. Two queries."""
    _must_see_payments(actor)
    twice = [one.pk for one in orders_paid_twice()]
    found = Attempt.objects.filter(order__in=twice, state=Attempt.State.SUCCEEDED)
    latest = found.order_by("order", "-id").distinct("order").values("pk")
    charges = Attempt.objects.filter(pk__in=latest).select_related("order__person")
    return list(charges.order_by("-id"))


def orders_paid_twice(*, most: int = 50) -> list[Order]:
    """Answer the orders of which more was paid than owed and given back, the latest first."""

    def total(rows: QuerySet[Attempt] | QuerySet[Refund] | QuerySet[OrderLine]) -> Coalesce:
        summed = rows.order_by().values(_one=Value(1)).annotate(total=Sum("amount"))
        return Coalesce(Subquery(summed.values("total")), Decimal(0))

    here = OuterRef("pk")
    paid = Attempt.objects.filter(order=here, state=Attempt.State.SUCCEEDED)
    given_back = Refund.objects.filter(attempt__order=here, state=Refund.State.DONE)
    # Only an order that was paid more than once can be: the others need no sums.
    several = (
        Attempt.objects.filter(state=Attempt.State.SUCCEEDED)
        .values("order")
        .annotate(count=Count("id"))
        .filter(count__gt=1)
    )
    found = Order.objects.filter(pk__in=several.values("order")).alias(
        paid=total(paid),
        given_back=total(given_back),
        owed=total(OrderLine.objects.filter(order=here)),
    )
    surplus = found.filter(paid__gt=F("owed") + F("given_back"))
    return list(surplus.select_related("person").order_by("-id")[:most])


def refunds_to_look_after() -> QuerySet[Refund]:
    """Answer the refunds to agree to, and those that failed and were not asked for again since."""
    later = Refund.objects.filter(attempt=OuterRef("attempt"), pk__gt=OuterRef("pk"))
    waits = [Refund.State.PROPOSED, Refund.State.FAILED]
    return Refund.objects.filter(~Exists(later), state__in=waits)


def refunds_of_others(actor: Actor) -> Q:
    """Answer what finds the refunds that somebody proposed, to which another must agree."""
    return Q(state=Refund.State.PROPOSED, asked_by_ref=actor.ref)


def refunds_all() -> QuerySet[Refund]:
    """Answer all refunds."""
    return Refund.objects.all()
