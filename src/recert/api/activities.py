"""One's own transcript: listed, added to, changed, withdrawn and restored."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Schema, Status
from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from recert.api.answers import PointsText
from recert.api.conditional import version_meant
from recert.api.credentials import Ref
from recert.api.interface import Invalid
from recert.api.paging import After, Limit, page_of
from recert.board import the_rulebook
from recert.people.access import Request, needs, own_record
from recert.policy.mistakes import nearest
from recert.policy.permissions import Permission
from recert.policy.points import points_text
from recert.policy.refusals import Refused
from recert.transcript.actions import (
    FIELDS,
    add_activity,
    change_activity,
    restore_activity,
    withdraw_activity,
)
from recert.transcript.forms import LONGEST_PROVIDER, LONGEST_TITLE, POINTS, ActivityForm
from recert.transcript.models import Activity, Document
from recert.transcript.queries import activities_like, documents_of, holder_of, own_activity

router = Router(tags=["Transcript"])

ORDER: Final = ("completed_on", "id")


def _only_a_day(value: object) -> object:
    """Take a day as ISO writes it, and no number or instant for one."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError(_("Enter a day such as 2022-05-04."))
    if not isinstance(value, str | date):
        raise ValueError(_("Enter a day such as 2022-05-04."))  # noqa: TRY004  # pydantic collects these
    return value


Day = Annotated[date, BeforeValidator(_only_a_day)]

IfMatch = Annotated[
    str, Header(alias="If-Match", description="The ETag with which you read what you change.")
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Sent again with the same key, nothing is added twice.",
    ),
]


class ActivityIn(Schema):
    """What you say of an activity. A kind needs some of these, and takes no others."""

    model_config = ConfigDict(extra="forbid")

    kind: StrictStr = Field(description="A key of the programme, such as `formal-course`.")
    title: StrictStr = Field(min_length=1, max_length=LONGEST_TITLE)
    completed_on: Day
    provider: StrictStr = Field("", max_length=LONGEST_PROVIDER)
    contact_hours: PointsText | None = None
    pages: StrictInt | None = Field(None, ge=1, le=100_000)
    earned: StrictStr | None = None
    repeat: StrictBool | None = None
    from_on: Day | None = Field(None, description="The first day, where it took more than one.")
    covers: list[StrictStr] = Field([], max_length=50, description="Areas, by their keys.")
    allocation: dict[str, PointsText] | None = Field(
        None, description="Points by area; left out, they go where they serve best."
    )


class DocumentOut(Schema):
    """A document that proves an activity."""

    ref: str
    name: str
    proves: str
    media_type: str
    size: int
    sha256: str
    is_translation: bool
    added_at: datetime


class ActivityOut(Schema):
    """An activity of the transcript."""

    ref: str
    state: str
    kind: str
    title: str
    completed_on: date
    provider: str
    contact_hours: PointsText | None
    pages: int | None
    earned: str
    repeat: bool
    from_on: date | None
    covers: list[str]
    allocation: dict[str, PointsText] | None
    reported_by: str = Field(description="The provider that recorded it, and alone changes it.")
    attested_by: str = Field(description="Who signed for it; then it stays as it is.")
    version: int


class ActivityWhole(ActivityOut):
    """The same, with its documents and what holds it as it is."""

    documents: list[DocumentOut]
    held_by: str = Field(description="The ref of a declaration that keeps it as it is.")


@router.get("/activities", response=list[ActivityOut], summary="Your transcript")
@needs(Permission.KEEP_OWN_RECORD)
def list_activities(
    request: Request,
    response: HttpResponse,
    *,
    kind: Annotated[str, Query(max_length=100, pattern="^[a-z0-9-]*$")] = "",
    since: Annotated[Day | None, Query()] = None,
    until: Annotated[Day | None, Query()] = None,
    shown: Annotated[str, Query(pattern="^(without-documents|withdrawn)?$")] = "",
    after: After = "",
    limit: Limit = 50,
) -> list[dict[str, object]]:
    """Answer your activities, the latest first."""
    person = own_record(request).pk
    rows = activities_like(person, kind=kind, since=since, until=until, shown=shown)
    found = page_of(
        request,
        response,
        rows,
        find=lambda ref: own_activity(request.actor, ref),
        by=ORDER,
        after=after,
        limit=limit,
    )
    return [_answer(one) for one in found]


@router.post(
    "/activities",
    response={201: ActivityWhole, 200: ActivityWhole},
    summary="Add an activity",
)
@needs(Permission.KEEP_OWN_RECORD)
def create_activity(
    request: Request, response: HttpResponse, said: ActivityIn, key: IdempotencyKey = ""
) -> Status[Any]:
    """Add an activity: 201, or 200 where the same came before with the same key."""
    form = _form(said)
    activity, is_new = add_activity(
        own_record(request),
        said=form,
        entry_key=uuid.uuid5(uuid.NAMESPACE_OID, key) if key else uuid.uuid4(),
        by=request.actor,
        at=request.at,
    )
    if not is_new and any(getattr(activity, name) != form[name] for name in FIELDS):
        message = _("This key was used already, for %(ref)s, which says something else.")
        raise Refused("key-used", message % {"ref": activity.ref})
    response["Location"] = reverse("api:read_activity", args=[activity.ref])
    return Status(201 if is_new else 200, _whole(request, activity))


