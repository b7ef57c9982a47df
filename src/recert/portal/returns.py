"""What a mail provider reports of letters that were sent; no person sees this page."""

from __future__ import annotations

import hmac

import msgspec
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from recert.journal.returned import notice_of, reports_in
from recert.people.access import Request, public
from recert.policy.refusals import not_found
from recert.queue.returns import take_report


@public
@csrf_exempt
@require_POST
def returns(request: Request) -> HttpResponse:
    """Take reports of letters that came back, or that their readers complained of.

    Where no secret is set there is no such page, whatever is sent.
    """
    secret = settings.MAIL_WEBHOOK_SECRET
    if not secret:
        raise not_found()
    said = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(said, f"Bearer {secret}".encode()):
        return JsonResponse({"error": "the secret is not the one of this board"}, status=401)
    try:
        reports = reports_in(request.body)
    except msgspec.DecodeError as mistake:
        return JsonResponse({"error": str(mistake)}, status=400)
    became = [take_report(one, notice_of(one), at=request.at) for one in reports]
    counts = {one: became.count(one) for one in ("noted", "known", "passing", "unknown")}
    return JsonResponse(counts)
