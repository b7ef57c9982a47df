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
        "document.added": _("Document added: %(name)s"),
        "document.removed": _("Document removed"),
        "document.restored": _("Document restored"),
        "document.marked": _("Document marked as a translation, or not"),
        "document.opened": _("Document opened by staff"),
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
        "points.allocated": _("Points allocated anew"),
        "person.details-changed": _("Details changed: %(fields)s"),
        "person.name-changed": _("Name changed"),
        "person.address-changed": _("Address changed"),
        "person.bound": _("Account bound to the record"),
        "person.invited": _("Invited: %(email)s"),
        "invitation.revoked": _("Invitation revoked"),
        "link.made": _("Private link made"),
        "link.revoked": _("Private link revoked"),
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
    fields = ", ".join(_field_words().get(name, name) for name in event.facts.get("after", ()))
    return _Told(event.facts | {"fields": fields})


def _field_words() -> dict[str, str]:
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
        "email": _("email address"),
        "phone": _("telephone"),
        "language": _("language"),
        "time_zone": _("time zone"),
        "workplace": _("workplace"),
        "job_title": _("job title"),
        "gender": _("gender"),
    }
