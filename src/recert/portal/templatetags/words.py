"""How templates write points, days and other values of the kernel."""

from __future__ import annotations

import re
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, get_decimal_symbol
from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from moneyed import Money

from recert.board import the_rulebook
from recert.payments.models import Attempt
from recert.policy.permissions import Role
from recert.policy.points import points_text
from recert.portal.kernel_words import in_the_readers_language

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """Write points as the reader writes numbers: `2.5`, `2,5`."""
    if hundredths is None:
        return ""
    text = points_text(hundredths)
    return text.replace(".", get_decimal_symbol(_locale()))


@register.filter
def in_points(hundredths: int) -> str:
    """Write points with the programme's word for them: `1 point`, `2.5 points`."""
    unit = the_rulebook().unit
    return f"{points(hundredths)} {unit.one if hundredths == 100 else unit.many}"  # noqa: PLR2004  # one, in hundredths


@register.filter
def day(value: date | None) -> str:
    """Write a day as the reader writes days, in full."""
    return format_date(_day_here(value), "long", locale=_locale()) if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """Write a day briefly, its month in letters so that nobody takes it for the day."""
    return format_date(_day_here(value), "medium", locale=_locale()) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a time as the reader writes times, in their time zone and to the minute."""
    if value is None:
        return ""
    here = _here(value)
    time = format_time(here, "short", tzinfo=here.tzinfo, locale=_locale())
    return f"{short_day(value)}, {time}"


def _day_here(value: date) -> date:
    """Answer a day, or the day that it is for the reader at a time."""
    return _here(value).date() if isinstance(value, datetime) else value


def _here(value: datetime) -> datetime:
    """Answer a time as the reader's clock shows it; one without a zone stays as it is."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


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
DECIMAL = re.compile(r"(?<![\w.-])(\d+)\.(\d{1,2})(?![\w.]?\w)")


@register.filter
def with_days(text: str) -> str:
    """Say a sentence of the kernel in the reader's language, its days and points as there."""
    said = in_the_readers_language(str(text))
    pointed = DECIMAL.sub(rf"\1{get_decimal_symbol(_locale())}\2", said)
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), pointed)


ACTIVITY = re.compile(r"\bAC(-[0-9A-Z]{4}){3}\b")


@register.filter
def linked(text: str) -> str:
    """Let the refs of activities in a sentence lead to them."""

    def link(found: re.Match[str]) -> str:
        where = reverse("portal:activity", args=[found[0]])
        return f'<a class="usa-link" href="{where}">{found[0]}</a>'

    return mark_safe(ACTIVITY.sub(link, escape(text)))  # noqa: S308  # escaped before


COUNTED = 100
"""Up to so many days, people count them; further away, months and years say more."""

IN_MONTHS = 2
"""Up to so many years, people count months: 17 of them are not a year."""


@register.filter
def days_until(value: date, today: date) -> str:
    """Say how far away a day is: `in 12 days`, `today`, `3 days ago`, `in 2 years`."""
    days = (value - today).days
    if days == 0:
        return _("today")
    if abs(days) > COUNTED:
        return format_timedelta(
            value - today, add_direction=True, threshold=IN_MONTHS, locale=_locale()
        )
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


@register.filter
def country(code: str) -> str:
    """Write a country by its name."""
    return str(_locale().territories.get(code, code))


@register.filter
def language(code: str) -> str:
    """Write one of the system's languages by its name."""
    return dict(settings.LANGUAGES).get(code, code)


@register.filter
def role(key: str) -> str:
    """Write a role of staff."""
    words = {
        Role.REVIEWER: _("Reviewer"),
        Role.AUDITOR: _("Auditor"),
        Role.REGISTRAR: _("Registrar"),
        Role.FINANCE: _("Finance"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return words.get(Role(key), key)


@register.filter
def browser(agent: str) -> str:
    """Say in few words which browser calls itself so: `Firefox, Android`."""
    names = (next((name for mark, name in marks if mark in agent), "") for marks in AGENTS)
    return ", ".join(filter(None, names)) or _("unknown")


AGENTS = (
    (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("Chrome", "Chrome"),
        ("CriOS", "Chrome"),
        ("Safari", "Safari"),
    ),
    (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ),
)
"""Browsers and machines by what stands in their names; many pretend to be those after them."""


@register.filter
def widget_class(field: BoundField, name: str) -> str:
    """Draw the widget of a form field with a class of the design system."""
    given = field.field.widget.attrs.get("class", "")
    error = " usa-input--error" if field.errors and name == "usa-input" else ""
    return field.as_widget(attrs={"class": f"{given} {name}{error}".strip()})
