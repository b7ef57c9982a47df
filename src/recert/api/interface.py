"""The frame of the interface: what each operation has to declare, and what is the same for all.

An operation is a function below `@router.get(...)` and the like, and below one of `@needs(...)`,
`@public`, `@signed_in`, as a page is. It takes the request as the edge stamps it, reads through
queries, makes at most one action, and answers a schema. `Refused` becomes a problem by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation, PathView

from recert import __version__
from recert.api.conditional import with_tag
from recert.api.problems import (
    MEDIA_TYPE,
    Problem,
    broken,
    problem,
    problem_of,
    too_large,
    wrong_media_type,
    wrong_method,
)
from recert.organisations.keys import SCOPES
from recert.people.access import PUBLIC, SIGNED_IN, Request
from recert.policy.refusals import Refused

READING: Final = {"GET", "HEAD"}

BODIES: Final = {
    "body": "application/json",
    "form": "application/x-www-form-urlencoded",
    "file": "multipart/form-data",
}
"""How the parts of a request that ninja reads are sent."""

ALWAYS: Final = {
    400: "What was sent cannot be read.",
    401: "No key, or one that opens nothing.",
    403: "The key does not allow it.",
    404: "There is no such thing, or it is not yours.",
    409: "The thing is not as you thought.",
    412: "It was changed since you read it.",
    428: "A change needs `If-Match`.",
    413: "Too large.",
    415: "Another media type.",
    422: "Something in it is wrong; `errors` says what.",
    429: "Too many requests; `Retry-After` says when to come again.",
}


Takes = TypeVar("Takes", bound=Callable[..., Any])


class Invalid(Exception):
    """What was sent is wrong in ways that its schema does not say: by its place, what."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        """Keep each mistake with its place, such as `body.title`."""
        super().__init__(mistakes)
        self.mistakes = mistakes


class Interface(NinjaAPI):
    """The operations, each of them a page that the edge can ask what it needs."""

    def _get_urls(self) -> list[Any]:
        """Answer the addresses, without ninja's own pages: theirs load scripts from elsewhere."""
        return list(self._patterns())

    def _patterns(self) -> Iterator[URLPattern]:
        for bound in self._get_bound_routers():
            views = [view for view in bound.path_operations.values() for _each in view.operations]
            for pattern, view in zip(bound.urls_paths(bound.prefix), views, strict=True):
                pattern.callback = _page(view)
                yield pattern

    def operations(self) -> list[Operation]:
        """Answer all operations."""
        views = [
            view for bound in self._get_bound_routers() for view in bound.path_operations.values()
        ]
        return [one for view in views for one in view.operations]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Answer by which name clients call an operation: that of its function."""
        return operation.view_func.__name__


def _page(view: PathView) -> Callable[..., HttpResponseBase]:
    """Answer the operations at one address as a page."""
    operations = {method: one for one in view.operations for method in one.methods}
    if "GET" in operations:
        operations["HEAD"] = operations["GET"]

    def page(request: Request, **named: Any) -> HttpResponseBase:  # noqa: ANN401  # what stands in the address
        operation = operations.get(str(request.method))
        if operation is None:
            return wrong_method(sorted(operations))
        taken = sorted(_media_types(operation))
        if taken and request.content_type not in taken and _has_body(request):
            return wrong_media_type(taken)
        response = operation.run(request, **named)
        return with_tag(request, response) if request.method in READING else response

    page.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens anything here
    page.needs_by_method = {  # type: ignore[attr-defined]  # functions have room for it
        method: declared_by(one) for method, one in operations.items()
    }
    return page


def declared_by(operation: Operation) -> str:
    """Answer what an operation declares. Raises `AssertionError` where it is nothing."""
    declared = getattr(operation.view_func, "needs", None)
    if declared is None:
        name = f"{operation.view_func.__module__}.{operation.view_func.__name__}"
        raise AssertionError(f"{name} declares no permission")
    return str(declared)


def _media_types(operation: Operation) -> set[str]:
    sources = {one.__ninja_param_source__ for one in operation.models}
    if hasattr(operation.view_func, "takes"):
        return {operation.view_func.takes}
    if "file" in sources:
        return {BODIES["file"]}
    if "form" in sources:  # without a file, Django reads either
        return {BODIES["form"], BODIES["file"]}
    return {BODIES[one] for one in sources if one in BODIES}


def _has_body(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "0")
    return length not in {"", "0"} or "Transfer-Encoding" in request.headers


def takes(media_type: str) -> Callable[[Takes], Takes]:
    """Declare what an operation takes that reads its body itself."""

    def declare(operation: Takes) -> Takes:
        operation.takes = media_type  # type: ignore[attr-defined]  # functions have room for it
        return operation

    return declare


def make_interface() -> Interface:
    """Make the interface, without its operations."""
    interface = Interface(
        title="recert",
        version=__version__,
        description=_("What people, providers, employers and boards do here, for programs."),
        urls_namespace="api",
        docs_url=None,
        openapi_url="",
    )
    answers: dict[type[Exception], Callable[[Any], HttpResponse]] = {
        Refused: problem_of,
        ValidationError: _invalid,
        Invalid: lambda error: _wrong(error.mistakes.items()),
        HttpError: _unreadable,
        RequestDataTooBig: lambda _error: too_large(),
        DataError: _not_kept,
        Exception: broken,
    }
    for kind, answer in answers.items():
        interface.add_exception_handler(kind, _saying(answer))
    return interface


def _saying(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _request, error: answer(error)


def _invalid(error: ValidationError) -> HttpResponse:
    """Answer everything that is wrong with what was sent, each with its place."""
    return _wrong((_place(one["loc"]), str(one["msg"])) for one in error.errors)


def _place(parts: Sequence[str | int]) -> str:
    """Write a place: `query.limit`, or `body.title`, without the name that a function gives it."""
    source, *rest = parts
    if source == "body":
        rest = rest[1:]
    return ".".join(str(part) for part in (source, *rest))


def _wrong(mistakes: Iterable[tuple[str, str]]) -> HttpResponse:
    errors = [{"where": where, "what": what} for where, what in mistakes]
    said = _("What was sent is not as it should be. Nothing was done; “errors” says what is wrong.")
    return problem(422, "invalid", said, errors=errors)


def _not_kept(error: DataError) -> HttpResponse:
    """Answer a text that PostgreSQL keeps none like; what else it refuses is a bug of ours."""
    if not NO_TEXT & set(str(error).split()):
        return broken(error)
    return _wrong([("request", _("a text holds the character U+0000, which no text may hold"))])


NO_TEXT: Final = {"NUL", "\\u0000"}
"""Words with which the database says so, of a text and of JSON."""


def _unreadable(error: HttpError) -> HttpResponse:
    """Answer a body that ninja cannot read."""
    del error
    return problem(400, "unreadable", _("The body cannot be read: it is not JSON in UTF-8."))


def described(interface: Interface, *, root: str) -> dict[str, Any]:
    """Answer the OpenAPI document, with what is the same for all: problems, and who may."""
    document = dict(interface.get_openapi_schema(path_prefix=root))
    needs = {one.view_func.__name__: declared_by(one) for one in interface.operations()}
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components = document["components"]
    components["schemas"] |= schema.pop("$defs", {}) | {"Problem": schema}
    components["securitySchemes"] = _ways_in(root)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in document["paths"].values():
        for operation in path.values():
            operation["security"] = _needed(needs[operation["operationId"]])
            for status, says in ALWAYS.items():
                answer = {"description": says, "content": content}
                operation["responses"].setdefault(status, answer)
    return document


def _needed(declared: str) -> list[dict[str, list[str]]]:
    """Answer what opens an operation: nothing, any key, or one with a scope."""
    if declared == PUBLIC:
        return []
    scopes = [] if declared == SIGNED_IN else [declared]
    return [{"key": []}, {"token": scopes}]


def _ways_in(root: str) -> dict[str, Any]:
    scopes = {str(one): one.name.replace("_", " ").lower() for one in SCOPES}
    grant = {"tokenUrl": f"{root}oauth/token", "scopes": scopes}
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "A key, or a token."},
        "token": {"type": "oauth2", "flows": {"clientCredentials": grant}},
    }
