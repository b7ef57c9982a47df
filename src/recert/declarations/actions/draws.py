"""Which declarations are audited: drawn at submission, or chosen by hand with a reason."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.locking import iso, must, must_not_be_own
from recert.declarations.auditing import audit_of, period_on, strata_of, was_audited_before
from recert.declarations.declared import declared_activities
from recert.declarations.letters import letter_about
from recert.declarations.lives import MOVES
from recert.declarations.models import Audit, AuditDraw, AuditItem, AuditPeriod, Declaration
from recert.journal.actions import advance, record_event
from recert.people.queries import reader_of
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import SYSTEM, Actor, Permission
from recert.policy.refusals import Refused
from recert.policy.sampling import Stratum, commitment_to, draw, stratum_of
from recert.queue.actions import end_assignment

KEY_BYTES: Final = 32


@transaction.atomic
def declare_period(
    *,
    starts_on: date,
    ends_on: date,
    strata: Sequence[Stratum],
    spares_audited_before: bool,
    today: date,
    by: Actor,
    at: datetime,
) -> AuditPeriod:
    """Declare beforehand how declarations of some days are drawn; a key is drawn with it (AUD-1).

    Of each day there is one draw: another period over the same days is refused.
    """
    must(by, Permission.PLAN_AUDITS)
    if starts_on <= today:
        raise Refused(
            "too-late", _("A period is declared before it begins, so that nobody knows the draw.")
        )
    key = secrets.token_bytes(KEY_BYTES)
    try:
        with transaction.atomic():
            period = AuditPeriod.objects.create(
                program=the_rulebook().key,
                starts_on=starts_on,
                ends_on=ends_on,
                strata=msgspec.to_builtins(tuple(strata)),
                spares_audited_before=spares_audited_before,
                commitment=commitment_to(key),
                key=key.hex(),
                declared_at=at,
                declared_by=by.name,
            )
    except IntegrityError:
        raise Refused(
            "drawn-already",
            _("Declarations of these days are drawn already; a day is drawn once only."),
        ) from None
    facts = {
        "starts_on": iso(starts_on),
        "ends_on": iso(ends_on),
        "strata": period.strata,
        "commitment": period.commitment,
    }
    record_event("audit.period-declared", subject=period.ref, by=by, at=at, facts=facts)
    return period


@transaction.atomic
def note_refused_draw(refused: str, *, by: Actor, at: datetime) -> None:
    """Note that somebody tried to draw the same days again."""
    record_event("audit.draw-refused", subject="audit", by=by, at=at, because=refused)


@transaction.atomic
def publish_key(period_id: int, *, today: date, by: Actor, at: datetime) -> AuditPeriod:
    """Publish the key of a period that is over, so that anybody can draw again (AUD-1)."""
    must(by, Permission.PLAN_AUDITS)
    period = AuditPeriod.objects.select_for_update().get(pk=period_id)
    if period.ends_on >= today:
        raise Refused("not-over", _("The key is published once the period is over."))
    if period.published_at is None:
        period.published_at = at
        period.save(update_fields=["published_at"])
        facts = {"commitment": period.commitment, "key": period.key}
        record_event("audit.key-published", subject=period.ref, by=by, at=at, facts=facts)
    return period


def draw_submitted(declaration: Declaration, *, on: date, at: datetime) -> None:
    """Draw a declaration that was just submitted, inside the action that submits it (AUD-1)."""
    period = period_on(on)
    if period is None or AuditDraw.objects.filter(declaration=declaration).exists():
        return
    strata, category = strata_of(period), declaration.credential.category
    place = stratum_of(
        strata, purpose=declaration.purpose, category=category, late=declaration.late
    )
    spared = ""
    if place is None:
        spared = "no-stratum"
    elif period.spares_audited_before and was_audited_before(declaration):
        spared = "audited-before"
    drawn = AuditDraw(declaration=declaration, period=period, stratum=place, spared=spared)
    if place is not None and not spared:
        drawn.share = strata[place].share
        number = draw(bytes.fromhex(period.key), declaration.ref, share=drawn.share)
        drawn.number, drawn.selected = number.number, number.selected
    drawn.save()
    facts = {"period": period.ref, "commitment": period.commitment, "share": drawn.share}
    record_event(
        "audit.drawn",
        subject=declaration.ref,
        about=declaration.credential.person.ref,
        by=SYSTEM,
        at=at,
        facts=facts,
    )
    if drawn.selected:
        _open(declaration, by_hand="", today=on, by=SYSTEM, at=at)


@transaction.atomic
def select_for_audit(
    declaration_id: int, *, because: str, today: date, by: Actor, at: datetime
) -> Audit:
    """Choose a declaration for an audit by hand, with a reason that is kept."""
    must(by, Permission.AUDIT_DECLARATIONS)
    declaration = _to_judge(declaration_id, by)
    if not because.strip():
        raise Refused("no-reason", _("Say why this one is audited."))
    if declaration.state != Declaration.State.SUBMITTED or audit_of(declaration):
        raise Refused("wrong-state", _("Only what waits for the board can be chosen, and once."))
    return _open(declaration, by_hand=because.strip(), today=today, by=by, at=at)


def _open(declaration: Declaration, *, by_hand: str, today: date, by: Actor, at: datetime) -> Audit:
    book, person = the_rulebook(), declaration.credential.person
    days = book.audit.documents_due.business_days.value
    due_on = BusinessDays(book).after(today, business_days=days)
    audit = Audit.objects.create(
        declaration=declaration, by_hand=by_hand, selected_on=today, documents_due_on=due_on
    )
    ask_for(audit, declaration)
    record_event(
        "audit.opened",
        subject=audit.ref,
        about=person.ref,
        by=by,
        at=at,
        because=by_hand,
        tell=reader_of(person),
        facts=letter_about(audit, documents_due_on=iso(due_on), activities=_asked(audit)),
    )
    if book.audit.blocking.value:
        move = MOVES["place_under_audit"]
        advance(declaration, move, about=person.ref, by=SYSTEM, at=at)
        end_assignment(declaration.ref, at=at)
    return audit


def ask_for(audit: Audit, declaration: Declaration) -> None:
    """List what counted; what a provider or a signed form attests is not asked for (AUD-2)."""
    there = set(audit.items.values_list("activity_id", flat=True))
    counted = [one for one in declared_activities(declaration) if one.counted]
    AuditItem.objects.bulk_create(
        AuditItem(audit=audit, activity=one.activity, attested_by=one.activity.vouched_by)
        for one in counted
        if one.activity_id not in there
    )


def _asked(audit: Audit) -> list[dict[str, object]]:
    """Answer what a letter says of each activity for which something is asked."""
    book = the_rulebook()
    asked: list[dict[str, object]] = []
    for item in audit.items.select_related("activity").filter(attested_by=""):
        kind = book.kinds[item.activity.kind]
        titles = [book.documents[key].title for key in kind.documents]
        asked.append({"title": item.activity.title, "documents": titles})
    return asked


def _to_judge(declaration_id: int, by: Actor) -> Declaration:
    whole = Declaration.objects.select_related("credential__person")
    declaration = whole.select_for_update(of=("self",)).get(pk=declaration_id)
    must_not_be_own(declaration, by)
    return declaration
