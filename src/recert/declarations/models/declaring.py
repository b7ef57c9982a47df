"""Declarations, what a certificant allocated for one credential, and what a cycle has used up."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from recert.credentials.models import Credential, Grant
from recert.payments.models import Order
from recert.policy.cycles import Cycle
from recert.policy.rulebook import Purpose
from recert.policy.standing import Pending
from recert.refs import new_ref
from recert.transcript.models import Activity


class Allocation(models.Model):
    """Points of an activity by area, for one credential; else the activity's own hold (ACT-7)."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="allocations")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="allocations")
    portions = models.JSONField()  # area: hundredths

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["credential", "activity"], name="allocation_once"),
        )

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.activity_id} for {self.credential_id}"


class Use(models.Model):
    """An activity that a renewed cycle of a credential used up (ACT-2)."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="uses")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="uses")
    cycle_ends_on = models.DateField()

    class Meta:
        """As the table is made."""

        constraints = (models.UniqueConstraint(fields=["credential", "activity"], name="use_once"),)

    def __str__(self) -> str:
        """Print the cycle that used it."""
        return f"{self.activity_id} in the cycle until {self.cycle_ends_on}"


PREFIX: Final = "DE"
"""What the ref of a declaration begins with."""

BEFORE: Final = ["draft", "awaiting-payment"]
WITH_THE_BOARD: Final = ["submitted", "deficient", "under-audit"]
DECIDED: Final = ["approved", "denied", "withdrawn", "deleted"]
"""The states of a declaration, by where it is: before it is submitted, with the board, decided."""


class Declaration(models.Model):
    """What a certificant submits to maintain a credential, from the first page to the decision.

    While it is a draft the transcript and the allocation say what is in it; what is declared is
    kept as it was when it was paid, with the rulebook and the answer, so that a decision can be
    explained and asked again years later. `cycle_*` is the cycle that it is for: none for a
    voluntary certification that nothing maintains.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        DRAFT = "draft"
        AWAITING_PAYMENT = "awaiting-payment"
        SUBMITTED = "submitted"
        DEFICIENT = "deficient"
        UNDER_AUDIT = "under-audit"
        APPROVED = "approved"
        DENIED = "denied"
        WITHDRAWN = "withdrawn"
        DELETED = "deleted"
        DISCARDED = "discarded"

    ref = models.TextField(unique=True, default=partial(new_ref, PREFIX), editable=False)
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="declarations"
    )
    state = models.TextField(choices=State, default=State.DRAFT)
    purpose = models.TextField()
    cycle_starts_on = models.DateField(null=True, blank=True)
    cycle_ends_on = models.DateField(null=True, blank=True)
    left_out = ArrayField(models.TextField(), default=list, blank=True)  # refs of activities
    attested = models.JSONField(default=dict, blank=True)  # key of the rulebook: instant
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="declarations"
    )
    case = models.JSONField(null=True, blank=True)  # in the case format
    answer = models.JSONField(null=True, blank=True)  # of the kernel
    rulebook = models.TextField(blank=True)  # its fingerprint
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    late = models.BooleanField(default=False)  # after the due date (CYC-4)
    due_on = models.DateField(null=True, blank=True)  # by when the board decides (CYC-7)
    correct_by = models.DateField(null=True, blank=True)  # the last day to put it right (DEC-6)
    corrected_on = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)  # the last day to answer a failed audit
    decided_on = models.DateField(null=True, blank=True)
    grant = models.OneToOneField(
        Grant, on_delete=models.PROTECT, null=True, blank=True, related_name="declaration"
    )

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[*BEFORE, *WITH_THE_BOARD, *DECIDED, "discarded"]),
                name="declaration_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["credential"],
                condition=Q(state__in=[*BEFORE, *WITH_THE_BOARD]),
                name="declaration_one_open_for_a_credential",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[*BEFORE, "discarded"],
                    submitted_on__isnull=True,
                    submitted_at__isnull=True,
                )
                | Q(
                    state__in=[*WITH_THE_BOARD, *DECIDED],
                    submitted_on__isnull=False,
                    submitted_at__isnull=False,
                ),
                name="declaration_submitted_iff_past_payment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"]) | Q(case__isnull=False),
                name="declaration_declared_has_its_case",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(due_on__isnull=False),
                name="declaration_submitted_has_a_due_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="deficient") | Q(correct_by__isnull=False),
                name="declaration_deficient_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_on__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_on__isnull=True)),
                name="declaration_decided_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", grant__isnull=False)
                | (~Q(state="approved") & Q(grant__isnull=True)),
                name="declaration_grants_iff_approved",
            ),
            models.CheckConstraint(
                condition=Q(cycle_starts_on__isnull=True, cycle_ends_on__isnull=True)
                | Q(cycle_starts_on__isnull=False, cycle_ends_on__isnull=False),
                name="declaration_cycle_is_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_on", "id"], condition=Q(state="submitted"), name="declaration_waiting"
            ),
            models.Index(
                fields=["correct_by", "id"],
                condition=Q(state="deficient"),
                name="declaration_to_correct",
            ),
            # What ended, the latest first.
            models.Index(
                fields=["state", "-id"],
                condition=Q(submitted_on__isnull=False),
                name="declaration_latest",
            ),
            # What came and what was decided, by the week.
            models.Index(
                fields=["submitted_on"],
                condition=Q(submitted_on__isnull=False),
                name="declaration_submitted",
            ),
            models.Index(
                fields=["decided_on", "state"],
                condition=Q(decided_on__isnull=False),
                name="declaration_decided",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def cycle(self) -> Cycle | None:
        """The cycle that it is for."""
        if self.cycle_starts_on is None or self.cycle_ends_on is None:
            return None
        return Cycle(starts=self.cycle_starts_on, ends=self.cycle_ends_on)

    @property
    def for_purpose(self) -> Purpose:
        """The purpose, as the kernel takes it."""
        return self.purpose  # type: ignore[return-value]  # written from the kernel's own

    @property
    def pending(self) -> Pending | None:
        """The facts of it for the credential's standing; None before it is submitted."""
        if self.submitted_on is None:
            return None
        return Pending(submitted_on=self.submitted_on, decided_on=self.decided_on or self.over_on)

    @property
    def over_on(self) -> date | None:
        """The day on which it ends by itself, if nothing more comes.

        Deficient, it is not put right (DEC-6); audited and not proven, neither new points nor an
        appeal come (AUD-5).
        """
        if self.state == self.State.DEFICIENT:
            last = self.correct_by
        else:
            last = self.answer_by if self.state in WITH_THE_BOARD else None
        return last + DAY if last else None

    def is_over(self, *, as_of: date) -> bool:
        """Answer whether the time to put it right has passed; a job notes it then or later."""
        return self.over_on is not None and self.over_on <= as_of

    def state_on(self, day: date) -> Declaration.State:
        """Answer where it is on a day, noted or not."""
        if not self.is_over(as_of=day):
            return self.State(self.state)
        return self.State.DELETED if self.state == self.State.DEFICIENT else self.State.DENIED

    @property
    def is_editable(self) -> bool:
        """Whether what is in it follows the transcript still."""
        return self.state in EDITABLE


DAY: Final = timedelta(days=1)

OPEN: Final = frozenset(
    {
        Declaration.State.DRAFT,
        Declaration.State.AWAITING_PAYMENT,
        Declaration.State.SUBMITTED,
        Declaration.State.DEFICIENT,
        Declaration.State.UNDER_AUDIT,
    }
)
"""The states in which a declaration is not ended: of each credential one at a time."""

EDITABLE: Final = frozenset({Declaration.State.DRAFT, Declaration.State.DEFICIENT})
"""The states in which the certificant can change what is in it."""

DECLARED: Final = OPEN - {Declaration.State.DRAFT}
"""The states in which what it counts is not free for another."""


class DeclaredActivity(models.Model):
    """An activity of a declaration as it was declared, and what the board found lacking in it."""

    declaration = models.ForeignKey(
        Declaration, on_delete=models.CASCADE, related_name="activities"
    )
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="declared")
    claimed = models.PositiveIntegerField()  # hundredths
    counted = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # area: hundredths
    deficiency = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("activity__completed_on", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["declaration", "activity"], name="declared_activity_once"
            ),
        )

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.activity_id} in {self.declaration_id}"
