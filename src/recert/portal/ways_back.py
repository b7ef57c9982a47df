"""Where somebody came from and is led back to, when a page serves another one."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

from recert.people.access import Request

NEXT = "next"
"""The field, or the part of the address, that says where to go afterwards."""


def way_back(request: Request) -> str:
    """Answer the page of this site to which the request wants to go back, or nothing."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if safe else ""
