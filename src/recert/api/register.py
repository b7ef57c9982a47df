"""The register, to read: what a credential is worth on a day, one or many at once.

It says no more than the number is asked about: no name, and not that somebody has yet to declare.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field, StrictStr

from recert.api.activities import Day
from recert.api.standings import StandingAnswer, standing_answer
from recert.board import the_rulebook
from recert.declarations.verifying import Verified, verify
from recert.people.access import Request, needs
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused

router = Router(tags=["Register"])

MOST: Final = 1000
LONGEST: Final = 60

Number = Annotated[
    str, Path(max_length=LONGEST, description="The number, as it stands on the certificate.")
]
On = Annotated[Day | None, Query(description="The day it is asked for; left out, today.")]


class RegisterEntry(Schema):
    """What a credential is worth on a day."""

    number: str
    category: str
    certified_on: date
    standing: StandingAnswer


class VerifyIn(Schema):
    """Numbers to verify, for one day."""

    model_config = ConfigDict(extra="forbid")

    numbers: list[Annotated[StrictStr, Field(min_length=1, max_length=LONGEST)]] = Field(
        min_length=1, max_length=MOST
    )
    on: Day | None = Field(None, description="Left out, today.")


class VerifiedOut(Schema):
    """What became of one number."""

    number: str = Field(description="As it was asked for.")
    found: bool
    entry: RegisterEntry | None


@router.get("/register/{number}", response=RegisterEntry, summary="Verify a credential")
@needs(Permission.VERIFY_MANY)
def read_register(request: Request, number: Number, on: On = None) -> dict[str, object]:
    """Answer what the credential with a number is worth on a day."""
    day = on or request.today
    found = _found(verify([number], as_of=day), number)
    if found is None:
        message = _("No credential has the number %(number)s. Check it on the certificate.")
        raise Refused("not-found", message % {"number": number})
    return _entry(found, day)


@router.post("/register", response=list[VerifiedOut], summary="Verify many credentials")
@needs(Permission.VERIFY_MANY)
def verify_many(request: Request, said: VerifyIn) -> list[dict[str, object]]:
    """Answer for each number, in the order they were sent, what it is worth on a day."""
    day = said.on or request.today
    known = verify(said.numbers, as_of=day)
    answers: list[dict[str, object]] = []
    for number in said.numbers:
        found = _found(known, number)
        entry = _entry(found, day) if found else None
        answers.append({"number": number, "found": found is not None, "entry": entry})
    return answers


def _found(known: dict[str, Verified], number: str) -> Verified | None:
    return known.get(number) or known.get(number.upper())


def _entry(found: Verified, day: date) -> dict[str, object]:
    credential, standing = found.credential, found.standing
    if standing.state == "due" and standing.cycle:  # as it is told before the window opens
        says, rule = f"Valid until {standing.cycle.ends}.", the_rulebook().standing.expires.rule
        standing = msgspec.structs.replace(standing, state="active", says=says, rule=rule)
    return {
        "number": credential.number,
        "category": credential.category,
        "certified_on": credential.certified_on,
        "standing": standing_answer(standing, on=day),
    }
