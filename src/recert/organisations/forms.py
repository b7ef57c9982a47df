"""What people type about organisations, checked; nothing is saved here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.organisations.models import Member, Organisation
from recert.people.forms import LineField

EARLIEST: Final = 1950


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:  # noqa: ANN401  # lazy texts
    """Answer a field for a day, as the phone's own calendar gives it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class OrganisationForm(forms.Form):
    """What the board says of an organisation."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = LineField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(
        label=gettext_lazy("Email"), help_text=gettext_lazy("Where the board writes to it.")
    )
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, assume_scheme="https", max_length=300
    )
    provides = forms.BooleanField(
        label=gettext_lazy("It is a provider: it may report what people completed"),
        required=False,
    )
    employs = forms.BooleanField(
        label=gettext_lazy("It is an employer: it may see where staff stand who consented"),
        required=False,
    )
    verifies = forms.BooleanField(
        label=gettext_lazy("It licenses: it may verify many credentials at once"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an organisation that may do nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("provides") or cleaned.get("employs") or cleaned.get("verifies")):
            raise ValidationError(_("Choose at least one thing that it may do here."))
        return cleaned


class AccreditationForm(forms.Form):
    """Who accredited an organisation's courses, and from when to when."""

    accredited_by = LineField(
        label=gettext_lazy("Accredited by"),
        max_length=200,
        help_text=gettext_lazy("As the rulebook or a certificate writes it."),
    )
    number = LineField(label=gettext_lazy("Number"), required=False, max_length=100)
    from_on = day_field(gettext_lazy("First day"))
    until_on = day_field(gettext_lazy("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse days that nobody means."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first: date | None = cleaned.get("from_on")
        last: date | None = cleaned.get("until_on")
        if first and first.year < EARLIEST:
            self.add_error("from_on", _("Check the year."))
        if first and last and last < first:
            self.add_error("until_on", _("The last day is before the first. Check both."))
        return cleaned


class MemberForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("Email"),
        help_text=gettext_lazy("A letter goes there, with a link by which they join."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=Member.Role.choices,
        initial=Member.Role.MEMBER,
        widget=forms.RadioSelect,
    )


class AskConsentForm(forms.Form):
    """Whom an employer asks to consent: by an address, or by a number."""

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("As the board knows them, with the family name."),
    )
    email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    customer_number = LineField(
        label=gettext_lazy("Customer number, if you have no email"), required=False, max_length=40
    )

    def clean_customer_number(self) -> str:
        """Take it as the board writes it."""
        return str(self.cleaned_data["customer_number"]).upper().replace(" ", "")

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        asked = {"email", "customer_number"} & set(cleaned)
        if len(asked) == 2 and not (cleaned["email"] or cleaned["customer_number"]):  # noqa: PLR2004  # both were read
            raise ValidationError(_("Give an email address, or a customer number."))
        return cleaned


class EmployerForm(forms.Form):
    """Which employer shall see where one stands."""

    employer = forms.ChoiceField(label=gettext_lazy("Employer"))

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # as Django passes them on
        employers: Collection[Organisation],
        **options: Any,  # noqa: ANN401  # as above
    ) -> None:
        super().__init__(*args, **options)
        choices = [("", _("Choose")), *((one.ref, one.name) for one in employers)]
        self.fields["employer"].choices = choices  # type: ignore[attr-defined]  # a choice field


class EndForm(forms.Form):
    """Why an organisation ends here."""

    because = LineField(label=gettext_lazy("Why"), max_length=500)
