"""The queue, to read: all that waits in one list, counted, and a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    DateField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, TruncDate

from recert.board import the_rulebook
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.queue.models import Assignment, Note
from recert.queue.sources import Source, source_of, sources_for

MINE: Final = "mine"
NOBODYS: Final = "nobodys"
NOT_OTHERS: Final = "not-others"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which matters a list has; what is empty lets all of them in.

    `whose` is `MINE`, `NOBODYS`, or `NOT_OTHERS` for both; `overdue` lets in those of which the
    board's own day has passed (CYC-7).
    """

    kind: str = ""
    category: str = ""
    whose: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list something stands: by its day, then its kind, then its id."""

    day: date
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that waits for somebody at the board.

    `owner` is the id of the person whose it is; `holder` who looks after it.
    """

    source: Source
    place: Place
    ref: str
    opens: str
    name: str
    owner: int | None
    category: str
    since: date
    due: date | None
    late: bool
    holder: Assignment | None


def matters_like(
    actor: Actor,
    sources: Sequence[Source],
    wanted: Wanted,
    *,
    as_of: date,
    after: Place | None = None,
    most: int = 50,
    but_own: bool = False,
) -> list[Matter]:
    """Answer what waits for somebody, the earliest day first. Two queries, however much waits."""
    parts = []
    for rank, source in _ranked(actor, sources, wanted):
        rows = _rows(source, rank, actor, wanted, as_of)
        if after:
            rows = _after(rows, rank, after)
        if but_own and actor.person and source.person:
            rows = rows.exclude(m_owner=actor.person)
        parts.append(rows.order_by("m_day", "pk")[:most])
    if not parts:
        return []
    first, *others = parts
    every = first.union(*others, all=True).order_by("m_day", "m_rank", "m_id") if others else first
    found = list(every[:most])
    holders = holders_of([one["m_ref"] for one in found])
    return [_matter(sources, one, holders) for one in found]


def _ranked(actor: Actor, sources: Sequence[Source], wanted: Wanted) -> list[tuple[int, Source]]:
    own = sources_for(actor, sources)
    return [
        (rank, one)
        for rank, one in enumerate(sources)
        if one in own
        and wanted.kind in {"", one.kind}
        and (one.due or not wanted.overdue)
        and (one.category or not wanted.category)
    ]


def _rows(
    source: Source, rank: int, actor: Actor, wanted: Wanted, as_of: date
) -> QuerySet[Any, dict[str, Any]]:
    rows = _left_to(actor, source)
    if wanted.category:
        rows = rows.filter(**{source.category: wanted.category})
    if wanted.overdue:
        rows = rows.filter(**{f"{source.due}__lt": as_of})
    held = Assignment.objects.filter(ended_at=None)
    own = held.filter(account__ref=actor.ref)
    others = held.filter(subject=OuterRef("ref")).exclude(account__ref=actor.ref)
    if wanted.whose == MINE:
        rows = rows.filter(ref__in=own.values("subject"))
    elif wanted.whose == NOBODYS:
        rows = rows.filter(~Exists(held.filter(subject=OuterRef("ref"))))
    elif wanted.whose == NOT_OTHERS:
        rows = rows.filter(~Exists(others))
    return rows.order_by().values(**_columns(source, rank))


def _left_to(actor: Actor, source: Source) -> QuerySet[Any]:
    """Answer what of a kind waits, without what somebody must leave to others."""
    rows = source.waiting()
    return rows.exclude(source.for_others(actor)) if source.for_others else rows


def _columns(source: Source, rank: int) -> dict[str, Expression | F]:
    person, text = source.person, TextField()
    since = _since(source)
    return {
        "m_rank": Value(rank),
        "m_id": F("pk"),
        "m_ref": F("ref"),
        "m_opens": F(source.opens),
        "m_given": F(f"{person}__given_names") if person else F(source.named),
        "m_family": F(f"{person}__family_name") if person else Cast(Value(""), text),
        "m_owner": F(f"{person}__pk") if person else Cast(Value(None), BigIntegerField()),
        "m_category": F(source.category) if source.category else Cast(Value(""), text),
        "m_since": since,
        "m_due": F(source.due) if source.due else Cast(Value(None), DateField()),
        "m_day": F(source.due) if source.due else since,
        "m_late": F(source.late) if source.late else Value(False, BooleanField()),  # noqa: FBT003  # an SQL value
    }


