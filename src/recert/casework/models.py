"""Requests to the board, appeals after an audit, and the files that come with them."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.db import models
from django.db.models import Q

from recert.credentials.models import Credential
from recert.declarations.models import Audit
from recert.payments.models import Order
from recert.people.models import Person
from recert.refs import new_ref

BEFORE: Final = ["draft", "awaiting-payment"]
WITH_THE_BOARD: Final = ["submitted"]
DECIDED: Final = ["granted", "refused", "withdrawn"]
"""The states of a request, by where it is: before it is sent, with the board, ended."""


class Request(models.Model):
    """Something that a certificant asks of the board, and that somebody there decides.

    `said` is what they say, by the names of the form's fields: the ground and the letter, the new
    name and the document that shows it, the day on which a cycle shall end, what is wrong in the
    record. What was granted stands in the record itself, and here with the reason.
    """

    class Kind(models.TextChoices):
        """What is asked for."""

        INACTIVE = "inactive"
        NAME = "name-change"
        ALIGNMENT = "alignment"
        CORRECTION = "correction"

    class State(models.TextChoices):
        """Where it is in its life."""

        DRAFT = "draft"
        AWAITING_PAYMENT = "awaiting-payment"
        SUBMITTED = "submitted"
        GRANTED = "granted"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"
        DISCARDED = "discarded"

    ref = models.TextField(unique=True, default=partial(new_ref, "RQ"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests")
    credential = models.ForeignKey(
        Credential, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    kind = models.TextField(choices=Kind)
    state = models.TextField(choices=State, default=State.DRAFT)
    said = models.JSONField(default=dict)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    started_at = models.DateTimeField()
    submitted_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)  # or withdrawn
    decided_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # of the decision
    until_on = models.DateField(null=True, blank=True)  # the last day that was granted

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=["inactive", "name-change", "alignment", "correction"]),
                name="request_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*BEFORE, *WITH_THE_BOARD, *DECIDED, "discarded"]),
                name="request_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["inactive", "alignment"], credential__isnull=False)
                | Q(kind="name-change", credential__isnull=True)
                | Q(kind="correction"),
                name="request_is_about_what_its_kind_is",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "credential"],
                condition=Q(state__in=[*BEFORE, *WITH_THE_BOARD]),
                nulls_distinct=False,
                name="request_one_open_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*BEFORE, "discarded"], submitted_on__isnull=True)
                | Q(state__in=[*WITH_THE_BOARD, *DECIDED], submitted_on__isnull=False),
                name="request_submitted_iff_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_on__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_on__isnull=True)),
                name="request_decided_iff_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="request_refused_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="granted", kind__in=["inactive", "alignment"], until_on__isnull=False
                )
                | (
                    ~Q(state="granted", kind__in=["inactive", "alignment"])
                    & Q(until_on__isnull=True)
                ),
                name="request_granted_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=True) | Q(kind="inactive"),
                name="request_costs_where_it_is_inactive",
            ),
        )
        indexes = (
            models.Index(fields=["person", "-id"], name="request_of_person"),
            models.Index(
                fields=["submitted_on", "id"], condition=Q(state="submitted"), name="request_waits"
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def is_editable(self) -> bool:
        """Whether what it says can still change."""
        return self.state == self.State.DRAFT


class Appeal(models.Model):
    """A letter with reasons and documents after an audit that was not passed (AUD-6).

    Where the rulebook wants a second person, one proposes the outcome and another agrees.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        DRAFT = "draft"
        SENT = "sent"
        PROPOSED = "proposed"
        GRANTED = "granted"
        DENIED = "denied"

    class Outcome(models.TextChoices):
        """How it may be decided."""

        GRANTED = "granted"
        DENIED = "denied"

    ref = models.TextField(unique=True, default=partial(new_ref, "AL"), editable=False)
    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="appeal")
    state = models.TextField(choices=State, default=State.DRAFT)
    ground = models.TextField()
    letter = models.TextField()
    started_at = models.DateTimeField()
    sent_on = models.DateField(null=True, blank=True)
    proposed_outcome = models.TextField(choices=Outcome, blank=True)
    proposed_because = models.TextField(blank=True)
    proposed_by = models.TextField(blank=True)
    proposed_by_ref = models.TextField(blank=True)  # of the account
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # of the decision

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent", "proposed", "granted", "denied"]),
                name="appeal_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", sent_on__isnull=True)
                | (~Q(state="draft") & Q(sent_on__isnull=False)),
                name="appeal_sent_iff_no_draft",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed")
                | (~Q(proposed_outcome="") & ~Q(proposed_because="") & ~Q(proposed_by_ref="")),
                name="appeal_proposed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["granted", "denied"], decided_on__isnull=False)
                & ~Q(reason="")
                | (~Q(state__in=["granted", "denied"]) & Q(decided_on__isnull=True)),
                name="appeal_decided_iff_ended",
            ),
        )
        indexes = (
            models.Index(
                fields=["sent_on", "id"],
                condition=Q(state__in=["sent", "proposed"]),
                name="appeal_waits",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref

    @property
    def is_editable(self) -> bool:
        """Whether what it says can still change."""
        return self.state == self.State.DRAFT


def enclosure_path(enclosure: Enclosure, _name: str) -> str:
    """Answer where an enclosure is kept: by its ref alone, so that no name reaches the disk."""
    return f"enclosures/{enclosure.ref[3:5]}/{enclosure.ref}"


class Enclosure(models.Model):
    """A file that comes with a request or an appeal, checked by its content when it came."""

    class State(models.TextChoices):
        """Where it is in its life."""

        KEPT = "kept"
        REMOVED = "removed"

    ref = models.TextField(unique=True, default=partial(new_ref, "EN"), editable=False)
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, null=True, blank=True, related_name="enclosures"
    )
    appeal = models.ForeignKey(
        Appeal, on_delete=models.PROTECT, null=True, blank=True, related_name="enclosures"
    )
    state = models.TextField(choices=State, default=State.KEPT)
    name = models.TextField()  # as it was called where it came from
    media_type = models.TextField()
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.TextField()
    is_translation = models.BooleanField(default=False)  # of another one beside it (AUD-3)
    file = models.FileField(upload_to=enclosure_path, max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["kept", "removed"]), name="enclosure_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False, appeal__isnull=True)
                | Q(request__isnull=True, appeal__isnull=False),
                name="enclosure_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["request", "appeal", "sha256"],
                condition=Q(state="kept"),
                nulls_distinct=False,
                name="enclosure_once",
            ),
        )

    def __str__(self) -> str:
        """Print the name."""
        return self.name

    @property
    def of(self) -> Request | Appeal:
        """What it comes with."""
        found = self.request or self.appeal
        if found is None:
            raise AssertionError(f"{self.ref} comes with nothing")
        return found
