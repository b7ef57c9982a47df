"""A case that is assessed for whoever asks, of nobody and kept nowhere: `recert assess --json`."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from ninja import Router

from recert.api.answers import AssessmentAnswer
from recert.api.interface import Invalid, takes
from recert.board import the_rulebook
from recert.casefile import UnreadableFile, case_in_json
from recert.people.access import Request, public
from recert.policy import NotInForce, Rulebook, Unusable, assess, load_rulebook, read_case
from recert.policy.calendar import UnknownYear
from recert.policy.mistakes import place_text
from recert.policy.refusals import Refused

router = Router(tags=["Rules"])

MOST: Final = 500
"""The most activities of a case; a cycle has some forty."""

DAY: Final = {"type": "string", "format": "date"}
POINTS: Final = {"type": ["number", "string"], "description": "Such as 1.25."}
BY_AREA: Final = {"type": "object", "additionalProperties": POINTS}
ACTIVITY: Final = {
    "type": "object",
    "required": ["id", "kind", "title"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": ["string", "integer"]},
        "kind": {"type": "string"},
        "title": {"type": "string"},
        "completed_on": DAY,
        "provider": {"type": "string"},
        "contact_hours": POINTS,
        "earned": {"type": "string"},
        "pages": {"type": "integer"},
        "repeat": {"type": "boolean"},
        "approved": {"type": "boolean"},
        "from": DAY,
        "to": DAY,
        "allocation": BY_AREA,
        "covers": {"type": "array", "items": {"type": "string"}},
        "used_in_cycle_ending": DAY,
        "documented": POINTS,
    },
}
CASE: Final = {
    "type": "object",
    "required": ["program", "category", "as_of", "activities"],
    "additionalProperties": False,
    "properties": {
        "program": {"type": "string", "examples": ["ascp-international"]},
        "category": {"type": "string"},
        "participation": {"enum": ["required", "voluntary"]},
        "declaration": {"enum": ["renewal", "voluntary", "reinstatement", "return-from-inactive"]},
        "cycle": {
            "type": "object",
            "required": ["starts", "ends"],
            "additionalProperties": False,
            "properties": {"starts": DAY, "ends": DAY},
        },
        "as_of": DAY,
        "declared_on": DAY,
        "activities": {"type": "array", "maxItems": MOST, "items": ACTIVITY},
    },
}


@router.post(
    "/assess",
    response=AssessmentAnswer,
    exclude_unset=True,
    summary="Assess a case",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": CASE}}}
    },
)
@public
@takes("application/json")
def assess_case(request: Request) -> dict[str, Any]:
    """Answer whether a case is enough, which points count, and why not the others.

    Nothing of it is kept, and no key is needed. It is the case format of `recert assess`, and the
    answer is that of `recert assess --json`.
    """
    try:
        data = case_in_json(request.body, name="body").data
        activities = data.get("activities")
        if isinstance(activities, list) and len(activities) > MOST:
            said = _("Expected at most %(most)s activities; found %(found)s.")
            raise Invalid({"body.activities": said % {"most": MOST, "found": len(activities)}})
        own = the_rulebook() if data.get("program") == the_rulebook().key else None
        case = read_case(data, own)
        book: Rulebook = own or load_rulebook(case.program)
        return assess(book, case).answer()
    except UnreadableFile as unreadable:
        raise Refused("unreadable", str(unreadable)) from None
    except Unusable as unusable:
        raise Invalid(
            {f"body.{place_text(one.place)}".rstrip("."): one.message for one in unusable.mistakes}
        ) from None
    except (NotInForce, UnknownYear) as outside:
        raise Invalid({"body.as_of": str(outside)}) from None
