"""Where those of an employer's staff stand who consented to it."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from recert.api.answers import PointsText
from recert.api.paging import After, Limit, link_next
from recert.api.standings import StandingAnswer, standing_answer
from recert.employers.staff import StaffRow, staff_of, with_points
from recert.people.access import Request, needs
from recert.policy.permissions import Permission
from recert.policy.points import points_text

router = Router(tags=["Staff"])


class StaffOut(Schema):
    """A credential of somebody who consented."""

    ref: str = Field(description="Of the credential.")
    name: str
    number: str
    category: str
    title: str
    standing: StandingAnswer
    ends_on: date | None
    due_on: date | None
    is_at_risk: bool = Field(description="It ends, and nothing was declared that renews it.")
    missing: PointsText | None = Field(description="The fewest points that are missing.")


@router.get("/staff", response=list[StaffOut], summary="Where your staff stand")
@needs(Permission.SEE_OWN_STAFF)
def list_staff(
    request: Request, response: HttpResponse, *, after: After = "", limit: Limit = 50
) -> list[dict[str, object]]:
    """Answer the credentials of all who consented, in the order of their refs."""
    rows = staff_of(request.bearer.key.organisation, as_of=request.today)
    left = sorted(
        (one for one in rows if one.credential.ref > after), key=lambda one: one.credential.ref
    )
    shown = left[:limit]
    if len(left) > limit:
        link_next(request, response, after=shown[-1].credential.ref, limit=limit)
    return [_answer(one, request.today) for one in with_points(shown, as_of=request.today)]


def _answer(row: StaffRow, today: date) -> dict[str, object]:
    return {
        "ref": row.credential.ref,
        "name": row.person.name,
        "number": row.credential.number,
        "category": row.credential.category,
        "title": row.title.plain,
        "standing": standing_answer(row.standing, on=today),
        "ends_on": row.ends_on,
        "due_on": row.due_on,
        "is_at_risk": row.is_at_risk,
        "missing": None if row.short is None else points_text(row.short),
    }
