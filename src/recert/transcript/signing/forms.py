"""What is typed to ask for a signature, and to sign; nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.people.forms import LineField
from recert.people.lines import clean_line
from recert.policy.points import points_text
from recert.policy.rulebook import SignedFormType
from recert.policy.rulebook.activities import Ask
from recert.transcript.forms import DayField, PointsField
from recert.transcript.models import Activity, SignedForm
from recert.transcript.signing.answers import Answer, days_text
from recert.transcript.signing.codes import DIGITS
from recert.transcript.signing.queries import type_of

LONGEST_TEXT = 1000
LONGEST_NAME = 120


class AskForm(forms.Form):
    """Who is asked to sign."""

    name = LineField(
        label=gettext_lazy("Their name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Their email address"),
        max_length=254,
        help_text=gettext_lazy(
            "Their own, best the one at work. Where it is yours, the form can be signed too, but "
            "the board will look at it."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    note = LineField(
        label=gettext_lazy("A line to them"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Such as what it is for. It stands in the letter."),
    )


class TextAnswer(forms.CharField):
    """Some lines of text, each as it is kept."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: object) -> str:
        """Take the lines."""
        lines = (clean_line(line) for line in super().clean(value).splitlines())
        text = "\n".join(line for line in lines if line)
        if not text:
            raise ValidationError(self.error_messages["required"], code="required")
        return text


class SignForm(forms.Form):
    """A form of the board as its signer fills it in: what the rulebook asks, and their name.

    `cleaned_data["typed"]` is what the actions keep.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # as Django passes them on
        form_type: SignedFormType,
        latest: date,
        **options: Any,  # noqa: ANN401  # as above
    ) -> None:
        super().__init__(*args, **options)
        self.form_type, self.latest = form_type, latest
        for place, ask in enumerate(form_type.asks):
            for name, field in _fields(place, ask):
                self.fields[name] = field
        self.fields["signed_name"] = LineField(
            label=_("Your full name, as your signature"),
            max_length=LONGEST_NAME,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of what the rulebook asks."""
        return [field for field in self.visible_fields() if field.name != "signed_name"]

    def clean(self) -> dict[str, Any]:
        """Put the answers together, each beside what was asked."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, date) and value > self.latest:
                self.add_error(name, _("This day has not come yet."))
        answers = [
            Answer(asks=ask.title, answer=self._answer(place, ask))
            for place, ask in enumerate(self.form_type.asks)
        ]
        kept = {name: _kept(value) for name, value in cleaned.items() if name != "version"}
        cleaned["typed"] = kept | {"answers": answers}
        return cleaned

    def _answer(self, place: int, ask: Ask) -> str:
        said = self.cleaned_data
        if ask.answer != "days":
            value = said.get(f"answer_{place}")
            return str(_kept(value)) if value else ""
        first, last = said.get(f"answer_{place}_first"), said.get(f"answer_{place}_last")
        if not first or not last:
            return ""
        if first > last:
            self.add_error(f"answer_{place}_first", _("The first day lies after the last one."))
        return days_text(first, last)


class SignatureForm(forms.Form):
    """The name that somebody puts to several forms."""

    signed_name = LineField(
        label=gettext_lazy("Your full name, as your signature"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def _fields(place: int, ask: Ask) -> Iterator[tuple[str, forms.Field]]:
    label = ask.title[:1].upper() + ask.title[1:]
    match ask.answer:
        case "text":
            yield f"answer_{place}", TextAnswer(label=label, max_length=LONGEST_TEXT)
        case "day":
            yield f"answer_{place}", DayField(label=label)
        case "days":
            for end, words in (("first", _("the first")), ("last", _("the last"))):
                both = _("%(asks)s: %(end)s") % {"asks": label, "end": words}
                yield f"answer_{place}_{end}", DayField(label=both)
        case "hours":
            yield f"answer_{place}", PointsField(label=label)


def _kept(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return points_text(value) if isinstance(value, int) else value


def initial_of(form: SignedForm) -> dict[str, object]:
    """Answer what a signer's form says at first: what they typed, else what was entered."""
    activity = form.activity
    return _entered(activity, type_of(form)) | dict(form.typed) | {"version": activity.version}


def _entered(activity: Activity, form_type: SignedFormType) -> dict[str, object]:
    said: dict[str, object] = {}
    for place, ask in enumerate(form_type.asks):
        match ask.answer:
            case "day":
                said[f"answer_{place}"] = activity.completed_on
            case "days":
                said[f"answer_{place}_first"] = activity.from_on
                said[f"answer_{place}_last"] = activity.completed_on
            case "hours":
                said[f"answer_{place}"] = activity.contact_hours
    return said


class CodeForm(forms.Form):
    """The code from the letter."""

    code = forms.CharField(
        label=gettext_lazy("The code from the letter"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": DIGITS + 2}
        ),
    )

    def clean_code(self) -> str:
        """Take the digits, however they were grouped."""
        code = "".join(self.cleaned_data["code"].split()).replace("-", "")
        if len(code) != DIGITS or not code.isdecimal() or not code.isascii():
            raise ValidationError(_("The code is %(digits)s digits.") % {"digits": DIGITS})
        return code


class DeclineForm(forms.Form):
    """Why somebody does not sign."""

    because = LineField(
        label=gettext_lazy("Why not?"),
        max_length=300,
        help_text=gettext_lazy("A few words; whoever asked you will read them."),
    )
