"""Badges: taking one's own, the page that shows it to anybody, and what verifiers read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.people.access import Request, needs, public
from recert.people.actions import must_be_themselves
from recert.people.kept_forms import kept_form
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found
from recert.policy.standing import Title, title_of
from recert.registry.badges.achievements import achievement_of
from recert.registry.badges.actions import give_back_badge, issue_badge
from recert.registry.badges.baking import bake_png, bake_svg
from recert.registry.badges.drawing import Format, picture_of
from recert.registry.badges.forms import TakeBadgeForm
from recert.registry.badges.issuer import address, board_did_document, profile_of_board
from recert.registry.badges.queries import (
    Badgeable,
    badge_called,
    badgeable,
    document_of,
    holds_on,
    signed_list,
)
from recert.registry.models import Badge

TYPES: Final = {"json": "application/json", "png": "image/png", "svg": "image/svg+xml"}


@needs(Permission.KEEP_OWN_RECORD)
def own_badge(request: Request, ref: str) -> HttpResponse:
    """Take the badge of one's own credential, or give it back."""
    must_be_themselves(request.actor)
    found = badgeable(request.actor, ref, as_of=request.today)
    form = TakeBadgeForm(request.POST if "take" in request.POST else kept_form(request))
    if request.method == "POST" and "give-back" in request.POST:
        give_back_badge(found.credential.pk, today=request.today, by=request.actor, at=request.at)
        messages.success(request, _("The badge holds no more, wherever you have shown it."))
        return redirect("portal:own-badge", ref)
    if request.method == "POST" and form.is_valid():
        try:
            issue_badge(
                found.credential.pk,
                named=form.named,
                today=request.today,
                by=request.actor,
                at=request.at,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Here is your badge."))
            return redirect("portal:own-badge", ref)
    page = {
        "found": found,
        "title": _title_for(found),
        "kind": "maintained" if found.standing.title.superscript else "certified",
        "form": form,
        "shared": _shared(found.badge) if found.badge else None,
        "lasts": found.badge is not None and not _is_over(found.badge, request.today),
        "holds": found.badge is not None and holds_on(found.badge, as_of=request.today),
    }
    return render(request, "portal/own_badge.html", page, status=422 if form.errors else 200)


def _title_for(found: Badgeable) -> Title:
    bare = title_of(the_rulebook(), found.credential.category, maintained=False)
    return found.standing.title if found.standing.title.text else bare


def _shared(badge: Badge) -> dict[str, str]:
    """Answer the addresses with which a badge is shown to others."""
    page = address(reverse("portal:badge", args=[badge.ref]))
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": Title(badge.title, badge.superscript).plain,
        "organizationName": the_rulebook().board,
        "issueYear": badge.from_on.year,
        "issueMonth": badge.from_on.month,
        "certUrl": page,
    }
    if badge.until_on:
        asked |= {"expirationYear": badge.until_on.year, "expirationMonth": badge.until_on.month}
    if badge.named:
        asked["certId"] = badge.number
    return {"page": page, "profile": f"https://www.linkedin.com/profile/add?{urlencode(asked)}"}


def _is_over(found: Badge, today: date) -> bool:
    return found.until_on is not None and found.until_on < today


@public
def badge(request: Request, ref: str) -> HttpResponse:
    """Show a badge to whoever has its address, and whether it holds."""
    found = badge_called(ref)
    holds, over = holds_on(found, as_of=request.today), _is_over(found, request.today)
    holder = document_of(found)["credentialSubject"]["identifier"][0]
    title = Title(found.title, found.superscript)
    page = {
        "badge": found,
        "title": title,
        "category": the_rulebook().categories[found.category].title,
        "name": holder["identityHash"] if found.named and holds else "",
        "holds": holds and not over,
        "over": holds and over,
        "description": achievement_of(the_rulebook(), found.category, title).description,
        "shared": _shared(found),
    }
    response = render(request, "portal/badge.html", page)
    response["X-Robots-Tag"] = "noindex"
    return response


@public
def badge_file(request: Request, ref: str, form: str) -> HttpResponse:
    """Answer a badge as a file: JSON, or inside of its picture."""
    found = badge_called(ref)
    if form not in TYPES:
        raise not_found()
    if not holds_on(found, as_of=request.today):
        raise Refused("ended", _("This badge holds no more, so there is no file of it."))
    if form == "json":
        content = found.document.encode()
    else:
        drawn = _picture(found, "png" if form == "png" else "svg")
        content = (
            bake_png(drawn, found.document)
            if form == "png"
            else bake_svg(drawn.decode(), found.document).encode()
        )
    return _as_data(content, form, saved_as=f"badge-{found.ref}.{form}")


def _picture(found: Badge, form: Format) -> bytes:
    title = Title(found.title, found.superscript)
    return picture_of(the_rulebook(), found.category, title, until=found.until_on, form=form)


@public
def badge_picture(request: Request, ref: str) -> HttpResponse:
    """Answer the picture of a badge alone, as a page shows it."""
    del request
    return _as_data(_picture(badge_called(ref), "svg"), "svg", kept=True)


@public
def badge_list(request: Request, number: int) -> HttpResponse:
    """Answer a list of the badges that hold no more, as the records have it now."""
    return _published(signed_list(number, as_of=request.today, at=request.at))


@public
def did_document(request: Request) -> HttpResponse:
    """Answer the keys of the board, under the name by which verifiers look for them."""
    del request
    return _published(board_did_document(profile=address(reverse("portal:issuer"))))


@public
def issuer(request: Request) -> HttpResponse:
    """Answer who the board is that issues badges."""
    del request
    return _published(profile_of_board())


@public
def achievement(request: Request, category: str, kind: str) -> HttpResponse:
    """Show what a badge stands for, whoever holds it."""
    title = _achieved(category, kind)
    page = {
        "category": category,
        "kind": kind,
        "title": title,
        "achievement": achievement_of(the_rulebook(), category, title),
        "about": the_rulebook().categories[category].title,
    }
    return render(request, "portal/achievement.html", page)


@public
def achievement_picture(request: Request, category: str, kind: str, form: str) -> HttpResponse:
    """Answer the picture of what a badge stands for."""
    del request
    title = _achieved(category, kind)
    if form not in {"png", "svg"}:
        raise not_found()
    drawn = picture_of(
        the_rulebook(), category, title, until=None, form="png" if form == "png" else "svg"
    )
    return _as_data(drawn, form, kept=True)


def _achieved(category: str, kind: str) -> Title:
    if category not in the_rulebook().categories or kind not in {"maintained", "certified"}:
        raise not_found()
    return title_of(the_rulebook(), category, maintained=kind == "maintained")


def _published(document: Mapping[str, Any]) -> HttpResponse:
    """Answer a document that any verifier may read, and none may keep without asking again."""
    return _as_data(json.dumps(document, ensure_ascii=False, indent=2).encode(), "json")


def _as_data(content: bytes, form: str, *, saved_as: str = "", kept: bool = False) -> HttpResponse:
    """Answer a file for anybody; one that may be `kept` for an hour is a picture that stays so."""
    response = HttpResponse(content, content_type=TYPES[form])
    if saved_as:
        response["Content-Disposition"] = f'attachment; filename="{saved_as}"'
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "max-age=3600" if kept else "no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response
