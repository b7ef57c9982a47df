"""Accounts, and the people that the board certified."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from recert.policy.permissions import STAFF
from recert.refs import new_ref


class AccountManager(BaseUserManager["Account"]):
    """Makes and finds accounts."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> Account:
        """Make an account; without a password it can only be entered by other means."""
        account = self.model(email=email.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """Find an account by its email address, in any case."""
        return self.get(email=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Somebody who signs in, by an email address."""

    ref = models.TextField(unique=True, default=partial(new_ref, "AN"), editable=False)
    email = models.EmailField(_("email address"), unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """As the table is made."""

        constraints = (models.UniqueConstraint(Lower("email"), name="account_email"),)

    def __str__(self) -> str:
        """Print the address."""
        return self.email


class StaffRole(models.Model):
    """A role of an account at the board."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.TextField()

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(fields=["account", "role"], name="staff_role_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=sorted(STAFF)), name="staff_role_is_known"
            ),
        )

    def __str__(self) -> str:
        """Print as `reviewer: ada@example.org`."""
        return f"{self.role}: {self.account}"


class Person(models.Model):
    """The board's record of somebody it certified.

    The name is the legal one and changes by a request only (PER-1); the rest they keep themselves.
    A record that was found to be another's stays and leads there (`merged_into`); of one that was
    erased, its numbers stay and what they did, and nothing that says who they are.
    """

    ref = models.TextField(unique=True, default=partial(new_ref, "PE"), editable=False)
    customer_number = models.TextField(unique=True)
    born_on = models.DateField(null=True)  # always there until it is erased
    given_names = models.TextField()
    family_name = models.TextField(blank=True)  # many people have one name only
    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="person"
    )
    email = models.EmailField(blank=True)
    phone = models.TextField(blank=True)
    language = models.TextField(default="en")
    time_zone = models.TextField(default="America/Chicago")
    workplace = models.TextField(blank=True)
    job_title = models.TextField(blank=True)
    gender = models.TextField(blank=True)
    courtesy_letters = models.BooleanField(default=True)  # reminders that one may do without
    version = models.PositiveIntegerField(default=1)  # told apart when two tabs change it
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.CheckConstraint(condition=~models.Q(given_names=""), name="person_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(born_on__isnull=False, erased_at__isnull=True)
                | models.Q(
                    born_on__isnull=True, erased_at__isnull=False, email="", account__isnull=True
                ),
                name="person_known_or_erased",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | (models.Q(account__isnull=True) & ~models.Q(merged_into=models.F("pk"))),
                name="person_merged_into_another",
            ),
        )
        indexes = (
            # Names are found by how they begin, whatever the server's own order of letters is.
            models.Index(
                OpClass(Lower("family_name"), name="text_pattern_ops"), name="person_family"
            ),
            models.Index(
                OpClass(Lower("given_names"), name="text_pattern_ops"), name="person_given"
            ),
            models.Index(Upper("email"), name="person_email"),
            models.Index(
                fields=["id"],
                condition=models.Q(merged_into__isnull=False) | models.Q(erased_at__isnull=False),
                name="person_gone",
            ),
        )

    def __str__(self) -> str:
        """Print the name."""
        return self.name

    @property
    def name(self) -> str:
        """The legal name on one line."""
        return f"{self.given_names} {self.family_name}".strip()


class FormerName(models.Model):
    """A legal name that a person had, and its last day."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_names")
    given_names = models.TextField()
    family_name = models.TextField(blank=True)
    until_on = models.DateField()

    class Meta:
        """As the table is made."""

        ordering = ("-until_on", "-id")
        indexes = (
            models.Index(
                OpClass(Lower("family_name"), name="text_pattern_ops"), name="former_name_family"
            ),
            models.Index(
                OpClass(Lower("given_names"), name="text_pattern_ops"), name="former_name_given"
            ),
        )

    def __str__(self) -> str:
        """Print the name and its last day."""
        return f"{self.given_names} {self.family_name} until {self.until_on}"


class Address(models.Model):
    """Where a person lives or works."""

    class Use(models.TextChoices):
        """What an address is for."""

        HOME = "home", _("Home")
        WORK = "work", _("Work")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    use = models.TextField(choices=Use)
    lines = models.TextField()
    city = models.TextField(blank=True)
    region = models.TextField(blank=True)
    postal_code = models.TextField(blank=True)
    country = models.TextField()  # ISO 3166, two letters

    class Meta:
        """As the table is made."""

        ordering = ("use",)
        constraints = (
            models.UniqueConstraint(fields=["person", "use"], name="address_one_of_each_use"),
        )

    def __str__(self) -> str:
        """Print the city and the country."""
        return f"{self.city}, {self.country}"


class Invitation(models.Model):
    """A letter with which one person may bind an account to their record, once, for some days."""

    ref = models.TextField(unique=True, default=partial(new_ref, "IN"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref


class PrivateLink(models.Model):
    """An address that shows something of a person to whoever has it, until it is revoked."""

    class Purpose(models.TextChoices):
        """What it shows."""

        CALENDAR = "calendar", _("Calendar of dates")
        STANDING = "standing", _("Standing, for an employer")

    ref = models.TextField(unique=True, default=partial(new_ref, "LK"), editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="private_links")
    purpose = models.TextField(choices=Purpose)
    label = models.TextField(blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """As the table is made."""

        constraints = (
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(purpose="calendar", revoked_at__isnull=True),
                name="private_link_one_calendar",
            ),
        )

    def __str__(self) -> str:
        """Print the ref."""
        return self.ref
