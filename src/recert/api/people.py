"""Whoever asks."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from recert.people.access import Request, signed_in

router = Router(tags=["You"])


class Person(Schema):
    """The board's record of a person, as far as it is theirs to read here."""

    ref: str
    name: str
    customer_number: str
    language: str
    time_zone: str


class Me(Schema):
    """Who a program acts as, and what it may."""

    ref: str = Field(description="Of the account, or of the organisation's key.")
    name: str = Field(description="As the journal will have it.")
    scopes: list[str]
    person: Person | None = Field(description="The record of whoever made the key.")


@router.get("/me", response=Me, summary="Who you are")
@signed_in
def me(request: Request) -> HttpResponse | dict[str, object]:
    """Answer who the key acts as, and what it may do."""
    return {
        "ref": request.actor.ref,
        "name": request.actor.name,
        "scopes": sorted(request.actor.scopes or ()),
        "person": request.person,
    }
