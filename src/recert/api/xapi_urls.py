"""The addresses of learning platforms."""

from __future__ import annotations

from django.urls import path

from recert.api import xapi

app_name = "xapi"
urlpatterns = [path("statements", xapi.statements, name="statements")]
