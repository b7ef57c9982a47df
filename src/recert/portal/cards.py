"""A credential as the dashboard shows it: everything worked out, so that templates only print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.models import Declaration
from recert.declarations.prices import Price
from recert.declarations.queries import Position, Positions
from recert.policy.allocation import Placement
from recert.policy.assessment import Assessment
from recert.policy.cycles import declaration_window, examination_needed_from
from recert.policy.findings import Finding
from recert.policy.next_step import NextStep, next_step
from recert.policy.planned import CredentialPlan
from recert.policy.standing import State, Title

TONES: dict[State, str] = {
    "not-certified": "quiet",
    "active": "good",
    "due": "wait",
    "renewal-pending": "wait",
    "inactive": "quiet",
    "expired": "bad",
    "examination-needed": "bad",
    "voluntary": "quiet",
    "voluntary-maintained": "good",
}


def standing_words() -> dict[State, str]:
    """Answer what people call each standing."""
    return {
        "not-certified": _("Not certified yet"),
        "active": _("Active"),
        "due": _("Declaration due"),
        "renewal-pending": _("Renewal pending"),
        "inactive": _("Inactive"),
        "expired": _("Expired"),
        "examination-needed": _("Examination needed"),
        "voluntary": _("Valid, without expiration"),
        "voluntary-maintained": _("Maintained"),
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """One requirement beside what counts for it. Points in hundredths.

    `lost` was claimed for it and does not count, because of a limit or another finding.
    """

    key: str
    title: str
    need: int
    have: int
    lost: int
    rule: str

    @property
    def short(self) -> int:
        """What is lacking."""
        return max(0, self.need - self.have)

    @property
    def filled(self) -> float:
        """How long the full part of the bar is, of 100."""
        scale = max(self.need, self.have + self.lost, 1)
        return round(100 * self.have / scale, 1)

    @property
    def hatched(self) -> float:
        """How long the part that does not count is, of 100."""
        scale = max(self.need, self.have + self.lost, 1)
        return round(100 * self.lost / scale, 1)

    @property
    def mark(self) -> float:
        """Where on the bar what is needed is reached, of 100."""
        return round(100 * self.need / max(self.need, self.have + self.lost, 1), 1)


@dataclass(frozen=True, slots=True)
class Stop:
    """A day on the time line; `at` is its place, of 100."""

    name: str
    title: str
    on: date
    at: float
    past: bool
    now: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A credential on the dashboard.

    `open` is its declaration that goes on today. `declares`: one can be begun today, for `price`.
    """

    ref: str
    number: str
    title: Title
    category: str
    tone: str
    standing: str
    says: str
    rule: str
    days_left: int | None
    until: date | None
    bars: tuple[Bar, ...]
    total: Bar | None
    stops: tuple[Stop, ...]
    begins: date | None
    ends: date | None
    next: NextStep
    plan: CredentialPlan | None
    purpose: str
    findings: tuple[Finding, ...]
    counting: int  # activities of which points count
    certified_on: date
    open: Declaration | None
    declares: bool
    price: Price | None


def card_of(position: Position, *, as_of: date, price: Price | None = None) -> Card:
    """Answer a credential as the dashboard shows it."""
    book = the_rulebook()
    standing, assessment = position.standing, position.assessment
    days = assessment.case.period if assessment else standing.cycle
    return Card(
        ref=position.credential.ref,
        number=position.credential.number,
        title=position.written,
        category=book.categories[position.credential.category].title,
        tone=TONES[standing.state],
        standing=_standing_text(position),
        says=standing.says,
        rule=standing.rule,
        days_left=(standing.until - as_of).days if standing.until else None,
        until=standing.until,
        bars=tuple(bars_of(assessment)) if assessment else (),
        total=total_bar(assessment) if assessment else None,
        stops=tuple(stops_of(position, as_of)),
        begins=days.starts if days else None,
        ends=days.ends if days else None,
        next=next_step(standing, position.declarable, position.plan, as_of=as_of),
        plan=position.plan,
        purpose=book.declarations[position.purpose].title if position.purpose else "",
        findings=tuple(assessment.cap_findings) if assessment else (),
        counting=_counting(assessment.claimed) if assessment else 0,
        certified_on=position.credential.certified_on,
        open=open_declaration(position),
        declares=position.declarable.purpose is not None and position.declaration is None,
        price=price,
    )


