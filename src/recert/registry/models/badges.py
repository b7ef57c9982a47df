"""Badges that people took, and their places in the lists of those that hold no more."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recert.credentials.models import Credential
from recert.refs import new_ref


class Badge(models.Model):
    """What the board said of a credential on a day, signed, for its holder to show.

    Whether it still holds follows from the records; `ended_at` is when it was noted that it does
    not, and from then on it never does again.
    """

    class Ended(models.TextChoices):
        """Why a badge holds no more before its last day."""

        GIVEN_BACK = "given-back", _("given back")
        REPLACED = "replaced", _("replaced by a newer one")
        NOT_SO = "not-so", _("what it says is so no more")

    ref = models.TextField(unique=True, default=partial(new_ref, "BD"), editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="badges")
    category = models.TextField()  # with the next three, as the record had them on that day
    number = models.TextField()
    title = models.TextField()
    superscript = models.TextField(blank=True)  # empty where it says no more than certified
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # None: what it says has no last day
    named = models.BooleanField()  # whether it has its holder's name
    list_number = models.PositiveIntegerField()
    list_index = models.PositiveIntegerField()
    document = models.TextField()  # as it was signed, to the byte
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(choices=Ended, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-issued_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["list_number", "list_index"], name="badge_has_a_place_of_its_own"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="badge_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="badge_ended_for_a_reason",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref
