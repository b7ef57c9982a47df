"""Lists that come in pages, each after the last ref of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from ninja import Query

from recert.people.access import Request
from recert.refs import SHAPE

MOST: Final = 200

Row = TypeVar("Row", bound=Model)

Limit = Annotated[int, Query(ge=1, le=MOST, description="The most to answer at once.")]
After = Annotated[
    str,
    Query(
        pattern=f"^({SHAPE})?$",
        description="The last ref of the page before; the header `Link` has the next address.",
    ),
]


def rows_after(rows: QuerySet[Row], last: Row | None, *, by: Sequence[str]) -> QuerySet[Row]:
    """Answer the rows that come after one, in an order that begins with the greatest."""
    rows = rows.order_by(*(f"-{name}" for name in by))
    if last is None:
        return rows
    after, same = Q(), Q()
    for name in by:
        value = getattr(last, name)
        after |= same & Q(**{f"{name}__lt": value})
        same &= Q(**{name: value})
    return rows.filter(after)


def page_of(
    request: Request,
    response: HttpResponse,
    rows: QuerySet[Row],
    *,
    find: Callable[[str], Row],
    by: Sequence[str],
    after: str,
    limit: int,
) -> list[Row]:
    """Answer one page of rows, and say in `Link` where the next one is.

    `find` answers the row of a ref that whoever asks may see, and else refuses.
    """
    last = find(after) if after else None
    found = list(rows_after(rows, last, by=by)[: limit + 1])
    if len(found) > limit:
        found = found[:limit]
        link_next(request, response, after=ref_of(found[-1]), limit=limit)
    return found


def ref_of(row: Model) -> str:
    """Answer the ref of any row that has one."""
    return str(getattr(row, "ref"))  # noqa: B009  # no type knows which have


def link_next(request: Request, response: HttpResponse, *, after: str, limit: int) -> None:
    """Say where the next page is."""
    query = request.GET.copy()
    query["after"], query["limit"] = after, str(limit)
    address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    response["Link"] = f'<{address}>; rel="next"'
