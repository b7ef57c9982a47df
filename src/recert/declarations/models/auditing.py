"""Audits: how declarations are drawn, and what was found of each of their activities."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from recert.declarations.models.declaring import DAY, Declaration
from recert.refs import new_ref
from recert.transcript.models import Activity


class DayRange(Func):
    """Days from one to another, as PostgreSQL compares them."""

    function = "DATERANGE"
    output_field = DateRangeField()


class AuditPeriod(models.Model):
    """Days of submission in which declarations are drawn, as the board declared it beforehand.

    The key draws in secret while the period runs; its commitment is published before, and the key
    itself after it. `strata` are as in `policy.sampling`.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "PD"), editable=False)
    program = models.TextField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    strata = models.JSONField()
    spares_audited_before = models.BooleanField(default=False)
    commitment = models.TextField()
    key = models.TextField()  # hexadecimal; nobody sees it before the period is over
    declared_at = models.DateTimeField()
    declared_by = models.TextField()
    published_at = models.DateTimeField(null=True, blank=True)  # the key

    class Meta:
        """As the table is made."""

        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="audit_period_ends_after_start"
            ),
            ExclusionConstraint(
                name="audit_period_of_each_day_one",
                expressions=[
                    (
                        DayRange(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
        )

    def __str__(self) -> str:
        """Print its days."""
        return f"{self.starts_on} to {self.ends_on}"


class AuditDraw(models.Model):
    """What a declaration drew when it was submitted, or why it was spared."""

    declaration = models.OneToOneField(Declaration, on_delete=models.PROTECT, related_name="draw")
    period = models.ForeignKey(AuditPeriod, on_delete=models.PROTECT, related_name="draws")
    stratum = models.PositiveIntegerField(null=True, blank=True)  # its place; null: in none
    share = models.PositiveIntegerField(default=0)  # hundredths of a percent
    number = models.TextField(blank=True)  # hexadecimal
    selected = models.BooleanField(default=False)
    spared = models.TextField(blank=True)

    def __str__(self) -> str:
        """Print whose it is."""
        return f"draw of {self.declaration_id}"


class Audit(models.Model):
    """The board asks for the documents behind a declaration (AUD-1 to AUD-6)."""

    class State(models.TextChoices):
        """Where it is in its life."""

        AWAITING_DOCUMENTS = "awaiting-documents"
        SENT = "sent"
        NOT_PASSED = "not-passed"
        APPEALED = "appealed"
        PASSED = "passed"
        FAILED = "failed"

    ref = models.TextField(unique=True, default=partial(new_ref, "AU"), editable=False)
    declaration = models.OneToOneField(Declaration, on_delete=models.PROTECT, related_name="audit")
    state = models.TextField(choices=State, default=State.AWAITING_DOCUMENTS)
    by_hand = models.TextField(blank=True)  # why, where it was not drawn
    selected_on = models.DateField()
    documents_due_on = models.DateField()
    sent_on = models.DateField(null=True, blank=True)
    respond_by = models.DateField(null=True, blank=True)  # new points, or an appeal (AUD-5)
    judged_by = models.TextField(blank=True)  # the ref of the account of whoever judged it
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "awaiting-documents",
                        "sent",
                        "not-passed",
                        "appealed",
                        "passed",
                        "failed",
                    ]
                ),
                name="audit_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="not-passed") | Q(respond_by__isnull=False),
                name="audit_not_passed_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["passed", "failed"], ended_on__isnull=False)
                | (~Q(state__in=["passed", "failed"]) & Q(ended_on__isnull=True)),
                name="audit_ended_iff_decided",
            ),
        )
        indexes = (
            models.Index(
                fields=["documents_due_on"],
                condition=Q(state="awaiting-documents"),
                name="audit_awaiting",
            ),
            models.Index(fields=["sent_on", "id"], condition=Q(state="sent"), name="audit_sent"),
            models.Index(
                fields=["respond_by"], condition=Q(state="not-passed"), name="audit_not_passed"
            ),
            models.Index(fields=["selected_on", "state"], name="audit_selected"),
            models.Index(
                fields=["ended_on", "state"],
                condition=Q(ended_on__isnull=False),
                name="audit_ended",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    def is_over(self, *, as_of: date) -> bool:
        """Answer whether the time to make up for it or to appeal has passed."""
        return (
            self.state == self.State.NOT_PASSED
            and self.respond_by is not None
            and self.respond_by + DAY <= as_of
        )


class AuditItem(models.Model):
    """An activity of an audit: whether its documents are asked for, and what was found.

    `documented`: the points proven, in hundredths, where that is less than it is worth.
    `documents`: by the ref of a document, what was found of it.
    """

    class Verdict(models.TextChoices):
        """What an auditor finds of an activity's documents."""

        ACCEPTED = "accepted"
        UNREADABLE = "unreadable"
        MISMATCH = "does-not-match"
        MISSING = "missing"

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="items")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="audited")
    attested_by = models.TextField(blank=True)  # who vouches for it, so that nothing is asked
    verdict = models.TextField(choices=Verdict, blank=True)
    documented = models.PositiveIntegerField(null=True, blank=True)
    documents = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("activity__completed_on", "id")
        constraints = (
            models.UniqueConstraint(fields=["audit", "activity"], name="audit_item_once"),
        )

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.activity_id} in {self.audit_id}"
