"""The event."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Event(models.Model):
    """Something that happened to a record; PostgreSQL refuses to change or to delete it.

    It holds refs and names, no foreign keys: what is remembered never hinders what lives.
    """

    kind = models.TextField()
    subject = models.TextField()  # the ref of what changed
    about = models.TextField(blank=True)  # the ref of the person whose record it is
    by = models.TextField()
    by_ref = models.TextField(blank=True)
    at = models.DateTimeField()
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        """As the table is made."""

        indexes = (
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["about", "-id"], name="event_about"),
        )

    def __str__(self) -> str:
        """Print as `activity.withdrawn AC-…`."""
        return f"{self.kind} {self.subject}"
