"""The addresses of the demo."""

from __future__ import annotations

from django.urls import path

from recert.demo import pages

app_name = "demo"
urlpatterns = [
    path("", pages.personas, name="personas"),
    path("be/<slug:key>", pages.be, name="be"),
    path("outbox", pages.outbox, name="outbox"),
]
