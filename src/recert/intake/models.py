"""Courses of providers, and what they report: files and batches, their lines, and completions."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from recert.organisations.models import Organisation
from recert.people.models import Person
from recert.refs import new_ref
from recert.transcript.models import Activity


class Course(models.Model):
    """What a provider offers, so that whoever completes it has nothing to type."""

    ref = models.TextField(unique=True, default=partial(new_ref, "CO"), editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="courses")
    number = models.TextField()  # the provider's own
    title = models.TextField()
    kind = models.TextField()
    covers = ArrayField(models.TextField(), default=list, blank=True)
    contact_hours = models.PositiveIntegerField()  # hundredths
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    accredited_by = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("title", "id")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="course_once"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(number=""), name="course_is_named"),
            models.CheckConstraint(condition=Q(contact_hours__gt=0), name="course_takes_time"),
        )

    def __str__(self) -> str:
        """Print the title."""
        return self.title


def file_path(intake: Intake, _name: str) -> str:
    """Answer where a file is kept until it was read: by its ref alone."""
    return f"intakes/{intake.ref[3:5]}/{intake.ref}"


class Intake(models.Model):
    """A file or a batch of completions. `done` is the number of the last line that was taken.

    A file is `sent`, then read into lines; then it is `read`, and its provider looks at it. Lines
    of a `taking` one are taken in their order, some at a time, each of them exactly once.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        SENT = "sent"
        READ = "read"
        TAKING = "taking"
        TAKEN = "taken"
        DISCARDED = "discarded"

    ref = models.TextField(unique=True, default=partial(new_ref, "IT"), editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="intakes")
    state = models.TextField(choices=State, default=State.SENT)
    name = models.TextField()
    file = models.FileField(upload_to=file_path, max_length=200, blank=True)
    problem = models.TextField(blank=True)  # why the file cannot be read
    lines = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    fates = models.JSONField(default=dict)  # fate: of how many lines
    by = models.TextField()
    by_ref = models.TextField()
    sent_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-sent_at", "-id")

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class Line(models.Model):
    """A line of a file or a batch as it was read, and its fate once that is not the usual one.

    Most lines are new and are taken: their fate stays empty, so that nothing is written twice.
    `digest` is of all that the line says, so that what was sent before is known at once.
    """

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="read_lines")
    number = models.PositiveIntegerField()
    completion = models.TextField(blank=True)
    customer_number = models.TextField(blank=True)
    given_names = models.TextField(blank=True)
    family_name = models.TextField(blank=True)
    born_on = models.DateField(null=True)
    email = models.TextField(blank=True)
    kind = models.TextField(blank=True)
    title = models.TextField(blank=True)
    completed_on = models.DateField(null=True)
    contact_hours = models.PositiveIntegerField(null=True)
    covers = ArrayField(models.TextField(), default=list)
    revoked = models.BooleanField(default=False)
    digest = models.TextField(blank=True)
    wrong = models.TextField(blank=True)
    fate = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        constraints = (models.UniqueConstraint(fields=["intake", "number"], name="line_once"),)

    def __str__(self) -> str:
        """Print where it stands."""
        return f"{self.intake_id}:{self.number}"


SAID: Final = ("kind", "title", "completed_on", "contact_hours", "covers")
"""What a completion says of the activity."""

WHOSE: Final = ("customer_number", "given_names", "family_name", "born_on", "email")
"""What it says of the person."""


class Completion(models.Model):
    """That a provider says somebody completed something; `number` is the provider's own.

    With a person it has an activity on their transcript. `unclear` ones wait for the desk or the
    certificant; for `unknown` ones there is nobody. The provider is told the same of all three.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        RECORDED = "recorded"
        UNCLEAR = "unclear"
        UNKNOWN = "unknown"
        REVOKED = "revoked"

    ref = models.TextField(unique=True, default=partial(new_ref, "CM"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="completions"
    )
    number = models.TextField()
    state = models.TextField(choices=State)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="completions"
    )
    activity = models.OneToOneField(
        Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="completion"
    )
    digest = models.TextField()
    said = models.JSONField(default=dict)  # of unclear and unknown ones: `SAID` and `WHOSE`
    reported_at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="completion_once"),
            models.CheckConstraint(
                condition=~Q(state="recorded") | Q(person__isnull=False, activity__isnull=False),
                name="completion_recorded_for_somebody",
            ),
        )
        indexes = (
            models.Index(
                fields=["reported_at", "id"],
                condition=Q(state="unclear"),
                name="completion_unclear",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class Candidate(models.Model):
    """Somebody who may be the one who completed something, and how sure that is, in percent."""

    completion = models.ForeignKey(Completion, on_delete=models.CASCADE, related_name="candidates")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="maybe_completed")
    confidence = models.PositiveSmallIntegerField()
    denied_at = models.DateTimeField(null=True, blank=True)  # they say that it is not theirs

    class Meta:
        """As the table is made."""

        ordering = ("-confidence", "id")
        constraints = (
            models.UniqueConstraint(fields=["completion", "person"], name="candidate_once"),
        )

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.completion_id}: {self.person_id}"


class Review(models.Model):
    """What a provider says now of an activity that a declaration holds or a cycle used.

    The past is not changed in silence: the board looks at it.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        OPEN = "open"
        CLOSED = "closed"

    ref = models.TextField(unique=True, default=partial(new_ref, "RW"), editable=False)
    completion = models.ForeignKey(Completion, on_delete=models.PROTECT, related_name="reviews")
    state = models.TextField(choices=State, default=State.OPEN)
    revoked = models.BooleanField()
    said = models.JSONField(default=dict)  # what the provider says now
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    because = models.TextField(blank=True)  # what the board found

    class Meta:
        """As the table is made."""

        indexes = (
            models.Index(fields=["opened_at", "id"], condition=Q(state="open"), name="review_open"),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class Statement(models.Model):
    """An xAPI statement as a learning platform sent it, so that it can be read again."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="statements"
    )
    number = models.UUIDField()  # the platform's own
    completion = models.ForeignKey(Completion, on_delete=models.CASCADE, related_name="statements")
    said = models.JSONField(default=dict)
    stored_at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        ordering = ("-stored_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "number"], name="statement_once"),
        )

    def __str__(self) -> str:
        """Print its number."""
        return str(self.number)
