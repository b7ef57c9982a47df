"""What declarations cost today, each as things stand and after the others (FEE-1 to FEE-5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from moneyed import Money

from recert.board import the_rulebook
from recert.declarations.declared import country_of, submitted_with
from recert.declarations.queries import Position
from recert.people.models import Person
from recert.policy.fees import Charge, Submission, fees_due, total_of


@dataclass(frozen=True, slots=True)
class Price:
    """What a declaration costs today.

    `charges` as things stand. `together` is what it costs once those before it in the list were
    submitted today too; `after` is the title of the one because of which it is cheaper then.
    """

    charges: tuple[Charge, ...]
    together: tuple[Charge, ...]
    after: str = ""

    @property
    def total(self) -> Money:
        """What it costs as things stand."""
        return total_of(the_rulebook(), self.charges)

    @property
    def total_together(self) -> Money:
        """What it costs after the others."""
        return total_of(the_rulebook(), self.together)

    @property
    def is_reduced(self) -> bool:
        """Whether it costs less already because of what was submitted today."""
        reduction = the_rulebook().reduction
        return reduction is not None and any(one.fee == reduction.fee for one in self.charges)

    @property
    def reduced_by(self) -> Charge | None:
        """The charge that is reduced after the others, with the rule and the reason."""
        reduction = the_rulebook().reduction
        found = (one for one in self.together if reduction and one.fee == reduction.fee)
        return next(found, None)


def prices_today(person: Person, positions: Sequence[Position], *, today: date) -> dict[int, Price]:
    """Answer what each declaration that is taken today costs, by the credential's id.

    In the order of the positions: what comes later may cost less because of what comes before.
    Two queries, or none where nothing is taken.
    """
    taken = [one for one in positions if one.declarable.purpose]
    if not taken:
        return {}
    book, country = the_rulebook(), country_of(person)
    before = submitted_with(person, today=today)
    submissions = [_submission(one, today) for one in taken]

    def cost(which: Submission, earlier: Sequence[Submission]) -> tuple[Charge, ...]:
        charges = fees_due(book, [*earlier, which], country=country)
        return tuple(one for one in charges if one.ref == which.ref)

    found: dict[int, Price] = {}
    for place, (position, which) in enumerate(zip(taken, submissions, strict=True)):
        price = Price(cost(which, before), cost(which, [*before, *submissions[:place]]))
        if price.total_together < price.total:
            cheaper = (
                other.title
                for other, earlier in zip(taken, submissions[:place], strict=False)
                if cost(which, [*before, earlier]) != price.charges
            )
            price = Price(price.charges, price.together, next(cheaper, ""))
        found[position.credential.pk] = price
    return found


def _submission(position: Position, today: date) -> Submission:
    purpose, cycle = position.declarable.purpose, position.standing.cycle
    if purpose is None:
        raise ValueError("Only what is taken today has a price today.")
    expires_on = cycle.ends if cycle else None
    return Submission(position.credential.ref, purpose, today, expires_on)
