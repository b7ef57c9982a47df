"""Who consented that an employer sees where they stand, and who was asked.

An employer reads the names of those who consented, and what it typed of those whom it asked. It
reads nowhere whether there is an account, or a record, or that somebody said no.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from recert.journal.secret_links import behind
from recert.organisations.models import Consent, ConsentRequest, Organisation
from recert.people.models import Person
from recert.policy.refusals import not_found
from recert.refs import is_ref


def consents_of(person: Person) -> list[Consent]:
    """Answer which employers see where somebody stands, the latest first. One query."""
    found = Consent.objects.filter(person=person, withdrawn_at=None, organisation__ended_at=None)
    return list(found.select_related("organisation").order_by("-given_at", "-id"))


def own_consent(person: Person, ref: str) -> Consent:
    """Answer a consent to whoever gave it. Raises `Refused`."""
    rows = Consent.objects.select_related("organisation")
    found = rows.filter(person=person, ref=ref).first() if is_ref(ref) else None
    if found is None:
        raise not_found()
    return found


def consents_to(organisation: Organisation) -> QuerySet[Consent]:
    """Answer the consents that an employer has, and that show something.

    A record that was merged into another shows nothing: its person gives it anew with the other.
    """
    return Consent.objects.filter(
        organisation=organisation,
        organisation__employs=True,
        organisation__ended_at=None,
        withdrawn_at=None,
        person__merged_into=None,
        person__erased_at=None,
    )


def staff_by_id(organisation: Organisation) -> dict[int, Person]:
    """Answer by id the people who consented to an employer. One query."""
    found = consents_to(organisation).select_related("person")
    return {one.person_id: one.person for one in found}


def requests_open(organisation: Organisation, *, at: datetime) -> list[ConsentRequest]:
    """Answer whom an employer asked and has no answer of, as it typed them.

    Those who said no are among them until the request ends: it is theirs to tell.
    """
    found = organisation.consent_requests.filter(expires_at__gt=at).exclude(agreed=True)
    return list(found)


def requests_to(person: Person, *, at: datetime) -> list[ConsentRequest]:
    """Answer which employers ask somebody, and wait for an answer. One query."""
    found = ConsentRequest.objects.filter(
        person=person, answered_at=None, expires_at__gt=at, organisation__ended_at=None
    )
    return list(found.select_related("organisation"))


def request_behind(token: str, person: Person) -> ConsentRequest:
    """Answer the request that a letter leads to, to whom it may be about. Raises `Refused`."""
    return request_called(behind(token), person)


def request_called(ref: str, person: Person) -> ConsentRequest:
    """Answer a request by its ref to whom it may be about. Raises `Refused`."""
    rows = ConsentRequest.objects.select_related("organisation")
    found = rows.filter(ref=ref, organisation__ended_at=None).first() if is_ref(ref) else None
    if found is None or found.person_id not in {None, person.pk}:
        raise not_found()
    return found


def employers() -> list[Organisation]:
    """Answer all employers that the board knows, by name. One query."""
    return list(Organisation.objects.filter(employs=True, ended_at=None))


def employer_called(ref: str) -> Organisation:
    """Answer an employer by its ref. Raises `Refused`."""
    found = Organisation.objects.filter(ref=ref, employs=True, ended_at=None).first()
    if found is None:
        raise not_found()
    return found
