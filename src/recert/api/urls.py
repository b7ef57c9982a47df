"""The addresses of the interface, all below its version."""

from __future__ import annotations

from django.urls import include, path, re_path

from recert.api import (
    activities,
    assessing,
    consents,
    credentials,
    declarations,
    documents,
    intake,
    letters,
    people,
    register,
    staff,
    tokens,
    webhooks,
)
from recert.api.interface import make_interface
from recert.api.pages import docs, openapi
from recert.api.problems import not_here
from recert.people.access import public

app_name = "api"

interface = make_interface()
for part in (
    people,
    credentials,
    activities,
    documents,
    declarations,
    letters,
    consents,
    staff,
    register,
    assessing,
    tokens,
    webhooks,
    intake,
):
    interface.add_router("", part.router)

urlpatterns = [
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/docs", docs, name="docs"),
    path("v1/", include(interface.urls[0])),
    re_path("^(?P<rest>.*)$", public(not_here), name="not-here"),
]
