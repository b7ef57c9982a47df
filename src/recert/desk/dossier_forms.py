"""What staff type about a whole record, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.dossiers.merging import Choice
from recert.people.forms import LineField

NOTHING: Final = "\N{EN DASH}"


class TakeOutForm(forms.Form):
    """Who asked for all that is on record."""

    because = LineField(
        label=gettext_lazy("Who asked for it, and how do you know it was them?"),
        max_length=300,
        help_text=gettext_lazy("The journal keeps it beside your name, and the person sees it."),
    )


class ActForm(forms.Form):
    """Why somebody acts in another's name."""

    because = LineField(
        label=gettext_lazy("Why do you act in their name?"),
        max_length=300,
        help_text=gettext_lazy("It stands in the letter that they get, and in the journal."),
    )


class AskErasureForm(forms.Form):
    """Why a person is erased."""

    because = LineField(
        label=gettext_lazy("Why are they erased?"),
        max_length=300,
        help_text=gettext_lazy("This stays in the journal. Do not write who they are."),
    )


class EraseForm(forms.Form):
    """That somebody means this person, and no other."""

    number = LineField(label=gettext_lazy("Type the customer number of the record"), max_length=40)

    def __init__(self, *args: Any, number: str, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.expected = number

    def clean_number(self) -> str:
        """Refuse another number."""
        number = str(self.cleaned_data["number"])
        if number.upper() != self.expected.upper():
            raise ValidationError(_("This is not the number of this record."))
        return number


class OtherForm(forms.Form):
    """Which other record is of the same person."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.fields["with"] = LineField(  # a word of Python
            label=_("Customer number or ref of the other record"), max_length=60
        )


class MergeForm(forms.Form):
    """What the kept record says of its person, where both differ."""

    because = LineField(
        label=gettext_lazy("How do you know that both are the same person?"),
        max_length=300,
        help_text=gettext_lazy("The journal keeps it beside your name."),
    )

    def __init__(self, *args: Any, choices: Sequence[Choice], **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.choices = choices
        for one in choices:
            self.fields[one.key] = forms.ChoiceField(
                label=one.words,
                choices=[("kept", one.kept or NOTHING), ("other", one.other)],
                initial="other" if one.takes else "kept",
                widget=forms.RadioSelect,
            )
        self.order_fields([*(one.key for one in choices), "because"])

    def taken(self) -> list[str]:
        """Answer what is taken from the record that goes."""
        return [one.key for one in self.choices if self.cleaned_data[one.key] == "other"]


class UndoForm(forms.Form):
    """Why two records were not of the same person."""

    because = LineField(
        label=gettext_lazy("Why are they not the same person after all?"), max_length=300
    )
