"""What waits, as the desk shows it: rows, who looks after one, and where one goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.desk.queue_forms import MatterFilter, RemarkForm
from recert.desk.sources import SOURCES, kind_words, page_of
from recert.people.access import Request
from recert.policy.calendar import BusinessDays
from recert.policy.permissions import Actor, Permission
from recert.policy.standing import Title, title_of
from recert.queue.models import Assignment, Note
from recert.queue.queries import (
    NOT_OTHERS,
    Matter,
    Wanted,
    holder_of,
    matters_like,
    notes_on,
    place_of,
    subject_seen_by,
)

FROM_QUEUE: Final = "queue"
"""What `from` says in the address of a page to which the queue led."""


@dataclass(frozen=True, slots=True)
class Row:
    """A matter in the list. `waited`, `left` and `over` are business days."""

    ref: str
    address: str
    kind: str
    name: str
    title: Title | None
    since: date
    waited: int
    due: date | None
    left: int | None
    over: int | None
    late: bool
    holder: str
    mine: bool
    own: bool


def rows_of(found: Iterable[Matter], actor: Actor, *, today: date, query: str) -> list[Row]:
    """Answer what waits as the list shows it, each leading to its page with the filters."""
    calendar, words = BusinessDays(the_rulebook()), kind_words()
    return [
        Row(
            ref=one.ref,
            address=page_of(one.source, one.opens, query=query),
            kind=words[one.source.kind],
            name=one.name,
            title=_title(one.category),
            since=one.since,
            waited=max(0, calendar.between(one.since, today)),
            due=one.due,
            left=calendar.between(today, one.due) if one.due and one.due >= today else None,
            over=calendar.between(one.due, today) if one.due and one.due < today else None,
            late=one.late,
            holder=one.holder.name if one.holder else "",
            mine=_is_of(one.holder, actor),
            own=one.owner is not None and one.owner == actor.person,
        )
        for one in found
    ]


def _title(category: str) -> Title | None:
    return title_of(the_rulebook(), category, maintained=False) if category else None


def _is_of(holder: Assignment | None, actor: Actor) -> bool:
    return holder is not None and holder.account_ref == actor.ref


def filters_in(request: HttpRequest) -> str:
    """Answer the filters of a list as they stand in an address."""
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


def from_queue(request: HttpRequest) -> str:
    """Answer the filters of the queue for the addresses of pages to which it leads."""
    query = request.GET.copy()
    query.pop("after", None)
    query["from"] = FROM_QUEUE
    return query.urlencode()


def queue_behind(request: HttpRequest) -> str:
    """Answer the address of the queue from which one came, with its filters; else nothing."""
    if request.GET.get("from") != FROM_QUEUE:
        return ""
    query = request.GET.copy()
    del query["from"]
    query.pop("after", None)
    return reverse("desk:queue") + (f"?{query.urlencode()}" if query else "")


def next_in_queue(request: Request, ref: str) -> str:
    """Answer where one goes on after a decision: to the next one of the queue's filter.

    Never to one's own, nor to what somebody else looks after. Empty for who came from elsewhere.
    """
    behind = queue_behind(request)
    if not behind:
        return ""
    wanted = MatterFilter(request.GET, actor=request.actor).wanted()
    asked = Wanted(wanted.kind, wanted.category, wanted.whose or NOT_OTHERS, wanted.overdue)
    for after in (place_of(ref, SOURCES), None):
        found = matters_like(
            request.actor,
            SOURCES,
            asked,
            as_of=request.today,
            after=after,
            most=1,
            but_own=True,
        )
        if found:
            return page_of(found[0].source, found[0].opens, query=from_queue(request))
    return behind


# Who looks after one of them


@dataclass(frozen=True, slots=True)
class Slip:
    """What hangs on a matter: who looks after it, and what staff wrote about it.

    `others` is somebody else who looks after it; `told` is what a decision sends to say that one
    was told of them.
    """

    ref: str
    holder: Assignment | None
    mine: bool
    others: Assignment | None
    told: str
    may_take: bool
    notes: list[Note]
    form: RemarkForm
    query: str


def slip_of(
    request: Request, ref: str, *, waits: bool, needs: Permission, owner: int | None
) -> Slip:
    """Answer what hangs on a matter. Two queries."""
    holder = holder_of(ref) if waits else None
    mine = _is_of(holder, request.actor)
    own = owner is not None and owner == request.actor.person
    return Slip(
        ref=ref,
        holder=holder,
        mine=mine,
        others=None if mine else holder,
        told=holder.ref if holder and not mine else "",
        may_take=waits and not own and request.actor.may(needs),
        notes=notes_on(ref),
        form=RemarkForm(),
        query=filters_in(request),
    )


def slip_for(request: Request, ref: str) -> Slip:
    """Answer what hangs on a matter of any kind. Four queries."""
    found = subject_seen_by(request.actor, ref, SOURCES)
    return slip_of(request, ref, waits=found.waits, needs=found.needs, owner=found.owner)


def is_untold(request: Request, ref: str) -> bool:
    """Answer whether whoever decides has to be told first that somebody else looks after it."""
    holder = holder_of(ref)
    if holder is None or _is_of(holder, request.actor) or request.POST.get("told") == holder.ref:
        return False
    said = _("%(name)s looks after this now, so nothing was decided yet. Send it again if you do.")
    messages.warning(request, said % {"name": holder.name})
    return True
