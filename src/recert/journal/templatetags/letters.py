"""How letters write days, instants and amounts, which an event keeps as text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency
from django import template
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def day(value: date | str) -> str:
    """Write a day as the reader writes days, in full."""
    of = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(of, "long", locale=_locale())


@register.filter
def instant(value: datetime | str) -> str:
    """Write an instant by the reader's clock, with its time zone so that nobody has to guess."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    local = timezone.localtime(at)
    return _("%(day)s, %(time)s (%(zone)s)") % {
        "day": day(local.date()),
        "time": format_time(local, "short", locale=_locale()),
        "zone": get_timezone_name(local, locale=_locale()),
    }


@register.filter
def money(value: str) -> str:
    """Write an amount as the reader writes amounts: `95.00 USD` is `$95.00`."""
    amount, _space, currency = value.partition(" ")
    return format_currency(Decimal(amount), currency, locale=_locale())


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")
