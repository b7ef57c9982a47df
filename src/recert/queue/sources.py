"""What kinds of things wait, each as one row of a table: where its days and its person are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet

from recert.policy.permissions import Actor, Permission


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of what waits for the board.

    `waiting` answers what waits, `seen` all that staff may look at; the other texts are paths in
    it, empty where there is none: `since` is the day or the instant from which it waits, `due` the
    day by which the board decides, `late` whether it came late itself. It is listed by `due`, else
    by `since`, so one of them is indexed. `person` leads to a person; `named` to the bare name and
    `whose` to the ref of one where no table leads there. `opens` is the ref that its page takes.
    `for_others` finds what somebody must leave to others, beside what is their own.
    """

    kind: str
    prefix: str
    needs: Permission
    sees: Permission
    waiting: Callable[[], QuerySet[Any]]
    seen: Callable[[], QuerySet[Any]]
    since: str
    due: str = ""
    late: str = ""
    category: str = ""
    person: str = ""
    named: str = ""
    whose: str = ""
    opens: str = "ref"
    for_others: Callable[[Actor], Q] | None = None

    @property
    def since_instant(self) -> bool:
        """Whether `since` is an instant and not a day."""
        field = self.waiting().model._meta.get_field(self.since)  # noqa: SLF001  # as Django means it
        return isinstance(field, DateTimeField)


def sources_for(actor: Actor, sources: Sequence[Source]) -> list[Source]:
    """Answer the kinds about which somebody may decide."""
    return [one for one in sources if actor.may(one.needs)]


def source_of(ref: str, sources: Sequence[Source]) -> Source | None:
    """Answer the kind of thing that a ref names."""
    return next((one for one in sources if ref.startswith(f"{one.prefix}-")), None)
