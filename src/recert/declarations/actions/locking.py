"""A declaration, locked for whoever may change it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from recert.declarations.declared import declarations_whole
from recert.declarations.models import Declaration
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found


def own(declaration_id: int, by: Actor) -> Declaration:
    """Lock a person, then a declaration of theirs: what one declares, one declares in turn.

    Raises `Refused` where it is somebody else's.
    """
    person = Declaration.objects.values_list("credential__person_id", flat=True)
    owner = person.filter(pk=declaration_id).first()
    if owner is None or owner != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    Person.objects.select_for_update().get(pk=owner)
    return locked(declaration_id)


def locked(declaration_id: int) -> Declaration:
    """Lock a declaration, and read it as it is then."""
    return declarations_whole().select_for_update(of=("self",)).get(pk=declaration_id)


def iso(day: date | None) -> str | None:
    """Answer a day as an event keeps it."""
    return day.isoformat() if day else None


def must(by: Actor, permission: Permission) -> None:
    """Refuse whoever may not."""
    if not by.may(permission):
        raise Refused("not-permitted", _("You are not allowed to do this."))


def must_not_be_own(declaration: Declaration, by: Actor) -> None:
    """Refuse whoever would decide about themselves."""
    if declaration.credential.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a declaration of your own."))
