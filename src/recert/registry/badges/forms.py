"""What is asked of whoever takes their badge."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class TakeBadgeForm(forms.Form):
    """Whether the badge says by name whose it is."""

    holder = forms.ChoiceField(
        label=gettext_lazy("What your badge says of you"),
        choices=[
            ("name", gettext_lazy("My legal name, and the number of my certification")),
            ("hashed", gettext_lazy("Neither; only a hash of my email address")),
        ],
        initial="name",
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A badge is made to be shown: whoever has it can read it. With the hash, somebody who "
            "knows your address can check that the badge is yours, and nobody else learns of it."
        ),
    )

    @property
    def named(self) -> bool:
        """Whether it says so by name."""
        return str(self.cleaned_data["holder"]) == "name"
