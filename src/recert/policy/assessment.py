"""Does this transcript meet what this credential needs, and why not? The assessment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from recert.policy.allocation import CapUse, Placement, Shortage, place_points
from recert.policy.case import Case
from recert.policy.findings import Finding, kernel_finding
from recert.policy.judging import Entry, judge_activities
from recert.policy.mistakes import Mistake, Unusable
from recert.policy.points import points_text
from recert.policy.rulebook import Rulebook
from recert.policy.terms import Need, Terms, terms_of

Outcome = Literal["met", "not-met"]


class RequirementResult(msgspec.Struct, frozen=True):
    """One requirement beside what counts for it. Points in hundredths."""

    need: Need
    accepted: int

    @property
    def short(self) -> int:
        """What is lacking."""
        return max(0, self.need.points - self.accepted)

    def answer(self) -> dict[str, object]:
        """Answer the result as plain data, in the case format."""
        return {
            "key": self.need.key,
            "required": points_text(self.need.points),
            "accepted": points_text(self.accepted),
            "short": points_text(self.short),
            "met": self.short == 0,
            "rule": self.need.rule,
        }


class Loss(msgspec.Struct, frozen=True):
    """Points of an activity that do not count, and the finding that says why."""

    points: int
    finding: Finding


class Ledger(msgspec.Struct, frozen=True):
    """What became of each point of an activity. In hundredths.

    Always `claimed == sum(counted.values()) + sum(loss.points for loss in not_counted)`.
    `recognised` is what the activity may count for; `unallocated` what it is worth beyond what
    was claimed, as far as caps leave room: it counts once it is allocated.
    """

    activity: str
    title: str
    claimed: int
    recognised: int
    counted: dict[str, int]
    not_counted: tuple[Loss, ...]
    unallocated: int


class Assessment(msgspec.Struct, eq=False):
    """The answer to a case, with everything that it was decided on.

    `claimed` judges the allocation as it stands; `best` is what re-allocating alone could reach.
    All points in hundredths.
    """

    rulebook: Rulebook
    case: Case
    terms: Terms
    entries: list[Entry]
    claimed: Placement
    best: Placement

    @property
    def title(self) -> str:
        """How the credential is written: `MLS(ASCPi)`."""
        return self.rulebook.naming.pattern.format(category=self.case.category)

    @property
    def outcome(self) -> Outcome:
        """Whether every requirement and the total are met."""
        return self._outcome_of(self.claimed)

    @property
    def best_outcome(self) -> Outcome:
        """Whether they could be met by re-allocating alone."""
        return self._outcome_of(self.best)

    def _outcome_of(self, placement: Placement) -> Outcome:
        enough = placement.total >= self.terms.total and not self.area_short(placement)
        return "met" if enough else "not-met"

    def total_short(self, placement: Placement) -> int:
        """Answer what is lacking to the total, in one of the two placements."""
        return max(0, self.terms.total - placement.total)

    def area_short(self, placement: Placement) -> int:
        """Answer the sum of what the requirements lack, in one of the two placements."""
        return sum(shortage.points for shortage in placement.shortages)

    def requirements(self, placement: Placement) -> list[RequirementResult]:
        """Answer each requirement beside what counts for it, in one of the two placements."""
        return [
            RequirementResult(need, accepted)
            for need, accepted in zip(self.terms.needs, placement.in_need, strict=True)
        ]

    @property
    def cap_findings(self) -> list[Finding]:
        """A finding for each cap that binds on what was claimed."""
        return [cap_finding(cap) for cap in self.claimed.caps if cap.binds]

    def ledgers(self) -> list[Ledger]:
        """Account for every point of every activity, in their order."""
        capped = _CapLosses(self.claimed)
        return [
            _ledger(entry, counted, capped)
            for entry, counted in zip(self.entries, self.claimed.counted, strict=True)
        ]

    def shortage_text(self, shortage: Shortage) -> str:
        """Say which areas lack how many points together, and which caps hold back others."""
        titles = [self.terms.needs[place].title for place in shortage.needs]
        said = f"{', '.join(titles)}: {points_text(shortage.points)} short"
        if len(titles) > 1:
            said += " together, as the same points could serve each"
        findings = [cap_finding(cap) for cap in shortage.caps]
        if findings:
            said += "; points that could help are over a limit"
        limits = [f" {finding.message} ({finding.rule})" for finding in findings]
        return f"{said}.{''.join(limits)}"

    def _shortage_answers(self, placement: Placement) -> list[dict[str, object]]:
        return [
            {
                "areas": [self.terms.needs[place].key for place in shortage.needs],
                "points": points_text(shortage.points),
                "says": self.shortage_text(shortage),
                "held_back_by": [cap_finding(cap).answer() for cap in shortage.caps],
            }
            for shortage in placement.shortages
        ]

    def answer(self) -> dict[str, object]:
        """Answer everything as plain data, in the case format (`docs/case-format.md`)."""
        ledgers = self.ledgers()
        return {
            "program": self.case.program,
            "outcome": self.outcome,
            "points": {
                "required": points_text(self.terms.total),
                "accepted": points_text(self.claimed.total),
                "short": points_text(self.total_short(self.claimed)),
                "rule": self.terms.total_rule,
            },
            "area_short": points_text(self.area_short(self.claimed)),
            "requirements": [one.answer() for one in self.requirements(self.claimed)],
            "shortages": self._shortage_answers(self.claimed),
            "activities": [
                _activity_answer(entry, ledger)
                for entry, ledger in zip(self.entries, ledgers, strict=True)
            ],
            "findings": [finding.answer() for finding in self.cap_findings],
            "best": {
                "accepted": points_text(self.best.total),
                "short": points_text(self.total_short(self.best)),
                "area_short": points_text(self.area_short(self.best)),
                "outcome": self.best_outcome,
                "allocation": {
                    entry.activity.id: _points_by_area(counted)
                    for entry, counted in zip(self.entries, self.best.counted, strict=True)
                    if counted
                },
            },
            "rulebook": self.rulebook.fingerprint,
        }


def assess(rulebook: Rulebook, case: Case) -> Assessment:
    """Answer whether a case meets the programme's requirements, and what counts where.

    Exact: the allocation found serves best (REQ-7, ACT-7), as claimed and with every activity
    free to move. Never raises for a "no"; raises `Unusable` for a case of another programme and
    `NotInForce` for days before the programme's first rules.
    """
    if case.program != rulebook.key:
        message = f"a case of {case.program}, put to the rulebook {rulebook.key}"
        raise Unusable([Mistake(("program",), message)])
    terms = terms_of(rulebook, case)
    entries = judge_activities(rulebook, case, terms)
    claimed = place_points(terms, entries, free=False)
    could_win = _could_win(entries, claimed)
    best = place_points(terms, entries, free=True) if could_win else claimed
    return Assessment(rulebook, case, terms, entries, claimed, best)


def _could_win(entries: Sequence[Entry], claimed: Placement) -> bool:
    """Answer whether allocating anew could serve better at all.

    It cannot where nothing was allocated by area, since all was free from the start; nor where
    no area lacks points and all that activities are worth was allocated.
    """
    allocated = [entry for entry in entries if entry.portions is not None]
    if not claimed.shortages:
        allocated = [entry for entry in allocated if entry.unallocated]
    return bool(allocated)


def cap_finding(cap: CapUse) -> Finding:
    """Make the finding of a cap that binds."""
    term = cap.term
    lost = cap.brought - term.limit
    finding = kernel_finding(
        term.code,
        lost,
        term.rule,
        title=term.title,
        limit=points_text(term.limit),
        brought=points_text(cap.brought),
        year=cap.year,
        percent=term.percent,
    )
    owner = {"group": term.owner} if term.of_group else {"kind": term.owner}
    return msgspec.structs.replace(finding, year=cap.year, **owner)


class _CapLosses:
    """How much each cap still has to account for, as losses are given to activities."""

    def __init__(self, placement: Placement) -> None:
        """Start with what each cap takes away: a negative number is room that it leaves."""
        self._caps = {(cap.term, cap.year): cap for cap in placement.caps}
        self._open = {key: cap.brought - cap.term.limit for key, cap in self._caps.items()}

    def room_for(self, entry: Entry) -> int:
        """Answer what an activity is worth beyond its allocation, as far as caps leave room."""
        room = entry.unallocated
        for term in entry.terms.caps if room else ():
            cap = self._caps[term, entry.year if term.per_year else None]
            room = min(room, max(0, term.limit - cap.brought))
        return room

    def explain(self, entry: Entry, lost: int) -> Iterator[Loss]:
        """Say which caps, from the inner to the outer, took `lost` points of an activity."""
        for term in entry.terms.caps:
            key = (term, entry.year if term.per_year else None)
            points = min(lost, self._open.get(key, 0))
            if points > 0:
                self._open[key] -= points
                lost -= points
                yield Loss(points, cap_finding(self._caps[key]))


def _ledger(entry: Entry, counted: dict[str, int], capped: _CapLosses) -> Ledger:
    losses = [Loss(finding.points, finding) for finding in entry.findings]
    lost = sum(loss.points for loss in losses) + sum(counted.values())
    losses += capped.explain(entry, entry.claimed - lost)
    return Ledger(
        activity=entry.activity.id,
        title=entry.activity.title,
        claimed=entry.claimed,
        recognised=entry.worth,
        counted=counted,
        not_counted=tuple(losses),
        unallocated=capped.room_for(entry),
    )


def _points_by_area(counted: dict[str, int]) -> dict[str, str]:
    return {area: points_text(points) for area, points in counted.items() if points}


def _activity_answer(entry: Entry, ledger: Ledger) -> dict[str, object]:
    return {
        "id": ledger.activity,
        "worth": points_text(entry.worth),
        "accepted": points_text(sum(ledger.counted.values())),
        "allocation": _points_by_area(ledger.counted),
        "findings": [finding.answer() for finding in entry.findings],
        "claimed": points_text(ledger.claimed),
        "unallocated": points_text(ledger.unallocated),
        "not_counted": [
            {"points": points_text(loss.points), "code": loss.finding.code}
            for loss in ledger.not_counted
            if loss.points
        ],
    }
