"""Up to which day managers were told who is at risk."""

from __future__ import annotations

from django.db import models

from recert.organisations.models import Member


class ToldOfRisk(models.Model):
    """A member was told on a day of all at risk then: in one letter, and once."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="told_of_risk")
    on = models.DateField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["member", "on"], name="told_of_risk_once_a_day"),
        )

    def __str__(self) -> str:
        """Print whom and when."""
        return f"{self.member_id} on {self.on}"


class RiskDay(models.Model):
    """A day on which all who had to be told of risks were."""

    on = models.DateField(unique=True)
    done_at = models.DateTimeField()

    def __str__(self) -> str:
        """Print the day."""
        return str(self.on)
