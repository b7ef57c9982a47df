"""The event, its link in the chain, and the letter that is owed for it."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from recert.refs import new_ref


class Event(models.Model):
    """Something that happened to a record; PostgreSQL refuses to change or to delete it.

    It holds refs and names, no foreign keys: what is remembered never hinders what lives. One
    change alone is let through: that its words (`by`, `because`, `facts`) are erased, together
    with the salt without which nobody can guess them.
    """

    kind = models.TextField()
    subject = models.TextField()  # the ref of what changed
    about = models.TextField(blank=True)  # the ref of the person whose record it is
    by = models.TextField()
    by_ref = models.TextField(blank=True)
    at = models.DateTimeField()
    because = models.TextField(blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    salt = models.UUIDField(null=True, editable=False, db_default=RandomUUID())

    class Meta:
        """As the table is made."""

        indexes = (
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["about", "-id"], name="event_about"),
            models.Index(fields=["by_ref", "-id"], name="event_by"),
            BrinIndex(fields=["at"], name="event_at", autosummarize=True),
        )

    def __str__(self) -> str:
        """Print as `activity.withdrawn AC-…`."""
        return f"{self.kind} {self.subject}"


class Unchained(models.Model):
    """An event that has no link yet; a trigger puts each here as it comes."""

    event = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        """Print the event."""
        return f"{self.event}, unchained"


class Link(models.Model):
    """The place of an event in the chain; PostgreSQL refuses to change or to delete it.

    `words` is the digest of what may be erased of the event, and `hash` covers it, the rest of the
    event, and the hash of the link before. No foreign key: that an event is missing is for
    `verify` to find, and to be found must be possible.
    """

    position = models.BigIntegerField(primary_key=True)  # 1, 2, 3 …, without a gap
    event = models.BigIntegerField(unique=True)
    words = models.BinaryField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        """Print the place."""
        return f"{self.position}: {self.event}"


OWED = Q(sent_at=None, failed_at=None)
"""Of notices: still to be sent."""

CAME_BACK = Q(failed_at__isnull=False, settled_at=None)
"""Of notices: they did not reach their reader, and nobody has dealt with that yet."""


class Notice(models.Model):
    """A letter that an event owes to a person, and what became of it.

    It keeps the reader as they were then: the letter goes where they expected it. Until it is
    sent, there is no text, since the event says it all; from then on, the text is what they got.
    One that was sent and has failed all the same came back later. What was sent stays as it was:
    sent again, it is another notice, `again_of` the first.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "NO"), editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    again_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="again"
    )
    person = models.TextField()  # the ref of the reader
    to = models.TextField(blank=True)
    name = models.TextField()
    language = models.TextField()
    time_zone = models.TextField()
    message_id = models.TextField(unique=True)  # the same each time, so that a repeat is known
    owed_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)  # it will not be tried again
    settled_at = models.DateTimeField(null=True, blank=True)  # failed, and dealt with otherwise
    sent_at = models.DateTimeField(null=True, blank=True)
    subject = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["event", "person"], condition=Q(again_of=None), name="notice_once"
            ),
            models.CheckConstraint(
                condition=~Q(to="") | Q(failed_at__isnull=False), name="notice_goes_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, text="") | (Q(sent_at__isnull=False) & ~Q(text="")),
                name="notice_sent_with_its_text",
            ),
            models.CheckConstraint(
                condition=Q(failed_at=None) | ~Q(last_error=""), name="notice_failed_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(failed_at__isnull=False),
                name="notice_settled_after_it_failed",
            ),
        )
        indexes = (
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["owed_at"], condition=OWED, name="notice_owed"),
            models.Index(fields=["failed_at", "id"], condition=CAME_BACK, name="notice_came_back"),
            models.Index(Lower("to"), F("id").desc(), name="notice_to"),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class StoppedAddress(models.Model):
    """An address to which nothing is sent, since a letter came back from it or was complained of.

    It goes on as soon as its owner confirms it, or has another: then the row is gone, and the
    journal knows of both. `notice` is the letter from which we learned it.
    """

    address = models.TextField(unique=True)  # in small letters
    since = models.DateTimeField()
    complained = models.BooleanField(default=False)  # its reader called the letter unwanted
    says = models.TextField(blank=True)  # in the words of the mail server
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="stopped")

    def __str__(self) -> str:
        """Print the address."""
        return self.address


class Pace(models.Model):
    """When the next letter may go, where there is a limit; one row for all workers."""

    next_at = models.DateTimeField()

    def __str__(self) -> str:
        """Print the instant."""
        return str(self.next_at)
