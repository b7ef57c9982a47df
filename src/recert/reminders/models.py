"""Which reminders went out, and up to which day all of them have."""

from __future__ import annotations

from django.db import models

from recert.people.models import Person


class Reminded(models.Model):
    """A person was reminded on a day: of all their credentials in one letter, and once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reminded")
    on = models.DateField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["person", "on"], name="reminded_once_a_day"),
        )

    def __str__(self) -> str:
        """Print whom and when."""
        return f"{self.person_id} on {self.on}"


class ReminderDay(models.Model):
    """A day whose reminders have all been given out to be written."""

    on = models.DateField(unique=True)
    planned_at = models.DateTimeField()

    def __str__(self) -> str:
        """Print the day."""
        return str(self.on)
