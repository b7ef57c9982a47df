"""What staff type at the desk, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.people.forms import LineField
from recert.people.queries import account_at
from recert.policy.permissions import STAFF
from recert.portal.templatetags.words import role as role_word


class SearchForm(forms.Form):
    """Whom one looks for."""

    words = LineField(
        label=gettext_lazy("Name, customer number, email or ref"), max_length=120, required=False
    )


class ReasonForm(forms.Form):
    """Why a document is opened."""

    because = LineField(
        label=gettext_lazy("Why do you open it?"),
        max_length=300,
        help_text=gettext_lazy("The journal keeps the reason beside your name."),
    )


class NameForm(forms.Form):
    """A legal name, and the document that shows it."""

    given_names = LineField(label=gettext_lazy("Given names"), max_length=200)
    family_name = LineField(
        label=gettext_lazy("Family name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty for who has one name only."),
    )
    because = LineField(
        label=gettext_lazy("Which document shows it?"),
        max_length=300,
        help_text=gettext_lazy("Such as a marriage license or a court order, and its date."),
    )


class InviteForm(forms.Form):
    """Where an invitation goes."""

    email = forms.EmailField(label=gettext_lazy("Email address"))


class RoleForm(forms.Form):
    """Who gets which role."""

    email = forms.EmailField(label=gettext_lazy("Email address of the account"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role, role_word(role)) for role in sorted(STAFF)]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Find the account."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        email = str(cleaned.get("email", ""))
        account = account_at(email) if email else None
        if email and account is None:
            raise ValidationError({"email": _("Nobody has an account with this address.")})
        cleaned["account"] = account
        return cleaned
