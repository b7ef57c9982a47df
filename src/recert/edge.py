"""The edge: when and from whom a request is, and whether it may pass; refusals become pages.

Two more things are kept here because nobody else sees a request before its page does: a form that
was sent after its session ended is kept until the person signed in again, and staff without a
second factor are led to set one up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from recert import clock
from recert.api import problems
from recert.api.guard import refusal_to, sign_off, stamp_program
from recert.board import the_rulebook
from recert.organisations.queries import works_for_somebody
from recert.people.access import PERSON_IS_NEEDED, PUBLIC, SIGNED_IN, Page, Request
from recert.people.acting import in_anothers_name, until_when
from recert.people.kept_forms import keep_form, page_of_form
from recert.people.models import Person
from recert.people.queries import has_second_factor, who_is
from recert.policy.calendar import board_day
from recert.policy.permissions import NOBODY, Permission
from recert.policy.refusals import Refused
from recert.portal.policies import CONTENT_SECURITY_POLICY

LARGEST_REQUEST = 420_000_000
"""The most bytes of one request: twenty documents of the largest size, and what is around them."""

FOR_PROGRAMS = ("/api/", "/xapi/")
"""Where the interface is: programs come there, with keys."""

STATUS = {"not-found": 404, "not-permitted": 403}
"""Of refusals, by code; all others say that the thing is not as the sender thought (409)."""


class Edge:
    """The last middleware before the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:  # noqa: ANN401  # becomes a `Request` here
        """Stamp the request, and let it pass."""
        request.for_programs = request.path_info.startswith(FOR_PROGRAMS)
        length = request.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > LARGEST_REQUEST:
            return problems.too_large() if request.for_programs else _too_large()
        request.at = clock.now()
        request.today = board_day(the_rulebook(), at=request.at)
        reader = stamp_program(request) if request.for_programs else _stamp_people(request)
        with _as_the_reader_reads(reader):
            response = self.get_response(request)
        if request.for_programs:
            sign_off(request, response)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    def process_view(
        self, request: Request, page: Page, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> HttpResponseBase | None:
        """Answer instead of a page that may not be seen; None lets it be seen.

        Raised here, a `Refused` would not come to `process_exception`.
        """
        del args, kwargs
        declared = needed_by(page, request.method or "")
        if request.for_programs:
            return refusal_to(request, declared)
        return None if declared == PUBLIC else self._refusal_to_people(request, declared)

    def _refusal_to_people(self, request: Request, declared: str) -> HttpResponseBase | None:
        if not request.actor.is_known:
            return _ask_to_sign_in(request)
        is_staff = request.actor.is_staff or request.actor.acting_for
        if is_staff and not has_second_factor(request.account):
            messages.warning(request, _("Staff sign in with a second factor. Please set one up."))
            return redirect("mfa_index")
        if declared == SIGNED_IN or request.actor.may(Permission(declared)):
            return None
        if declared in PERSON_IS_NEEDED and not request.actor.is_staff:
            return redirect("portal:bind")
        return self.process_exception(request, Refused("not-found", _("There is no such page.")))

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        """Turn a refusal that a page let through into a page of its own."""
        if not isinstance(error, Refused):
            return None
        if request.for_programs:
            return problems.problem_of(error)
        status = STATUS.get(error.code, 409)
        return render(request, "refused.html", {"refusal": error, "status": status}, status=status)


def _stamp_people(request: Any) -> Person | None:  # noqa: ANN401  # becomes a `Request` here
    """Say who asks, by their session; answer who reads."""
    account = request.user if request.user.is_authenticated else None
    request.account, request.bearer = account, None
    request.actor, request.person = who_is(account) if account else (NOBODY, None)
    reader: Person | None = request.person
    request.acting_until = None
    acting = in_anothers_name(request.session, request.actor, at=request.at)
    if acting:
        request.actor, request.person = acting
        request.acting_until = until_when(request.session)
    return reader


def needed_by(page: Page, method: str = "GET") -> str:
    """Answer what a page declares; allauth's pages look after themselves.

    At an address for programs each method is an operation, which declares for itself; a method
    that is not there is told so. Raises `AssertionError` for one of ours that declares nothing.
    """
    declared = getattr(page, "needs_by_method", {method: getattr(page, "needs", None)}).get(
        method, PUBLIC
    )
    if declared is not None:
        return str(declared)
    if page.__module__.partition(".")[0] in {"allauth", "django", "whitenoise"}:
        return PUBLIC
    raise AssertionError(f"{page.__module__}.{page.__name__} declares no permission")  # type: ignore[attr-defined]  # a function


@contextmanager
def _as_the_reader_reads(person: Person | None) -> Iterator[None]:
    """Write dates, numbers and words as the person of the request reads them."""
    zone = person.time_zone if person else the_rulebook().calendar.time_zone.value
    if person:
        translation.activate(person.language)
    with timezone.override(ZoneInfo(zone)):
        yield


def _too_large() -> HttpResponse:
    return HttpResponse(_("This is too large to be taken."), status=413)


def _ask_to_sign_in(request: Request) -> HttpResponse:
    """Lead to the sign-in, and keep what was typed."""
    keep_form(request)
    if request.htmx:  # a part of a page cannot be a sign-in page
        return _ask_for_the_whole_page()
    return redirect_to_login(request.get_full_path())


def _ask_for_the_whole_page() -> HttpResponse:
    """Have a page whose part was asked for come again as a whole."""
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def form_too_old(request: Request, reason: str = "") -> HttpResponse:
    """Answer a form that was opened before the last sign-in: nothing was done, nothing is lost."""
    del reason
    keep_form(request)
    messages.info(
        request,
        _("This page was open for long, so nothing has been saved yet. Please check and send it."),
    )
    return _ask_for_the_whole_page() if request.htmx else redirect(page_of_form(request))


def on_every_page(request: Request) -> dict[str, object]:
    """Answer what every template may use."""
    return {
        "actor": getattr(request, "actor", NOBODY),
        "acting_until": getattr(request, "acting_until", None),
        "acting_person": getattr(request, "person", None),
        "rulebook": the_rulebook(),
        "demo": settings.DEMO,
        # A query, and only where a page asks.
        "works_for_somebody": partial(works_for_somebody, getattr(request, "account", None)),
    }
