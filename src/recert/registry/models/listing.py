"""Who may be found by name, and how much was asked of the register lately."""

from __future__ import annotations

from django.db import models

from recert.people.models import Person


class Listing(models.Model):
    """That a person allows anybody who knows their name to find their credentials.

    There is no row until they say so, and none after they took it back.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="listing")
    since_at = models.DateTimeField()

    def __str__(self) -> str:
        """Print whose it is."""
        return f"{self.person}, since {self.since_at:%Y-%m-%d}"


class Asking(models.Model):
    """How far into what is to come an address has spent what it may ask of the register."""

    who = models.TextField(primary_key=True)
    spent_until = models.DateTimeField()

    class Meta:
        """As the table is made."""

        indexes = (models.Index(fields=["spent_until"], name="asking_spent"),)

    def __str__(self) -> str:
        """Print whose it is."""
        return self.who
