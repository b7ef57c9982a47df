"""A certification's standing on any day, derived from facts and dates (PAR, STA).

Nothing here is stored, so no nightly job can forget it, and the standing on a past day is the
answer to the same question with that day (STA-7).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeVar

import msgspec

from recert.policy.cycles import (
    Cycle,
    Window,
    declaration_window,
    examination_needed_from,
    extended_cycle,
    first_cycle,
)
from recert.policy.rulebook import Key, Participation, Purpose, Rulebook, Table

State = Literal[
    "not-certified",
    "active",
    "due",
    "renewal-pending",
    "inactive",
    "expired",
    "examination-needed",
    "voluntary",
    "voluntary-maintained",
]


class Grant(Table, frozen=True):
    """A cycle that a completed declaration brought, and the day on which it was decided.

    `revoked_on`: from which day it holds no more, where an audit came after it and failed.
    """

    cycle: Cycle
    granted_on: date
    revoked_on: date | None = None


class InactivePeriod(Table, frozen=True):
    """Inactive status: the day on which it was granted, and the last day of the extension."""

    granted_on: date
    until: date


class CycleChange(Table, frozen=True):
    """A cycle as it was shortened on request, and the day on which that was decided.

    It begins as it did and ends earlier, so that several credentials end together.
    """

    cycle: Cycle
    granted_on: date


Decided = TypeVar("Decided", Grant, InactivePeriod, CycleChange)


class Pending(Table, frozen=True):
    """A declaration that was submitted and paid; `decided_on` is None until it is decided."""

    submitted_on: date
    decided_on: date | None = None


class Holding(Table, frozen=True):
    """The facts about one certification of one person, in the order in which they happened."""

    category: Key
    certified_on: date
    grants: tuple[Grant, ...] = ()
    inactive: tuple[InactivePeriod, ...] = ()
    declarations: tuple[Pending, ...] = ()
    changes: tuple[CycleChange, ...] = ()


RAISED = str.maketrans("ABDEGHIJKLMNOPRTUVWC", "ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᶜ")
"""The letters that Unicode has as small raised ones: all capitals but F, Q, S, X, Y and Z."""


class Title(msgspec.Struct, frozen=True):
    """How the credential is written on a day; both empty when it may not be used."""

    text: str
    superscript: str = ""

    def __str__(self) -> str:
        """Print on one line, with a caret for the superscript."""
        return f"{self.text}^{self.superscript}" if self.superscript else self.text

    @property
    def plain(self) -> str:
        """As a line of plain text: raised letters where there are such, else after a caret.

        >>> Title("MLS(ASCPi)", "CM").plain
        'MLS(ASCPi)ᶜᴹ'
        """
        raised = self.superscript.translate(RAISED)
        all_raised = not set(raised) & set(self.superscript)
        return f"{self.text}{raised}" if all_raised else str(self)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a certification is worth on a day, and the rule that says so.

    `until`: the last day of this, None when it has none or is not decided yet. `cycle`: the
    cycle that runs, extended when inactive; None for a voluntary one that is not maintained.
    `pending`: the declaration that the board has not decided yet. `renewed`: the cycle that was
    granted and begins later.
    """

    state: State
    participation: Participation
    valid: bool
    title: Title
    until: date | None
    rule: str
    says: str
    cycle: Cycle | None = None
    pending: Pending | None = None
    renewed: Cycle | None = None


def participation_in(book: Rulebook, category: Key, *, certified_on: date) -> Participation:
    """Answer whether a certification must be maintained (PAR-1) or may be (PAR-3)."""
    required_from = book.categories[category].required_from
    return "required" if required_from and certified_on >= required_from else "voluntary"


def title_of(book: Rulebook, category: Key, *, maintained: bool) -> Title:
    """Answer how a credential is written (PAR-1); an old title under its current name (PAR-6)."""
    naming = book.naming
    current = book.categories[category].maintained_as if maintained else ""
    text = naming.pattern.format(category=current or category)
    return Title(text, naming.maintained_suffix if maintained else "")


def standing_on(book: Rulebook, holding: Holding, *, as_of: date) -> Standing:
    """Answer a certification's standing on a day, as it could be known on that day."""
    participation = participation_in(book, holding.category, certified_on=holding.certified_on)
    if as_of < holding.certified_on:
        return Standing(
            state="not-certified",
            participation=participation,
            valid=False,
            title=Title(""),
            until=None,
            rule=book.categories[holding.category].rule,
            says=f"Certified only on {holding.certified_on}.",
        )
    if participation == "voluntary":
        return _voluntary(book, holding, as_of)
    return _required(book, holding, as_of)


