"""What declarations and requests cost (FEE-1 to FEE-5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from moneyed import Money

from recert.policy.calendar import BusinessDays
from recert.policy.cycles import months_after
from recert.policy.dated import Days, in_force
from recert.policy.rulebook import Key, Purpose, Reduction, Rulebook, Table


class Submission(Table, frozen=True):
    """A declaration that is submitted on a day: for which purpose, and when its cycle ends.

    `expires_on` is None where nothing expires: in a first voluntary declaration.
    """

    ref: str
    purpose: Purpose
    submitted_on: date
    expires_on: date | None = None

    @property
    def days(self) -> Days:
        """The days by which dated fees are chosen."""
        return {
            "submission-day": self.submitted_on,
            "cycle-end": self.expires_on or self.submitted_on,
        }


class Charge(msgspec.Struct, frozen=True):
    """One fee of one submission or request, and the rule that sets it."""

    ref: str
    fee: Key
    title: str
    amount: Money
    rule: str
    because: str = ""

    def answer(self) -> dict[str, str]:
        """Answer the charge as plain data."""
        return {
            "ref": self.ref,
            "fee": self.fee,
            "title": self.title,
            "amount": amount_text(self.amount),
            "currency": self.amount.currency.code,
            "rule": self.rule,
            "because": self.because,
        }


def fees_due(
    book: Rulebook,
    submissions: Sequence[Submission],
    *,
    country: str = "",
    closures: frozenset[date] = frozenset(),
) -> list[Charge]:
    """Answer what each submission costs, in the order in which they were submitted.

    Further certifications cost the reduced fee when they are submitted on the same business day
    as others that expire within the rulebook's months of each other: of each such set one pays
    in full (FEE-3). What an earlier submission paid never changes by a later one. `country` is
    the ISO 3166 code of the residence, where fees differ by it (FEE-5).

    Raises `NotInForce` for a day before a fee's first step.
    """
    calendar = BusinessDays(book, closures)
    charges: list[Charge] = []
    together: dict[date, list[date]] = {}
    for one in submissions:
        for key in book.declarations[one.purpose].fees:
            reduction = book.reduction
            if reduction is None or key != reduction.instead_of or one.expires_on is None:
                charges.append(_charge(book, key, ref=one.ref, days=one.days, country=country))
                continue
            of_the_day = together.setdefault(calendar.on_or_after(one.submitted_on), [])
            before = len(sets_within(reduction, of_the_day))
            of_the_day.append(one.expires_on)
            if len(sets_within(reduction, of_the_day)) > before:
                charges.append(_charge(book, key, ref=one.ref, days=one.days, country=country))
            else:
                because = (
                    f"It expires within {reduction.within_months.value} months of another "
                    "certification that is declared on the same business day."
                )
                charges.append(
                    _charge(
                        book,
                        reduction.fee,
                        ref=one.ref,
                        days=one.days,
                        country=country,
                        because=because,
                    )
                )
    return charges


def sets_within(reduction: Reduction, expirations: Iterable[date]) -> list[list[date]]:
    """Divide expiration dates into the fewest sets of dates within some months of each other.

    Taking the earliest date with all that are near it is best: whichever set holds the earliest
    date can hold no others than these.
    """
    sets: list[list[date]] = []
    for day in sorted(expirations):
        if sets and within_months(sets[-1][0], day, reduction.within_months.value):
            sets[-1].append(day)
        else:
            sets.append([day])
    return sets


def within_months(earlier: date, later: date, months: int) -> bool:
    """Answer whether two days are at most some months apart.

    Counted from either day, whichever is kinder: from 28 February to 31 May it is three months.
    """
    return later <= months_after(earlier, months) or earlier >= months_after(later, -months)


def inactive_request_fee(
    book: Rulebook, *, ground: Key, documented: bool, requested_on: date, country: str = ""
) -> Charge:
    """Answer what a request for inactive status costs; some documented grounds waive it (FEE-4)."""
    days: Days = {"submission-day": requested_on, "cycle-end": requested_on}
    charge = _charge(book, book.inactive.fee, ref=ground, days=days, country=country)
    reason = book.inactive.grounds[ground]
    if not reason.waives_fee:
        return charge
    if documented:
        because = f"Waived on this ground: {reason.title}."
        amount = Money(0, book.currency)
    else:
        because, amount = "Waived once the ground is documented.", charge.amount
    return msgspec.structs.replace(charge, amount=amount, rule=reason.rule, because=because)


def amount_text(money: Money) -> str:
    """Print an amount with as many decimals as its currency has.

    >>> amount_text(Money(0, "USD")), amount_text(Money(40, "JPY"))
    ('0.00', '40')
    """
    decimals = len(str(money.currency.sub_unit)) - 1
    return f"{money.amount:.{decimals}f}"


def total_of(book: Rulebook, charges: Iterable[Charge]) -> Money:
    """Add charges up."""
    return sum((charge.amount for charge in charges), Money(0, book.currency))


def _charge(
    book: Rulebook, key: Key, *, ref: str, days: Days, country: str, because: str = ""
) -> Charge:
    fee = book.fees[key]
    step = in_force(fee.steps, days[fee.governed_by], fee.rule)
    amount = step.amount
    for special in step.instead:
        if country in book.country_groups[special.countries]:
            amount = special.amount
            because = because or f"For residents of {country}."
    return Charge(ref, key, fee.title, Money(amount, book.currency), fee.rule, because)
