"""What the journal has about somebody or something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from recert.credentials.models import Credential
from recert.declarations.models import Audit, Declaration
from recert.payments.models import Attempt, Order, Refund
from recert.people.models import Person
from recert.people.queries import kept_record, refs_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.transcript.models import Activity, Document


@dataclass(frozen=True, slots=True)
class Scope:
    """Refs of which one asks what happened: `about` a person, or to `subjects`."""

    ref: str
    about: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    person: Person | None = None


def scope_of(actor: Actor, ref: str) -> Scope:
    """Answer all that belongs to a person, a credential, a declaration, or another thing.

    A person is found by customer number too. A credential has its declarations, and a declaration
    its audit and its payments.
    """
    if not actor.may(Permission.SEE_JOURNAL):
        raise not_found()
    person = kept_record(
        Person.objects.filter(ref=ref).first() or Person.objects.filter(customer_number=ref).first()
    )
    if person:
        return Scope(person.ref, about=tuple(refs_of(person)), person=person)
    return Scope(ref, subjects=tuple(dict.fromkeys(_parts_of(ref))))


def _parts_of(ref: str) -> Iterator[str]:
    yield ref
    match ref.partition("-")[0]:
        case "CR":
            found = Credential.objects.filter(ref=ref)
            for declaration in Declaration.objects.filter(credential__in=found):
                yield from _parts_of_declaration(declaration)
        case "DE":
            for declaration in Declaration.objects.filter(ref=ref):
                yield from _parts_of_declaration(declaration)
        case "AC":
            activities = Activity.objects.filter(ref=ref)
            documents = Document.objects.filter(activity__in=activities)
            yield from documents.values_list("ref", flat=True)
        case "OR":
            for order in Order.objects.filter(ref=ref):
                yield from _parts_of_order(order)


def _parts_of_declaration(declaration: Declaration) -> Iterator[str]:
    yield declaration.ref
    yield from Audit.objects.filter(declaration=declaration).values_list("ref", flat=True)
    if declaration.order:
        yield from _parts_of_order(declaration.order)


def _parts_of_order(order: Order) -> Iterator[str]:
    yield order.ref
    yield from Attempt.objects.filter(order=order).values_list("ref", flat=True)
    yield from Refund.objects.filter(attempt__order=order).values_list("ref", flat=True)


def open_audits_of(refs: tuple[str, ...]) -> list[str]:
    """Answer the refs of audits of which the person is not told yet what was found."""
    found = Audit.objects.filter(
        declaration__credential__person__ref__in=refs, state=Audit.State.SENT
    )
    return list(found.values_list("ref", flat=True))
