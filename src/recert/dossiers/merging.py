"""Merging two records of one person, to read: how they differ, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.casework.models import Request
from recert.credentials.models import Credential
from recert.declarations.models import Allocation, AuditItem, Declaration, DeclaredActivity, Use
from recert.dossiers.models import Erasure, Merger
from recert.intake.models import Completion
from recert.payments.models import Attempt, Order, Payer, Refund
from recert.people.models import (
    Account,
    FormerName,
    Invitation,
    Person,
    PrivateLink,
)
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.transcript.models import Activity, TranscriptImport

FIELDS: Final = {
    "name": ("given_names", "family_name"),
    "born_on": ("born_on",),
    "email": ("email",),
    "phone": ("phone",),
    "workplace": ("workplace",),
    "job_title": ("job_title",),
    "gender": ("gender",),
    "language": ("language",),
    "time_zone": ("time_zone",),
}
"""What a record says of its person, and may be taken from either; beside it the addresses."""

WORDS: Final = {
    "name": gettext_lazy("Legal name"),
    "born_on": gettext_lazy("Date of birth"),
    "email": gettext_lazy("Email"),
    "phone": gettext_lazy("Telephone"),
    "workplace": gettext_lazy("Workplace"),
    "job_title": gettext_lazy("Job title"),
    "gender": gettext_lazy("Gender"),
    "language": gettext_lazy("Language"),
    "time_zone": gettext_lazy("Time zone"),
    "home": gettext_lazy("Home address"),
    "work": gettext_lazy("Work address"),
    "account": gettext_lazy("Account"),
}
LINES: Final = ("lines", "city", "region", "postal_code", "country")

GOES_OVER: Final[tuple[type[Model], ...]] = (
    Credential,
    Activity,
    Completion,
    TranscriptImport,
    Order,
    Request,
    FormerName,
    Invitation,
    PrivateLink,
    Payer,
)
"""The tables whose rows go over to the kept record; what belongs to them goes with them."""

STAYS: Final = {
    "intake.Candidate": "whoever decides sees to which record one leads",
    "organisations.Consent": "given with its own record; of a merged one it shows nothing",
    "organisations.ConsentRequest": "what was asked is asked again with the kept record",
    "people.Address": "copied where it is chosen",
    "people.Person": "records merged before lead on by themselves",
    "queue.Note": "a note is never changed; whoever reads reads those of all records",
    "registry.Listing": "what the kept record says of it holds; the other is found no more",
    "reminders.Reminded": "days of the past; a reminder goes to the kept record from then on",
    "dossiers.Erasure": "an open one hinders; one that was called off is of its record",
    "dossiers.Merger": "it says which records they were",
}
"""Tables that name a person and do not go over, and why."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something in which two records differ. `takes` says which of the two is proposed."""

    key: str
    words: str
    kept: str
    other: str
    takes: bool


def said_by(person: Person) -> dict[str, Any]:
    """Answer what a record says of its person, as a merger keeps it."""
    said: dict[str, Any] = {
        name: getattr(person, name) for names in FIELDS.values() for name in names
    }
    said["born_on"] = person.born_on.isoformat() if person.born_on else None
    said |= {"home": None, "work": None}
    for one in person.addresses.all():
        said[one.use] = {name: getattr(one, name) for name in LINES}
    return said | {"account": person.account.ref if person.account else None}


def choices_between(kept: Person, other: Person) -> list[Choice]:
    """Answer in what two records differ: one is kept, the other leads there from then on."""
    here, there = said_by(kept), said_by(other)
    choices = []
    for key, words in WORDS.items():
        ours, theirs = (_written(key, said) for said in (here, there))
        if ours != theirs and theirs:
            choices.append(Choice(key, str(words), ours, theirs, takes=not ours))
    return choices


def _written(key: str, said: dict[str, Any]) -> str:
    if key in {"home", "work"}:
        lines = said[key] or {}
        return ", ".join(lines[name].replace("\n", ", ") for name in LINES if lines.get(name))
    if key == "account":
        found = Account.objects.filter(ref=said[key]).first()
        return found.email if found else ""
    return " ".join(str(said[name] or "") for name in FIELDS[key]).strip()


def hindrances_to_merging(kept: Person, other: Person) -> list[str]:
    """Say what must be put right before two records can be merged; empty where nothing must."""
    said = []
    if kept.erased_at or other.erased_at:
        said.append(_("One of them was erased."))
    if kept.merged_into_id or other.merged_into_id:
        said.append(_("One of them was merged already."))
    asked = Erasure.objects.filter(person__in=[kept, other], state=Erasure.State.ASKED)
    if asked.exists():
        said.append(_("One of them is to be erased; call that off first."))
    same = Credential.objects.filter(
        person=kept,
        program=OuterRef("program"),
        category=OuterRef("category"),
        certified_on=OuterRef("certified_on"),
    )
    for one in Credential.objects.filter(Exists(same), person=other):
        message = _(
            "Both hold %(category)s certified on %(day)s (on the second record under the number "
            "%(number)s). One certification cannot be there twice: correct it first."
        )
        facts = {"category": one.category, "day": one.certified_on, "number": one.number}
        said.append(message % facts)
    keys = Activity.objects.filter(person=kept, entry_key=OuterRef("entry_key"))
    for activity in Activity.objects.filter(Exists(keys), person=other):
        message = _("Both have the activity “%(title)s” from one and the same entry.")
        said.append(message % {"title": activity.title})
    return said + _under_way([kept, other])


def _under_way(records: Sequence[Person]) -> list[str]:
    paying = Attempt.objects.filter(order__person__in=records, state=Attempt.State.OPEN)
    giving = Refund.objects.filter(attempt__order__person__in=records, state=Refund.State.ASKED)
    said = [
        _("The payment %(ref)s is under way; wait for its end.") % {"ref": one} for one in paying
    ]
    said += [
        _("The refund %(ref)s is under way; wait for its end.") % {"ref": one} for one in giving
    ]
    return said


def consequences_of_merging(kept: Person, other: Person) -> list[str]:
    """Say what a merger does that nobody chooses."""
    said = [
        _("The number %(number)s and the ref %(ref)s lead to the kept record from then on.")
        % {"number": other.customer_number, "ref": other.ref},
        _("Certifications, activities with their documents, payments and earlier names go over."),
    ]
    if len(calendars_of([kept, other])) > 1:
        said.append(_("Both have a calendar address; that of the second record ends."))
    if Payer.objects.filter(person__in=[kept, other]).count() > 1:
        said.append(_("Both are known to the card processor; later payments use the kept one."))
    if kept.account_id and other.account_id:
        said.append(
            _("Both have an account; the one that is not chosen belongs to no record then.")
        )
    return said


def calendars_of(people: Sequence[Person]) -> list[PrivateLink]:
    """Answer the calendar addresses of people that have not ended."""
    calendar = PrivateLink.Purpose.CALENDAR
    return list(PrivateLink.objects.filter(person__in=people, purpose=calendar, revoked_at=None))


def hindrances_to_undoing(merger: Merger) -> list[str]:
    """Say what came after a merger that cannot be told apart any more; empty where nothing did."""
    kept = merger.kept
    if merger.state == Merger.State.UNDONE:
        return [_("This was undone already.")]
    if kept.erased_at:
        return [_("They were erased since.")]
    if kept.merged_into_id:
        return [_("The kept record was merged into another since; undo that first.")]
    said = [*_grown_together(merger), *_under_way([kept])]
    if Erasure.objects.filter(person=kept, state=Erasure.State.ASKED).exists():
        said.append(_("They are to be erased; call that off first."))
    for ref in {merger.before["kept"]["account"], merger.before["other"]["account"]} - {None}:
        account = Account.objects.filter(ref=ref).first()
        holder = Person.objects.filter(account=account).first() if account else None
        if account is None:
            said.append(_("The account of one of them is gone."))
        elif holder not in {None, kept}:
            said.append(_("%(email)s belongs to another record since.") % {"email": account.email})
    return said


def _grown_together(merger: Merger) -> list[str]:
    """Find what joins something that went over to something that was there, or came since."""
    credentials, activities, orders = (
        merger.moved.get(_table(model), []) for model in (Credential, Activity, Order)
    )
    theirs, did = Q(pk__in=credentials), Q(pk__in=activities)
    said = []
    joined: tuple[tuple[type[Model], str, str], ...] = (
        (Use, "credential", _("A cycle of %(number)s used “%(title)s”.")),
        (Allocation, "credential", _("Points of “%(title)s” were put to areas for %(number)s.")),
        (
            DeclaredActivity,
            "declaration__credential",
            _("%(number)s was declared with “%(title)s”."),
        ),
        (AuditItem, "audit__declaration__credential", _("“%(title)s” was audited for %(number)s.")),
    )
    for model, path, words in joined:
        over = Q(**{f"{path}__in": Credential.objects.filter(theirs)})
        with_ours = Q(activity__in=Activity.objects.filter(did))
        rows = model._default_manager.filter(  # noqa: SLF001  # any manager
            (over & ~with_ours) | (~over & with_ours), activity__person=merger.kept
        )
        for number, title in rows.values_list(f"{path}__number", "activity__title")[:5]:
            said.append(words % {"number": number, "title": title})
    paid = Declaration.objects.filter(
        (Q(credential__in=credentials) & ~Q(order__in=orders))
        | (~Q(credential__in=credentials) & Q(order__in=orders)),
        order__isnull=False,
        credential__person=merger.kept,
    )
    said += [_("The declaration %(ref)s was paid since.") % {"ref": one.ref} for one in paid]
    return said


def _table(model: type[Model]) -> str:
    return str(model._meta.label)  # noqa: SLF001  # Django's own way in


def mergers_seen_by(actor: Actor, person: Person) -> list[Merger]:
    """Answer the mergers into a record, the latest first."""
    if not actor.may(Permission.MERGE_RECORDS):
        raise not_found()
    return list(Merger.objects.filter(kept=person).select_related("other").order_by("-id"))


def merger_seen_by(actor: Actor, ref: str) -> Merger:
    """Answer a merger by its ref. Raises `Refused`."""
    found = Merger.objects.filter(ref=ref).select_related("kept", "other").first()
    if found is None or not actor.may(Permission.MERGE_RECORDS):
        raise not_found()
    return found


def accounts_of(records: Sequence[Person]) -> list[Account]:
    """Answer the accounts of a person, one that a merger left without a record too."""
    refs = {one.account.ref for one in records if one.account}
    for merger in Merger.objects.filter(kept__in=records, state=Merger.State.DONE):
        refs |= {merger.before[side]["account"] for side in ("kept", "other")} - {None}
    found = Account.objects.filter(ref__in=refs)
    ours = Q(person__isnull=True) | Q(person__in=records)
    return list(found.filter(ours, staff_roles__isnull=True))


def day_of(text: str | None) -> date | None:
    """Read a day as a merger keeps it."""
    return date.fromisoformat(text) if text else None
