"""Organisations that the board knows: their people, accreditations and keys, and who consents."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from recert.people.models import Account, Person
from recert.refs import new_ref


class Organisation(models.Model):
    """A provider of continuing education, an employer, or a body that verifies credentials.

    One organisation may be all three: a university hospital teaches, employs and verifies.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "OR"), editable=False)
    name = models.TextField()
    email = models.EmailField()
    website = models.URLField(blank=True)
    provides = models.BooleanField(default=False)  # may report what people completed
    employs = models.BooleanField(default=False)  # may see the standing of staff who consented
    verifies = models.BooleanField(default=False)  # may verify many credentials at once
    admitted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # told apart when two tabs change it

    class Meta:
        """As the table is made."""

        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(condition=~models.Q(name=""), name="organisation_has_a_name"),
        )

    def __str__(self) -> str:
        """Print the name."""
        return self.name


class Member(models.Model):
    """Somebody who works for an organisation, and may do here what it may."""

    class Role(models.TextChoices):
        """What a member may do."""

        MANAGER = "manager", _("Manager: also keeps its people and keys")
        MEMBER = "member", _("Member")

    ref = models.TextField(unique=True, default=partial(new_ref, "OM"), editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.TextField(choices=Role, default=Role.MEMBER)
    since_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "account"],
                condition=models.Q(ended_at=None),
                name="member_once",
            ),
        )

    def __str__(self) -> str:
        """Print whose member they are."""
        return f"{self.account} at {self.organisation}"


class MemberInvitation(models.Model):
    """A letter with which one account may come to work for an organisation, once, for some days."""

    ref = models.TextField(unique=True, default=partial(new_ref, "OI"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField()
    role = models.TextField(choices=Member.Role, default=Member.Role.MEMBER)
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class Accreditation(models.Model):
    """That somebody accredited an organisation's courses, on which days."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="accreditations"
    )
    by = models.TextField()  # who accredits: the name that a rulebook or a certificate writes
    number = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-from_on", "id")

    def __str__(self) -> str:
        """Print who accredited it."""
        return f"{self.organisation}: {self.by}"


class ApiKey(models.Model):
    """A secret with which a program acts for an organisation, or for somebody with an account.

    Only its digest is kept; `hint` is how it begins, so that people can tell theirs apart.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "AK"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="keys"
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="keys"
    )
    label = models.TextField()
    hint = models.TextField()
    digest = models.TextField(unique=True)
    scopes = ArrayField(models.TextField())
    made_at = models.DateTimeField()
    made_by = models.TextField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=True) ^ models.Q(account__isnull=True),
                name="api_key_of_one",
            ),
        )

    def __str__(self) -> str:
        """Print the label and how it begins."""
        return f"{self.label} ({self.hint}…)"


class Consent(models.Model):
    """That a certificant lets an employer see where they stand, from an instant to another."""

    ref = models.TextField(unique=True, default=partial(new_ref, "CN"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="consents"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=models.Q(withdrawn_at=None),
                name="consent_once",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class ConsentRequest(models.Model):
    """An employer asked somebody to consent. What it typed is kept; whom it found, it never sees.

    `person` is of whom the number is, or who answered; None where nobody did. What was typed goes
    when the request ends.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "CQ"), editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="consent_requests"
    )
    name = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    customer_number = models.TextField(blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="consent_requests"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    agreed = models.BooleanField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        ordering = ("-asked_at", "-id")

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref
