"""Statements of learning platforms, as xAPI 1.0.3 sends them: what was completed or passed.

A platform shows its provider's key, as a bearer or as the password of basic authentication.
"""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from recert.api.problems import problem, wrong_method
from recert.intake.actions.intakes import take_statements
from recert.intake.learning import uuid_in
from recert.intake.models import Statement
from recert.intake.queries import own_provider, statement_of, statements_of
from recert.people.access import Request, needs
from recert.policy.permissions import Permission
from recert.policy.refusals import Refused, not_found

VERSION: Final = "1.0.3"
HEADER: Final = "X-Experience-API-Version"
MOST: Final = 500
METHODS: Final = ("GET", "HEAD", "POST", "PUT")


@csrf_exempt
@needs(Permission.REPORT_COMPLETIONS)
def statements(request: Request) -> HttpResponse:
    """Take statements, or answer them, as the method says."""
    if request.method not in METHODS:
        return _of_version(wrong_method(METHODS))
    if not request.headers.get(HEADER, "").startswith("1.0"):
        said = _("Send the header “%(header)s: %(version)s”.")
        return _of_version(
            problem(400, "unreadable", said % {"header": HEADER, "version": VERSION})
        )
    try:
        answer = _read(request) if request.method in {"GET", "HEAD"} else _keep(request)
    except Refused as refusal:
        status = {"not-found": 404, "unreadable": 400}.get(refusal.code, 409)
        return _of_version(problem(status, refusal.code, refusal.message))
    return _of_version(answer)


def _keep(request: Request) -> HttpResponse:
    sent = _sent(request)
    if request.method == "PUT":
        number = str(uuid_in(request.GET.get("statementId")))
        if len(sent) != 1 or sent[0].get("id", number) != number:
            raise Refused("unreadable", _("Put one statement, with the id of the address."))
        sent[0]["id"] = number
    numbers = take_statements(
        own_provider(request.actor), sent, today=request.today, by=request.actor, at=request.at
    )
    return (
        HttpResponse(status=204) if request.method == "PUT" else JsonResponse(numbers, safe=False)
    )


def _sent(request: Request) -> list[dict[str, Any]]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        raise Refused("unreadable", _("The body is not JSON in UTF-8.")) from None
    found = sent if isinstance(sent, list) else [sent]
    if not 0 < len(found) <= MOST or not all(isinstance(one, dict) for one in found):
        message = _("Expected a statement, or a list of up to %(most)s.") % {"most": MOST}
        raise Refused("unreadable", message)
    return found


def _read(request: Request) -> HttpResponse:
    provider = own_provider(request.actor)
    if "statementId" in request.GET:
        number = uuid_in(request.GET["statementId"])
        return JsonResponse(_answer(statement_of(provider, number)))
    if "voidedStatementId" in request.GET:
        raise not_found()
    found = [_answer(one) for one in statements_of(provider)]
    return JsonResponse({"statements": found, "more": ""})


def _answer(one: Statement) -> dict[str, Any]:
    return {**one.said, "stored": one.stored_at.isoformat(), "version": VERSION}


def _of_version(answer: HttpResponse) -> HttpResponse:
    answer.headers[HEADER] = VERSION
    return answer
