"""The journal at the desk: everything that ever happened, to whom, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.dossiers.queries import Scope, scope_of
from recert.journal.queries import events_like
from recert.people.access import Request, needs
from recert.people.forms import LineField
from recert.people.queries import account_at
from recert.policy.permissions import Permission
from recert.portal.chronicle import days_of, group_words, kinds_of
from recert.refs import read_ref

PER_PAGE = 50


class JournalFilter(forms.Form):
    """What of the journal is shown."""

    of = LineField(
        label=gettext_lazy("Whose, or of what"),
        help_text=gettext_lazy("A ref, or a customer number."),
        max_length=60,
        required=False,
    )
    group = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    by = LineField(
        label=gettext_lazy("By whom"),
        help_text=gettext_lazy("The email address or the ref of an account."),
        max_length=120,
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        choices = [("", _("All")), *group_words().items()]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]  # a choice field


@needs(Permission.SEE_JOURNAL)
def journal(request: Request) -> HttpResponse:
    """Tell what happened, the latest first, as the filter in the address lets it through."""
    form = JournalFilter(request.GET or None)
    is_valid = form.is_bound and form.is_valid()
    said = form.cleaned_data if is_valid else {}
    scope = _scope(request, said.get("of", ""))
    kinds, without = kinds_of(said.get("group", ""))
    events = []
    if is_valid or not form.is_bound:
        events = events_like(
            about=scope.about if scope else (),
            subjects=scope.subjects if scope else (),
            kinds=kinds,
            without=without,
            by=_account(said.get("by", "")),
            since=_begins(said.get("since")),
            until=_begins(said.get("until"), days=1),
            before=_before(request),
            most=PER_PAGE + 1,
        )
    query = request.GET.copy()
    query.pop("before", None)
    page = {
        "form": form,
        "days": days_of(events[:PER_PAGE]),
        "scope": scope,
        "filtered": any(query.values()),
        "query": query.urlencode(),
        "is_later": "before" in request.GET,
        "older": events[PER_PAGE - 1].pk if len(events) > PER_PAGE else None,
    }
    return render(request, "desk/journal.html", page)


def _scope(request: Request, text: str) -> Scope | None:
    if not text:
        return None
    ref = read_ref(text)
    found = scope_of(request.actor, ref)
    return found if found.person else scope_of(request.actor, text.upper())


def _account(text: str) -> str:
    """Answer the ref of an account; of an address that nobody has, one that nobody has either."""
    if "@" not in text:
        return read_ref(text) if text else ""
    found = account_at(text)
    return found.ref if found else text


def _begins(day: Any, *, days: int = 0) -> datetime | None:  # noqa: ANN401  # a date, or nothing
    """Answer when a day of the board begins, or the one so many days later."""
    if day is None:
        return None
    zone = ZoneInfo(the_rulebook().calendar.time_zone.value)
    try:
        return datetime.combine(day + timedelta(days=days), time.min, zone).astimezone(UTC)
    except OverflowError:  # beyond the calendar there is nothing to leave out
        return None


def _before(request: Request) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isdecimal() and len(text) < LONGEST else None


LONGEST = 19
"""The digits of the largest id, and one more."""
