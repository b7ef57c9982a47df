"""What a certificant allocated for one credential, and what a cycle has used up."""

from __future__ import annotations

from django.db import models

from recert.credentials.models import Credential
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
