"""The days on which several certifications can be declared together for the reduced fee (FEE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
from moneyed import Money

from recert.policy.case import Case
from recert.policy.cycles import DAY, declaration_window, examination_needed_from
from recert.policy.dated import NotInForce
from recert.policy.fees import Submission, amount_text, fees_due, sets_within, total_of
from recert.policy.rulebook import Reduction, Rulebook


class JointDays(msgspec.Struct, frozen=True):
    """Certifications that cost less when declared on one business day, and from when until when.

    Without days (`first` is None), `says` tells why. `in_time_until`: the last of the days on
    which none of them is late. `fee` and `separately` are None where the fees of that day are
    not in the rulebook.
    """

    categories: tuple[str, ...]
    says: str
    rule: str
    first: date | None = None
    last: date | None = None
    in_time_until: date | None = None
    fee: Money | None = None
    separately: Money | None = None

    def answer(self) -> dict[str, object]:
        """Answer the days as plain data."""
        days = {"first": self.first, "last": self.last, "in_time_until": self.in_time_until}
        fees = {"fee": self.fee, "separately": self.separately}
        return {
            "categories": list(self.categories),
            "says": self.says,
            "rule": self.rule,
            **{name: day.isoformat() for name, day in days.items() if day},
            **{name: amount_text(fee) for name, fee in fees.items() if fee is not None},
        }


def days_together(cases: Sequence[Case], book: Rulebook, *, as_of: date) -> tuple[JointDays, ...]:
    """Answer the days, from `as_of` on, on which certifications can be declared together."""
    if len(cases) <= 1:
        return ()
    names = tuple(case.category for case in cases)
    reduction = book.reduction
    if reduction is None:
        says = f"{book.title} has no reduced fee for several certifications."
        return (JointDays(names, says, book.fees[_first_fee(book, cases[0])].rule),)
    expiring = [case for case in cases if case.cycle is not None]
    days = [case.cycle.ends for case in expiring if case.cycle is not None]
    sets = sets_within(reduction, days)
    joint = [
        _joint([case for case in expiring if case.cycle and case.cycle.ends in each], book, as_of)
        for each in sets
        if len(each) > 1
    ]
    return (*joint, *_why_not_all(names, sets, len(cases) - len(expiring), reduction))


def _first_fee(book: Rulebook, case: Case) -> str:
    return book.declarations[case.purpose].fees[0]


def _why_not_all(
    names: tuple[str, ...], sets: list[list[date]], endless: int, reduction: Reduction
) -> Iterator[JointDays]:
    if endless:
        says = "A certification without an expiration date has none to be near to another's."
        yield JointDays(names, says, reduction.rule)
    if len(sets) > 1:
        days = ", ".join(str(each[0]) for each in sets)
        months = reduction.within_months.value
        says = f"Not all of them expire within {months} months of each other: {days}."
        yield JointDays(names, says, reduction.within_months.rule)


def _joint(cases: list[Case], book: Rulebook, as_of: date) -> JointDays:
    """Answer the days on which all of one set can be declared."""
    names = tuple(case.category for case in cases)
    windows = [_days_of(case, book) for case in cases]
    first = max(as_of, *(window[0] for window in windows))
    due = min(window[1] for window in windows)
    last = min(window[2] for window in windows)
    rule = book.reduction.rule if book.reduction else ""
    if first > last:
        says = (
            f"They cannot be declared on one day any more: one could be until {last}, "
            f"another only from {first}."
        )
        return JointDays(names, says, rule)
    submissions = [
        Submission(
            ref=case.category,
            purpose=case.purpose,
            submitted_on=first,
            expires_on=case.cycle.ends if case.cycle else None,
        )
        for case in cases
    ]
    says = f"Declared on one business day from {first} to {last}."
    found = JointDays(names, says, rule, first, last, due if due >= first else None)
    try:
        together = total_of(book, fees_due(book, submissions))
        apart = [charge for one in submissions for charge in fees_due(book, [one])]
    except NotInForce:  # the days count all the same
        return found
    return msgspec.structs.replace(found, fee=together, separately=total_of(book, apart))


def _days_of(case: Case, book: Rulebook) -> tuple[date, date, date]:
    """Answer the first day, the due day and the last day of a declaration."""
    if case.cycle is None:
        return date.min, date.max, date.max
    if case.purpose == "reinstatement":
        last = examination_needed_from(book, expired_on=case.cycle.ends) - DAY
        return case.cycle.ends + DAY, last, last
    window = declaration_window(book, case.cycle)
    last = window.expires_on if window.late_is_taken else window.due_on
    return window.opens_on, window.due_on, last