def _voluntary(book: Rulebook, holding: Holding, as_of: date) -> Standing:
    """Judge a certification that never expires; a declaration adds the designation (PAR-3)."""
    running = [grant.cycle for grant in _known(holding.grants, as_of) if as_of in grant.cycle]
    cycle = _latest(running)
    renewed = _renewed(holding, cycle, as_of)
    if cycle is None:
        says = "Valid without expiration. Taking part is voluntary."
    else:
        until = renewed.ends if renewed else cycle.ends
        says = f"Maintained until {until}; the certification itself never expires."
    return Standing(
        state="voluntary-maintained" if cycle else "voluntary",
        participation="voluntary",
        valid=True,
        title=title_of(book, holding.category, maintained=cycle is not None),
        until=(renewed or cycle).ends if cycle else None,
        rule=book.cycle.voluntary_begins.rule,
        says=says,
        cycle=cycle,
        pending=undecided(holding.declarations, as_of),
        renewed=renewed,
    )


def _required(book: Rulebook, holding: Holding, as_of: date) -> Standing:
    """Judge a certification that must be maintained in every cycle (PAR-2)."""
    cycle, maintained, inactive = cycle_on(book, holding, as_of=as_of)
    title = title_of(book, holding.category, maintained=maintained)
    pending = _pending(holding.declarations, cycle, as_of)
    renewed = _renewed(holding, cycle, as_of)

    def standing(
        state: State, rule: str, says: str, *, until: date | None, may_use: bool = True
    ) -> Standing:
        valid = state not in {"expired", "examination-needed"}
        shown = title if valid and may_use else Title("")
        return Standing(
            state=state,
            participation="required",
            valid=valid,
            title=shown,
            until=until,
            rule=rule,
            says=says,
            cycle=cycle,
            pending=undecided(holding.declarations, as_of),
            renewed=renewed,
        )

    if as_of <= cycle.ends and renewed:  # who was inactive is back with it
        says = f"Renewed. The next cycle runs from {renewed.starts} to {renewed.ends}."
        rule = book.cycle.next_begins.rule
        return standing("active", rule, says, until=renewed.ends)
    if as_of <= cycle.ends and inactive:
        setting = book.naming.while_inactive
        says = f"Inactive until {cycle.ends}; the title rests."
        may_use = setting.value == "used"
        return standing("inactive", setting.rule, says, until=cycle.ends, may_use=may_use)
    if as_of <= cycle.ends:
        window = declaration_window(book, cycle)
        if as_of < window.opens_on or pending:
            rule = book.standing.expires.rule
            return standing("active", rule, f"Valid until {cycle.ends}.", until=cycle.ends)
        verb = "is" if as_of <= window.due_on else "was"
        says = f"Valid until {cycle.ends}; the declaration {verb} due by {window.due_on}."
        return standing("due", book.window.due_months_before.rule, says, until=cycle.ends)
    if pending and book.standing.pending_keeps_valid.value:
        rule = book.standing.pending_keeps_valid.rule
        says = f"Declared on {pending.submitted_on}, in time; valid until the board decides."
        return standing("renewal-pending", rule, says, until=None)
    return standing(*_ended(book, cycle, as_of, inactive=inactive), until=None)


def _ended(book: Rulebook, cycle: Cycle, as_of: date, *, inactive: bool) -> tuple[State, str, str]:
    """Answer the state of a certification whose cycle has ended, its rule, and what it says."""
    examination_from = examination_needed_from(book, expired_on=cycle.ends)
    if as_of >= examination_from:
        says = f"Expired on {cycle.ends}. {book.reinstatement.afterwards}"
        return "examination-needed", book.reinstatement.by_declaration_under_years.rule, says
    rule = book.inactive.at_its_end.rule if inactive else book.standing.expires.rule
    says = f"Expired on {cycle.ends}."
    if "reinstatement" in book.declarations:
        says += f" A declaration before {examination_from} can reinstate it."
    return "expired", rule, says


def cycle_on(book: Rulebook, holding: Holding, *, as_of: date) -> tuple[Cycle, bool, bool]:
    """Answer the cycle that runs on a day or ran last, whether maintained, whether inactive."""
    begun = [grant.cycle for grant in _known(holding.grants, as_of) if grant.cycle.starts <= as_of]
    cycle = _latest(begun)
    maintained = cycle is not None or book.naming.suffix_in_first_cycle.value
    if cycle is None:
        cycle = first_cycle(book, certified_on=holding.certified_on)
    cycle = _as_changed(cycle, holding.changes, as_of)
    extensions = [
        period.until
        for period in _known(holding.inactive, as_of)
        if period.granted_on >= cycle.starts and period.until > cycle.ends
    ]
    if extensions:
        return extended_cycle(cycle, until=max(extensions)), maintained, True
    return cycle, maintained, False


