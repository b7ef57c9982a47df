"""What changes who looks after something, what is noted about it, and letters that came back."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from recert.journal.actions import GONE, owe_again, record_event
from recert.journal.models import Notice
from recert.journal.stopping import is_stopped, stop_address
from recert.people.models import Account, Person
from recert.people.queries import actor_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.queue.models import Assignment, Note
from recert.queue.queries import Subject


@transaction.atomic
def take_matter(subject: Subject, *, by: Actor, at: datetime) -> Assignment:
    """Look after something from now on; of two who would at once, one is told of the other."""
    _must_decide(subject, by)
    account = Account.objects.get(ref=by.ref)
    try:
        with transaction.atomic():
            made = Assignment.objects.create(
                subject=subject.ref, account=account, name=by.name, at=at
            )
    except IntegrityError:
        held = Assignment.objects.select_related("account").get(subject=subject.ref, ended_at=None)
        if held.account == account:
            return held
        message = _("%(name)s looks after it already. It can be handed over.")
        raise Refused("taken-already", message % {"name": held.name}) from None
    _note("matter.taken", made, subject, by=by, at=at)
    return made


@transaction.atomic
def release_matter(subject: Subject, *, by: Actor, at: datetime) -> Assignment:
    """Look after something no more."""
    held = _held(subject.ref)
    if held is None or held.account.ref != by.ref:
        raise Refused("not-yours", _("It is not you who looks after it; nothing was changed."))
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    _note("matter.released", held, subject, by=by, at=at)
    return held


@transaction.atomic
def hand_matter_over(
    subject: Subject, *, to: Account, because: str = "", by: Actor, at: datetime
) -> Assignment:
    """Have somebody else look after something, or take it over from them."""
    _must_decide(subject, by)
    receiver = actor_of(to)
    if not receiver.may(subject.needs) or _is_own(subject, receiver):
        message = _("%(name)s may not decide about this; choose somebody else.")
        raise Refused("may-not-decide", message % {"name": receiver.name})
    held = _held(subject.ref)
    if held:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
    try:
        with transaction.atomic():
            made = Assignment.objects.create(
                subject=subject.ref, account=to, name=receiver.name, at=at
            )
    except IntegrityError:
        message = _("Somebody took it at this very moment. Please look again.")
        raise Refused("taken-already", message) from None
    _note("matter.handed-over", made, subject, by=by, at=at, because=because)
    return made


@transaction.atomic
def write_note(subject: Subject, *, text: str, by: Actor, at: datetime) -> Note:
    """Write something about a matter for the other staff; the journal keeps that, not what."""
    if not by.may(subject.source.sees):
        raise not_found()
    made = Note.objects.create(
        subject=subject.ref,
        person=Person.objects.get(ref=subject.about),
        text=text,
        by=by.name,
        by_ref=by.ref,
        at=at,
    )
    record_event(
        "note.written",
        subject=made.ref,
        about=subject.about,
        by=by,
        at=at,
        facts={"on": subject.ref},
    )
    return made


def end_assignment(ref: str, *, at: datetime) -> None:
    """Let nobody look after what was just decided, inside the action that decided it.

    What was decided is in the journal already; that it is looked after no more follows.
    """
    Assignment.objects.filter(subject=ref, ended_at=None).update(ended_at=at)


@transaction.atomic
def send_letter_again(subject: Subject, *, to: str, by: Actor, at: datetime) -> Notice:
    """Send a letter once more, to the address on record now; what was sent stays as it was."""
    _must_be_for_others(subject, by)
    notice = Notice.objects.select_for_update(of=("self",)).select_related("event")
    before = notice.get(ref=subject.ref)
    if before.sent_at is None and before.failed_at is None:
        raise Refused("wrong-state", _("This letter is on its way already."))
    if before.last_error == GONE:
        raise Refused("erased", _("The words of this letter were erased; it cannot be sent."))
    if is_stopped(to):
        message = _("Letters to %(to)s come back, so nothing is sent there now.")
        raise Refused("stopped-address", message % {"to": to})
    facts = {"before": before.to, "to": to}
    again = owe_again(before, to=to, at=at)
    end_assignment(before.ref, at=at)
    record_event(
        "letter.sent-again",
        subject=before.ref,
        about=before.person,
        by=by,
        at=at,
        facts=facts | {"letter": again.ref},
    )
    return again


@transaction.atomic
def return_letter(
    notice_id: int, *, says: str, complained: bool = False, by: Actor, at: datetime
) -> bool:
    """Note that a letter came back for good, or that its reader complained of it.

    Nothing more is sent to its address. Answer whether that is new.
    """
    if not by.may(Permission.RETURN_LETTERS):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.failed_at is not None or not notice.to:
        return False
    notice.failed_at, notice.last_error = at, says
    notice.save(update_fields=["failed_at", "last_error"])
    stop_address(notice, says=says, complained=complained, at=at)
    record_event(
        "letter.returned",
        subject=notice.ref,
        about=notice.person,
        by=by,
        at=at,
        facts={"says": says, "complained": complained},
    )
    return True


@transaction.atomic
def settle_letter(subject: Subject, *, because: str, by: Actor, at: datetime) -> Notice:
    """Note that a letter which could not be sent needs nothing more, and why."""
    notice = _failed(subject, by)
    notice.settled_at = at
    notice.save(update_fields=["settled_at"])
    end_assignment(notice.ref, at=at)
    record_event(
        "letter.settled", subject=notice.ref, about=notice.person, by=by, at=at, because=because
    )
    return notice


def _failed(subject: Subject, by: Actor) -> Notice:
    _must_decide(subject, by)
    notice = Notice.objects.select_for_update().get(ref=subject.ref)
    if notice.failed_at is None or notice.settled_at is not None:
        raise Refused("wrong-state", _("This letter does not wait any more."))
    return notice


def _held(ref: str) -> Assignment | None:
    rows = Assignment.objects.select_related("account").select_for_update(of=("self",))
    return rows.filter(subject=ref, ended_at=None).first()


def _must_be_for_others(subject: Subject, by: Actor) -> None:
    if not by.may(subject.needs):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if _is_own(subject, by):
        raise Refused("own-case", _("Somebody else must look after what is your own."))


def _must_decide(subject: Subject, by: Actor) -> None:
    _must_be_for_others(subject, by)
    if not subject.waits:
        raise Refused("wrong-state", _("This does not wait any more; nothing was changed."))


def _is_own(subject: Subject, actor: Actor) -> bool:
    if actor.person is None:
        return False
    if subject.owner is None:  # no table leads from it to a person; the ref does
        return Person.objects.filter(pk=actor.person, ref=subject.about).exists()
    return actor.person == subject.owner


def _note(
    kind: str,
    made: Assignment,
    subject: Subject,
    *,
    by: Actor,
    at: datetime,
    because: str = "",
) -> None:
    """Note it under the assignment's own ref: certificants read the history of their matter."""
    record_event(
        kind,
        subject=made.ref,
        about=subject.about,
        by=by,
        at=at,
        because=because,
        facts={"on": subject.ref, "to": made.name},
    )
