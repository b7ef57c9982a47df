"""Activities and their documents."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Final

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
    attested_by = models.TextField(blank=True)  # who signed the board's form for it
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

    @property
    def vouched_by(self) -> str:
        """Who vouches for it, so that nobody has to prove it: a provider, or who signed a form."""
        return self.reported_by or self.attested_by


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


def paper_path(form: SignedForm, _name: str) -> str:
    """Answer where what was signed is kept: by the ref alone."""
    return f"forms/{form.ref[3:5]}/{form.ref}"


ONCE_SIGNED: Final = ["signed", "approved", "refused"]
STANDING: Final = ["asked", "signed", "approved"]
"""States in which no other form is asked for the same activity."""


class SignedForm(models.Model):
    """A form of the board that somebody without an account is asked to sign (PER-3).

    `link` counts the letters that were sent: only the last one's link leads anywhere. `typed` is
    what the signer has typed so far, so that nothing is lost; `answers` is what was signed, each
    beside what was asked. The code that confirms the address is worked out, and kept nowhere.
    """

    class State(models.TextChoices):
        """Where it is in its life; a claim is approved or refused after it was signed."""

        ASKED = "asked"
        SIGNED = "signed"
        DECLINED = "declined"
        CANCELLED = "cancelled"
        APPROVED = "approved"
        REFUSED = "refused"

    ref = models.TextField(unique=True, default=partial(new_ref, "SF"), editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="signed_forms")
    form = models.TextField()  # its key in the rulebook
    state = models.TextField(choices=State, default=State.ASKED)
    signer_name = models.TextField()
    signer_email = models.EmailField()
    note = models.TextField(blank=True)  # from the certificant to the signer
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    link = models.PositiveIntegerField(default=1)
    typed = models.JSONField(default=dict, blank=True)
    codes = models.PositiveIntegerField(default=0)  # that were sent for this link
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=list, blank=True)
    signed_name = models.TextField(blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    paper = models.FileField(upload_to=paper_path, max_length=200, blank=True)
    sha256 = models.TextField(blank=True)  # of the paper
    flags = ArrayField(models.TextField(), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)  # why it was declined, approved or refused

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=["asked", "signed", "declined", "cancelled", "approved", "refused"]
                ),
                name="signed_form_state_is_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=ONCE_SIGNED, signed_at__isnull=False)
                    & ~Q(signed_name="")
                    & ~Q(paper="")
                    & ~Q(sha256="")
                )
                | (~Q(state__in=ONCE_SIGNED) & Q(signed_at=None, signed_name="", paper="")),
                name="signed_form_is_whole_iff_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "signed"], ended_at=None)
                | (~Q(state__in=["asked", "signed"]) & Q(ended_at__isnull=False)),
                name="signed_form_ended_iff_over",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "refused"]) | ~Q(reason=""),
                name="signed_form_no_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("asked_at")),
                name="signed_form_expires_after_asked",
            ),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(state__in=STANDING),
                name="signed_form_one_for_an_activity",
            ),
        )
        indexes = (
            models.Index(
                fields=["signer_email", "signed_at"],
                condition=Q(signed_at__isnull=False),
                name="signed_form_signer",
            ),
            models.Index(
                fields=["form", "signed_at"],
                condition=Q(state="signed"),
                name="signed_form_waiting",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def name(self) -> str:
        """What the paper is called when it is saved."""
        return f"{self.ref}.pdf"


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
