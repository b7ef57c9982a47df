"""What describes the interface: the OpenAPI document, and the same for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpResponse, JsonResponse

from recert.api.interface import described
from recert.people.access import Request, public

ROOT = "/api/v1/"


@cache
def document() -> dict[str, Any]:
    """Answer the OpenAPI document; it is the same as long as the program runs."""
    from recert.api.urls import interface  # noqa: PLC0415  # the addresses name this page

    return described(interface, root=ROOT)


@public
def openapi(request: Request) -> HttpResponse:
    """Answer the OpenAPI document."""
    del request
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})
