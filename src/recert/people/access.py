"""What a page declares: who may see it. The edge refuses a page that declares nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from recert.people.models import Account, Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found

PERSON_IS_NEEDED = frozenset({Permission.KEEP_OWN_RECORD, Permission.DECLARE})
"""Permissions that mean nothing without a record of one's own."""


class Request(HttpRequest):
    """A request as the edge stamps it: when, on which day of the board, and from whom.

    `person` is whose record the actor has: their own, or that of whom they act for until then.
    """

    at: datetime
    today: date
    actor: Actor
    account: Account | None
    person: Person | None
    acting_until: datetime | None
    for_programs: bool
    bearer: Any  # the program that showed a key
    left: Any  # of how many requests it may make
    showed_nothing_known: bool
    version: int  # of the row that is read
    htmx: HtmxDetails


def own_record(request: Request) -> Person:
    """Answer the board's record of whoever asks."""
    if request.person is None:
        raise not_found()
    return request.person


class Page(Protocol):
    """A function that answers a request."""

    def __call__(self, request: Any, /, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401  # as Django calls it
        """Answer."""


P = TypeVar("P", bound=Callable[..., Any])  # operations for programs answer what becomes JSON

PUBLIC = "public"
SIGNED_IN = "signed-in"


def needs(permission: Permission) -> Callable[[P], P]:
    """Declare which permission a page needs."""

    def declare(page: P) -> P:
        page.needs = permission  # type: ignore[attr-defined]  # functions have room for it
        return page

    return declare


def public(page: P) -> P:
    """Declare that anybody may see a page."""
    page.needs = PUBLIC  # type: ignore[attr-defined]  # as above
    return page


def signed_in(page: P) -> P:
    """Declare that a page needs an account, and nothing more."""
    page.needs = SIGNED_IN  # type: ignore[attr-defined]  # as above
    return page
