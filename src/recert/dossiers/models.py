"""Requests to erase a person, and mergers of two records of one person."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import F, Q

from recert.people.models import Person
from recert.refs import new_ref


class Erasure(models.Model):
    """A person who is to be erased: asked by one, done by another."""

    class State(models.TextChoices):
        """Where it is in its life."""

        ASKED = "asked"
        CALLED_OFF = "called-off"
        DONE = "done"

    ref = models.TextField(unique=True, default=partial(new_ref, "ER"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    state = models.TextField(choices=State, default=State.ASKED)
    because = models.TextField()
    asked_by = models.TextField()  # the refs of accounts
    asked_at = models.DateTimeField()
    ended_by = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["asked", "called-off", "done"]),
                name="erasure_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=~Q(state="called-off"), name="erasure_once"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", ended_at__isnull=True, ended_by="")
                | (~Q(state="asked") & Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="erasure_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(ended_by=F("asked_by")),
                name="erasure_done_by_another",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class Merger(models.Model):
    """Two records of one person that were made one, and until it is undone.

    `moved`: by table the keys of what went over. `before` and `after`: what the kept record said
    of the person before and since. So it can be undone.
    """

    class State(models.TextChoices):
        """Where it is in its life."""

        DONE = "done"
        UNDONE = "undone"

    ref = models.TextField(unique=True, default=partial(new_ref, "MG"), editable=False)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mergers")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merged_by")
    state = models.TextField(choices=State, default=State.DONE)
    moved = models.JSONField()
    before = models.JSONField()
    after = models.JSONField()
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(condition=~Q(kept=F("other")), name="merger_of_two"),
            models.UniqueConstraint(
                fields=["other"], condition=Q(state="done"), name="merger_once"
            ),
            models.CheckConstraint(
                condition=Q(state="done", undone_at__isnull=True)
                | Q(state="undone", undone_at__isnull=False),
                name="merger_undone_on_a_day",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref
