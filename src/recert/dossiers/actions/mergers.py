"""Merging two records of one person, and undoing it: each in one go, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from recert.dossiers.merging import (
    FIELDS,
    GOES_OVER,
    WORDS,
    calendars_of,
    day_of,
    hindrances_to_merging,
    hindrances_to_undoing,
    said_by,
)
from recert.dossiers.models import Merger
from recert.journal.actions import Move, advance, record_event
from recert.payments.models import Payer
from recert.people.models import Account, Address, FormerName, Person, PrivateLink
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused

MOVES: Final = {
    "undo_merger": Move(
        "person.unmerged",
        frozenset({Merger.State.DONE}),
        Merger.State.UNDONE,
        Permission.MERGE_RECORDS,
    ),
}

ENDED_LINKS: Final = "ended"
NEW_NAMES: Final = "new-names"
"""Of what moved: calendar addresses that ended, and names that became earlier ones."""


@transaction.atomic
def merge_records(
    kept_id: int,
    other_id: int,
    *,
    take: Collection[str],
    because: str,
    today: date,
    by: Actor,
    at: datetime,
) -> Merger:
    """Make one record of two: everything of the other goes over, and it leads to the kept one.

    `take` names what the kept record takes from the other, as `WORDS` has it. Raises `Refused`
    where something stands in the way.
    """
    kept, other = _locked(kept_id, other_id, by)
    hindrances = hindrances_to_merging(kept, other)
    if hindrances:
        raise Refused("conflict", " ".join([_("They cannot be merged yet."), *hindrances]))
    if not because.strip():
        raise Refused("no-reason", _("Say how you know that both are the same person."))
    if set(take) - set(WORDS):
        raise Refused("no-such-choice", _("Choose again what the kept record takes over."))
    here, there = said_by(kept), said_by(other)
    moved = _go_over(kept, other, at)
    _say(kept, _taken(here, there, take), other=other)
    other.merged_into = kept
    other.save(update_fields=["merged_into"])
    moved[NEW_NAMES] = _earlier_names(kept, here, there, today)
    merger = Merger.objects.create(
        kept=kept,
        other=other,
        moved=moved,
        before={"kept": here, "other": there},
        after=said_by(kept),
        merged_at=at,
    )
    record_event(
        "person.merged",
        subject=other.ref,
        about=kept.ref,
        by=by,
        at=at,
        because=because.strip(),
        facts={
            "merger": merger.ref,
            "number": other.customer_number,
            "taken": sorted(take),
            "moved": moved,
            "before": merger.before,
            "after": merger.after,
        },
    )
    return merger


@transaction.atomic
def undo_merger(merger_id: int, *, because: str, by: Actor, at: datetime) -> Merger:
    """Make two records of one again: what went over goes back, and what came since stays.

    What the kept record says of its person is as it was before, unless it was changed since.
    Raises `Refused` where both have grown together.
    """
    found = Merger.objects.get(pk=merger_id)
    kept, other = _locked(found.kept_id, found.other_id, by)
    merger = Merger.objects.select_for_update(of=("self",)).get(pk=merger_id)
    hindrances = hindrances_to_undoing(merger)
    if hindrances:
        raise Refused("conflict", " ".join([_("This cannot be undone any more."), *hindrances]))
    if not because.strip():
        raise Refused("no-reason", _("Say why they are not the same person after all."))
    other.merged_into = None
    other.save(update_fields=["merged_into"])
    FormerName.objects.filter(pk__in=merger.moved[NEW_NAMES], person=kept).delete()
    for model in GOES_OVER:
        rows = model._default_manager.filter(pk__in=merger.moved[_table(model)], person=kept)  # noqa: SLF001  # any manager
        rows.update(person=other)
    PrivateLink.objects.filter(pk__in=merger.moved[ENDED_LINKS]).update(revoked_at=None)
    now = said_by(kept)
    before = merger.before["kept"]
    left = [name for name, value in merger.after.items() if now[name] != value]
    _say(kept, {name: now[name] if name in left else before[name] for name in now})
    account = merger.before["other"]["account"]
    other.account = Account.objects.get(ref=account) if account else None
    other.save(update_fields=["account"])
    advance(
        merger,
        MOVES["undo_merger"],
        about=kept.ref,
        by=by,
        at=at,
        because=because.strip(),
        facts={"other": other.ref, "number": other.customer_number, "left": left},
        undone_at=at,
    )
    return merger


def _locked(kept_id: int, other_id: int, by: Actor) -> tuple[Person, Person]:
    if not by.may(Permission.MERGE_RECORDS):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    if kept_id == other_id:
        raise Refused("same-record", _("This is one and the same record."))
    if by.person in {kept_id, other_id}:
        raise Refused("own-case", _("Somebody else must do this for your own record."))
    rows = Person.objects.select_for_update().filter(pk__in=[kept_id, other_id])
    found = {one.pk: one for one in rows.order_by("pk")}
    return found[kept_id], found[other_id]


def _go_over(kept: Person, other: Person, at: datetime) -> dict[str, list[int]]:
    """Let everything of the other record go over, and answer by table what did."""
    ended = calendars_of([other]) if calendars_of([kept]) else []
    PrivateLink.objects.filter(pk__in=[one.pk for one in ended]).update(revoked_at=at)
    moved: dict[str, list[int]] = {ENDED_LINKS: [one.pk for one in ended]}
    for model in GOES_OVER:
        rows = model._default_manager.filter(person=other)  # noqa: SLF001  # any manager
        if model is Payer and Payer.objects.filter(person=kept).exists():
            rows = rows.none()
        moved[_table(model)] = list(rows.order_by("pk").values_list("pk", flat=True))
        rows.update(person=kept)
    return moved


def _taken(here: dict[str, Any], there: dict[str, Any], take: Collection[str]) -> dict[str, Any]:
    """Answer what the kept record says from now on."""
    names = {name for key in take for name in FIELDS.get(key, (key,))}
    said = {name: there[name] if name in names else here[name] for name in here}
    return said | {"account": said["account"] or there["account"]}


def _say(kept: Person, said: dict[str, Any], *, other: Person | None = None) -> None:
    """Let the kept record say this of its person; an account leaves the other record first."""
    if other is not None:
        other.account = None
        other.save(update_fields=["account"])
    for names in FIELDS.values():
        for name in names:
            setattr(kept, name, said[name])
    kept.born_on = day_of(said["born_on"])
    kept.account = Account.objects.get(ref=said["account"]) if said["account"] else None
    kept.version += 1
    kept.save()
    for use in Address.Use.values:
        if said[use]:
            Address.objects.update_or_create(person=kept, use=use, defaults=said[use])
        else:
            Address.objects.filter(person=kept, use=use).delete()


def _earlier_names(
    kept: Person, here: dict[str, Any], there: dict[str, Any], today: date
) -> list[int]:
    """Keep the name that was not chosen as an earlier one, and answer its key."""
    made = []
    for said in (here, there):
        name = {part: said[part] for part in FIELDS["name"]}
        if (kept.given_names, kept.family_name) != tuple(name.values()):
            made.append(FormerName.objects.create(person=kept, until_on=today, **name).pk)
    return made


def _table(model: type[Model]) -> str:
    return str(model._meta.label)  # noqa: SLF001  # Django's own way in
