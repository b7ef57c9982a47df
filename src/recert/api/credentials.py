"""One's own credentials: where each stands, what counts, what is next, and how points lie."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils.translation import gettext as _
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from recert.api.answers import AssessmentAnswer, PlanAnswer, PointsText
from recert.api.interface import Invalid
from recert.api.standings import StandingAnswer, standing_answer
from recert.board import the_rulebook
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.queries import Position, positions_of
from recert.people.access import Request, needs, own_record
from recert.policy.mistakes import nearest
from recert.policy.permissions import Permission
from recert.policy.points import Points
from recert.policy.refusals import not_found
from recert.refs import SHAPE

router = Router(tags=["Credentials"])

Ref = Annotated[str, Path(description="Which one, by its ref.", pattern=f"^{SHAPE}$")]
ActivityRef = Annotated[str, Field(pattern=f"^{SHAPE}$")]
Portions = dict[str, PointsText]


class Credential(Schema):
    """A certification that you hold, and its standing today."""

    ref: str
    category: str
    number: str
    certified_on: date
    title: str
    standing: StandingAnswer
    declaration: str | None = Field(description="The declaration that is open for it, by its ref.")


class Declarable(Schema):
    """Which declaration can be submitted today; else why not, and when."""

    purpose: str | None
    rule: str
    says: str


class CredentialWhole(Credential):
    """The same, with what counts for its next declaration, and what is still to do."""

    declarable: Declarable
    assessment: AssessmentAnswer | None
    plan: PlanAnswer | None


class Moves(Schema):
    """How points are to lie, by the refs of activities; the others stay as they are."""

    model_config = ConfigDict(extra="forbid")

    moves: dict[ActivityRef, Portions | None] = Field(
        description="Points by area for this credential; null lets the activity's own hold again.",
        min_length=1,
        max_length=500,
    )


class Lying(Schema):
    """How the points of an activity lie for a credential."""

    activity: str
    title: str
    worth: PointsText
    allocated: Portions | None = Field(description="Null leaves it to the rules.")
    counted: Portions


@router.get("/credentials", response=list[Credential], summary="Your credentials")
@needs(Permission.KEEP_OWN_RECORD)
def list_credentials(request: Request) -> list[dict[str, object]]:
    """Answer each credential with its standing today, the oldest first."""
    found = positions_of(own_record(request).pk, as_of=request.today, planned=False)
    return [_brief(one, request.today) for one in found.each]


@router.get(
    "/credentials/{ref}",
    response=CredentialWhole,
    exclude_unset=True,
    summary="One of your credentials",
)
@needs(Permission.KEEP_OWN_RECORD)
def read_credential(request: Request, ref: Ref) -> dict[str, object]:
    """Answer what counts for the next declaration of a credential, and what is still to do."""
    position = own_position(request, ref, planned=True)
    return _brief(position, request.today) | {
        "declarable": {
            "purpose": position.declarable.purpose,
            "rule": position.declarable.rule,
            "says": position.declarable.says,
        },
        "assessment": position.assessment.answer() if position.assessment else None,
        "plan": position.plan.answer() if position.plan else None,
    }


@router.get("/credentials/{ref}/allocation", response=list[Lying], summary="How your points lie")
@needs(Permission.KEEP_OWN_RECORD)
def read_allocation(request: Request, ref: Ref) -> list[dict[str, object]]:
    """Answer how the points of each activity lie for a credential, and which of them count."""
    return _lying(own_position(request, ref))


@router.patch(
    "/credentials/{ref}/allocation", response=list[Lying], summary="Allocate points otherwise"
)
@needs(Permission.KEEP_OWN_RECORD)
def change_allocation(request: Request, ref: Ref, said: Moves) -> list[dict[str, object]]:
    """Put points of activities to areas, for one credential; all of the moves, or none."""
    position = own_position(request, ref)
    moves = {activity: _read(activity, some) for activity, some in said.moves.items()}
    _check(position, moves)
    allocate_points(position.credential.pk, moves=moves, by=request.actor, at=request.at)
    return _lying(own_position(request, ref))


def own_position(request: Request, ref: str, *, planned: bool = False) -> Position:
    """Answer where one's own credential stands today. Raises `Refused`."""
    found = positions_of(own_record(request).pk, as_of=request.today, planned=planned)
    position = next((one for one in found.each if one.credential.ref == ref), None)
    if position is None:
        raise not_found()
    return position


def _brief(position: Position, today: date) -> dict[str, object]:
    credential = position.credential
    return {
        "ref": credential.ref,
        "category": credential.category,
        "number": credential.number,
        "certified_on": credential.certified_on,
        "title": position.title,
        "standing": standing_answer(position.standing, on=today),
        "declaration": position.declaration.ref if position.declaration else None,
    }


def _lying(position: Position) -> list[dict[str, object]]:
    assessment = position.assessment
    if assessment is None:
        return []
    judged = zip(assessment.entries, assessment.claimed.counted, strict=True)
    return [
        {
            "activity": entry.activity.id,
            "title": entry.activity.title,
            "worth": str(Points(entry.worth)),
            "allocated": _texts(entry.activity.allocation),
            "counted": _texts(counted) or {},
        }
        for entry, counted in judged
        if not entry.excluded
    ]


def _texts(portions: object) -> Portions | None:
    if not isinstance(portions, dict):
        return None
    return {area: str(Points(some)) for area, some in portions.items() if some}


def _read(activity: str, portions: Portions | None) -> dict[str, int] | None:
    if portions is None:
        return None
    found = {}
    for area, text in portions.items():
        try:
            found[area] = int(Points.parse(text))
        except ValueError as error:
            raise Invalid({f"body.moves.{activity}.{area}": str(error)}) from None
    return {area: some for area, some in found.items() if some}


def _check(position: Position, moves: dict[str, dict[str, int] | None]) -> None:
    """Refuse what is no activity of the credential's days, or an area to which it may not go."""
    book = the_rulebook()
    entries = position.assessment.entries if position.assessment else ()
    kinds = {one.activity.id: one.terms.kind for one in entries if not one.excluded}
    mistakes = {}
    for activity, portions in moves.items():
        if activity not in kinds:
            mistakes[f"body.moves.{activity}"] = _("No activity that can count here has this ref.")
            continue
        allowed = kinds[activity].areas or tuple(book.areas)
        for area in portions or ():
            if area not in allowed:
                said = _("No points of this activity may go there; %(nearest)s.")
                where = f"body.moves.{activity}.{area}"
                mistakes[where] = said % {"nearest": nearest(area, allowed).removesuffix(".")}
    if mistakes:
        raise Invalid(mistakes)
