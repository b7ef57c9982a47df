"""What happened, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from recert.journal.models import Event


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An event in words."""

    at: datetime
    by: str
    says: str
    because: str


def words_of_events() -> dict[str, str]:
    """Answer what each kind of event is called."""
    return {
        "activity.added": _("Added"),
        "activity.changed": _("Changed: %(fields)s"),
        "activity.withdrawn": _("Withdrawn"),
        "activity.restored": _("Restored"),
        "activity.imported": _("Added from a file"),
        "activity.reported": _("Reported by %(reported_by)s"),
        "completion.taken": _("Reported by a provider; not yet known of whom"),
        "completion.corrected": _("Corrected by its provider"),
        "completion.changed": _("Its provider names another person"),
        "completion.revoked": _("Revoked by its provider"),
        "completion.reported-again": _("Reported again by its provider"),
        "completion.recorded": _("Recorded for whom it is"),
        "completion.denied": _("Not theirs, they say"),
        "review.opened": _("Its provider changed what was used; the board looks at it"),
        "review.closed": _("The board looked at it"),
        "intake.sent": _("File of completions sent: %(name)s"),
        "intake.read": _("File read"),
        "intake.started": _("Taking its lines begun"),
        "intake.taken": _("All lines taken"),
        "intake.discarded": _("File discarded"),
        "course.kept": _("Course kept: %(title)s"),
        "document.added": _("Document added: %(name)s"),
        "document.removed": _("Document removed"),
        "document.restored": _("Document restored"),
        "document.marked": _("Document marked as a translation, or not"),
        "document.opened": _("Document opened by staff"),
        "form.asked": _("%(signer)s asked to sign: %(form)s"),
        "form.asked-again": _("%(signer)s asked again to sign; the link before ended"),
        "form.code-sent": _("Code sent to %(email)s"),
        "form.cancelled": _("The form to sign was cancelled"),
        "form.signed": _("Signed by %(signed_name)s: %(form)s"),
        "form.declined": _("%(signer)s declined to sign"),
        "form.opened": _("Signed form opened by staff"),
        "claim.approved": _("Claim approved"),
        "claim.refused": _("Claim not approved"),
        "audit.drawn": _("Drawn, to see whether it is audited"),
        "audit.opened": _("Selected for an audit"),
        "audit.documents-sent": _("Documents sent to the board"),
        "audit.time-over": _("Time for documents over; the board looks at what is there"),
        "audit.judged": _("Documents of an activity judged"),
        "audit.passed": _("Audit passed"),
        "audit.not-passed": _("Audit not passed yet"),
        "audit.appealed": _("Appeal sent"),
        "audit.passed-on-appeal": _("Audit passed on appeal"),
        "audit.failed-on-appeal": _("Appeal denied"),
        "audit.failed": _("Audit failed"),
        "audit.period-declared": _("Audit period declared"),
        "audit.key-published": _("Key of an audit period published"),
        "audit.draw-refused": _("A second draw was refused"),
        "declaration.under-audit": _("Waits for its audit"),
        "declaration.denied": _("Denied"),
        "credential.reminded": _("Reminded"),
        "credential.renewal-revoked": _("Renewal revoked"),
        "request.started": _("Begun"),
        "request.changed": _("Changed"),
        "request.discarded": _("Dropped"),
        "request.payment-started": _("Payment begun"),
        "request.payment-failed": _("Payment failed"),
        "request.submitted": _("Sent to the board"),
        "request.withdrawn": _("Taken back"),
        "request.granted": _("Granted"),
        "request.refused": _("Refused"),
        "appeal.started": _("Begun"),
        "appeal.changed": _("Changed"),
        "appeal.sent": _("Sent to the board"),
        "appeal.proposed": _("Outcome proposed to a second person"),
        "appeal.sent-back": _("Proposal sent back by the second person"),
        "appeal.granted": _("Appeal granted"),
        "appeal.denied": _("Appeal denied"),
        "enclosure.added": _("Document added: %(name)s"),
        "enclosure.removed": _("Document removed"),
        "enclosure.opened": _("Document opened by staff: %(name)s"),
        "credential.inactive-granted": _("Inactive status granted"),
        "credential.cycle-shortened": _("Cycle ended earlier, on request"),
        "credential.corrected": _("Record corrected: %(fields)s"),
        "person.birth-corrected": _("Record corrected: %(fields)s"),
        "payment.refund-proposed": _("Refund proposed to a second person"),
        "payment.refund-declined": _("Refund not agreed to"),
        "points.allocated": _("Points allocated anew"),
        "person.details-changed": _("Details changed: %(fields)s"),
        "person.name-changed": _("Name changed"),
        "person.address-changed": _("Address changed"),
        "person.bound": _("Account bound to the record"),
        "person.invited": _("Invited: %(email)s"),
        "invitation.revoked": _("Invitation revoked"),
        "listing.chosen": _("Being found by name: chosen"),
        "badge.issued": _("Badge taken"),
        "badge.given-back": _("Badge given back"),
        "badge.ended": _("Badge ended: what it says is so no more"),
        "link.made": _("Private link made"),
        "link.revoked": _("Private link revoked"),
        "key.made": _("Key for a program made: %(label)s"),
        "key.revoked": _("Key for a program revoked: %(label)s"),
        "organisation.admitted": _("Organisation admitted: %(name)s"),
        "organisation.changed": _("Organisation changed"),
        "organisation.ended": _("Organisation ended here"),
        "accreditation.added": _("Accredited by %(accredited_by)s"),
        "accreditation.ended": _("Accreditation by %(accredited_by)s ended"),
        "member.invited": _("Invited to work for %(organisation)s"),
        "member.invitation-revoked": _("Invitation to work for it revoked"),
        "member.joined": _("Works for it, as %(role)s"),
        "member.role-changed": _("Role there: %(role)s"),
        "member.left": _("Works for it no more"),
        "consent.asked": _("%(organisation)s asks to see where one stands"),
        "consent.asked-in-vain": _("%(organisation)s asked somebody who is not known"),
        "consent.given": _("%(organisation)s may see where one stands"),
        "consent.declined": _("%(organisation)s may not see where one stands"),
        "consent.withdrawn": _("%(organisation)s sees where one stands no more"),
        "staff.at-risk": _("Told who of the staff is at risk"),
        "webhook.made": _("Webhook made: %(url)s"),
        "webhook.changed": _("Webhook told of other credentials"),
        "webhook.ended": _("Webhook ended: %(url)s"),
        "webhook.told-again": _("Webhook told once more"),
        "person.merged": _("Another record, %(number)s, merged into this one"),
        "person.unmerged": _("Merger undone: %(number)s is a record of its own again"),
        "person.exported": _("All that is on record taken out"),
        "person.erased": _("Erased"),
        "erasure.asked": _("Asked for"),
        "erasure.called-off": _("Called off"),
        "erasure.done": _("Done"),
        "acting.started": _("Begun to act in their name"),
        "acting.ended": _("Ended"),
        "record.imported": _("Record taken over"),
        "role.granted": _("Role granted: %(role)s"),
        "role.taken": _("Role taken: %(role)s"),
        "declaration.started": _("Begun"),
        "declaration.turned": _("Begun anew for what is declared now"),
        "declaration.changed": _("Activities chosen anew"),
        "declaration.attested": _("Sentences attested"),
        "declaration.discarded": _("Discarded"),
        "declaration.payment-started": _("Payment begun"),
        "declaration.payment-failed": _("Payment failed; a draft again"),
        "declaration.submitted": _("Submitted"),
        "declaration.withdrawn": _("Withdrawn"),
        "declaration.deficient": _("Found deficient"),
        "declaration.corrected": _("Put right and submitted again"),
        "declaration.deleted": _("Deleted: it was not put right in time"),
        "declaration.approved": _("Approved"),
        "matter.taken": _("Staff: %(to)s looks after %(on)s"),
        "matter.released": _("Staff: %(on)s given back"),
        "matter.handed-over": _("Staff: %(on)s handed over to %(to)s"),
        "note.written": _("Staff: a note on %(on)s"),
        "letter.sent-again": _("A letter sent again, to %(to)s"),
        "letter.returned": _("A letter came back; nothing more is sent to its address"),
        "person.email-confirmed": _("Email address confirmed after a letter came back"),
        "person.letters-chosen": _("Chosen whether to get reminders that one may do without"),
        "letter.settled": _("A letter that came back was dealt with"),
        "order.opened": _("Order opened"),
        "payer.known": _("Known to the card processor"),
        "payment.started": _("Payment begun: %(amount)s"),
        "payment.prepared": _("Charge prepared"),
        "payment.succeeded": _("Charged"),
        "payment.recovered": _("Charged after all"),
        "payment.failed": _("Payment failed: %(failure)s"),
        "payment.refund-asked": _("Refund asked for: %(amount)s"),
        "payment.refunded": _("Refunded: %(amount)s"),
        "payment.refund-failed": _("Refund failed: %(failure)s"),
    }


