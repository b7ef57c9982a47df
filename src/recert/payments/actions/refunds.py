"""What changes refunds: asked for, agreed to by a second person, and settled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.journal.actions import Move, advance, record_event
from recert.payments.actions.attempts import attempt_locked, lock_order
from recert.payments.gateway import Refunding
from recert.payments.models import Attempt, Refund
from recert.payments.queries import left_of
from recert.people.queries import reader_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.queue.actions import end_assignment

MOVES = {
    "agree_refund": Move(
        "payment.refund-asked",
        frozenset({Refund.State.PROPOSED}),
        Refund.State.ASKED,
        Permission.REFUND,
    ),
    "decline_refund": Move(
        "payment.refund-declined",
        frozenset({Refund.State.PROPOSED}),
        Refund.State.DECLINED,
        Permission.REFUND,
    ),
    "finish_refund": Move(
        "payment.refunded",
        frozenset({Refund.State.ASKED}),
        Refund.State.DONE,
        Permission.SETTLE_PAYMENTS,
    ),
    "fail_refund": Move(
        "payment.refund-failed",
        frozenset({Refund.State.ASKED}),
        Refund.State.FAILED,
        Permission.SETTLE_PAYMENTS,
    ),
}
"""The life of a refund."""


@transaction.atomic
def ask_refund(
    attempt_id: int, *, amount: Decimal, because: str, by: Actor, at: datetime
) -> Refund:
    """Ask for money to be given back of a charge; with a reason, and never more than was taken.

    Fees are not refunded (FEE-1): this is for what was charged twice, or by mistake. Where the
    rulebook wants a second person, it is proposed only, until another agrees.
    """
    if not by.may(Permission.REFUND):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    order = Attempt.objects.filter(pk=attempt_id).values_list("order", flat=True).first()
    if order is None:
        raise not_found()
    lock_order(order)  # so that it is not counted as paid for something at the same moment
    attempt = attempt_locked(attempt_id)
    if attempt.order.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a payment of your own."))
    if attempt.state != Attempt.State.SUCCEEDED:
        raise Refused("wrong-state", _("Nothing was charged here, so nothing can be given back."))
    left = left_of(attempt).amount
    if not because.strip():
        raise Refused("no-reason", _("Say why this is given back."))
    if not 0 < amount <= left:
        raise Refused(
            "too-much",
            _("Of this charge %(left)s %(currency)s can be given back at most.")
            % {"left": left, "currency": attempt.currency},
        )
    proposed = "refund" in the_rulebook().desk.second_person.value
    try:
        with transaction.atomic():
            refund = Refund.objects.create(
                attempt=attempt,
                state=Refund.State.PROPOSED if proposed else Refund.State.ASKED,
                amount=amount,
                because=because.strip(),
                asked_by=by.name,
                asked_by_ref=by.ref,
                asked_at=at,
            )
    except IntegrityError:
        raise Refused(
            "refund-under-way", _("A refund of this charge is under way already.")
        ) from None
    record_event(
        "payment.refund-proposed" if proposed else "payment.refund-asked",
        subject=refund.ref,
        about=attempt.order.person.ref,
        by=by,
        at=at,
        because=because.strip(),
        facts={"attempt": attempt.ref, "amount": refund.money},
    )
    return refund


@transaction.atomic
def agree_refund(refund_id: int, *, by: Actor, at: datetime) -> Refund:
    """Agree, as a second person, that money is given back; from then on it is asked for."""
    refund = _second_look(refund_id, by)
    facts = {
        "attempt": refund.attempt.ref,
        "amount": refund.money,
        "proposed_by": refund.asked_by,
    }
    about = refund.attempt.order.person.ref
    advance(
        refund,
        MOVES["agree_refund"],
        about=about,
        by=by,
        at=at,
        because=refund.because,
        facts=facts,
        agreed_by=by.name,
    )
    end_assignment(refund.ref, at=at)
    return refund


@transaction.atomic
def decline_refund(refund_id: int, *, because: str, by: Actor, at: datetime) -> Refund:
    """Refuse, as a second person, that money is given back, and say why."""
    refund = _second_look(refund_id, by)
    if not because.strip():
        raise Refused("no-reason", _("Say why this is not given back."))
    advance(
        refund,
        MOVES["decline_refund"],
        about=refund.attempt.order.person.ref,
        by=by,
        at=at,
        because=because.strip(),
        agreed_by=by.name,
        failure=because.strip(),
        settled_at=at,
    )
    end_assignment(refund.ref, at=at)
    return refund


def _second_look(refund_id: int, by: Actor) -> Refund:
    """Lock a refund for whoever agrees: neither who proposed it nor whose money it is."""
    rows = Refund.objects.select_related("attempt__order__person").select_for_update(of=("self",))
    refund = rows.filter(pk=refund_id).first()
    if refund is None or not by.may(Permission.REFUND):
        raise not_found()
    if refund.attempt.order.person_id == by.person:
        raise Refused("own-case", _("Somebody else must decide about a payment of your own."))
    if refund.asked_by_ref == by.ref:
        raise Refused("second-person", _("You proposed this; somebody else must agree to it."))
    return refund


@transaction.atomic
def settle_refund(
    refund_id: int, *, found: Refunding, because: str = "", by: Actor, at: datetime
) -> Refund:
    """Note what the processor says of a refund; what is known already changes nothing.

    `because` is why it will not give it back, where it says so.
    """
    rows = Refund.objects.select_related("attempt__order__person").select_for_update(of=("self",))
    refund = rows.get(pk=refund_id)
    if refund.state != Refund.State.ASKED or found.status == "pending":
        return refund
    person = refund.attempt.order.person
    if found.status == "succeeded":
        facts = {
            "amount": refund.money,
            "card": refund.attempt.card_last4,
            "why": refund.because,
        }
        advance(
            refund,
            MOVES["finish_refund"],
            about=person.ref,
            by=by,
            at=at,
            tell=reader_of(person),
            facts=facts,
            processor_ref=found.ref,
            settled_at=at,
        )
    else:
        failure = because or _("The card processor could not give it back.")
        advance(
            refund,
            MOVES["fail_refund"],
            about=person.ref,
            by=by,
            at=at,
            failure=failure,
            processor_ref=found.ref,
            settled_at=at,
        )
    return refund
