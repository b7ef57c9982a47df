"""What one declared, and where it is. To declare is for people themselves: they attest, and pay."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Router, Schema
from pydantic import Field

from recert.api.answers import AssessmentAnswer, CycleDays, PointsText
from recert.api.credentials import Ref
from recert.declarations.declared import declarations_of, declared_activities, own_declaration
from recert.declarations.models import Declaration, DeclaredActivity
from recert.people.access import Request, needs, own_record
from recert.policy.permissions import Permission
from recert.policy.points import points_text

router = Router(tags=["Declarations"])


class DeclarationOut(Schema):
    """A declaration, and where it is."""

    ref: str
    credential: str = Field(description="The ref of the credential.")
    purpose: str
    state: str
    cycle: CycleDays | None
    started_at: datetime
    submitted_on: date | None
    late: bool
    due_on: date | None = Field(description="By when the board decides.")
    correct_by: date | None = Field(description="The last day to put right what is deficient.")
    decided_on: date | None
    granted: CycleDays | None = Field(description="The cycle that it brought.")


class DeclaredOut(Schema):
    """An activity as it was declared."""

    activity: str
    claimed: PointsText
    counted: dict[str, PointsText]
    deficiency: str = Field(description="What the board found lacking in it.")


class DeclarationWhole(DeclarationOut):
    """The same, with what was declared and how it was assessed then."""

    activities: list[DeclaredOut]
    assessment: AssessmentAnswer | None


@router.get("/declarations", response=list[DeclarationOut], summary="Your declarations")
@needs(Permission.DECLARE)
def list_declarations(request: Request) -> list[dict[str, object]]:
    """Answer what you declared, the latest first."""
    return [_answer(one, request.today) for one in declarations_of(own_record(request).pk)]


@router.get(
    "/declarations/{ref}",
    response=DeclarationWhole,
    exclude_unset=True,
    summary="One of your declarations",
)
@needs(Permission.DECLARE)
def read_declaration(request: Request, ref: Ref) -> dict[str, object]:
    """Answer where a declaration is, what was declared, and what was found lacking."""
    found = own_declaration(request.actor, ref)
    return _answer(found, request.today) | {
        "activities": [_declared(one) for one in declared_activities(found)],
        "assessment": found.answer,
    }


def _answer(found: Declaration, today: date) -> dict[str, object]:
    grant, cycle = found.grant, found.cycle
    over = found.is_over(as_of=today)
    return {
        "ref": found.ref,
        "credential": found.credential.ref,
        "purpose": found.purpose,
        "state": Declaration.State.DELETED if over else found.state,
        "cycle": {"starts": cycle.starts, "ends": cycle.ends} if cycle else None,
        "started_at": found.started_at,
        "submitted_on": found.submitted_on,
        "late": found.late,
        "due_on": found.due_on,
        "correct_by": found.correct_by,
        "decided_on": found.decided_on,
        "granted": {"starts": grant.starts_on, "ends": grant.ends_on} if grant else None,
    }


def _declared(one: DeclaredActivity) -> dict[str, object]:
    return {
        "activity": one.activity.ref,
        "claimed": points_text(one.claimed),
        "counted": {area: points_text(some) for area, some in one.counted.items() if some},
        "deficiency": one.deficiency,
    }
