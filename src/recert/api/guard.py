"""Who a program is, and whether it may: what the edge asks of each request to the interface."""

from __future__ import annotations

from base64 import b64decode
from typing import Any, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from recert.api import limits, problems
from recert.organisations.key_actions import note_use
from recert.organisations.keys import bearer_of
from recert.people.access import PUBLIC, SIGNED_IN, Request
from recert.people.models import Person
from recert.policy.permissions import NOBODY, Permission

FROM_PLATFORMS: Final = "/xapi/"
"""Where learning platforms report: they show their key as a password."""


def stamp_program(request: Any) -> Person | None:  # noqa: ANN401  # becomes a `Request` here
    """Say who asks, by the key that is shown; a session opens nothing here. Answer who reads."""
    scheme, _space, shown = request.headers.get("Authorization", "").partition(" ")
    is_basic = scheme.lower() == "basic" and request.path_info.startswith(FROM_PLATFORMS)
    is_shown = is_basic or scheme.lower() == "bearer"
    if is_basic:
        shown = _password_in(shown)
    bearer = bearer_of(shown.strip(), at=request.at) if is_shown else None
    request.bearer, request.left, request.acting_until = bearer, None, None
    request.showed_nothing_known = is_shown and bearer is None
    request.actor, request.person = (bearer.actor, bearer.person) if bearer else (NOBODY, None)
    request.account = bearer.account if bearer else None
    if bearer:
        note_use(bearer.key, at=request.at)
    reader: Person | None = request.person
    return reader


def _password_in(shown: str) -> str:
    try:
        return b64decode(shown, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def refusal_to(request: Request, declared: str) -> HttpResponse | None:
    """Answer why a program may not do something now; None lets it."""
    spent = limits.take_for(request)
    if spent:
        return spent
    if request.showed_nothing_known:
        return problems.unknown_key()
    if declared == PUBLIC:
        return None
    if not request.actor.is_known:
        return problems.no_key()
    if declared != SIGNED_IN and not request.actor.may(Permission(declared)):
        return problems.not_in_scope(declared)
    return None


def sign_off(request: Request, response: HttpResponseBase) -> None:
    """Say in an answer what is left of the allowance, and that it depends on who asked."""
    limits.tell(request.left, response)
    response.headers.setdefault("Vary", "Authorization")
