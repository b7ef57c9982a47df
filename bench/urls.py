"""The addresses that are measured: those that run, and an empty page beside them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from recert.people.access import public
from recert.urls import urlpatterns as running


@public
def empty(request: HttpRequest) -> HttpResponse:
    """Answer nothing, through everything that a request goes through."""
    del request
    return HttpResponse("")


urlpatterns = [*running, path("empty", empty)]
handler404 = "recert.portal.account.not_here"
