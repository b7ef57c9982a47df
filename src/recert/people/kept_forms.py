"""Forms that could not be taken yet, kept in the session until their sender comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

KEY: Final = "kept-form"

LARGEST: Final = 100_000
"""The largest form that is kept, in characters; files are not kept."""

PAGE: Final = "page"
"""The field in which a form says on which page it stands, where it is sent to another."""


def keep_form(request: HttpRequest) -> None:
    """Keep what somebody typed, to fill the same form once they have signed in.

    Only what this site's own pages sent: another site must not lay words into a form of ours.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    from_here = urlsplit(origin).netloc == request.get_host()
    if request.method != "POST" or not from_here or request.path.startswith("/accounts/"):
        return
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", *(one for one in typed if "password" in one)):
        typed.pop(name, None)
    text = typed.urlencode()
    if 0 < len(text) <= LARGEST:
        request.session[KEY] = {"page": page_of_form(request), "typed": text}


def page_of_form(request: HttpRequest) -> str:
    """Answer the page on which a form stood, also of one that a part of its page sent."""
    htmx = getattr(request, "htmx", None)
    page = request.POST.get(PAGE, "") or (htmx and htmx.current_url_abs_path) or ""
    if page.startswith("/") and url_has_allowed_host_and_scheme(page, None):
        return page
    return request.get_full_path()


def kept_form(request: HttpRequest) -> QueryDict | None:
    """Take back what was typed into the form of this page, once."""
    kept = request.session.get(KEY)
    if request.method != "GET" or not kept or kept["page"] != request.get_full_path():
        return None
    del request.session[KEY]
    return QueryDict(kept["typed"], mutable=True)


def with_version(data: Mapping[str, Any], version: int) -> QueryDict:
    """Let the next sending of a form overwrite what its sender has just been told of."""
    changed = QueryDict(mutable=True)
    changed.update(data)
    changed["version"] = str(version)
    return changed