def _since(source: Source) -> Expression | F:
    """Answer the day from which something waits, as the board counts days."""
    if not source.since_instant:
        return F(source.since)
    zone = ZoneInfo(the_rulebook().calendar.time_zone.value)
    return TruncDate(source.since, tzinfo=zone)


def _after(
    rows: QuerySet[Any, dict[str, Any]], rank: int, place: Place
) -> QuerySet[Any, dict[str, Any]]:
    """Answer what comes after a place; an index can begin with the first condition alone."""
    rows = rows.filter(m_day__gte=place.day)
    if rank == place.rank:
        return rows.filter(Q(m_day__gt=place.day) | Q(pk__gt=place.id))
    return rows if rank > place.rank else rows.filter(m_day__gt=place.day)


def _matter(
    sources: Sequence[Source], row: dict[str, Any], holders: dict[str, Assignment]
) -> Matter:
    return Matter(
        source=sources[row["m_rank"]],
        place=Place(row["m_day"], row["m_rank"], row["m_id"]),
        ref=row["m_ref"],
        opens=row["m_opens"],
        name=f"{row['m_given']} {row['m_family']}".strip(),
        owner=row["m_owner"],
        category=row["m_category"] or "",
        since=row["m_since"],
        due=row["m_due"],
        late=row["m_late"],
        holder=holders.get(row["m_ref"]),
    )


def place_of(ref: str, sources: Sequence[Source]) -> Place | None:
    """Answer where something stands in the list, or stood before it was decided."""
    source = source_of(ref, sources)
    if source is None:
        return None
    rank = sources.index(source)
    row = source.seen().filter(ref=ref).order_by().values(**_columns(source, rank)).first()
    return Place(row["m_day"], rank, row["m_id"]) if row and row["m_day"] else None


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of a kind waits, and of how much of it the board's own day has passed."""

    source: Source
    waiting: int
    overdue: int


def counts_for(actor: Actor, sources: Sequence[Source], *, as_of: date) -> list[Tally]:
    """Answer how much waits of each kind about which somebody may decide. One query."""
    parts = []
    for rank, source in _ranked(actor, sources, Wanted()):
        past = Q(**{f"{source.due}__lt": as_of}) if source.due else Q(pk__in=[])
        rows = _left_to(actor, source).order_by().annotate(m_rank=Value(rank)).values("m_rank")
        parts.append(rows.annotate(m_count=Count("pk"), m_past=Count("pk", filter=past)))
    if not parts:
        return []
    first, *others = parts
    found = first.union(*others, all=True) if others else first
    counted = [Tally(sources[one["m_rank"]], one["m_count"], one["m_past"]) for one in found]
    return sorted(counted, key=lambda one: sources.index(one.source))


# One of them


@dataclass(frozen=True, slots=True)
class Subject:
    """What somebody looks after or writes about, and what is needed to decide about it.

    `waits` is whether it waits at all; `owner` the id and `about` the ref of whose it is.
    """

    ref: str
    opens: str
    name: str
    about: str
    owner: int | None
    needs: Permission
    waits: bool
    source: Source


def subject_seen_by(actor: Actor, ref: str, sources: Sequence[Source]) -> Subject:
    """Answer what a ref names to staff who may see it. Raises `Refused`. Two queries."""
    source = source_of(ref, sources)
    if source is None or not actor.may(source.sees):
        raise not_found()
    about = F(f"{source.person}__ref") if source.person else F(source.whose)
    row = source.seen().filter(ref=ref).order_by()
    found = row.values(**_columns(source, 0), m_about=about).first()
    if found is None:
        raise not_found()
    return Subject(
        ref=ref,
        opens=found["m_opens"],
        name=f"{found['m_given']} {found['m_family']}".strip(),
        about=found["m_about"],
        owner=found["m_owner"],
        needs=source.needs,
        waits=source.waiting().filter(ref=ref).exists(),
        source=source,
    )


def holders_of(refs: Collection[str]) -> dict[str, Assignment]:
    """Answer by ref who looks after it. One query."""
    held = Assignment.objects.select_related("account").filter(ended_at=None)
    found = held.filter(subject__in=refs) if refs else ()
    return {one.subject: one for one in found}


def holder_of(ref: str) -> Assignment | None:
    """Answer who looks after something."""
    return Assignment.objects.select_related("account").filter(subject=ref, ended_at=None).first()


def notes_on(ref: str, *, most: int = 100) -> list[Note]:
    """Answer what staff wrote about something, the first note first."""
    return list(reversed(Note.objects.filter(subject=ref).order_by("-id")[:most]))
