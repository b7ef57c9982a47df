"""What the interface keeps of its own: how much was asked lately."""

from __future__ import annotations

from django.db import models


class Allowance(models.Model):
    """How far into what is to come a key, or an address without one, has spent its requests."""

    who = models.TextField(primary_key=True)
    spent_until = models.DateTimeField()

    class Meta:
        """As the table is made."""

        indexes = (models.Index(fields=["spent_until"], name="allowance_spent"),)

    def __str__(self) -> str:
        """Print whose it is."""
        return self.who
