"""Each move of a declaration and of its audit, made by the action that makes it."""

from functools import partial

from recert.declarations import lives
from recert.declarations.actions.audits import (
    fail_overdue,
    find_short,
    open_appeal,
    pass_audit,
    send_documents,
    take_documents,
)
from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import discard_declaration
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.actions.submissions import (
    correct_declaration,
    give_up_payment,
    settle_payment,
    start_payment,
)
from recert.declarations.models import AuditItem
from recert.policy.permissions import SYSTEM, Permission
from recert.policy.refusals import Refused
from tests.declarations.stages import (
    AUDITOR,
    DECIDED,
    OPEN,
    OVERDUE,
    AuditState,
    Scene,
    appealed,
    audited,
    declared,
    failed_once,
)
from tests.declaring import CARD, REVIEWER, at, charged

MOVES = {**lives.MOVES, **lives.AUDIT_MOVES}


def settled(scene, _by):
    if scene.attempt is None:  # where none was ever begun, nobody can say what became of it
        raise Refused("wrong-state", "there is no charge")
    return settle_payment(scene.attempt.pk, found=charged(scene.attempt), at=at(OPEN))


def given_up(scene, _by):
    if scene.attempt is None:
        raise Refused("wrong-state", "there is no charge")
    because, intent = "It was not confirmed.", scene.attempt.intent
    return give_up_payment(scene.attempt.pk, intent=intent, because=because, at=at(OPEN))


def on_declaration(action, day=DECIDED, **named):
    """Answer an act on the declaration of a scene."""
    if day:
        named["today"] = day
    return lambda scene, by: action(scene.declaration.pk, by=by, at=at(day or OPEN), **named)


def on_audit(action, day=DECIDED, **named):
    """Answer an act on the audit of a scene; where there is none, nobody can do it."""

    def act(scene, by):
        if scene.audit is None:
            raise Refused("wrong-state", "there is no audit")
        return action(scene.audit.pk, today=day, by=by, at=at(day), **named)

    return act


def on_appeal(*, granted):
    def act(scene, by):
        if scene.audit is None:
            raise Refused("wrong-state", "there is no audit")
        return appealed(granted=granted, scene=scene, by=by)

    return act


ACTS = {
    "discard_declaration": on_declaration(discard_declaration, None),
    "start_payment": on_declaration(start_payment, OPEN, card=CARD),
    "take_payment": settled,
    "give_up_payment": given_up,
    "submit_declaration": on_declaration(start_payment, OPEN, card=None),
    "withdraw_declaration": on_declaration(withdraw_declaration),
    "find_deficient": on_declaration(find_deficient, reasons={}, because="A page lacks."),
    "correct_declaration": on_declaration(correct_declaration),
    "delete_declaration": on_declaration(delete_declaration, OVERDUE),
    "approve_declaration": on_declaration(approve_declaration),
    "place_under_audit": on_declaration(select_for_audit, because="It looks odd."),
    "renew_after_audit": on_audit(pass_audit),
    "renew_after_appeal": on_appeal(granted=True),
    "deny_after_appeal": on_appeal(granted=False),
    "deny_overdue": on_audit(fail_overdue, OVERDUE),
    "send_documents": on_audit(send_documents),
    "take_documents": on_audit(take_documents, OVERDUE),
    "pass_audit": on_audit(pass_audit),
    "find_short": on_audit(find_short, because="One lacks."),
    "open_appeal": on_audit(open_appeal),
    "pass_on_appeal": on_appeal(granted=True),
    "fail_on_appeal": on_appeal(granted=False),
    "fail_overdue": on_audit(fail_overdue, OVERDUE),
}

OF_SYSTEM = {"take_payment", "give_up_payment"}
"""What the processor says, says nobody else: these actions take no actor."""

QUIET = {"take_payment"}
"""What may be said twice is refused by changing nothing."""

NEEDS = {name: move.needs for name, move in MOVES.items()} | {
    "place_under_audit": Permission.AUDIT_DECLARATIONS,  # chosen by hand; drawn, by the system
}


def who_may(name, scene):
    """Answer somebody who may make a move."""
    everybody = (scene.owner, REVIEWER, AUDITOR, SYSTEM)
    return next(one for one in everybody if one.may(NEEDS[name]))


def paid_already():
    """Answer a draft whose payment came true after it had failed."""
    declaration, attempt = failed_once()
    settle_payment(attempt.pk, found=charged(attempt), at=at(OPEN))
    return Scene(declaration, attempt).fresh()


SHORT = partial(audited, AuditState.SENT, verdict=AuditItem.Verdict.MISSING)
BEFORE = {
    "submit_declaration": paid_already,
    "renew_after_audit": partial(audited, AuditState.SENT),
    "renew_after_appeal": partial(audited, AuditState.APPEALED),
    "deny_after_appeal": partial(audited, AuditState.APPEALED),
    "deny_overdue": partial(audited, AuditState.NOT_PASSED),
    "find_short": SHORT,
}
"""Where a move needs more than the state from which it goes."""


def before_move(name):
    """Answer a scene in which a move can be made."""
    if name in BEFORE:
        return BEFORE[name]()
    move = MOVES[name]
    if name in lives.AUDIT_MOVES:
        return audited(min(move.sources))
    (source,) = move.sources
    return declared(source)


def moved(name, scene):
    """Answer what a move moves."""
    return scene.audit if name in lives.AUDIT_MOVES else scene.declaration