def open_declaration(position: Position) -> Declaration | None:
    """Answer the declaration that goes on; not a draft of what is not taken any more."""
    found = position.declaration
    if found and found.state == Declaration.State.DRAFT and not position.declarable.purpose:
        return None
    return found


def _standing_text(position: Position) -> str:
    if position.standing.state == "due" and position.declarable.late:
        return _("Declaration overdue")
    return standing_words()[position.standing.state]


def cards_of(positions: Positions, prices: Mapping[int, Price] | None = None) -> list[Card]:
    """Answer all credentials of a person, those first that need them first."""
    known = prices or {}
    cards = [
        card_of(one, as_of=positions.as_of, price=known.get(one.credential.pk))
        for one in positions.each
    ]
    urgency = {"bad": 0, "wait": 1, "good": 2, "quiet": 3}
    return sorted(cards, key=lambda card: (urgency[card.tone], card.until or date.max))


def _counting(placement: Placement) -> int:
    return sum(1 for counted in placement.counted if any(counted.values()))


def bars_of(assessment: Assessment) -> list[Bar]:
    """Answer each requirement beside what counts for it."""
    lost = _lost_by_area(assessment)
    return [
        Bar(
            key=one.need.key,
            title=one.need.title,
            need=one.need.points,
            have=one.accepted,
            lost=sum(lost.get(area, 0) for area in one.need.areas),
            rule=one.need.rule,
        )
        for one in assessment.requirements(assessment.claimed)
    ]


def _lost_by_area(assessment: Assessment) -> dict[str, int]:
    """Answer what was allocated to each area and does not count there."""
    lost: dict[str, int] = {}
    for entry, counted in zip(assessment.entries, assessment.claimed.counted, strict=True):
        allocated = entry.activity.allocation
        for area, some in (allocated or {}).items():
            over = int(some) - counted.get(area, 0)
            if over > 0:
                lost[area] = lost.get(area, 0) + over
    return lost


def total_bar(assessment: Assessment) -> Bar:
    """Answer the total beside what counts for it."""
    ledgers = assessment.ledgers()
    return Bar(
        key="total",
        title=_("Total"),
        need=assessment.terms.total,
        have=assessment.claimed.total,
        lost=sum(loss.points for one in ledgers for loss in one.not_counted),
        rule=assessment.terms.total_rule,
    )


def stops_of(position: Position, as_of: date) -> list[Stop]:
    """Answer the days of a cycle in their order, with today among them."""
    book, cycle = the_rulebook(), position.standing.cycle
    if cycle is None:
        return []
    window = declaration_window(book, cycle)
    days = [
        ("begins", _("Cycle began"), cycle.starts),
        ("opens", _("Declaration opens"), window.opens_on),
        ("due", _("Declaration due"), window.due_on),
        ("expires", _("Expires"), cycle.ends),
    ]
    if position.standing.state == "voluntary-maintained":
        days = [
            ("begins", _("Designation from"), cycle.starts),
            ("expires", _("Designation until"), cycle.ends),
        ]
    first, last = cycle.starts, max(cycle.ends, as_of)
    if position.standing.state == "expired":
        last = examination_needed_from(book, expired_on=cycle.ends)
        days.append(("examination", _("Examination from"), last))
    length = max(1, (last - first).days)
    stops = [
        Stop(name, title, on, round(100 * (on - first).days / length, 1), on < as_of)
        for name, title, on in days
    ]
    place = min(100.0, max(0.0, round(100 * (as_of - first).days / length, 1)))
    today = Stop("today", _("Today"), as_of, place, past=False, now=True)
    return sorted([*stops, today], key=lambda stop: (stop.on, stop.now))