def lines_of_history(events: Iterable[Event]) -> list[HistoryLine]:
    """Answer events in words, in the order in which they come."""
    words = words_of_events()
    return [
        HistoryLine(one.at, one.by, words.get(one.kind, one.kind) % _told(one), one.because)
        for one in events
    ]


class _Told(dict[str, object]):
    """What an event tells; what it does not is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _told(event: Event) -> _Told:
    fields = ", ".join(field_words().get(name, name) for name in event.facts.get("after") or ())
    return _Told(event.facts | {"fields": fields})


def field_words() -> dict[str, str]:
    """Answer what the fields of a record are called."""
    return {
        "kind": _("kind"),
        "title": _("title"),
        "completed_on": _("day"),
        "provider": _("provider"),
        "contact_hours": _("contact hours"),
        "earned": _("credential earned"),
        "pages": _("pages"),
        "repeat": _("presented before"),
        "from_on": _("first day"),
        "covers": _("areas"),
        "portions": _("points by area"),
        "certified_on": _("certified on"),
        "category": _("category"),
        "number": _("number"),
        "born_on": _("date of birth"),
        "given_names": _("given names"),
        "family_name": _("family name"),
        "email": _("email address"),
        "phone": _("telephone"),
        "language": _("language"),
        "time_zone": _("time zone"),
        "workplace": _("workplace"),
        "job_title": _("job title"),
        "gender": _("gender"),
        "lines": _("street"),
        "city": _("city"),
        "region": _("state or province"),
        "postal_code": _("postal code"),
        "country": _("country"),
    }
