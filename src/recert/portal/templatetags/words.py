"""How templates write points, days and other values of the kernel."""

from __future__ import annotations

import re
from datetime import date

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency
from django import template
from django.forms.boundfield import BoundField
from django.utils import formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from moneyed import Money

from recert.board import the_rulebook
from recert.payments.models import Attempt
from recert.policy.points import points_text

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """Write points as the reader writes numbers: `2.5`, `2,5`."""
    if hundredths is None:
        return ""
    text = points_text(hundredths)
    return text.replace(".", formats.get_format("DECIMAL_SEPARATOR"))


@register.filter
def in_points(hundredths: int) -> str:
    """Write points with the programme's word for them: `1 point`, `2.5 points`."""
    unit = the_rulebook().unit
    return f"{points(hundredths)} {unit.one if hundredths == 100 else unit.many}"  # noqa: PLR2004  # one, in hundredths


@register.filter
def day(value: date | None) -> str:
    """Write a day as the reader writes days, in full."""
    return format_date(value, "long", locale=_locale()) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """Write a day briefly, its month in letters so that nobody takes it for the day."""
    return format_date(value, "medium", locale=_locale()) if value else ""


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")


@register.filter
def amount(value: Money | None) -> str:
    """Write an amount as the reader writes amounts: `$95.00`."""
    return format_currency(value.amount, value.currency.code, locale=_locale()) if value else ""


BRANDS = {"amex": "American Express", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}
"""Names of cards that are not simply written with a capital letter."""


@register.filter
def card(attempt: Attempt) -> str:
    """Write the card of a payment as people know it: `Visa, ending in 4242`."""
    brand = BRANDS.get(attempt.card_brand, attempt.card_brand.capitalize()) or _("a card")
    if not attempt.card_last4:
        return brand
    return _("%(brand)s, ending in %(last4)s") % {"brand": brand, "last4": attempt.card_last4}


ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@register.filter
def with_days(text: str) -> str:
    """Write the days in a sentence of the kernel, which are ISO, as the reader writes days."""
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), str(text))


COUNTED = 100
"""Up to so many days, people count them; further away, months and years say more."""


@register.filter
def days_until(value: date, today: date) -> str:
    """Say how far away a day is: `in 12 days`, `today`, `3 days ago`, `in 2 years`."""
    days = (value - today).days
    if days == 0:
        return _("today")
    if abs(days) > COUNTED:
        return format_timedelta(value - today, add_direction=True, locale=_locale())
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


@register.filter
def widget_class(field: BoundField, name: str) -> str:
    """Draw the widget of a form field with a class of the design system."""
    given = field.field.widget.attrs.get("class", "")
    error = " usa-input--error" if field.errors and name == "usa-input" else ""
    return field.as_widget(attrs={"class": f"{given} {name}{error}".strip()})
