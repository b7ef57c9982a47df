"""Who is told of which event by a letter: one table, from which letters and tests are checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal

Told = Literal["certificant", "signer", "invited", "member"] | None
"""Who a letter goes to. None is nobody, and said on purpose."""

CERTIFICANT: Final = "certificant"
SIGNER: Final = "signer"
"""Somebody without an account, whom a certificant asked to sign a form of the board."""
INVITED: Final = "invited"
"""Whoever reads an address to which an organisation had us write."""
MEMBER: Final = "member"
"""Somebody who works for an organisation."""

NOTICES: Final[Mapping[str, Told]] = {
    # What certificants do to their own transcript, they see when they do it.
    "activity.added": None,
    "activity.changed": None,
    "activity.withdrawn": None,
    "activity.restored": None,
    "activity.imported": None,
    # What providers report, certificants find on their transcript; letters would be too many.
    "activity.reported": None,
    "completion.taken": None,
    "completion.corrected": None,
    "completion.changed": None,
    "completion.revoked": None,
    "completion.reported-again": None,
    "completion.recorded": None,
    "completion.denied": None,
    "review.opened": None,  # the board looks at it, and tells what comes of it
    "review.closed": None,
    "intake.sent": None,
    "intake.read": None,
    "intake.started": None,
    "intake.taken": None,
    "intake.discarded": None,
    "course.kept": None,
    "document.added": None,
    "document.removed": None,
    "document.restored": None,
    "document.marked": None,
    "points.allocated": None,
    # That staff looked at a document is kept for whoever asks; a letter would only worry.
    "document.opened": None,
    # Their own details and links, likewise.
    "person.details-changed": None,
    "person.address-changed": None,
    "person.bound": None,
    "link.made": None,
    "link.revoked": None,
    "key.made": None,
    "key.revoked": None,
    # What the board notes of an organisation, its people see on their page.
    "organisation.admitted": None,
    "organisation.changed": None,
    "organisation.ended": None,
    "accreditation.added": None,
    "accreditation.ended": None,
    "member.invited": INVITED,
    "member.invitation-revoked": None,
    "member.joined": None,
    "member.role-changed": None,
    "member.left": None,
    # An employer asks by a letter. That somebody said no, or withdrew it, is told to nobody.
    "consent.asked": INVITED,
    "consent.asked-in-vain": None,
    "consent.given": None,
    "consent.declined": None,
    "consent.withdrawn": None,
    "staff.at-risk": MEMBER,
    # What one's own program is told, one sees where one has it told.
    "webhook.made": None,
    "webhook.changed": None,
    "webhook.ended": None,
    "webhook.told-again": None,
    # A badge they take, and give back; why one ended, what ended it told.
    "listing.chosen": None,
    "badge.issued": None,
    "badge.given-back": None,
    "badge.ended": None,
    # The request for it tells; where none was made, the board answers whoever asked.
    "person.name-changed": None,
    # An invitation is a letter itself. Its token is no fact that a journal may hold.
    "person.invited": None,
    "invitation.revoked": None,
    # The address is gone with the rest; whoever asked for it is answered by whoever did it.
    "person.erased": None,
    "erasure.asked": None,
    "erasure.called-off": None,
    "erasure.done": None,
    # That two records are one, and what was taken out, they asked for, or see in their history.
    "person.merged": None,
    "person.unmerged": None,
    "person.exported": None,
    # Who acts in somebody's name must be known to them.
    "acting.started": CERTIFICANT,
    "acting.ended": None,
    # The board's own housekeeping.
    "record.imported": None,
    "role.granted": None,
    "role.taken": None,
    # A declaration: certificants are told of each change of it (DEC-4) once it is submitted.
    "declaration.started": None,
    "declaration.turned": None,
    "declaration.changed": None,
    "declaration.attested": None,
    "declaration.discarded": None,
    "declaration.payment-started": None,
    "declaration.payment-failed": None,
    "declaration.submitted": CERTIFICANT,
    "declaration.approved": CERTIFICANT,
    "declaration.deficient": CERTIFICANT,
    "declaration.corrected": CERTIFICANT,
    "declaration.withdrawn": CERTIFICANT,
    "declaration.deleted": CERTIFICANT,
    "declaration.under-audit": None,  # the audit tells it, with what it asks for
    "declaration.denied": CERTIFICANT,
    "credential.renewal-revoked": CERTIFICANT,
    "audit.opened": CERTIFICANT,
    "audit.documents-sent": CERTIFICANT,
    "audit.time-over": CERTIFICANT,
    "audit.passed": CERTIFICANT,
    "audit.not-passed": CERTIFICANT,
    "audit.appealed": None,  # the appeal tells it
    "audit.passed-on-appeal": None,
    "audit.failed-on-appeal": None,
    "audit.failed": CERTIFICANT,
    # Requests and appeals: certificants are told of each change of them once they are sent.
    "request.started": None,
    "request.changed": None,
    "request.discarded": None,
    "request.payment-started": None,
    "request.payment-failed": None,
    "request.submitted": CERTIFICANT,
    "request.withdrawn": CERTIFICANT,
    "request.granted": CERTIFICANT,
    "request.refused": CERTIFICANT,
    "appeal.started": None,
    "appeal.changed": None,
    "appeal.sent": CERTIFICANT,
    "appeal.proposed": None,  # it may be sent back, so it is no answer yet
    "appeal.sent-back": None,
    "appeal.granted": CERTIFICANT,
    "appeal.denied": CERTIFICANT,
    "enclosure.added": None,
    "enclosure.removed": None,
    "enclosure.opened": None,
    # What a request that is granted changes in the record; the request tells it.
    "credential.inactive-granted": None,
    "credential.cycle-shortened": None,
    "credential.corrected": None,
    "person.birth-corrected": None,
    # How the board draws is published, not written to anybody; a draw is told by its receipt.
    "audit.period-declared": None,
    "audit.key-published": None,
    "audit.draw-refused": None,
    "audit.drawn": None,
    "audit.judged": None,  # the whole is told at the end
    "credential.reminded": CERTIFICANT,
    # Who of the staff looks after something, and what they tell one another, is theirs.
    "matter.taken": None,
    "matter.released": None,
    "matter.handed-over": None,
    "note.written": None,
    # The letter itself comes, or somebody speaks to them.
    "letter.sent-again": None,
    "letter.settled": None,
    # It cannot be told where it happened; the pages of both sides say it.
    "letter.returned": None,
    "person.email-confirmed": None,
    "person.letters-chosen": None,
    # A form to sign: its signer is asked by a letter, and the certificant told what became of it.
    "form.asked": SIGNER,
    "form.asked-again": SIGNER,
    "form.code-sent": None,  # a code is good for minutes: it is sent at once, or not at all
    "form.cancelled": None,  # its link says so to whoever opens it
    "form.signed": CERTIFICANT,
    "form.declined": CERTIFICANT,
    "form.opened": None,  # as with a document
    "claim.approved": CERTIFICANT,
    "claim.refused": CERTIFICANT,
    # A payment is seen on the page that makes it, and the submission tells of one that succeeded.
    "payer.known": None,
    "order.opened": None,
    "payment.started": None,
    "payment.prepared": None,
    "payment.recovered": None,
    "payment.refund-failed": None,
    "payment.succeeded": None,
    "payment.failed": None,
    # Nothing has come back yet, and it may be refused; the refund itself is told.
    "payment.refund-proposed": None,
    "payment.refund-declined": None,
    "payment.refund-asked": None,
    "payment.refunded": CERTIFICANT,
}
"""By the kind of the event. A kind that is not here cannot happen."""


def told_of(kind: str) -> Told:
    """Answer who a letter about such an event goes to.

    Raises `AssertionError` for a kind of which nobody has said it.
    """
    if kind not in NOTICES:
        raise AssertionError(f"nobody has said who is told of {kind}: give it a row in NOTICES")
    return None if _NOBODY_IS_TOLD.get() else NOTICES[kind]


_NOBODY_IS_TOLD: ContextVar[bool] = ContextVar("_NOBODY_IS_TOLD", default=False)


@contextmanager
def telling_nobody() -> Iterator[None]:
    """Let no event owe a letter, while people are invented together with their past."""
    token = _NOBODY_IS_TOLD.set(True)
    try:
        yield
    finally:
        _NOBODY_IS_TOLD.reset(token)
