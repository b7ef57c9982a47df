"""What is owed, each attempt to pay it, and what was given back; sums are never stored."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.db import models
from django.db.models import Q
from moneyed import Money

from recert.people.models import Person
from recert.refs import new_ref


class Order(models.Model):
    """What a person owes for something; its lines say what, how much, and by which rule."""

    ref = models.TextField(unique=True, default=partial(new_ref, "OR"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="orders")
    currency = models.TextField()  # ISO 4217
    ordered_at = models.DateTimeField()

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class OrderLine(models.Model):
    """One fee of an order, as the rulebook had it on the day; `subject` is what it is for."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    subject = models.TextField()  # a ref
    fee = models.TextField()  # the key of a fee of the rulebook
    title = models.TextField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    rule = models.TextField()
    because = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(amount__gte=0), name="order_line_owes_nothing_back"),
        )
        indexes = (models.Index(fields=["subject"], name="order_line_subject"),)

    def __str__(self) -> str:
        """Print what it is, and how much."""
        return f"{self.title} {self.amount}"


class Attempt(models.Model):
    """One attempt to pay an order by card, from the click to what became of it.

    `intent` is the processor's name of the charge, kept before it is confirmed: so a charge is
    made at most once, however often this is begun again. `acted_on` is the board's day of the
    click, which is the day of submission.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        OPEN = "open"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    ref = models.TextField(unique=True, default=partial(new_ref, "PA"), editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="attempts")
    state = models.TextField(choices=State, default=State.OPEN)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.TextField()
    customer = models.TextField()  # the processor's names of whoever pays, and of the card
    method = models.TextField()
    card_brand = models.TextField(blank=True)
    card_last4 = models.TextField(blank=True)
    intent = models.TextField(blank=True)
    charge = models.TextField(blank=True)
    failure_code = models.TextField(blank=True)
    failure = models.TextField(blank=True)  # as the processor says it
    acted_on = models.DateField()
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["open", "succeeded", "failed"]),
                name="attempt_state_is_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_pays_something"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="open"), name="attempt_one_open_for_an_order"
            ),
            models.UniqueConstraint(
                fields=["intent"], condition=~Q(intent=""), name="attempt_of_one_intent"
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="attempt_settled_iff_not_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | ~Q(charge=""),
                name="attempt_succeeded_by_a_charge",
            ),
        )
        indexes = (
            models.Index(fields=["id"], condition=Q(state="open"), name="attempt_open"),
            models.Index(fields=["-started_at"], name="attempt_latest"),
            models.Index(
                fields=["settled_at"], condition=Q(state="succeeded"), name="attempt_taken"
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def money(self) -> Money:
        """What is to be charged."""
        return Money(self.amount, self.currency)


class Refund(models.Model):
    """Money given back of a charge, why and by whom; it counts once the processor has done it.

    Where the rulebook wants a second person, it is proposed first, and asked for once they agree.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        PROPOSED = "proposed"
        ASKED = "asked"
        DONE = "done"
        FAILED = "failed"
        DECLINED = "declined"

    ref = models.TextField(unique=True, default=partial(new_ref, "RF"), editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="refunds")
    state = models.TextField(choices=State, default=State.ASKED)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    because = models.TextField()
    asked_by = models.TextField()
    asked_by_ref = models.TextField(blank=True)
    agreed_by = models.TextField(blank=True)  # the second person, also where they did not
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    processor_ref = models.TextField(blank=True)
    failure = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "asked", "done", "failed", "declined"]),
                name="refund_state_is_known",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_gives_something"),
            models.CheckConstraint(condition=~Q(because=""), name="refund_has_a_reason"),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(state__in=["proposed", "asked"]),
                name="refund_one_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=["proposed", "failed"]),
                name="refund_waits",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def money(self) -> Money:
        """What is given back."""
        return Money(self.amount, self.attempt.currency)


NOT_GIVEN: Final = (Refund.State.FAILED, Refund.State.DECLINED)
"""The states of a refund of which nothing came."""


class Payer(models.Model):
    """The processor's name of a person, so that a card may be charged after it was checked."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="payer")
    customer = models.TextField(unique=True)

    def __str__(self) -> str:
        """Print the name."""
        return self.customer
