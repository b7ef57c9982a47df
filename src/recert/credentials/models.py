"""Credentials, and the facts from which their standing is derived."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from recert.people.models import Person
from recert.refs import new_ref


class Credential(models.Model):
    """A certification of a person. Its cycle, title and standing follow from the facts."""

    ref = models.TextField(unique=True, default=partial(new_ref, "CR"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="credentials")
    program = models.TextField()  # the key of a rulebook, as `category` is one in it
    category = models.TextField()
    number = models.TextField(unique=True)  # as it stands on the certificate
    certified_on = models.DateField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["person", "program", "category", "certified_on"], name="credential_once"
            ),
        )
        indexes = (
            models.Index(fields=["certified_on"], name="credential_certified"),
            models.Index(fields=["category"], name="credential_category"),  # those that few hold
        )

    def __str__(self) -> str:
        """Print category and number."""
        return f"{self.category} {self.number}"


class Grant(models.Model):
    """A cycle that a completed declaration brought, and the day on which that was decided."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="grants")
    starts_on = models.DateField()
    ends_on = models.DateField()
    granted_on = models.DateField()
    revoked_on = models.DateField(null=True, blank=True)  # by an audit that came after it

    class Meta:
        """As the table is made."""

        ordering = ("granted_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="grant_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["credential", "starts_on"],
                condition=Q(revoked_on__isnull=True),
                name="grant_once",
            ),
        )
        indexes = (models.Index(fields=["ends_on"], name="grant_ends"),)

    def __str__(self) -> str:
        """Print the cycle."""
        return f"{self.starts_on} to {self.ends_on}"


class InactivePeriod(models.Model):
    """Inactive status that the board granted, and the last day of the extension (STA-1)."""

    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, related_name="inactive_periods"
    )
    granted_on = models.DateField()
    until_on = models.DateField()

    class Meta:
        """As the table is made."""

        ordering = ("granted_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(until_on__gt=F("granted_on")), name="inactive_ends_after_grant"
            ),
        )

    def __str__(self) -> str:
        """Print the last day."""
        return f"inactive until {self.until_on}"


class CycleChange(models.Model):
    """A cycle that the board shortened on request, so that several credentials end together.

    `cycle_starts_on` says which cycle it is: that day stays, and so does what is required in it.
    """

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="changes")
    cycle_starts_on = models.DateField()
    ends_on = models.DateField()
    granted_on = models.DateField()

    class Meta:
        """As the table is made."""

        ordering = ("granted_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("cycle_starts_on")), name="cycle_change_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("granted_on")), name="cycle_change_is_never_past"
            ),
        )

    def __str__(self) -> str:
        """Print the last day."""
        return f"ends on {self.ends_on}"
