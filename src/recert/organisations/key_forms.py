"""What is typed to make a key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.organisations.key_actions import LONGEST_LABEL
from recert.people.forms import LineField
from recert.policy.permissions import Permission

LASTS: Final = (30, 90, 365)
"""Days after which a key ends by itself. One that never did would outlive whoever knows of it."""


def scope_words() -> dict[Permission, str]:
    """Answer what a key may do, as its owner reads it."""
    return {
        Permission.KEEP_OWN_RECORD: _(
            "Read my credentials and transcript, and change the transcript"
        ),
        Permission.DECLARE: _("Read my declarations"),
        Permission.REPORT_COMPLETIONS: _("Report what people completed"),
        Permission.SEE_OWN_STAFF: _("See the standing of staff who consented"),
        Permission.VERIFY_MANY: _("Verify credentials, and be told what becomes of them"),
    }


class KeyForm(forms.Form):
    """A new key: what it is for, what it may do, and for how long."""

    label = LineField(
        label=gettext_lazy("For what"),
        max_length=LONGEST_LABEL,
        help_text=gettext_lazy("The program that gets it. What it does is noted with this name."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It ends after"), coerce=int, initial=90)

    def __init__(self, *args: Any, scopes: Iterable[Permission], **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        words = scope_words()
        offered = [one for one in words if one in set(scopes)]
        self.fields["scopes"].choices = [(one, words[one]) for one in offered]  # type: ignore[attr-defined]  # a choice field
        if len(offered) == 1:
            self.fields["scopes"].initial = offered
        days = [(one, _("%(days)s days") % {"days": one}) for one in LASTS]
        self.fields["days"].choices = days  # type: ignore[attr-defined]  # a choice field

    def expires_at(self, *, at: datetime) -> datetime:
        """Answer when the key ends."""
        return at + timedelta(days=self.cleaned_data["days"])
