"""Where a person stands: each credential with its rules, its activities and the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.credentials.queries import Held, credentials_of_each
from recert.declarations.models import (
    DECLARED,
    OPEN,
    Allocation,
    Declaration,
    DeclaredActivity,
    Use,
)
from recert.policy import Assessment, Case, Plan, Rulebook, assess, plan
from recert.policy.case import Activity as Fact
from recert.policy.case import build_case
from recert.policy.cycles import Cycle
from recert.policy.planned import CredentialPlan
from recert.policy.rulebook import Purpose
from recert.policy.standing import (
    Declarable,
    Holding,
    Standing,
    Title,
    declarable_on,
    standing_on,
    title_of,
)
from recert.transcript.models import Activity
from recert.transcript.queries import activities_between, as_fact


@dataclass(frozen=True, slots=True)
class Position:
    """Where one credential stands on a day.

    `assessment` judges the declaration that is next for it: None where none is taken any more
    (STA-5). `plan` is what is still to do for it. `declaration` is the one that is open: a draft,
    or one that the board has not decided.
    """

    credential: Credential
    holding: Holding
    standing: Standing
    declarable: Declarable
    purpose: Purpose | None
    assessment: Assessment | None
    plan: CredentialPlan | None
    declaration: Declaration | None

    @property
    def written(self) -> Title:
        """How the credential is written: without its designation where it may not be used."""
        if self.standing.title.text:
            return self.standing.title
        return title_of(the_rulebook(), self.credential.category, maintained=False)

    @property
    def title(self) -> str:
        """The same on a line of plain text: `MLS(ASCPi)ᶜᴹ`."""
        return self.written.plain


@dataclass(frozen=True, slots=True)
class Positions:
    """Where all credentials of a person stand on a day, and what is to do for them together."""

    as_of: date
    each: tuple[Position, ...]
    together: Plan | None
    activities: dict[str, Activity]  # by ref: those that the assessments are about

    def of(self, credential: Credential) -> Position:
        """Answer the position of one credential."""
        return next(one for one in self.each if one.credential.pk == credential.pk)


def positions_of(person: int, *, as_of: date, planned: bool = True) -> Positions:
    """Answer where a person stands. Ten queries, however many credentials and activities.

    Without `planned` there is no plan, which takes longer than all the rest.
    """
    return positions_of_each([person], as_of=as_of, planned=planned)[person]


def positions_of_each(
    people: Collection[int], *, as_of: date, planned: bool = True
) -> dict[int, Positions]:
    """Answer by person where each stands. Ten queries, however many people."""
    book = the_rulebook()
    drafts = {
        person: [_draft(book, one, declaration, as_of) for one, declaration in held]
        for person, held in held_by_each(people, as_of).items()
    }
    activities = _activities_for(book, drafts)
    credentials = [draft.held.credential for each in drafts.values() for draft in each]
    facts = _Facts(credentials, as_of)
    return {
        person: _positions(
            book, each, activities.get(person, []), facts, as_of=as_of, planned=planned
        )
        for person, each in drafts.items()
    }


def _positions(
    book: Rulebook,
    drafts: Sequence[_Draft],
    activities: list[Activity],
    facts: _Facts,
    *,
    as_of: date,
    planned: bool,
) -> Positions:
    """Answer where one person stands, from what was read."""
    assessments = {
        draft.held.credential.pk: assess(
            book, _with(book, draft.case, facts.of(draft.held, activities))
        )
        for draft in drafts
        if draft.case
    }
    together = plan(list(assessments.values()), as_of=as_of) if assessments and planned else None
    plans = dict(zip(assessments, together.credentials, strict=True)) if together else {}
    return Positions(
        as_of=as_of,
        each=tuple(
            Position(
                credential=draft.held.credential,
                holding=draft.held.holding,
                standing=draft.standing,
                declarable=draft.declarable,
                purpose=draft.purpose,
                assessment=assessments.get(draft.held.credential.pk),
                plan=plans.get(draft.held.credential.pk),
                declaration=draft.declaration,
            )
            for draft in drafts
        ),
        together=together,
        activities={one.ref: one for one in activities},
    )


def assessments_with(positions: Positions, *changed: Fact) -> list[tuple[Position, Assessment]]:
    """Answer each assessment as it would be with activities added, or changed by their ids."""
    book, refs = the_rulebook(), {one.id for one in changed}
    found = []
    for position in positions.each:
        if position.assessment is None:
            continue
        case = position.assessment.case
        others = tuple(one for one in case.activities if one.id not in refs)
        # Judged even where its day does not count: the finding then says so.
        with_it = msgspec.structs.replace(case, activities=(*others, *changed))
        found.append((position, assess(book, with_it)))
    return found


@dataclass(frozen=True, slots=True)
class _Draft:
    """A credential before its activities are known."""

    held: Held
    standing: Standing
    declarable: Declarable
    purpose: Purpose | None
    case: Case | None
    declaration: Declaration | None


def held_by(person: int, as_of: date) -> list[tuple[Held, Declaration | None]]:
    """Answer the credentials of a person with what was declared for each. Five queries.

    Beside each stands the declaration that is open on a day: of a deficient one whose time has
    passed nobody needs to have noted it.
    """
    return held_by_each([person], as_of)[person]


def held_by_each(
    people: Collection[int], as_of: date
) -> dict[int, list[tuple[Held, Declaration | None]]]:
    """Answer the same of several people, by person. Five queries, however many."""
    held_by_person = credentials_of_each(people)
    of_each: dict[int, list[Declaration]] = {
        one.credential.pk: [] for held in held_by_person.values() for one in held
    }
    found = Declaration.objects.filter(credential__in=of_each).exclude(
        state=Declaration.State.DISCARDED
    )
    for one in found.order_by("id").defer("case", "answer"):
        of_each[one.credential_id].append(one)
    return {
        person: [_with_declarations(one, of_each[one.credential.pk], as_of) for one in held]
        for person, held in held_by_person.items()
    }


def _with_declarations(
    held: Held, declarations: Iterable[Declaration], as_of: date
) -> tuple[Held, Declaration | None]:
    each = list(declarations)
    pending = tuple(one.pending for one in each if one.pending)
    holding = msgspec.structs.replace(held.holding, declarations=pending)
    open_ones = [one for one in each if one.state in OPEN and not one.is_over(as_of=as_of)]
    return Held(held.credential, holding), open_ones[-1] if open_ones else None


def _draft(book: Rulebook, held: Held, declaration: Declaration | None, as_of: date) -> _Draft:
    standing = standing_on(book, held.holding, as_of=as_of)
    declarable = declarable_on(book, held.holding, as_of=as_of)
    purpose, case = purpose_for(book, standing), None
    if declaration and declaration.submitted_on:
        purpose = declaration.for_purpose
        case = empty_case(book, held.credential.category, declaration, as_of=as_of)
    elif purpose:
        case = build_case(
            book,
            category=held.credential.category,
            purpose=purpose,
            cycle=None if purpose == "voluntary" else standing.renewed or standing.cycle,
            as_of=as_of,
            activities=(),
        )
    return _Draft(held, standing, declarable, purpose, case, declaration)


def empty_case(book: Rulebook, category: str, declaration: Declaration, *, as_of: date) -> Case:
    """Answer the case of a declaration before its activities are known, as it would be on a day."""
    purpose = declaration.for_purpose
    return build_case(
        book,
        category=category,
        purpose=purpose,
        cycle=None if purpose == "voluntary" else declaration.cycle,
        as_of=as_of,
        activities=(),
        declared_on=declaration.submitted_on,
    )


def purpose_for(book: Rulebook, standing: Standing) -> Purpose | None:
    """Answer the purpose of the declaration that is next for a credential, open or not."""
    by_state: dict[str, Purpose] = {
        "active": "renewal",
        "due": "renewal",
        "renewal-pending": "renewal",
        "inactive": "return-from-inactive",
        "expired": "reinstatement",
        "voluntary": "voluntary",
        "voluntary-maintained": "voluntary",
    }
    purpose = by_state.get(standing.state)
    return purpose if purpose in book.declarations else None


def _activities_for(
    book: Rulebook, drafts: Mapping[int, Sequence[_Draft]]
) -> dict[int, list[Activity]]:
    """Answer by person the activities that the cases of each may be about."""
    periods = {
        person: [draft.case.period for draft in each if draft.case]
        for person, each in drafts.items()
    }
    days = {
        person: (min(one.starts for one in each), max(one.ends for one in each))
        for person, each in periods.items()
        if each
    }
    once = {key for key, kind in book.kinds.items() if kind.once_per_person}
    return activities_between(days, always=once)


class _Facts:
    """Activities as each credential may use them."""

    def __init__(self, credentials: Sequence[Credential], as_of: date) -> None:
        """Read what was allocated for each credential, and what earlier cycles used."""
        kinds = the_rulebook().kinds
        self.served_once = {
            key
            for key, kind in kinds.items()
            if kind.spent_by_one_declaration or kind.once_per_person
        }
        # By credential only: to name hundreds of activities costs more than to leave some unused.
        by_credential = {"credential__in": [one.pk for one in credentials]}
        self.portions = {
            (row.credential_id, row.activity_id): row.portions
            for row in Allocation.objects.filter(**by_credential)
        }
        self.uses = {
            (row.credential_id, row.activity_id): row.cycle_ends_on
            for row in Use.objects.filter(**by_credential)
        }
        # Of what serves one declaration only: by activity, the credentials that it has served.
        self.served: dict[int, dict[int, date]] = {}
        for (credential, activity), day in self.uses.items():
            self.served.setdefault(activity, {})[credential] = day
        pending = DeclaredActivity.objects.filter(
            declaration__credential__in=by_credential["credential__in"],
            declaration__state__in=DECLARED,
        ).exclude(counted={})
        for row in pending.select_related("declaration"):
            declaration = row.declaration
            if declaration.is_over(as_of=as_of):
                continue
            ends_on = declaration.cycle_ends_on or declaration.started_at.date()
            self.served.setdefault(row.activity_id, {})[declaration.credential_id] = ends_on

    def of(self, held: Held, activities: Sequence[Activity]) -> tuple[Fact, ...]:
        """Answer the activities of a person as one credential of theirs may use them."""
        credential = held.credential.pk
        return tuple(
            as_fact(
                one,
                portions=self.portions.get((credential, one.pk)),
                used_in=self._used_in(credential, one),
            )
            for one in activities
        )

    def _used_in(self, credential: int, activity: Activity) -> date | None:
        used_in = self.uses.get((credential, activity.pk))
        if used_in is None and activity.kind in self.served_once:
            others = self.served.get(activity.pk, {})
            return next((day for other, day in others.items() if other != credential), None)
        return used_in


def _with(book: Rulebook, case: Case, activities: tuple[Fact, ...]) -> Case:
    inside: Cycle = case.period
    once = {key for key, kind in book.kinds.items() if kind.once_per_person}
    return build_case(
        book,
        category=case.category,
        purpose=case.purpose,
        cycle=case.cycle,
        as_of=case.as_of,
        activities=tuple(
            one for one in activities if one.completed_on in inside or one.kind in once
        ),
        declared_on=case.declared_on,
    )
