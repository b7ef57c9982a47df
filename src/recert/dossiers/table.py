"""What a table is for an export and an erasure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import FileField, Model, Q, QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `whose` leads from its rows to the person, as Django writes it.

    `hides` are fields that nobody takes out: what opens an account or a file. `untold` are rows
    that the person themselves is not told of yet. `goes` is what an erasure does: it takes the
    whole row, or puts something else into the fields that say who somebody is; `with-account`
    goes because its account does.
    """

    model: type[Model]
    whose: str
    says: Promise
    goes: Mapping[str, object] | Literal["rows", "with-account"] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()
    untold: Q | None = None
    or_whose: str = ""  # where some rows lead to the person another way

    def rows_of(self, keys: Sequence[int]) -> QuerySet[Any]:
        """Answer the rows of the people with these primary keys."""
        theirs = Q(**{f"{self.whose}__in": keys})
        if self.or_whose:
            theirs |= Q(**{f"{self.or_whose}__in": keys})
        return self.model._default_manager.filter(theirs)  # noqa: SLF001  # any manager

    @property
    def files(self) -> list[str]:
        """Which of its fields name files."""
        fields = self.model._meta.concrete_fields  # noqa: SLF001  # Django's own way in
        return [one.name for one in fields if isinstance(one, FileField)]

    @property
    def name(self) -> str:
        """What its file is called."""
        return str(self.model._meta.db_table).partition("_")[2]  # noqa: SLF001  # Django's own way in
