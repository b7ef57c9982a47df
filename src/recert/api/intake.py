"""What a provider does through a program: courses, completions, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from django.utils.translation import gettext as _
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field, StrictBool, StrictStr

from recert.api.activities import Day
from recert.api.answers import PointsText
from recert.api.interface import Invalid
from recert.board import the_rulebook
from recert.intake.actions.courses import keep_course
from recert.intake.actions.intakes import take_batch
from recert.intake.models import Course
from recert.intake.queries import courses_of, fates_of, own_provider
from recert.intake.reading import LONGEST, kinds_reported
from recert.people.access import Request, needs
from recert.policy.mistakes import nearest
from recert.policy.permissions import Permission
from recert.policy.points import points_text

router = Router(tags=["Providers"])

MOST: Final = 10_000
"""So many completions come at once."""

Text = Annotated[StrictStr, Field(max_length=LONGEST)]
OwnNumber = Annotated[StrictStr, Field(min_length=1, max_length=LONGEST)]


class CompletionIn(Schema):
    """That somebody completed something; what its course says need not be said."""

    model_config = ConfigDict(extra="forbid")

    completion: OwnNumber = Field(description="Your own number of it. Sent again, it corrects.")
    customer_number: Text = Field("", description="The board's number of the person; else who:")
    given_names: Text = ""
    family_name: Text = ""
    born_on: Day | None = None
    email: Text = ""
    course: Text = Field("", description="Your own number of a course that you keep here.")
    kind: Text = Field("", description="A key of the programme, such as `formal-course`.")
    title: Text = ""
    completed_on: Day | None = None
    contact_hours: PointsText | None = None
    areas: list[StrictStr] = Field([], max_length=50, description="By their keys.")
    revoked: StrictBool = Field(default=False, description="It was reported by mistake.")


class BatchIn(Schema):
    """Completions, up to ten thousand."""

    model_config = ConfigDict(extra="forbid")

    completions: list[CompletionIn] = Field(min_length=1, max_length=MOST)


class FateOut(Schema):
    """What became of one. It never says whether the board knows the person."""

    completion: str
    fate: str = Field(
        description="`taken`, `unchanged`, `corrected`, `revoked`, `wrong`, or `unknown`: a "
        "revocation of what was never reported."
    )
    why: str = Field(description="What is wrong with it, and what would be right.")


class BatchOut(Schema):
    """What became of each, in the order in which they came."""

    ref: str
    counts: dict[str, int]
    completions: list[FateOut]


class CourseIn(Schema):
    """What a course is, so that its completions need say no more than who and when."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[StrictStr, Field(min_length=1, max_length=LONGEST)]
    kind: StrictStr = Field(description="A key of the programme, such as `formal-course`.")
    contact_hours: PointsText
    areas: list[StrictStr] = Field([], max_length=50, description="By their keys.")
    from_on: Day | None = Field(None, description="The first day on which it is offered.")
    until_on: Day | None = Field(None, description="The last one.")
    accredited_by: Text = ""


class CourseOut(Schema):
    """A course of yours."""

    ref: str
    number: str
    title: str
    kind: str
    contact_hours: PointsText
    areas: list[str]
    from_on: date | None
    until_on: date | None
    accredited_by: str


@router.post("/completions", response=BatchOut, summary="Report completions")
@needs(Permission.REPORT_COMPLETIONS)
def report_completions(request: Request, said: BatchIn) -> dict[str, object]:
    """Take completions: each that can be read, once, whatever is wrong with others."""
    provider = own_provider(request.actor)
    intake = take_batch(
        provider,
        enumerate(map(line_of, said.completions), 1),
        name=_("Sent by a program"),
        today=request.today,
        by=request.actor,
        at=request.at,
    )
    return {"ref": intake.ref, "counts": intake.fates, "completions": fates_of(intake)}


@router.get("/courses", response=list[CourseOut], summary="Your courses")
@needs(Permission.REPORT_COMPLETIONS)
def list_courses(request: Request) -> list[dict[str, object]]:
    """Answer your courses by title."""
    return [_answer(one) for one in courses_of(own_provider(request.actor))]


@router.put("/courses/{number}", response=CourseOut, summary="Keep a course")
@needs(Permission.REPORT_COMPLETIONS)
def put_course(
    request: Request, number: Annotated[str, Path(max_length=LONGEST)], said: CourseIn
) -> dict[str, object]:
    """Keep a course by your own number of it. What was reported before stays as it was."""
    mistakes = _mistakes_in(number, said)
    if mistakes:
        raise Invalid(mistakes)
    fields = said.model_dump(exclude={"areas"}) | {
        "covers": said.areas,
        "contact_hours": _hundredths(said.contact_hours),
    }
    course = keep_course(
        own_provider(request.actor), number, said=fields, by=request.actor, at=request.at
    )
    return _answer(course)


def line_of(one: CompletionIn) -> Mapping[str, str]:
    """Answer a completion as a line says it."""
    said: dict[str, Any] = one.model_dump()
    said["areas"] = ",".join(one.areas)
    said["revoked"] = "yes" if one.revoked else ""
    for name in ("born_on", "completed_on"):
        said[name] = said[name].isoformat() if said[name] else ""
    said["contact_hours"] = said["contact_hours"] or ""
    return {name: str(value) for name, value in said.items()}


def _mistakes_in(number: str, said: CourseIn) -> dict[str, str]:
    book = the_rulebook()
    mistakes = {}
    kinds = kinds_reported()
    if said.kind not in kinds:
        mistakes["body.kind"] = nearest(said.kind, kinds)
    if not number.isprintable() or number.strip() != number:
        mistakes["path.number"] = _("Expected a text without spaces around it.")
    if not _hundredths(said.contact_hours):
        mistakes["body.contact_hours"] = _("Expected more than 0.")
    for place, area in enumerate(said.areas):
        if area not in book.areas:
            mistakes[f"body.areas.{place}"] = nearest(area, book.areas)
    for name in ("title", "accredited_by"):
        if not getattr(said, name).isprintable():
            mistakes[f"body.{name}"] = _("Has a character that cannot be kept.")
    if not said.title.strip():
        mistakes["body.title"] = _("Expected a title.")
    if said.from_on and said.until_on and said.until_on < said.from_on:
        mistakes["body.until_on"] = _("Expected a day on or after the first.")
    return mistakes


def _hundredths(hours: str) -> int:
    whole, _point, part = str(hours).partition(".")
    return int(whole) * 100 + int(f"{part:0<2}"[:2])


def _answer(course: Course) -> dict[str, object]:
    return {
        "ref": course.ref,
        "number": course.number,
        "title": course.title,
        "kind": course.kind,
        "contact_hours": points_text(course.contact_hours),
        "areas": course.covers,
        "from_on": course.from_on,
        "until_on": course.until_on,
        "accredited_by": course.accredited_by,
    }
