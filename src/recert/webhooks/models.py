"""Who is told of what by their program, and what became of telling it."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from recert.credentials.models import Credential
from recert.organisations.models import Organisation
from recert.people.models import Account
from recert.refs import new_ref


class Occasion(models.TextChoices):
    """What a program may be told of a credential."""

    RENEWED = "credential.renewed"
    EXPIRED = "credential.expired"
    DESIGNATION_DROPPED = "credential.designation-dropped"


class Webhook(models.Model):
    """An address of somebody's program that is told what happens to credentials.

    Its secret is worked out from the ref, and kept nowhere.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "WH"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="webhooks"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    url = models.TextField()
    occasions = ArrayField(models.TextField())
    of_staff = models.BooleanField(default=False)  # of whoever consented to an employer
    since_on = models.DateField()  # what happened before is not told
    made_at = models.DateTimeField()
    made_by = models.TextField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(organisation__isnull=True) ^ Q(account__isnull=True),
                name="webhook_of_one",
            ),
            models.UniqueConstraint(
                fields=["organisation", "url"],
                condition=Q(ended_at=None, organisation__isnull=False),
                name="webhook_once_for_an_organisation",
            ),
            models.UniqueConstraint(
                fields=["account", "url"],
                condition=Q(ended_at=None, account__isnull=False),
                name="webhook_once_for_an_account",
            ),
        )

    def __str__(self) -> str:
        """Print where it is."""
        return self.url


class Watch(models.Model):
    """A credential of which an organisation's webhook is told, because it named its number."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="watches")
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="watches")

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["webhook", "credential"], name="watch_once"),
        )

    def __str__(self) -> str:
        """Print both sides."""
        return f"{self.credential_id} by {self.webhook_id}"


class Delivery(models.Model):
    """Something that a webhook is told: once for each credential, occasion and day."""

    ref = models.TextField(unique=True, default=partial(new_ref, "WD"), editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="deliveries")
    occasion = models.TextField(choices=Occasion)
    on_day = models.DateField()
    owed_at = models.DateTimeField()
    next_at = models.DateTimeField()  # when it is tried (again)
    tries = models.PositiveIntegerField(default=0)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveIntegerField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["webhook", "credential", "occasion", "on_day"], name="delivery_once"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"],
                condition=Q(delivered_at=None, given_up_at=None),
                name="delivery_owed",
            ),
        )

    def __str__(self) -> str:
        """Print what it tells."""
        return f"{self.occasion} on {self.on_day}"


class WatchedDay(models.Model):
    """A day whose expirations were looked for, so that none is left out and none told twice."""

    on_day = models.DateField(primary_key=True)

    def __str__(self) -> str:
        """Print the day."""
        return self.on_day.isoformat()
