"""People, credentials and activities for tests, all invented."""

from datetime import UTC, date, datetime
from itertools import count

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant
from recert.dossiers.actions.mergers import ENDED_LINKS, NEW_NAMES
from recert.dossiers.merging import GOES_OVER, said_by
from recert.dossiers.models import Merger
from recert.people.models import Account, Person, StaffRole
from recert.people.queries import actor_of
from recert.policy.cycles import first_cycle, next_cycle
from recert.policy.rulebook import PerHour
from recert.transcript.models import Activity, Document

NUMBERS = count(1)
AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
BOOK = the_rulebook()
CATEGORY = next(key for key, one in BOOK.categories.items() if not one.area and one.required_from)
HOURLY = next(key for key, one in BOOK.kinds.items() if isinstance(one.earns, PerHour))


def make_account(email="", *, staff=()):
    """Make an account that can sign in; of staff with a second factor."""
    email = email or f"person{next(NUMBERS)}@example.org"
    account = Account.objects.create_user(email, "a long enough password")
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)
    for role in staff:
        StaffRole.objects.create(account=account, role=role)
    if staff:
        Authenticator.objects.create(
            user=account, type=Authenticator.Type.TOTP, data={"secret": "invented"}
        )
    return account


def make_person(name="Amina Benali", *, account=True, **fields):
    """Make a record, with an account."""
    given, _, family = name.partition(" ")
    number = next(NUMBERS)
    fields = {"customer_number": f"C{number:06}", "born_on": date(1988, 2, 29)} | fields
    if account:
        fields["account"] = make_account()
    return Person.objects.create(given_names=given, family_name=family, **fields)


def make_credential(person, *, category=CATEGORY, certified_on=date(2020, 3, 15), cycles=0):
    """Make a credential that has been renewed a number of times."""
    credential = Credential.objects.create(
        person=person,
        program=BOOK.key,
        category=category,
        number=f"{category}-{next(NUMBERS)}",
        certified_on=certified_on,
    )
    cycle = first_cycle(BOOK, certified_on=certified_on)
    for _each in range(cycles):
        cycle = next_cycle(BOOK, cycle)
        Grant.objects.create(
            credential=credential,
            starts_on=cycle.starts,
            ends_on=cycle.ends,
            granted_on=cycle.starts,
        )
    return credential


def make_activity(person, title="Laboratory Days", **fields):
    """Make an activity of two contact hours."""
    fields = {
        "kind": HOURLY,
        "title": title,
        "completed_on": date(2022, 5, 4),
        "contact_hours": 200,
        "covers": ["chemistry"],
        "entered_at": AT,
        "changed_at": AT,
    } | fields
    return Activity.objects.create(person=person, **fields)


def make_document(activity, content=b"%PDF-1.7 invented", **fields):
    """Make a document, as if its content had been checked."""
    document = Document(
        activity=activity,
        media_type="application/pdf",
        size=len(content),
        sha256=f"{next(NUMBERS):064}",
        added_at=AT,
        **({"name": "certificate.pdf"} | fields),
    )
    document.file.save(document.ref, ContentFile(content), save=False)
    document.save()
    return document


def make_merger(kept):
    """Make a merger of a record that had nothing, as if it had just been done."""
    other = make_person("Twice Recorded", account=False)
    Person.objects.filter(pk=other.pk).update(merged_into=kept)
    said = {"kept": said_by(kept), "other": said_by(other)}
    moved = {ENDED_LINKS: [], NEW_NAMES: [], **{one._meta.label: [] for one in GOES_OVER}}  # noqa: SLF001  # documented
    return Merger.objects.create(
        kept=kept, other=other, moved=moved, before=said, after=said["kept"], merged_at=AT
    )


def actor(person):
    """Answer a person as somebody who acts."""
    return actor_of(person.account)
