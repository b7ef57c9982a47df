"""What asks for consent, and what gives and withdraws it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.journal.actions import record_event
from recert.journal.readers import Reader
from recert.organisations.actions import reader_at
from recert.organisations.models import Consent, ConsentRequest, Organisation
from recert.people.actions import must_be_themselves
from recert.people.models import Person
from recert.people.queries import kept_record, reader_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found

REQUEST_LASTS: Final = timedelta(days=30)

NOT_AGAIN_FOR: Final = timedelta(days=14)
"""So long nobody is asked the same again: a question is no nuisance."""

MOST_A_DAY: Final = 300
"""So many letters one employer may have us write in a day."""


@transaction.atomic
def ask_consent(
    organisation: Organisation,
    *,
    name: str,
    email: str = "",
    customer_number: str = "",
    by: Actor,
    at: datetime,
) -> ConsentRequest:
    """Ask somebody by a letter to consent; what comes of it shows nothing of whom we know.

    An address is written to whoever reads it; whoever has the letter answers with their own
    record. A number is written to only where the name fits.
    """
    must_be_themselves(by)
    if not by.may(Permission.SEE_OWN_STAFF) or by.organisation != organisation.pk:
        raise not_found()
    rows = Organisation.objects.select_for_update()
    organisation = rows.get(pk=organisation.pk, ended_at=None)
    _must_not_be_too_many(organisation, email.lower(), customer_number, at)
    person = None if email else _known_by(customer_number, name)
    request = ConsentRequest.objects.create(
        organisation=organisation,
        name=name,
        email=email.lower(),
        customer_number="" if email else customer_number,
        person=person,
        asked_at=at,
        expires_at=at + REQUEST_LASTS,
    )
    tell: Reader | None = None
    if email:
        tell = reader_at(email.lower(), request.ref, name)
    elif person:
        tell = reader_of(person)
    record_event(
        "consent.asked" if tell else "consent.asked-in-vain",
        subject=request.ref,
        about=person.ref if person else organisation.ref,
        by=by,
        at=at,
        facts={
            "organisation": organisation.name,
            "expires_at": request.expires_at,
            "path": reverse("portal:consent-asked", args=["x"]).removesuffix("x"),
            "leads_to": request.ref,
        },
        tell=tell,
    )
    return request


@transaction.atomic
def give_consent(
    organisation: Organisation,
    person: Person,
    *,
    request: ConsentRequest | None = None,
    by: Actor,
    at: datetime,
) -> Consent:
    """Let an employer see where one stands, until one withdraws it."""
    _must_be_own(person, by)
    rows = Organisation.objects.select_for_update()
    employer = rows.filter(pk=organisation.pk, employs=True, ended_at=None).first()
    if employer is None:
        raise not_found()
    try:
        with transaction.atomic():
            consent = Consent.objects.create(organisation=employer, person=person, given_at=at)
    except IntegrityError:
        message = _("%(organisation)s sees where you stand already.")
        raise Refused("consented", message % {"organisation": employer.name}) from None
    # Whichever way they were asked, it is answered.
    asked = ConsentRequest.objects.filter(organisation=employer).exclude(agreed=True)
    asked.filter(Q(person=person) | Q(pk=request.pk if request else None)).update(
        person=person, answered_at=at, agreed=True, name="", email="", customer_number=""
    )
    _note("consent.given", consent, by, at)
    return consent


@transaction.atomic
def decline_consent(request: ConsentRequest, person: Person, *, by: Actor, at: datetime) -> None:
    """Say no to an employer that asked; it is not told."""
    _must_be_own(person, by)
    request = ConsentRequest.objects.select_for_update().get(pk=request.pk)
    if request.person_id not in {None, person.pk}:
        raise not_found()
    if request.answered_at:
        return
    request.person, request.answered_at, request.agreed = person, at, False
    request.save(update_fields=["person", "answered_at", "agreed"])
    _note("consent.declined", request, by, at)


@transaction.atomic
def withdraw_consent(consent: Consent, *, by: Actor, at: datetime) -> None:
    """Let an employer see nothing of oneself any more, from this moment."""
    _must_be_own(consent.person, by)
    rows = Consent.objects.select_related("organisation").select_for_update(of=("self",))
    consent = rows.get(pk=consent.pk)
    if consent.withdrawn_at:
        return
    consent.withdrawn_at = at
    consent.save(update_fields=["withdrawn_at"])
    _note("consent.withdrawn", consent, by, at)


def _must_be_own(person: Person, by: Actor) -> None:
    must_be_themselves(by)
    if person.pk != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()


def _must_not_be_too_many(
    organisation: Organisation, email: str, number: str, at: datetime
) -> None:
    lately = organisation.consent_requests.filter(asked_at__gt=at - NOT_AGAIN_FOR)
    same = Q(email=email) if email else Q(customer_number=number)
    if lately.exclude(agreed=True).filter(same).exists():
        message = _("They were asked less than %(days)s days ago. Speak to them, or wait.")
        raise Refused("asked-lately", message % {"days": NOT_AGAIN_FOR.days})
    today = organisation.consent_requests.filter(asked_at__gt=at - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        message = _("%(most)s people were asked within a day. Ask the next ones tomorrow.")
        raise Refused("too-many-asked", message % {"most": MOST_A_DAY})


def _known_by(customer_number: str, name: str) -> Person | None:
    """Answer whose number it is, where the name that was typed is not another's."""
    person = kept_record(Person.objects.filter(customer_number=customer_number).first())
    if person is None or person.erased_at:
        return None
    words = set(name.casefold().split())
    own = (person.family_name or person.given_names).casefold().split()
    return person if set(own) <= words else None


def _note(kind: str, about: Consent | ConsentRequest, by: Actor, at: datetime) -> None:
    """Note it about the person who answered."""
    if about.person is None:
        raise AssertionError("nobody answered")
    facts = {"organisation": about.organisation.name, "ref": about.organisation.ref}
    record_event(kind, subject=about.ref, about=about.person.ref, by=by, at=at, facts=facts)