def last_cycle_on(book: Rulebook, holding: Holding, *, as_of: date) -> Cycle | None:
    """Answer the cycle that runs on a day or ran last; None for what nothing ever maintained."""
    category, certified_on = holding.category, holding.certified_on
    if participation_in(book, category, certified_on=certified_on) == "required":
        return cycle_on(book, holding, as_of=as_of)[0]
    known = (grant.cycle for grant in _known(holding.grants, as_of))
    return _latest(cycle for cycle in known if cycle.starts <= as_of)


def _as_changed(cycle: Cycle, changes: Iterable[CycleChange], as_of: date) -> Cycle:
    """Answer a cycle with the earliest end that was decided for it; a later one changes nothing."""
    same = [one.cycle for one in _known(changes, as_of) if one.cycle.starts == cycle.starts]
    return min([cycle, *same], key=lambda one: one.ends)


class Declarable(msgspec.Struct, frozen=True):
    """Whether a declaration can be submitted on a day, of which purpose; else why not, and when."""

    purpose: Purpose | None
    rule: str
    says: str
    window: Window | None = None
    late: bool = False


def declarable_on(book: Rulebook, holding: Holding, *, as_of: date) -> Declarable:
    """Answer which declaration of a certification can be submitted on a day."""
    standing = standing_on(book, holding, as_of=as_of)
    if standing.pending:
        says = f"Declared on {standing.pending.submitted_on}; the board has not decided yet."
        return Declarable(None, book.processing.business_days.rule, says)
    if standing.renewed:
        following = standing.renewed
        says = f"Renewed already: the next cycle runs from {following.starts} to {following.ends}."
        return Declarable(None, book.cycle.next_begins.rule, says)
    if standing.participation == "voluntary" and standing.valid:
        return _if_taken(book, "voluntary", f"Points of the years before {as_of} count.")
    cycle = standing.cycle
    if standing.state == "expired":
        return _if_taken(book, "reinstatement", standing.says)
    if cycle is None or standing.state in {"examination-needed", "renewal-pending"}:
        return Declarable(None, standing.rule, standing.says)
    inactive = standing.state == "inactive"
    return _in_window(book, "return-from-inactive" if inactive else "renewal", cycle, as_of)


def _in_window(book: Rulebook, purpose: Purpose, cycle: Cycle, as_of: date) -> Declarable:
    """Answer whether a cycle's declaration is taken on a day (CYC-4)."""
    window = declaration_window(book, cycle)
    place = window.on(as_of)
    opens, late = book.window.opens_months_before.rule, book.window.late.rule
    late_says = (
        f"The declaration was due by {window.due_on}. It is taken until {cycle.ends}, "
        "but processing may outlast the certification."
    )
    rule, says = {
        "not-open": (opens, f"The declaration opens on {window.opens_on}."),
        "open": (opens, f"The declaration is open, and due by {window.due_on}."),
        "late": (late, late_says),
        "closed": (late, f"The declaration was due by {window.due_on}."),
    }[place]
    taken = place in {"open", "late"}
    return Declarable(purpose if taken else None, rule, says, window, late=place == "late")


def _if_taken(book: Rulebook, purpose: Purpose, says: str) -> Declarable:
    kind = book.declarations.get(purpose)
    if kind is None:
        says = f"{book.title} takes no declaration of this kind ({purpose})."
        return Declarable(None, book.cycle.years.rule, says)
    return Declarable(purpose, kind.rule, says)


def _known(facts: Iterable[Decided], as_of: date) -> list[Decided]:
    """Leave out what was decided only after a day: it could not be known then."""
    return [fact for fact in facts if fact.granted_on <= as_of and not _revoked(fact, as_of)]


def _revoked(fact: Grant | InactivePeriod | CycleChange, as_of: date) -> bool:
    revoked_on = fact.revoked_on if isinstance(fact, Grant) else None
    return revoked_on is not None and revoked_on <= as_of


def _latest(cycles: Iterable[Cycle]) -> Cycle | None:
    return max(cycles, key=lambda cycle: cycle.starts, default=None)


def _pending(declarations: Iterable[Pending], cycle: Cycle, as_of: date) -> Pending | None:
    """Answer the declaration of a cycle that was in time and is not decided yet."""
    return undecided([one for one in declarations if one.submitted_on in cycle], as_of)


def undecided(declarations: Iterable[Pending], as_of: date) -> Pending | None:
    """Answer the declaration that was submitted by a day and not decided on it yet."""
    for one in declarations:
        if one.submitted_on <= as_of and (one.decided_on is None or one.decided_on > as_of):
            return one
    return None


def _renewed(holding: Holding, cycle: Cycle | None, as_of: date) -> Cycle | None:
    """Answer the cycle that was granted by a day, and begins after it."""
    granted = [grant.cycle for grant in _known(holding.grants, as_of)]
    later = [one for one in granted if one.starts > as_of]
    return _latest(later) if cycle else None
