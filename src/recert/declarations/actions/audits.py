"""Audits: documents sent and judged, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.actions.decisions import deny, renew
from recert.declarations.actions.draws import ask_for
from recert.declarations.actions.keeping import keep_declared
from recert.declarations.actions.locking import must, must_not_be_own
from recert.declarations.auditing import (
    assessment_audited,
    unjudged,
)
from recert.declarations.declared import draft_of
from recert.declarations.letters import letter_about
from recert.declarations.lives import AUDIT_MOVES
from recert.declarations.models import DAY, Audit, AuditItem, Declaration
from recert.journal.actions import advance, record_event
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.queue.actions import end_assignment

State = Audit.State


@transaction.atomic
def send_documents(audit_id: int, *, today: date, by: Actor, at: datetime) -> Audit:
    """Tell the board that the documents are there (AUD-2), or that new points make up (AUD-5)."""
    audit = _own(audit_id, by)
    declaration = audit.declaration
    if audit.is_over(as_of=today):
        raise Refused("too-late", _("The time to answer has passed."))
    if audit.state == State.NOT_PASSED:
        draft = draft_of(declaration, as_of=today)
        if draft.assessment.outcome != "met":
            raise Refused(
                "not-met",
                _("With what was proven and what is new, the requirements are not met yet."),
            )
        keep_declared(declaration, draft.assessment)
        ask_for(audit, declaration)
    advance(
        audit,
        AUDIT_MOVES["send_documents"],
        about=declaration.credential.person.ref,
        by=by,
        at=at,
        tell=reader_of(declaration.credential.person),
        facts=letter_about(audit),
        sent_on=today,
        respond_by=None,
    )
    _keep_last_day(audit, None)
    return audit


@transaction.atomic
def take_documents(audit_id: int, *, today: date, by: Actor, at: datetime) -> Audit:
    """Let the board look at what is there, once the documents were due (AUD-2)."""
    audit = _locked(audit_id)
    if audit.state == State.AWAITING_DOCUMENTS and audit.documents_due_on >= today:
        raise Refused("not-over", _("There is still time to send documents."))
    person = audit.declaration.credential.person
    advance(
        audit,
        AUDIT_MOVES["take_documents"],
        about=person.ref,
        by=by,
        at=at,
        tell=reader_of(person),
        facts=letter_about(audit),
        sent_on=today,
    )
    return audit


@transaction.atomic
def judge_item(
    item_id: int,
    *,
    verdict: AuditItem.Verdict,
    documented: int | None,
    documents: Mapping[str, str],
    note: str,
    by: Actor,
    at: datetime,
) -> AuditItem:
    """Say what was found of an activity's documents; `documented` in hundredths, None for all.

    What is not accepted proves nothing. It can be said anew until the audit is decided.
    """
    must(by, Permission.AUDIT_DECLARATIONS)
    item = AuditItem.objects.select_related("audit", "activity").get(pk=item_id)
    audit = _to_audit(item.audit_id, by)
    if audit.state != State.SENT:
        raise Refused("wrong-state", _("Documents are judged once they are sent."))
    item.verdict, item.note, item.documents = verdict, note.strip(), dict(documents)
    accepted = verdict == AuditItem.Verdict.ACCEPTED
    item.documented = documented if accepted else 0
    item.save(update_fields=["verdict", "note", "documents", "documented"])
    facts = {
        "activity": item.activity.ref,
        "verdict": verdict,
        "documented": item.documented,
        "documents": dict(documents),
    }
    record_event(
        "audit.judged",
        subject=audit.ref,
        about=audit.declaration.credential.person.ref,
        by=by,
        at=at,
        because=note.strip(),
        facts=facts,
    )
    return item


@transaction.atomic
def pass_audit(audit_id: int, *, because: str = "", today: date, by: Actor, at: datetime) -> Audit:
    """Pass an audit, and renew what waited for it (AUD-4, DEC-7)."""
    audit = _to_audit(audit_id, by)
    if audit.state == State.SENT:
        _must_be_judged(audit)
        if assessment_audited(audit).outcome != "met":
            raise Refused(
                "not-met", _("With what was proven the requirements are not met; say so instead.")
            )
    _end(audit, "pass_audit", because=because, today=today, by=by, at=at)
    if audit.declaration.state == Declaration.State.UNDER_AUDIT:
        renew(audit.declaration, "renew_after_audit", because=because, today=today, by=by, at=at)
    return audit


@transaction.atomic
def find_short(audit_id: int, *, because: str, today: date, by: Actor, at: datetime) -> Audit:
    """Say that documents do not prove enough, and how that can be made up for (AUD-5, AUD-6)."""
    audit = _to_audit(audit_id, by)
    declaration, book = audit.declaration, the_rulebook()
    if audit.state == State.SENT:
        _must_be_judged(audit)
        if assessment_audited(audit).outcome == "met":
            raise Refused("met", _("With what was proven the requirements are met; pass it."))
    days = book.appeal.within.business_days.value
    at_least = BusinessDays(book).after(today, business_days=days)
    respond_by = max(at_least, declaration.cycle_ends_on or at_least)
    found = [
        {"activity": one.activity.title, "verdict": one.get_verdict_display(), "note": one.note}
        for one in audit.items.select_related("activity").exclude(documented=None)
    ]
    person = declaration.credential.person
    advance(
        audit,
        AUDIT_MOVES["find_short"],
        about=person.ref,
        by=by,
        at=at,
        because=because.strip(),
        tell=reader_of(person),
        facts=letter_about(audit, found=found, then=book.appeal.within.then),
        respond_by=respond_by,
        judged_by=by.ref,
    )
    _keep_last_day(audit, respond_by)
    end_assignment(audit.ref, at=at)
    return audit


@transaction.atomic
def fail_overdue(audit_id: int, *, today: date, by: Actor, at: datetime) -> Audit:
    """End an audit after which neither points nor an appeal came in time.

    It ended on the day after the last one, whenever this is noted.
    """
    audit = _locked(audit_id)
    if audit.state == State.NOT_PASSED and not audit.is_over(as_of=today):
        raise Refused("not-over", _("There is still time to answer."))
    on = audit.respond_by + DAY if audit.respond_by else today
    _end(audit, "fail_overdue", because="", today=on, by=by, at=at)
    deny(audit.declaration, "deny_overdue", because="", today=on, by=by, at=at)
    return audit


@transaction.atomic
def open_appeal(audit_id: int, *, today: date, by: Actor, at: datetime) -> Audit:
    """Let an audit wait for an appeal (AUD-6); what the appeal says is kept by whoever asks."""
    audit = _own(audit_id, by)
    if audit.is_over(as_of=today):
        raise Refused("too-late", _("The time to appeal has passed."))
    about = audit.declaration.credential.person.ref
    advance(audit, AUDIT_MOVES["open_appeal"], about=about, by=by, at=at, respond_by=None)
    _keep_last_day(audit, None)
    return audit


@transaction.atomic
def end_appeal(
    audit_id: int, *, granted: bool, because: str, today: date, by: Actor, at: datetime
) -> Audit:
    """End an audit as its appeal was decided: renewed, or denied (AUD-6).

    Nobody decides about what they judged themselves.
    """
    audit = _to_audit(audit_id, by, Permission.DECIDE_APPEALS)
    if audit.judged_by == by.ref:
        raise Refused(
            "judged-it", _("You judged this audit; somebody else must decide about the appeal.")
        )
    name = "pass_on_appeal" if granted else "fail_on_appeal"
    _end(audit, name, because=because, today=today, by=by, at=at)
    declaration = audit.declaration
    if not granted:
        deny(declaration, "deny_after_appeal", because=because, today=today, by=by, at=at)
    elif declaration.state == Declaration.State.UNDER_AUDIT:
        renew(declaration, "renew_after_appeal", because=because, today=today, by=by, at=at)
    return audit


def _keep_last_day(audit: Audit, last: date | None) -> None:
    """Keep until when an audit can be answered where standing is derived from.

    So what was declared holds no more from the day after it, whether or not anybody notes that.
    """
    declaration = audit.declaration
    declaration.answer_by = last
    declaration.save(update_fields=["answer_by"])
    if declaration.grant:
        declaration.grant.revoked_on = last + DAY if last else None
        declaration.grant.save(update_fields=["revoked_on"])


def _end(audit: Audit, move: str, *, because: str, today: date, by: Actor, at: datetime) -> None:
    person = audit.declaration.credential.person
    advance(
        audit,
        AUDIT_MOVES[move],
        about=person.ref,
        by=by,
        at=at,
        because=because,
        tell=reader_of(person),
        facts=letter_about(audit),
        ended_on=today,
        judged_by=audit.judged_by or by.ref,
    )
    end_assignment(audit.ref, at=at)


def _must_be_judged(audit: Audit) -> None:
    left = unjudged(audit)
    if left:
        message = _("Say what was found of each activity first; left: %(title)s")
        raise Refused("not-judged", message % {"title": left[0].activity.title})


def _locked(audit_id: int) -> Audit:
    """Lock whose audit it is, the declaration and the audit, in the order of the house."""
    whole = Audit.objects.select_related("declaration__credential__person")
    found = whole.filter(pk=audit_id).first()
    if found is None:
        raise not_found()
    Person.objects.select_for_update().get(pk=found.declaration.credential.person_id)
    Declaration.objects.select_for_update().get(pk=found.declaration_id)
    return whole.select_for_update(of=("self",)).get(pk=audit_id)


def _own(audit_id: int, by: Actor) -> Audit:
    audit = _locked(audit_id)
    if audit.declaration.credential.person_id != by.person or not by.may(Permission.DECLARE):
        raise not_found()
    return audit


def _to_audit(audit_id: int, by: Actor, needs: Permission = Permission.AUDIT_DECLARATIONS) -> Audit:
    must(by, needs)
    audit = _locked(audit_id)
    must_not_be_own(audit.declaration, by)
    return audit
