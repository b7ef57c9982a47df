"""What credentials are worth on a day, for whoever has their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.credentials.queries import Held, credentials_among, credentials_numbered
from recert.declarations.models import Declaration
from recert.policy.standing import Holding, Standing, standing_on


@dataclass(frozen=True, slots=True)
class Verified:
    """A credential, and what it is worth on a day."""

    credential: Credential
    standing: Standing


def verify(numbers: Collection[str], *, as_of: date) -> dict[str, Verified]:
    """Answer by number what credentials are worth on a day; of an unknown one there is nothing.

    Six queries, however many.
    """
    book = the_rulebook()
    asked = {one for number in numbers for one in (number, number.upper()) if "\0" not in one}
    held = credentials_numbered(asked)
    return {
        one.credential.number: Verified(one.credential, standing_on(book, holding, as_of=as_of))
        for one, holding in zip(held, holdings_of(held), strict=True)
    }


def standings_among(
    ids: Collection[int], *, days: Sequence[date]
) -> list[tuple[Credential, list[Standing]]]:
    """Answer what some credentials are worth on each of some days. Six queries, however many."""
    book, held = the_rulebook(), credentials_among(ids)
    return [
        (one.credential, [standing_on(book, holding, as_of=day) for day in days])
        for one, holding in zip(held, holdings_of(held), strict=True)
    ]


def holdings_of(held: Sequence[Held]) -> list[Holding]:
    """Answer the facts about credentials with what was declared for each. One query."""
    pending: dict[int, list[Declaration]] = {one.credential.pk: [] for one in held}
    found = Declaration.objects.filter(credential__in=pending)
    found = found.exclude(state=Declaration.State.DISCARDED).order_by("id")
    for one in found.defer("case", "answer"):
        pending[one.credential_id].append(one)
    return [
        msgspec.structs.replace(
            one.holding,
            declarations=tuple(each.pending for each in pending[one.credential.pk] if each.pending),
        )
        for one in held
    ]
