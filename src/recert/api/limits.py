"""How many requests a key, or an address without one, may make in a time.

Each has an allowance that fills up evenly, as `people.allowances` says.
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from recert.api.models import Allowance
from recert.api.problems import problem
from recert.people import allowances
from recert.people.access import Request
from recert.people.allowances import Left


def take(who: str, *, most: int, seconds: int, at: datetime) -> Left:
    """Take one request of an allowance of so many in so many seconds."""
    return allowances.take(Allowance, who, most=most, seconds=seconds, at=at)


def clear_full(*, at: datetime) -> int:
    """Forget the allowances of which nothing is spent any more, and answer how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_allowance WHERE spent_until <= %s", [at])
        return int(cursor.rowcount)


def take_for(request: Request) -> HttpResponse | None:
    """Take the request from its allowance; answer a problem where that is spent."""
    if request.bearer:
        who, rate = f"key {request.bearer.key.ref}", settings.API_RATES["key"]
    else:
        who, rate = f"address {_address_of(request)}", settings.API_RATES["address"]
    most, seconds = rate
    request.left = left = take(who, most=most, seconds=seconds, at=request.at)
    if left.enough:
        return None
    said = _("These were too many requests. Come again in %(seconds)s seconds.")
    headers = {"Retry-After": str(left.again_in)}
    detail = said % {"seconds": left.again_in}
    return problem(429, "too-many-requests", detail, headers=headers)


def _address_of(request: Request) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # none is known, as behind a socket of the machine: all share one
        return "unknown"


def tell(left: Left | None, response: HttpResponseBase) -> None:
    """Say in an answer how much is left, as the draft of the RateLimit fields has it."""
    if left is None:
        return
    response["RateLimit-Policy"] = f'"requests";q={left.most};w={left.window}'
    response["RateLimit"] = f'"requests";r={left.remaining};t={left.full_in}'
