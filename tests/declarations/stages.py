"""A declaration, and its audit, brought to each state of their lives, as people bring it there."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from recert.declarations.actions.audits import (
    end_appeal,
    fail_overdue,
    find_short,
    judge_item,
    open_appeal,
    pass_audit,
    send_documents,
)
from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import discard_declaration
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.actions.submissions import settle_payment
from recert.declarations.models import Audit, AuditItem, Declaration
from recert.payments.models import Attempt
from recert.policy.permissions import SYSTEM, Actor, Role
from tests.declaring import REVIEWER, at, begin_payment, charged, draft, earn_everything, enter
from tests.making import actor, make_credential, make_person

State = Declaration.State
AuditState = Audit.State

CERTIFIED = date(2022, 1, 10)  # the cycle ends on 2025-01-31
OPEN = date(2024, 11, 15)  # a Friday
DECIDED = date(2024, 12, 2)
OVERDUE = date(2025, 3, 3)
"""After everything that anybody could still answer."""

SMALL = "PBT"
"""A category that asks for few activities, so that there is little to make."""

AUDITOR = Actor(ref="AN-A", name="Ada Auditor", roles=frozenset({Role.AUDITOR}))


@dataclass(frozen=True)
class Scene:
    """A declaration, the attempt that pays it and its audit, where there are such."""

    declaration: Declaration
    attempt: Attempt | None = None
    audit: Audit | None = None

    @property
    def owner(self):
        return actor(self.declaration.credential.person)

    def fresh(self):
        """Answer the same as it is now."""
        found = Declaration.objects.select_related("credential__person")
        attempt, audit = self.attempt, Audit.objects.filter(declaration=self.declaration).first()
        return Scene(
            found.get(pk=self.declaration.pk),
            Attempt.objects.get(pk=attempt.pk) if attempt else None,
            audit,
        )


def ready(*, category=SMALL, certified_on=CERTIFIED, on=OPEN, person=None):
    """Make a credential whose next declaration has all it asks for."""
    person = person or make_person()
    credential = make_credential(person, category=category, certified_on=certified_on)
    earn_everything(person, credential, on=on)
    return credential


def declared(state, credential=None):
    """Answer a declaration in a state."""
    credential = credential or ready()
    scene = Scene(draft(credential, on=OPEN))
    by, pk = scene.owner, scene.declaration.pk
    decided = {"today": DECIDED, "at": at(DECIDED)}
    if state == State.DISCARDED:
        discard_declaration(pk, by=by, at=at(OPEN))
    elif state != State.DRAFT:
        scene = replace(scene, attempt=begin_payment(scene.declaration, on=OPEN))
    if state not in {State.DRAFT, State.DISCARDED, State.AWAITING_PAYMENT}:
        settle_payment(scene.attempt.pk, found=charged(scene.attempt), at=at(OPEN))
    if state == State.APPROVED:
        approve_declaration(pk, by=REVIEWER, **decided)
    elif state == State.WITHDRAWN:
        withdraw_declaration(pk, by=by, **decided)
    elif state in {State.DEFICIENT, State.DELETED}:
        find_deficient(pk, reasons={}, because="A page lacks.", by=REVIEWER, **decided)
    elif state in {State.UNDER_AUDIT, State.DENIED}:
        select_for_audit(pk, because="It looks odd.", by=AUDITOR, **decided)
    if state == State.DELETED:
        delete_declaration(pk, today=OVERDUE, by=SYSTEM, at=at(OVERDUE))
    if state == State.DENIED:
        return brought_on(scene.fresh(), AuditState.FAILED)
    scene = scene.fresh()
    assert scene.declaration.state == state
    return scene


def judged(audit, verdict=AuditItem.Verdict.ACCEPTED, most=None):
    """Say the same of each activity of an audit."""
    for item in audit.items.all()[:most]:
        judge_item(
            item.pk,
            verdict=verdict,
            documented=None,
            documents={},
            note="",
            by=AUDITOR,
            at=at(DECIDED),
        )


def audited(state, *, verdict=AuditItem.Verdict.ACCEPTED):
    """Answer a declaration whose audit is in a state, judged if it was sent."""
    return brought_on(declared(State.UNDER_AUDIT), state, verdict=verdict)


def brought_on(scene, state, *, verdict=AuditItem.Verdict.ACCEPTED):
    """Bring the audit of a declaration that is under audit on to a state."""
    audit, by, now = scene.audit, scene.owner, {"today": DECIDED, "at": at(DECIDED)}
    if state != AuditState.AWAITING_DOCUMENTS:
        send_documents(audit.pk, by=by, **now)
        judged(audit, verdict)
    if state in {AuditState.NOT_PASSED, AuditState.APPEALED, AuditState.FAILED}:
        judged(audit, AuditItem.Verdict.MISSING, most=1)
        find_short(audit.pk, because="One lacks.", by=AUDITOR, **now)
    if state == AuditState.APPEALED:
        open_appeal(audit.pk, by=by, **now)
    elif state == AuditState.PASSED:
        pass_audit(audit.pk, by=AUDITOR, **now)
    elif state == AuditState.FAILED:
        fail_overdue(audit.pk, today=OVERDUE, by=SYSTEM, at=at(OVERDUE))
    scene = scene.fresh()
    assert scene.audit.state == state
    return scene


def made_up_for(scene):
    """Enter anew what an audit found missing."""
    item = scene.audit.items.exclude(documented=None).get()
    ((area, points),) = item.activity.portions.items()
    enter(scene.declaration.credential.person, area, points, OPEN - timedelta(days=1))
    return scene


def appealed(*, granted, scene, by, on=DECIDED):
    """Decide about the appeal against an audit."""
    return end_appeal(
        scene.audit.pk, granted=granted, because="Letter read.", today=on, by=by, at=at(on)
    )


def failed_once(credential=None):
    """Answer a draft of which a payment was tried, and the attempt that failed."""
    scene = declared(State.AWAITING_PAYMENT, credential)
    settle_payment(scene.attempt.pk, found=charged(scene.attempt, "failed"), at=at(OPEN))
    scene = scene.fresh()
    assert scene.declaration.state == State.DRAFT
    return scene.declaration, scene.attempt


def declaration_in(state, credential=None):
    """Answer a declaration in a state, and the attempt that pays it, if any."""
    scene = declared(state, credential)
    return scene.declaration, scene.attempt
