"""Every "no" of the interface, as RFC 9457 writes it: `application/problem+json`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from recert.policy.refusals import Refused

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final = {
    "not-found": 404,
    "not-permitted": 403,
    "changed-meanwhile": 412,
    "which-version": 428,
    "unreadable": 400,
    "unsuitable-file": 422,
    "unchecked-file": 503,
    "too-many-requests": 429,
}
"""Of refusals, by code; all others say that the thing is not as the sender thought (409)."""

logger = logging.getLogger(__name__)


class Mistake(Schema):
    """What is wrong with one thing that was sent."""

    where: str = Field(description="`body.title`, `query.after`: the place of what is wrong.")
    what: str = Field(description="What is wrong with it, and what would be right.")


class Problem(Schema):
    """Why something was not done, and the way out."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="`about:blank`: the status says what kind of problem it is.")
    title: str = Field(description="What the status means.")
    status: int
    code: str = Field(description="For programs. It stays, whatever `detail` says.")
    detail: str = Field(description="For people: what is wrong, and the way out.")
    errors: list[Mistake] = Field(default=[], description="Where several things are wrong: each.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Answer a problem."""
    said = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        said["errors"] = list(errors)
    body = json.dumps(said, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def problem_of(refusal: Refused) -> HttpResponse:
    """Answer a refusal, with the sentence that a page would show."""
    return problem(STATUS.get(refusal.code, 409), refusal.code, refusal.message)


def not_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address that names nothing."""
    del request, rest
    said = _("There is nothing at this address. What there is, is described in %(docs)s.")
    return problem(404, "not-found", said % {"docs": "/api/v1/openapi.json"})


def unknown_key() -> HttpResponse:
    """Answer a key or token that is none, or none any more."""
    said = _(
        "This key or token opens nothing: it is mistyped, has expired or was revoked. Get another "
        "token, or make another key."
    )
    headers = {"WWW-Authenticate": 'Bearer realm="recert", error="invalid_token"'}
    return problem(401, "unknown-key", said, headers=headers)


def no_key() -> HttpResponse:
    """Answer a request that shows no key where one is needed."""
    said = _("Send a key or a token with it, in a header “Authorization: Bearer …”.")
    return problem(401, "no-key", said, headers={"WWW-Authenticate": 'Bearer realm="recert"'})


def not_in_scope(scope: str) -> HttpResponse:
    """Answer a key that does not allow what was asked."""
    said = _("This needs the scope “%(scope)s”, which this key or token does not have.")
    challenge = f'Bearer realm="recert", error="insufficient_scope", scope="{scope}"'
    headers = {"WWW-Authenticate": challenge}
    return problem(403, "not-in-scope", said % {"scope": scope}, headers=headers)


def too_large() -> HttpResponse:
    """Answer a request whose body is larger than anything that is taken."""
    return problem(413, "too-large", _("This is too large to be taken. Send it in parts."))


def wrong_method(allowed: Sequence[str]) -> HttpResponse:
    """Answer a method that an address does not have."""
    said = _("This address takes %(methods)s.") % {"methods": ", ".join(allowed)}
    return problem(405, "wrong-method", said, headers={"Allow": ", ".join(allowed)})


def wrong_media_type(taken: Sequence[str]) -> HttpResponse:
    """Answer a body of a kind that is not read."""
    said = _("Send the body as %(types)s, and say so in the header “Content-Type”.")
    return problem(415, "wrong-media-type", said % {"types": " or ".join(taken)})


def broken(error: Exception) -> HttpResponse:
    """Answer a bug of ours; what it was is in the log, and nothing of it in the answer."""
    logger.error("an operation broke", exc_info=error)
    said = _("Something is broken on our side. Nothing was half-done; try again later.")
    return problem(500, "broken", said)
