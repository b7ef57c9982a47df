"""Erasing, to read: what stands in the way, and what would go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recert.declarations.models import Declaration
from recert.dossiers.models import Erasure
from recert.journal.queries import letters_to, whole_history
from recert.payments.models import Attempt, Refund
from recert.people.models import Person
from recert.people.queries import names_of_accounts, records_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.transcript.models import Activity, Document

WITH_SOMEBODY: Final = ("awaiting-payment", "submitted", "deficient", "under-audit")
"""The states of declarations that somebody must still decide, or pay."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to erase somebody, as it is shown."""

    erasure: Erasure
    asked_by: str
    is_own: bool


def hindrances_to_erasing(person: Person) -> list[str]:
    """Say what must come to its end before a person can be erased; empty where nothing does."""
    records = records_of(person)
    said = []
    if person.account and person.account.staff_roles.exists():
        said.append(_("They work for the board. Take their roles first, under Staff and roles."))
    waiting = Declaration.objects.filter(
        credential__person__in=records, state__in=WITH_SOMEBODY
    ).values_list("ref", flat=True)
    said += [_("The declaration %(ref)s is not decided yet.") % {"ref": ref} for ref in waiting]
    # Of an audit that does not hold up the renewal, the declaration is decided already.
    audits = Declaration.objects.filter(
        credential__person__in=records, audit__isnull=False, audit__ended_on=None
    ).exclude(state__in=WITH_SOMEBODY)
    said += [
        _("The audit %(ref)s has not ended yet.") % {"ref": ref}
        for ref in audits.values_list("audit__ref", flat=True)
    ]
    paying = Attempt.objects.filter(order__person__in=records, state=Attempt.State.OPEN)
    said += [_("The payment %(ref)s is under way.") % {"ref": one.ref} for one in paying]
    giving = Refund.objects.filter(attempt__order__person__in=records, state=Refund.State.ASKED)
    said += [_("The refund %(ref)s is under way.") % {"ref": one.ref} for one in giving]
    return said


def goes_and_stays(person: Person) -> tuple[list[str], list[str]]:
    """Say what an erasure takes away, and what the board keeps."""
    records = records_of(person)
    refs = [one.ref for one in records]
    activities = Activity.objects.filter(person__in=records).count()
    documents = Document.objects.filter(activity__person__in=records).exclude(file="").count()
    letters, events = len(letters_to(refs)), len(whole_history(refs))
    goes = [
        _("The name and earlier names, the date of birth, addresses, telephone, workplace."),
        _("The account: nobody can sign in with it any more. Private links end."),
        ngettext(
            "The title and provider of %(count)s activity.",
            "The titles and providers of %(count)s activities.",
            activities,
        )
        % {"count": activities},
        ngettext("%(count)s document.", "%(count)s documents.", documents) % {"count": documents},
        ngettext(
            "The text and address of %(count)s letter; one that was not sent yet never is.",
            "The text and address of %(count)s letters; those not sent yet never are.",
            letters,
        )
        % {"count": letters},
        ngettext(
            "In the journal, the names, reasons and details of %(count)s event.",
            "In the journal, the names, reasons and details of %(count)s events.",
            events,
        )
        % {"count": events},
        _("What staff wrote about them: findings, notes, reasons."),
    ]
    stays = [
        _("The customer number, and the number, category and dates of each certification."),
        _("What was declared, decided and audited, on which day, and by which rule."),
        _("The kind, day, hours and points of each activity."),
        _("What was paid and given back, on which day."),
        _("That something happened, when, and from which account: the journal stays whole."),
        _("For the public: that a certification of this number exists, and its standing."),
    ]
    return goes, stays


def erasure_of(actor: Actor, person: Person) -> Asked | None:
    """Answer the request to erase a person that is open, or was done."""
    if not actor.may(Permission.ERASE):
        raise not_found()
    found = Erasure.objects.filter(person=person).exclude(state=Erasure.State.CALLED_OFF).first()
    if found is None:
        return None
    names = names_of_accounts([found.asked_by])
    return Asked(found, names.get(found.asked_by, found.asked_by), found.asked_by == actor.ref)
