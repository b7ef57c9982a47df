"""Activities and their documents."""

from __future__ import annotations

import uuid
from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from recert.people.models import Person
from recert.refs import new_ref


class Activity(models.Model):
    """Something that a certificant did (DEC-1). Points and hours are whole hundredths.

    `portions` are points by area, as the certificant allocated them; where it is null, points go
    where they serve best among the areas that it `covers`. Withdrawn, it stays on record (STA-7).
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        ENTERED = "entered"
        WITHDRAWN = "withdrawn"

    ref = models.TextField(unique=True, default=partial(new_ref, "AC"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activities")
    state = models.TextField(choices=State, default=State.ENTERED)
    kind = models.TextField()
    title = models.TextField()
    completed_on = models.DateField()
    provider = models.TextField(blank=True)
    contact_hours = models.PositiveIntegerField(null=True, blank=True)  # hundredths
    earned = models.TextField(blank=True)
    pages = models.PositiveIntegerField(null=True, blank=True)
    repeat = models.BooleanField(default=False)
    approved = models.BooleanField(default=False)
    from_on = models.DateField(null=True, blank=True)
    covers = ArrayField(models.TextField(), default=list, blank=True)
    portions = models.JSONField(null=True, blank=True)  # area: hundredths
    reported_by = models.TextField(blank=True)  # the provider that recorded it by itself
    entry_key = models.UUIDField(default=uuid.uuid4)  # so that a second click adds nothing
    version = models.PositiveIntegerField(default=1)  # told apart when two tabs change it
    entered_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(condition=~Q(title=""), name="activity_has_a_title"),
            models.CheckConstraint(
                condition=Q(state__in=["entered", "withdrawn"]), name="activity_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(contact_hours__isnull=True) | Q(contact_hours__gt=0),
                name="activity_hours_are_some",
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(from_on__lte=models.F("completed_on")),
                name="activity_begins_before_it_ends",
            ),
            models.UniqueConstraint(fields=["person", "entry_key"], name="activity_entered_once"),
        )
        indexes = (
            models.Index(fields=["person", "-completed_on", "-id"], name="activity_of_person"),
        )

    def __str__(self) -> str:
        """Print the title."""
        return self.title


def document_path(document: Document, _name: str) -> str:
    """Answer where a document is kept: by its ref alone, so that no name reaches the disk."""
    return f"documents/{document.ref[3:5]}/{document.ref}"


class Document(models.Model):
    """A file that proves an activity; `proves` is a document type of the rulebook (AUD-2)."""

    class State(models.TextChoices):
        """Where it is in its life."""

        KEPT = "kept"
        REMOVED = "removed"

    ref = models.TextField(unique=True, default=partial(new_ref, "DO"), editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="documents")
    state = models.TextField(choices=State, default=State.KEPT)
    name = models.TextField()  # as it was called where it came from
    proves = models.TextField(blank=True)
    media_type = models.TextField()
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.TextField()
    is_translation = models.BooleanField(default=False)  # of another one of the activity (AUD-3)
    file = models.FileField(upload_to=document_path, max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["kept", "removed"]), name="document_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["activity", "sha256"],
                condition=Q(state="kept"),
                name="document_once_for_an_activity",
            ),
        )
        indexes = (models.Index(fields=["sha256"], name="document_sha256"),)

    def __str__(self) -> str:
        """Print the name."""
        return self.name


class Hold(models.Model):
    """An activity that cannot change for now, because of what `holder` (a ref) says of it."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="holds")
    holder = models.TextField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["activity", "holder"], name="hold_once_by_a_holder"),
        )
        indexes = (models.Index(fields=["holder"], name="hold_holder"),)

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.activity_id} by {self.holder}"


class TranscriptImport(models.Model):
    """A file of activities: read, shown with each line's fate, and then saved, or not.

    `lines`: of each row its number, its cells, and either what it says or why it cannot be taken.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "IM"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="imports")
    name = models.TextField()  # of the file
    lines = models.JSONField()
    read_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(saved_at__isnull=False),
                name="import_undone_after_saved",
            ),
        )

    def __str__(self) -> str:
        """Print the file's name."""
        return self.name