@router.get("/activities/{ref}", response=ActivityWhole, summary="One of your activities")
@needs(Permission.KEEP_OWN_RECORD)
def read_activity(request: Request, ref: Ref) -> dict[str, object]:
    """Answer an activity with its documents."""
    return _whole(request, own_activity(request.actor, ref))


@router.put("/activities/{ref}", response=ActivityWhole, summary="Change an activity")
@needs(Permission.KEEP_OWN_RECORD)
def put_activity(
    request: Request, response: HttpResponse, ref: Ref, said: ActivityIn, if_match: IfMatch = ""
) -> dict[str, object]:
    """Put what you say now in the place of what an activity said, unless it changed meanwhile."""
    activity = own_activity(request.actor, ref)
    changed = change_activity(
        activity.pk,
        said=_form(said),
        version=version_meant(if_match),
        by=request.actor,
        at=request.at,
    )
    response["ETag"] = f'"{changed.version}"'
    return _whole(request, changed)


@router.delete("/activities/{ref}", response={204: None}, summary="Withdraw an activity")
@needs(Permission.KEEP_OWN_RECORD)
def delete_activity(request: Request, ref: Ref) -> Status[Any]:
    """Take an activity out of the transcript; it stays on record and can be restored."""
    withdraw_activity(own_activity(request.actor, ref).pk, by=request.actor, at=request.at)
    return Status(204, None)


@router.post("/activities/{ref}/restore", response=ActivityWhole, summary="Restore an activity")
@needs(Permission.KEEP_OWN_RECORD)
def put_activity_back(request: Request, ref: Ref) -> dict[str, object]:
    """Put a withdrawn activity back."""
    activity = own_activity(request.actor, ref)
    restored = restore_activity(activity.pk, by=request.actor, at=request.at)
    return _whole(request, restored)


NAMES: Final = {"entry_key": "kind", "__all__": ""}
"""What fields of the form are called here, where it is not the same."""


def _form(said: ActivityIn) -> Mapping[str, Any]:
    """Check what is said of an activity as the page does; answer what the actions take."""
    book = the_rulebook()
    if said.kind not in book.kinds:
        raise Invalid({"body.kind": nearest(said.kind, book.kinds)})
    given = said.model_dump(exclude_none=True)
    data = {name: value for name, value in given.items() if name not in {"kind", "allocation"}}
    data |= {POINTS + area: points for area, points in (said.allocation or {}).items()}
    form = ActivityForm({**data, "entry_key": uuid.uuid4()}, kind=said.kind)
    mistakes = {
        f"body.{_name(name)}": _("Activities of this kind do not have it; leave it out.")
        for name in data
        if name not in form.fields and given.get(name) is not False
    }
    for name, errors in form.errors.items():
        mistakes[f"body.{_name(name)}".rstrip(".")] = " ".join(map(str, errors))
    if mistakes:
        raise Invalid(mistakes)
    found: Mapping[str, Any] = form.cleaned_data["said"]
    return found


def _name(field: str) -> str:
    if field.startswith(POINTS):
        return f"allocation.{field.removeprefix(POINTS)}"
    return NAMES.get(field, field)


def _answer(activity: Activity) -> dict[str, object]:
    hours, portions = activity.contact_hours, activity.portions
    return {
        "ref": activity.ref,
        "state": activity.state,
        "kind": activity.kind,
        "title": activity.title,
        "completed_on": activity.completed_on,
        "provider": activity.provider,
        "contact_hours": None if hours is None else points_text(hours),
        "pages": activity.pages,
        "earned": activity.earned,
        "repeat": activity.repeat,
        "from_on": activity.from_on,
        "covers": activity.covers,
        "allocation": None
        if portions is None
        else {area: points_text(some) for area, some in portions.items()},
        "reported_by": activity.reported_by,
        "attested_by": activity.attested_by,
        "version": activity.version,
    }


def _whole(request: Request, activity: Activity) -> dict[str, object]:
    request.version = activity.version
    return _answer(activity) | {
        "documents": [document_answer(one) for one in documents_of(activity)],
        "held_by": holder_of(activity),
    }


def document_answer(document: Document) -> dict[str, object]:
    """Answer a document, without its file."""
    return {
        "ref": document.ref,
        "name": document.name,
        "proves": document.proves,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256,
        "is_translation": document.is_translation,
        "added_at": document.added_at,
    }
