"""Who of the staff looks after something, and what they wrote about it for one another."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.db.models import Q

from recert.people.models import Account, Person
from recert.refs import new_ref


class Assignment(models.Model):
    """Somebody of the staff looks after a matter, until it is decided, given back or handed over.

    It is a courtesy and no lock: whoever decides about it all the same is told first.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "AM"), editable=False)
    subject = models.TextField()  # the ref of what waits
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    name = models.TextField()  # as the journal keeps it
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ended_at=None), name="assignment_one_at_a_time"
            ),
        )
        indexes = (
            models.Index(fields=["account"], condition=Q(ended_at=None), name="assignment_of"),
        )

    def __str__(self) -> str:
        """Print what, and who looks after it."""
        return f"{self.subject}: {self.name}"

    @property
    def account_ref(self) -> str:
        """The ref of the account of whoever looks after it."""
        return self.account.ref


class Note(models.Model):
    """What staff wrote about a matter; PostgreSQL refuses to change or to delete it.

    No page shows it to certificants, but it is among all that is on record of them. One change is
    let through: that its words are erased.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "NT"), editable=False)
    subject = models.TextField()  # the ref of what it is about
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    by = models.TextField()
    by_ref = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """As the table is made."""

        indexes = (models.Index(fields=["subject", "id"], name="note_subject"),)

    def __str__(self) -> str:
        """Print what it is about."""
        return f"{self.ref} on {self.subject}"
