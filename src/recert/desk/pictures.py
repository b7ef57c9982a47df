"""The desk in pictures: what comes and goes, what waits, and what lies ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.figures import ends_by_month
from recert.declarations.figures import (
    OUTCOMES,
    audits_by_month,
    decided_by_week,
    monday_of,
    submitted_by_week,
    waiting_by_day,
)
from recert.declarations.waiting import state_words
from recert.payments.figures import taken_by_month
from recert.people.access import Request, needs
from recert.policy.calendar import BusinessDays
from recert.policy.cycles import last_day_of_month, months_after
from recert.policy.permissions import Permission
from recert.portal.charts import Picture, Series, picture_of

WEEKS: Final = 13
MONTHS: Final = 12

AGES: Final = (5, 10, 20, 30, 45)
"""Business days that tell the ages of what waits from one another."""

TONES: Final = {"approved": "good", "denied": "bad", "withdrawn": "quiet", "deleted": "wait"}


@needs(Permission.SEE_DECLARATIONS)
def pictures(request: Request) -> HttpResponse:
    """Show in pictures what comes and goes, what waits, and what lies ahead."""
    drawn = [*_weeks(request), _ages(request), _audits(request), _ahead(request)]
    if request.actor.may(Permission.SEE_PAYMENTS):
        drawn += _fees(request)
    page = {"pictures": drawn, "today": request.today}
    return render(request, "desk/pictures.html", page)


def _weeks(request: Request) -> Iterator[Picture]:
    """Draw what came and was decided in the last weeks, and how that ended."""
    this = monday_of(request.today)
    weeks = [this - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    dates = {"since": weeks[0], "until": request.today}
    came = submitted_by_week(request.actor, **dates)
    decided = decided_by_week(request.actor, **dates)
    arrived = [came.get(week, 0) for week in weeks]
    ended = [sum(decided.get(week, {}).values()) for week in weeks]
    columns = [_short(week) for week in weeks]
    yield picture_of(
        "weeks",
        _("Submitted and decided, by week"),
        _("In %(weeks)s weeks %(came)s came and %(decided)s were decided.")
        % {"weeks": WEEKS, "came": _number(sum(arrived)), "decided": _number(sum(ended))},
        columns,
        [
            Series(_("Submitted"), "brand", arrived),
            Series(_("Decided"), "good", ended),
        ],
        write=_number,
    )
    words = state_words()
    series = [
        Series(words[one], TONES[one], [decided.get(week, {}).get(one, 0) for week in weeks])
        for one in OUTCOMES
    ]
    approved, all_of_it = sum(series[0].values), sum(ended)
    yield picture_of(
        "outcomes",
        _("How it ended, by week"),
        _("%(share)s percent were approved.") % {"share": _share(approved, all_of_it)}
        if all_of_it
        else _("Nothing was decided."),
        columns,
        series,
        write=_number,
        stacked=True,
    )


def _ages(request: Request) -> Picture:
    """Draw for how many business days what waits has waited."""
    calendar = BusinessDays(the_rulebook())
    ages = [0] * (len(AGES) + 1)
    for day, count in waiting_by_day(request.actor).items():
        age = calendar.between(day, request.today) if day <= request.today else 0
        ages[sum(1 for limit in AGES if age > limit)] += count
    starts = (0, *(limit + 1 for limit in AGES))
    columns = [f"{first}–{last}" for first, last in zip(starts, AGES, strict=False)]  # noqa: RUF001  # as days are written
    total = sum(ages)
    return picture_of(
        "ages",
        _("For how many business days it has waited"),
        ngettext(
            "%(count)s declaration waits for a decision.",
            "%(count)s declarations wait for a decision.",
            total,
        )
        % {"count": _number(total)},
        [*columns, f"> {AGES[-1]}"],
        [Series(_("Declarations"), "wait", ages)],
        write=_number,
    )


def _audits(request: Request) -> Picture:
    """Draw the audits that were begun, passed and failed."""
    months = _months_until(request.today)
    found = audits_by_month(request.actor, since=months[0], until=request.today)

    def series(key: str, word: str, tone: str) -> Series:
        return Series(word, tone, [found.get(month, {}).get(key, 0) for month in months])

    every = [
        series("selected", _("Selected"), "brand"),
        series("passed", _("Passed"), "good"),
        series("failed", _("Failed"), "bad"),
    ]
    begun, passed, failed = (_number(sum(one.values)) for one in every)
    return picture_of(
        "audits",
        _("Audits, by month"),
        _("%(begun)s selected, %(passed)s passed, %(failed)s failed in twelve months.")
        % {"begun": begun, "passed": passed, "failed": failed},
        [_month(month) for month in months],
        every,
        write=_number,
    )


def _ahead(request: Request) -> Picture:
    """Draw how many certifications expire in the months ahead, if nothing is declared."""
    first = request.today.replace(day=1)
    months = [months_after(first, ahead) for ahead in range(MONTHS)]
    until = last_day_of_month(months[-1])
    ends = ends_by_month(request.actor, since=request.today, until=until)
    values = [ends[month] for month in months]
    return picture_of(
        "ahead",
        _("Expirations ahead, by month"),
        ngettext(
            "%(count)s certification expires in these months unless it is renewed.",
            "%(count)s certifications expire in these months unless they are renewed.",
            sum(values),
        )
        % {"count": _number(sum(values))},
        [_month(month) for month in months],
        [Series(_("Certifications"), "brand", values)],
        write=_number,
    )


def _fees(request: Request) -> Iterator[Picture]:
    """Draw what was taken in fees, a picture for each currency."""
    zone = the_rulebook().calendar.time_zone.value
    months = _months_until(request.today)
    begins = datetime(months[0].year, months[0].month, 1, tzinfo=ZoneInfo(zone))
    for currency, taken in taken_by_month(request.actor, since=begins, time_zone=zone).items():
        by_month = {month.date(): amount for month, amount in taken.items()}
        whole = [int(by_month.get(month, Decimal(0))) for month in months]

        def write(value: int, currency: str = currency) -> str:
            return format_currency(
                value, currency, "¤#,##0", locale=_locale(), currency_digits=False
            )

        yield picture_of(
            f"fees-{currency.lower()}",
            _("Fees taken, by month"),
            _("%(sum)s in twelve months; what was given back is not taken off.")
            % {"sum": write(sum(whole))},
            [_month(month) for month in months],
            [Series(_("Fees"), "good", whole)],
            write=write,
        )


def _months_until(day: date) -> list[date]:
    """Answer the first days of the last months, that of a day among them."""
    return [months_after(day.replace(day=1), -back) for back in range(MONTHS - 1, -1, -1)]


def _share(part: int, whole: int) -> int:
    return round(100 * part / whole)


def _number(value: int) -> str:
    return str(format_decimal(value, locale=_locale()))


def _short(day: date) -> str:
    return str(format_date(day, "d MMM", locale=_locale()))


def _month(day: date) -> str:
    return str(format_date(day, "MMM yy", locale=_locale()))


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
