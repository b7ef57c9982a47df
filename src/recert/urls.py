"""Every address of the system."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path, register_converter

from recert.refs import RefConverter

register_converter(RefConverter, "ref")

urlpatterns = [
    path("", include("recert.portal.urls")),
    path("desk/", include("recert.desk.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/", include("recert.api.urls")),
    path("xapi/", include("recert.api.xapi_urls")),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("recert.demo.urls"))]

handler404 = "recert.portal.account.not_here"
