"""A declaration as the desk shows it: everything worked out, so that templates only print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.forms.boundfield import BoundField
from moneyed import Money

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.declared import assessment_declared, declared_activities
from recert.declarations.models import Declaration, DeclaredActivity
from recert.declarations.queries import held_by
from recert.declarations.waiting import DEADLINES, state_words
from recert.desk.forms import LACKS, DeficiencyForm
from recert.payments.models import Attempt, OrderLine
from recert.payments.queries import lines_of_order, paying_attempt
from recert.policy import Assessment
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import Cycle, granted_cycle
from recert.policy.standing import Standing, Title, standing_on, title_of
from recert.portal.cards import TONES, Bar, bars_of, standing_words, total_bar
from recert.portal.ledgers import Line, lines_in
from recert.transcript.models import Document
from recert.transcript.queries import documents_among

STATE_TONES = {
    "submitted": "wait",
    "deficient": "wait",
    "under-audit": "wait",
    "approved": "good",
    "denied": "bad",
    "withdrawn": "quiet",
    "deleted": "bad",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A declaration in the list. `left` or `over`: business days; both None once it is decided."""

    ref: str
    name: str
    title: Title
    purpose: str
    state: str
    tone: str
    submitted_on: date | None
    day: date | None
    left: int | None
    over: int | None
    late: bool
    own: bool


def rows_of(declarations: Iterable[Declaration], *, person: int | None, today: date) -> list[Row]:
    """Answer declarations as the list shows them; `person` is who looks at it."""
    calendar = BusinessDays(the_rulebook())
    return [_row(one, calendar, person, today) for one in declarations]


def _row(one: Declaration, calendar: BusinessDays, person: int | None, today: date) -> Row:
    book = the_rulebook()
    day = deadline_of(one)
    left = calendar.between(today, day) if day and day >= today else None
    over = calendar.between(day, today) if day and day < today else None
    return Row(
        ref=one.ref,
        name=one.credential.person.name,
        title=title_of(book, one.credential.category, maintained=False),
        purpose=book.declarations[one.for_purpose].title,
        state=state_words().get(one.state, one.state),
        tone=STATE_TONES.get(one.state, "quiet"),
        submitted_on=one.submitted_on,
        day=day or one.decided_on,
        left=left,
        over=over,
        late=one.late,
        own=one.credential.person_id == person,
    )


def deadline_of(declaration: Declaration) -> date | None:
    """Answer the day until which something is waited for: the board, or the certificant."""
    by = DEADLINES.get(declaration.state)
    return getattr(declaration, by) if by else None


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """An activity as it was declared, with its documents and what was found lacking in it.

    `field` is where one says so; None where nothing is decided here.
    """

    line: Line
    documents: list[Document]
    lacking: str
    field: BoundField | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the rulebook since it was declared. `outcome`: whether the answer differs."""

    outcome: bool
    declared: str
    now: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What a declaration cost, and how it was paid."""

    lines: list[tuple[OrderLine, Money]]
    total: Money
    attempt: Attempt | None


@dataclass(frozen=True, slots=True)
class Case:
    """A declaration on one page."""

    title: Title
    category: str
    standing: str
    standing_tone: str
    says: str
    rule: str
    purpose: str
    state: str
    tone: str
    day: date | None
    left: int | None
    over: int | None
    total: Bar
    bars: list[Bar]
    met: bool
    findings: list[str]
    changed: Changed | None
    brings: Cycle
    brings_title: Title
    attested: list[tuple[str, datetime]]
    paid: Paid | None


def case_of(declaration: Declaration, *, today: date) -> Case:
    """Answer a declaration as its page shows it."""
    book, credential = the_rulebook(), declaration.credential
    row = _row(declaration, BusinessDays(book), None, today)
    standing, assessment = _standing(credential, today), assessment_declared(declaration)
    return Case(
        title=standing.title if standing.title.text else row.title,
        category=book.categories[credential.category].title,
        standing=standing_words()[standing.state],
        standing_tone=TONES[standing.state],
        says=standing.says,
        rule=standing.rule,
        purpose=row.purpose,
        state=row.state,
        tone=row.tone,
        day=row.day,
        left=row.left,
        over=row.over,
        total=total_bar(assessment),
        bars=bars_of(assessment),
        met=assessment.outcome == "met",
        findings=[f"{one.message} {one.remedy}" for one in assessment.cap_findings],
        changed=_changed(declaration, assessment),
        brings=brings(declaration, today=today),
        brings_title=title_of(book, credential.category, maintained=True),
        attested=_attested(declaration),
        paid=_paid(declaration),
    )


def _standing(credential: Credential, today: date) -> Standing:
    held = next(
        one
        for one, _declaration in held_by(credential.person_id, today)
        if one.credential.pk == credential.pk
    )
    return standing_on(the_rulebook(), held.holding, as_of=today)


def brings(declaration: Declaration, *, today: date) -> Cycle:
    """Answer the cycle that a declaration brought, or would bring if it were approved today."""
    if declaration.grant:
        return Cycle(starts=declaration.grant.starts_on, ends=declaration.grant.ends_on)
    return granted_cycle(
        the_rulebook(), declaration.for_purpose, cycle=declaration.cycle, approved_on=today
    )


def _changed(declaration: Declaration, assessment: Assessment) -> Changed | None:
    """Answer what another rulebook than that of then says of the same facts."""
    if declaration.rulebook == the_rulebook().fingerprint:
        return None
    declared = str((declaration.answer or {}).get("outcome", ""))
    return Changed(declared != assessment.outcome, declared, assessment.outcome)


def _attested(declaration: Declaration) -> list[tuple[str, datetime]]:
    sentences = the_rulebook().attestations
    return [
        (sentences[key].text, datetime.fromisoformat(at))
        for key, at in declaration.attested.items()
        if key in sentences
    ]


def _paid(declaration: Declaration) -> Paid | None:
    if declaration.order is None:
        return None
    currency = declaration.order.currency
    lines = [(one, Money(one.amount, currency)) for one in lines_of_order(declaration.order)]
    total = sum((amount for _line, amount in lines), Money(0, currency))
    return Paid(lines, total, paying_attempt(declaration.order))


def lines_declared(declaration: Declaration, form: DeficiencyForm | None) -> list[DeclaredLine]:
    """Answer the activities of a declaration, each with its documents. Two queries."""
    rows = {one.activity.ref: one for one in declared_activities(declaration)}
    documents = documents_among(one.activity_id for one in rows.values())
    return [
        _declared_line(line, rows.get(line.ref), documents, form)
        for line in lines_in(assessment_declared(declaration))
    ]


def _declared_line(
    line: Line,
    row: DeclaredActivity | None,
    documents: dict[int, list[Document]],
    form: DeficiencyForm | None,
) -> DeclaredLine:
    return DeclaredLine(
        line=line,
        documents=documents.get(row.activity_id, []) if row else [],
        lacking=row.deficiency if row else "",
        field=form[LACKS + line.ref] if form else None,
    )
