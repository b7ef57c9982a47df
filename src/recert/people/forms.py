"""What people type about themselves, checked; nothing is saved here."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from recert.people.lines import clean_line

AREAS = re.compile("(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")


@cache
def time_zones() -> list[tuple[str, str]]:
    """Answer the time zones of places, by name."""
    names = sorted(name for name in available_timezones() if AREAS.match(name))
    return [(name, name.replace("_", " ").replace("/", " / ")) for name in names]


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """Answer the countries in a language, in its order."""
    names = Locale.parse(language, sep="-").territories
    found = [(key, name) for key, name in names.items() if re.fullmatch("[A-Z]{2}", key)]
    return sorted((one for one in found if one[0] not in NO_COUNTRIES), key=lambda one: one[1])


NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Regions that CLDR names beside countries."""


class LineField(forms.CharField):
    """One line of text, as it is kept."""

    def clean(self, value: object) -> str:
        """Take a line."""
        return clean_line(super().clean(value))


class LinesField(forms.CharField):
    """Several lines of text, each as it is kept."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: object) -> str:
        """Take the lines."""
        text = super().clean(value)
        return "\n".join(clean_line(line) for line in text.splitlines()).strip()


class DetailsForm(forms.Form):
    """What people keep current themselves."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    email = forms.EmailField(
        label=gettext_lazy("Email for letters of the board"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = LineField(
        label=gettext_lazy("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    workplace = LineField(
        label=gettext_lazy("Workplace"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    job_title = LineField(label=gettext_lazy("Job title"), required=False, max_length=120)
    gender = LineField(
        label=gettext_lazy("Gender"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("In your own words. It is used for statistics only."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Days, times and numbers are written as they are there."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Times are shown in it. Deadlines stay those of the board."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]  # a choice field
        self.fields["time_zone"].choices = time_zones()  # type: ignore[attr-defined]  # likewise


class AddressForm(forms.Form):
    """Where a person lives or works."""

    lines = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    city = LineField(label=gettext_lazy("City"), max_length=120)
    region = LineField(label=gettext_lazy("State or province"), required=False, max_length=120)
    postal_code = LineField(label=gettext_lazy("Postal code"), required=False, max_length=20)
    country = forms.ChoiceField(label=gettext_lazy("Country"))

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        choices = [("", _("Choose")), *countries(get_language() or "en")]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean_lines(self) -> str:
        """Take the lines, each as it is kept."""
        lines = (clean_line(line) for line in self.cleaned_data["lines"].splitlines())
        return "\n".join(line for line in lines if line)


class BindForm(forms.Form):
    """What shows that a record is one's own."""

    customer_number = LineField(
        label=gettext_lazy("Customer number"),
        max_length=40,
        help_text=gettext_lazy("It stands on every letter of the board."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    born_on = forms.DateField(
        label=gettext_lazy("Date of birth"),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def clean_customer_number(self) -> str:
        """Take it as the board writes it."""
        return str(self.cleaned_data["customer_number"]).upper().replace(" ", "")

    def clean_born_on(self) -> date:
        """Refuse a year that nobody is born in."""
        day: date = self.cleaned_data["born_on"]
        if day.year < EARLIEST_BIRTH:
            raise ValidationError(_("Check the year."))
        return day


EARLIEST_BIRTH = 1900


class LinkForm(forms.Form):
    """For whom a private link is."""

    label = LineField(
        label=gettext_lazy("For whom"),
        max_length=120,
        help_text=gettext_lazy("Only you see this, to know which link is whose."),
    )
