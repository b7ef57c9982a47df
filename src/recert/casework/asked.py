"""Requests, appeals and their files, to read: one's own, and what waits at the desk."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from recert.casework.models import Appeal, Enclosure, Request
from recert.declarations.models import Audit
from recert.payments.models import NOT_GIVEN, Attempt, OrderLine, Refund
from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found

State = Request.State

SENT = (State.SUBMITTED, State.GRANTED, State.REFUSED, State.WITHDRAWN)
"""The states of a request that the board has, or had."""


def requests_whole() -> QuerySet[Request]:
    """Answer requests with whose they are, and what they are about."""
    return Request.objects.select_related("person", "credential__person", "order")


def requests_of(person: int) -> list[Request]:
    """Answer what a person asked for, the latest first, without what was discarded."""
    found = requests_whole().filter(person_id=person).exclude(state=State.DISCARDED)
    return list(found.order_by("-id"))


def own_request(actor: Actor, ref: str) -> Request:
    """Answer a request to whoever makes it, and to nobody else."""
    found = requests_whole().filter(ref=ref).exclude(state=State.DISCARDED).first()
    if found is None or found.person_id != actor.person:
        raise not_found()
    return found


def request_seen_by(actor: Actor, ref: str) -> Request:
    """Answer a request that was sent to staff who decide about requests."""
    found = requests_whole().filter(ref=ref, state__in=SENT).first()
    if found is None or not actor.may(Permission.DECIDE_REQUESTS):
        raise not_found()
    return found


def requests_seen_by(
    actor: Actor, *, state: str = State.SUBMITTED, kind: str = "", most: int = 100
) -> list[Request]:
    """Answer the requests in a state to staff who decide about them, the oldest first."""
    if not actor.may(Permission.DECIDE_REQUESTS):
        raise not_found()
    found = requests_whole().filter(state=state) if state in SENT else requests_whole().none()
    if kind:
        found = found.filter(kind=kind)
    return list(found.order_by("submitted_on", "id")[:most])


def request_of_order(order: int) -> int | None:
    """Answer the id of the request that an order is for; None for an order of something else."""
    subjects = OrderLine.objects.filter(order_id=order).values("subject")
    return Request.objects.filter(ref__in=subjects).values_list("pk", flat=True).first()


def request_called(pk: int | None) -> Request | None:
    """Answer a request by its id, where there is one."""
    return requests_whole().filter(pk=pk).first() if pk else None


def idle_request_payments(actor: Actor, *, most: int = 50) -> list[Attempt]:
    """Answer what was paid for requests that never came to the board, and was not given back."""
    if not actor.may(Permission.SEE_PAYMENTS):
        raise not_found()
    served = Request.objects.filter(order=OuterRef("order"), state__in=SENT)
    for_requests = OrderLine.objects.filter(
        order=OuterRef("order"), subject__in=Request.objects.values("ref")
    )
    given_back = Refund.objects.filter(attempt=OuterRef("pk")).exclude(state__in=NOT_GIVEN)
    found = Attempt.objects.filter(
        ~Exists(served),
        ~Exists(given_back),
        Exists(for_requests),
        state=Attempt.State.SUCCEEDED,
    )
    return list(found.select_related("order__person").order_by("-id")[:most])


def files_of(asked: Request | Appeal) -> list[Enclosure]:
    """Answer the files that come with a request or an appeal."""
    return list(asked.enclosures.filter(state=Enclosure.State.KEPT))


def own_enclosure(actor: Actor, ref: str) -> Enclosure:
    """Answer a file that was enclosed to whoever enclosed it."""
    found = _enclosures().filter(ref=ref).first()
    if found is None or _owner_of(found) != actor.person:
        raise not_found()
    return found


def enclosure_seen_by(actor: Actor, ref: str) -> Enclosure:
    """Answer a file that was enclosed to staff who decide about what it came with."""
    found = _enclosures().filter(ref=ref, state=Enclosure.State.KEPT).first()
    if found is None:
        raise not_found()
    needed = Permission.DECIDE_REQUESTS if found.request else Permission.DECIDE_APPEALS
    is_sent = found.of.state in (SENT if found.request else APPEALED)
    if not is_sent or not actor.may(needed):
        raise not_found()
    return found


def _enclosures() -> QuerySet[Enclosure]:
    return Enclosure.objects.select_related(
        "request__person", "appeal__audit__declaration__credential__person"
    )


def _owner_of(enclosure: Enclosure) -> int:
    return person_of(enclosure.of).pk


def person_of(asked: Request | Appeal) -> Person:
    """Answer whose a request or an appeal is."""
    if isinstance(asked, Request):
        return asked.person
    return asked.audit.declaration.credential.person


APPEALED = (
    Appeal.State.SENT,
    Appeal.State.PROPOSED,
    Appeal.State.GRANTED,
    Appeal.State.DENIED,
)
"""The states of an appeal that the board has, or had."""


def appeals_whole() -> QuerySet[Appeal]:
    """Answer appeals with the audit, and whose they are."""
    return Appeal.objects.select_related("audit__declaration__credential__person")


def appeal_of(audit: Audit) -> Appeal | None:
    """Answer the appeal after an audit, also one that is not sent yet."""
    return appeals_whole().filter(audit=audit).first()


def appeals_of(person: int) -> list[Appeal]:
    """Answer the appeals of a person, the latest first."""
    found = appeals_whole().filter(audit__declaration__credential__person_id=person)
    return list(found.order_by("-id"))


def own_appeal(actor: Actor, ref: str) -> Appeal:
    """Answer an appeal to whoever makes it."""
    found = appeals_whole().filter(ref=ref).first()
    if found is None or person_of(found).pk != actor.person:
        raise not_found()
    return found


def appeal_seen_by(actor: Actor, ref: str) -> Appeal:
    """Answer an appeal that was sent to staff who decide about appeals."""
    found = appeals_whole().filter(ref=ref, state__in=APPEALED).first()
    if found is None or not actor.may(Permission.DECIDE_APPEALS):
        raise not_found()
    return found


def appeals_seen_by(actor: Actor, *, states: Collection[str], most: int = 100) -> list[Appeal]:
    """Answer the appeals in some states to staff who decide about them, the oldest first."""
    if not actor.may(Permission.DECIDE_APPEALS):
        raise not_found()
    wanted = [one for one in states if one in APPEALED]
    return list(appeals_whole().filter(state__in=wanted).order_by("sent_on", "id")[:most])


def requests_to_decide() -> QuerySet[Request]:
    """Answer all requests that wait for a decision."""
    return Request.objects.filter(state=State.SUBMITTED)


def requests_sent() -> QuerySet[Request]:
    """Answer all requests that were sent, whatever became of them."""
    return Request.objects.filter(state__in=SENT)


def appeals_to_decide() -> QuerySet[Appeal]:
    """Answer all appeals that wait for a decision, or for a second person."""
    return Appeal.objects.filter(state__in=[Appeal.State.SENT, Appeal.State.PROPOSED])


def appeals_sent() -> QuerySet[Appeal]:
    """Answer all appeals that were sent, whatever became of them."""
    return Appeal.objects.filter(state__in=APPEALED)


def appeals_for_others(actor: Actor) -> Q:
    """Answer what finds the appeals that somebody must leave to others (AUD-6)."""
    proposed = Q(state=Appeal.State.PROPOSED, proposed_by_ref=actor.ref)
    return proposed | Q(audit__judged_by=actor.ref)
