"""Letters that one got, as they were sent."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from recert.api.paging import After, Limit, link_next
from recert.journal.queries import letters_to
from recert.people.access import Request, needs, own_record
from recert.people.queries import refs_of
from recert.policy.permissions import Permission
from recert.policy.refusals import not_found

router = Router(tags=["Letters"])


class LetterOut(Schema):
    """A letter, as it was sent; secret links in it are left out."""

    ref: str
    about: str = Field(description="The kind of event that it tells of.")
    sent_at: datetime
    to: str
    subject: str
    text: str


@router.get("/letters", response=list[LetterOut], summary="Letters to you")
@needs(Permission.KEEP_OWN_RECORD)
def list_letters(
    request: Request, response: HttpResponse, *, after: After = "", limit: Limit = 50
) -> list[dict[str, object]]:
    """Answer the letters that were sent to you, the latest first."""
    found = letters_to(refs_of(own_record(request)))
    sent = [one for one in reversed(found) if one.sent_at]
    if after:
        refs = [one.ref for one in sent]
        if after not in refs:
            raise not_found()
        sent = sent[refs.index(after) + 1 :]
    if len(sent) > limit:
        sent = sent[:limit]
        link_next(request, response, after=sent[-1].ref, limit=limit)
    return [
        {
            "ref": one.ref,
            "about": one.event.kind,
            "sent_at": one.sent_at,
            "to": one.to,
            "subject": one.subject,
            "text": one.text,
        }
        for one in sent
    ]
