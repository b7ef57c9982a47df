"""What describes the interface: the OpenAPI document, and the same for people."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from recert.api.describing import shown_by_tag
from recert.api.interface import described
from recert.organisations.keys import TOKEN_LASTS
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


@public
def docs(request: Request) -> HttpResponse:
    """Show the interface to people, with nothing that comes from elsewhere."""
    rates, here = settings.API_RATES, f"curl {settings.ADDRESS}{ROOT}"
    page = {
        "parts": shown_by_tag(document()),
        "with_a_key": f'{here}me -H "Authorization: Bearer rk_…"',
        "for_a_token": f"{here}oauth/token -u AK-…:rk_… -d grant_type=client_credentials",
        "version": document()["info"]["version"],
        "minutes": int(TOKEN_LASTS.total_seconds() // 60),
        "key_rate": rates["key"][0],
        "address_rate": rates["address"][0],
    }
    return render(request, "api/docs.html", page)
