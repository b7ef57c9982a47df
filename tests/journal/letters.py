"""Events that owe a letter, and readers of all sorts."""

from datetime import UTC, datetime

from django.db import transaction

from recert.board import the_rulebook
from recert.journal import actions as journal
from recert.journal.models import Notice
from recert.journal.readers import Reader
from recert.journal.samples import samples_of
from recert.policy.permissions import NOBODY

AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
AMINA = Reader(
    ref="PE-AM1N-0000-0001",
    name="Amina Benali",
    email="amina@example.org",
    language="en",
    time_zone="America/Chicago",
)
CREDENTIAL = "MLS(ASCPi)"
BOOK = the_rulebook()
SAMPLES = samples_of(CREDENTIAL, currency=BOOK.currency, reminders=BOOK.reminders)
"""What the letters say, by the kind of their event."""

OPTIONAL: dict[str, set[str]] = {
    "declaration.submitted": {"total", "expires_on"},
    "credential.reminded": {"count"},
    "request.submitted": {"fee"},
}
"""What a letter can do without."""

TOLD = "declaration.submitted"


def owe(kind=TOLD, *, reader=AMINA, at=AT, because="", **facts):
    """Note an event that owes a letter, and answer its notice."""
    with transaction.atomic():
        event = journal.record_event(
            kind,
            subject="DE-0000-0000-0001",
            about=reader.ref,
            by=NOBODY,
            at=at,
            because=because,
            facts=SAMPLES[kind] | facts,
            tell=reader,
        )
    return Notice.objects.select_related("event").get(event=event)
