"""Which employers see where one stands; to consent is for people, to end it for programs too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Router, Schema, Status
from pydantic import Field

from recert.api.credentials import Ref
from recert.organisations.consent_actions import withdraw_consent
from recert.organisations.consents import consents_of, own_consent
from recert.people.access import Request, needs, own_record
from recert.policy.permissions import Permission

router = Router(tags=["Consents"])


class ConsentOut(Schema):
    """An employer that sees where you stand."""

    ref: str
    organisation: str = Field(description="Its name.")
    given_at: datetime


@router.get("/consents", response=list[ConsentOut], summary="Who sees where you stand")
@needs(Permission.KEEP_OWN_RECORD)
def list_consents(request: Request) -> list[dict[str, object]]:
    """Answer the employers that see where you stand, the latest first."""
    return [
        {"ref": one.ref, "organisation": one.organisation.name, "given_at": one.given_at}
        for one in consents_of(own_record(request))
    ]


@router.delete("/consents/{ref}", response={204: None}, summary="Withdraw a consent")
@needs(Permission.KEEP_OWN_RECORD)
def delete_consent(request: Request, ref: Ref) -> Status[Any]:
    """Let an employer see nothing of you any more, from this moment."""
    consent = own_consent(own_record(request), ref)
    withdraw_consent(consent, by=request.actor, at=request.at)
    return Status(204, None)
