"""The pages of the demo: be one of its personas, and read the letters that were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recert.demo.personas import (
    CERTIFICANTS,
    STAFF_PERSONAS,
    Persona,
    employers_link,
    form_to_sign,
)
from recert.journal.secret_links import token_of as letter_token
from recert.people.access import Request, public
from recert.people.links import token_of
from recert.people.models import Account
from recert.policy.refusals import not_found
from recert.transcript.signing.queries import key_of

BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"

MOST: Final = 50
"""So many letters are shown."""

BETWEEN: Final = b"-" * 79
"""What stands between two letters in a file."""


@dataclass(frozen=True, slots=True)
class Card:
    """A persona as the page shows them."""

    key: str
    name: str
    says: str
    is_here: bool  # signed in already


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was sent."""

    subject: str
    to: str
    sent_at: datetime | None
    text: str


@public
def personas(request: Request) -> HttpResponse:
    """List the personas, each one click away."""
    _must_be_demo()
    there = {
        account.email: account
        for account in Account.objects.filter(email__endswith="@demo.example.org")
    }
    link, form = employers_link(), form_to_sign()
    page = {
        "certificants": _cards(CERTIFICANTS, there, request),
        "staff": _cards(STAFF_PERSONAS, there, request),
        "command": "recert seed --certificants 500 --demo",
        "link": link,
        "address": reverse("portal:standing-link", args=[token_of(link)]) if link else "",
        "form": form,
        "form_address": reverse("portal:sign", args=[letter_token(key_of(form))]) if form else "",
    }
    return render(request, "demo/personas.html", page)


@public
@require_POST
def be(request: Request, key: str) -> HttpResponse:
    """Sign in as a persona, and out as the one before."""
    _must_be_demo()
    persona = next((one for one in (*CERTIFICANTS, *STAFF_PERSONAS) if one.key == key), None)
    account = persona and Account.objects.filter(email=persona.email, is_active=True).first()
    if not account:
        raise not_found()
    logout(request)
    login(request, account, backend=BACKEND)
    # Or pages about signing in would ask for a password that nobody has.
    record_authentication(request, account, method="demo")
    return redirect("portal:home")


@public
def outbox(request: Request) -> HttpResponse:
    """Show the letters that were sent, the latest first."""
    _must_be_demo()
    return render(
        request, "demo/outbox.html", {"letters": _letters(Path(settings.EMAIL_FILE_PATH))}
    )


def _must_be_demo() -> None:
    """Refuse where people are not invented, whatever addresses there are."""
    if not settings.DEMO:
        raise not_found()


def _cards(some: tuple[Persona, ...], there: dict[str, Account], request: Request) -> list[Card]:
    return [
        Card(
            key=one.key,
            name=one.name,
            says=str(one.says),
            is_here=request.account is not None and request.account.email == one.email,
        )
        for one in some
        if one.email in there
    ]


def _letters(folder: Path) -> list[Letter]:
    """Read the letters that lie in files, as Django writes them where there is no mail server."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    found: list[Letter] = []
    for file in files[:MOST]:
        letters = [_letter(part.strip()) for part in file.read_bytes().split(BETWEEN)]
        found += reversed([one for one in letters if one])
    return found[:MOST]


def _letter(written: bytes) -> Letter | None:
    if not written:
        return None
    message = message_from_bytes(written, _class=EmailMessage, policy=policy.default)
    body = message.get_body(("plain", "html"))
    date = message["date"]
    return Letter(
        subject=str(message["subject"] or _("Without a subject")),
        to=str(message["to"] or ""),
        sent_at=date.datetime if date else None,
        text=body.get_content() if body else "",
    )
