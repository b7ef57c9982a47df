"""Answers that are not sent again, and changes that overwrite nobody's: ETag and If-Match."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

from recert.people.access import Request
from recert.policy.refusals import Refused

TAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[^"]*)?"')


def with_tag(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """Give what was read a tag, and answer 304 to whoever has it already.

    A row that can be changed stands in it with its version, for `version_meant`.
    """
    if response.status_code != HTTP_OK or not isinstance(response, HttpResponse):
        return response
    digest = hashlib.sha256(response.content).hexdigest()[:24]
    version = getattr(request, "version", None)
    tag = f'"{version}-{digest}"' if version else f'"{digest}"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=tag, response=response) or response


HTTP_OK: Final = 200


def version_meant(if_match: str) -> int:
    """Answer the version of a row that whoever changes it has read. Raises `Refused`.

    >>> version_meant('"3-a5"'), version_meant('W/"12"')
    (3, 12)
    """
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        raise Refused(
            "which-version",
            _("Read it first, and send its ETag with the change, in a header “If-Match”."),
        )
    return int(found.group(1))
