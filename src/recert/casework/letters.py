"""What letters about requests and appeals say: facts that their events keep, as texts and days."""

from __future__ import annotations

from django.urls import reverse

from recert.casework.asking import title_in_requests
from recert.casework.models import Appeal, Request
from recert.declarations.letters import letter_about


def facts_of(request: Request, **facts: object) -> dict[str, object]:
    """Answer what every letter about a request begins with; `credential` where it is about one."""
    said: dict[str, object] = {
        "request": request.ref,
        "asked_for": request.kind,
        "path": reverse("portal:request", args=[request.ref]),
    }
    if request.credential:
        said["credential"] = title_in_requests(request.credential)
    return said | facts


def letter_of_appeal(appeal: Appeal, **facts: object) -> dict[str, object]:
    """Answer what every letter about an appeal begins with."""
    path = {"appeal": appeal.ref, "path": reverse("portal:appeal", args=[appeal.ref])}
    return letter_about(appeal.audit) | path | facts
