"""What about a signature the board looks at more closely. Nothing here refuses a form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from recert.people.models import Person
from recert.people.queries import emails_of
from recert.transcript.models import SignedForm

MOST_PEOPLE: Final = 25
WITHIN: Final = timedelta(days=30)
"""Whoever signs for more people within this time is looked at."""

OWN_ADDRESS, OWN_NAME, OWN_ACCOUNT = "own-address", "own-name", "own-account"
FOR_MANY, ANOTHER_NAME, DIFFERS = "for-many", "another-name", "differs"


def words_of_flags() -> dict[str, str]:
    """Answer what each flag says to the board."""
    return {
        OWN_ADDRESS: _("The form was sent to an address of the certificant's own."),
        OWN_NAME: _("The signer is called like the certificant."),
        OWN_ACCOUNT: _("The certificant was signed in where the form was signed."),
        FOR_MANY: _("The signer signed for more than %(people)s people within %(days)s days.")
        % {"people": MOST_PEOPLE, "days": WITHIN.days},
        ANOTHER_NAME: _("Another name was signed than that of whoever was asked."),
        DIFFERS: _("What was signed differs from what the certificant entered."),
    }


def flags_at_asking(person: Person, *, name: str, email: str) -> list[str]:
    """Answer what stands out when somebody is asked to sign."""
    flags = []
    if plain(email) in {plain(one) for one in emails_of(person)}:
        flags.append(OWN_ADDRESS)
    if names_in(name) == names_in(person.name):
        flags.append(OWN_NAME)
    return flags


def flags_at_signing(
    form: SignedForm, *, name: str, differs: bool, at: datetime, signed_in: int | None
) -> list[str]:
    """Answer what stands out when a form is signed; `signed_in` is who was, in that browser."""
    person, found = form.activity.person, []
    if signed_in == person.pk:
        found.append(OWN_ACCOUNT)
    if names_in(name) == names_in(person.name):
        found.append(OWN_NAME)
    if not names_in(name) & names_in(form.signer_name):
        found.append(ANOTHER_NAME)
    if differs:
        found.append(DIFFERS)
    signed = SignedForm.objects.filter(signer_email=form.signer_email, signed_at__gt=at - WITHIN)
    others = signed.exclude(activity__person=person).values("activity__person").distinct()
    if others.count() >= MOST_PEOPLE:
        found.append(FOR_MANY)
    return found


def plain(email: str) -> str:
    """Answer an address without what does not change where its letters go.

    >>> plain("Amina.B+work@Example.org")
    'amina.b@example.org'
    """
    local, _at, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def names_in(name: str) -> frozenset[str]:
    """Answer the words of a name, without accents and in any order.

    >>> names_in("Zoë  BÉNALI") == names_in("benali, zoe")
    True
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    letters = (one if one.isalnum() else " " for one in apart if not unicodedata.combining(one))
    return frozenset("".join(letters).split())


def united(*some: Iterable[str]) -> list[str]:
    """Answer flags in the order in which they were found, each once."""
    return list(dict.fromkeys(flag for each in some for flag in each))
