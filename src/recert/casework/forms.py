"""What certificants type into requests and appeals, checked; nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.casework.asking import correctable, inactive_choices, shortenings
from recert.casework.models import Request
from recert.credentials.models import Credential
from recert.people.forms import LineField, LinesField
from recert.people.models import Person
from recert.policy.rulebook import Ground

LONGEST_LETTER: Final = 10_000

Kind = Request.Kind


class Asked(NamedTuple):
    """What a form asks for: about which credential, and what is said."""

    credential: Credential | None
    said: dict[str, str]


def letter_field(**options: Any) -> LinesField:  # noqa: ANN401  # as Django passes them on
    """Answer a field for a letter."""
    widget = forms.Textarea(attrs={"rows": 10})
    return LinesField(max_length=LONGEST_LETTER, widget=widget, **options)


def ground_choices(grounds: Mapping[str, Ground]) -> list[tuple[str, str]]:
    """Answer grounds with what is known of each before anything is sent, and the rule."""

    def said(ground: Ground) -> str:
        if not ground.accepted:
            words = _("%(ground)s (not likely to be accepted, %(rule)s)")
        elif ground.waives_fee:
            words = _("%(ground)s (with documents it costs nothing, %(rule)s)")
        else:
            return ground.title
        return words % {"ground": ground.title, "rule": ground.rule}

    return [(key, said(ground)) for key, ground in grounds.items()]


class AskingForm(forms.Form):
    """One kind of request. `asked()` answers what it says, once it is valid."""

    def __init__(
        self,
        data: Any,  # noqa: ANN401  # as Django passes it on
        *,
        person: Person,
        as_of: date,
        request: Request | None = None,
        chosen: str = "",
    ) -> None:
        """Take whose it is, the day, and the request that is changed or what was chosen before."""
        initial: dict[str, str] = {}
        if request:
            initial = dict(request.said) | {CHOICE: self.choice_of(request)}
        elif chosen:
            initial = {CHOICE: chosen}
        super().__init__(data, initial=initial)
        self.person, self.as_of = person, as_of
        self.prepare()

    def prepare(self) -> None:
        """Let the fields know what there is to choose."""

    def choice_of(self, request: Request) -> str:
        """Answer how this form names what a request is about."""
        return request.credential.ref if request.credential else ""

    def asked(self) -> Asked:
        """Answer what is asked for."""
        return Asked(None, self.said())

    def said(self) -> dict[str, str]:
        """Answer what was typed beside the choice."""
        return {name: str(text) for name, text in self.cleaned_data.items() if name != CHOICE}


CHOICE: Final = "about"
"""The field that says what a request is about."""


class InactiveForm(AskingForm):
    """Inactive status: of which credential, on which ground, and why (STA-1)."""

    about = forms.ChoiceField(label=gettext_lazy("Certification"), widget=forms.RadioSelect)
    ground = forms.ChoiceField(label=gettext_lazy("Ground"), widget=forms.RadioSelect)
    letter = letter_field(
        label=gettext_lazy("Your letter"),
        help_text=gettext_lazy(
            "Say what happened, since when, and until when it may last. It goes to the board as it "
            "stands here."
        ),
    )

    def prepare(self) -> None:
        """Offer what can be asked for today, and the grounds of the rulebook."""
        self.choices = inactive_choices(self.person.pk, as_of=self.as_of)
        free = [one for one in self.choices if not one.why_not]
        self.fields[CHOICE].choices = [  # type: ignore[attr-defined]  # a choice field
            (one.credential.ref, f"{one.title} · {one.credential.number}") for one in free
        ]
        if len(free) == 1:
            self.fields[CHOICE].initial = free[0].credential.ref
        grounds = ground_choices(the_rulebook().inactive.grounds)
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]  # a choice field

    def asked(self) -> Asked:
        """Answer which credential, and what is said."""
        ref = self.cleaned_data[CHOICE]
        credential = next(one.credential for one in self.choices if one.credential.ref == ref)
        return Asked(credential, self.said())


class NameChangeForm(AskingForm):
    """A new legal name, and the official document that shows it (PER-1)."""

    given_names = LineField(label=gettext_lazy("New given names"), max_length=200)
    family_name = LineField(
        label=gettext_lazy("New family name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty for who has one name only."),
    )
    shown_by = LineField(
        label=gettext_lazy("Which document shows it?"),
        max_length=300,
        help_text=gettext_lazy(
            "Such as a marriage license or a court order, and its date. You add it on the next "
            "page."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse the name that is on record already."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        before = (self.person.given_names, self.person.family_name)
        if (cleaned.get("given_names"), cleaned.get("family_name")) == before:
            self.add_error("given_names", _("This is the name that is on record already."))
        return cleaned


class AlignmentForm(AskingForm):
    """Which cycle shall end earlier, so that credentials end together."""

    about = forms.ChoiceField(label=gettext_lazy("What shall change"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Offer what is possible today."""
        self.choices = shortenings(self.person.pk, as_of=self.as_of)
        words = _("%(title)s ends on %(day)s instead of %(now)s, together with %(others)s")
        self.fields[CHOICE].choices = [  # type: ignore[attr-defined]  # a choice field
            (
                one.key,
                words
                % {
                    "title": one.title,
                    "day": one.ends_on,
                    "now": one.cycle.ends,
                    "others": one.others,
                },
            )
            for one in self.choices
        ]

    def choice_of(self, request: Request) -> str:
        """Answer which of them a request is."""
        return f"{super().choice_of(request)} {request.said.get('ends_on', '')}"

    def asked(self) -> Asked:
        """Answer which credential, and when it shall end."""
        key = self.cleaned_data[CHOICE]
        one = next(one for one in self.choices if one.key == key)
        return Asked(one.credential, {"ends_on": one.ends_on.isoformat()})


class CorrectionForm(AskingForm):
    """What is wrong in the board's record, what would be right, and what shows it."""

    about = forms.ChoiceField(label=gettext_lazy("What is wrong?"))
    should_be = LineField(label=gettext_lazy("What would be right?"), max_length=200)
    shown_by = LineField(
        label=gettext_lazy("Which document shows it?"),
        max_length=300,
        help_text=gettext_lazy(
            "Such as your certificate, or a passport. You add it on the next page."
        ),
    )

    def prepare(self) -> None:
        """Offer everything in the record that can be wrong, with what it says."""
        self.choices = correctable(self.person, as_of=self.as_of)
        self.fields[CHOICE].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("Choose")),
            *((one.key, f"{one.title}: {one.says}") for one in self.choices),
        ]

    def choice_of(self, request: Request) -> str:
        """Answer what a request is about."""
        what = str(request.said.get("what", ""))
        return f"{request.credential.ref} {what}" if request.credential else what

    def asked(self) -> Asked:
        """Answer what is wrong, and what is said."""
        key = self.cleaned_data[CHOICE]
        one = next(one for one in self.choices if one.key == key)
        return Asked(one.credential, self.said() | {"what": one.what})


FORMS: Final[Mapping[str, type[AskingForm]]] = {
    Kind.INACTIVE: InactiveForm,
    Kind.NAME: NameChangeForm,
    Kind.ALIGNMENT: AlignmentForm,
    Kind.CORRECTION: CorrectionForm,
}


class AppealForm(forms.Form):
    """An appeal: its ground, and a letter (AUD-6)."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), widget=forms.RadioSelect)
    letter = letter_field(
        label=gettext_lazy("Your letter"),
        help_text=gettext_lazy(
            "Say what kept you from it, since when and until when. It goes to the board as it "
            "stands here."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        grounds = ground_choices(the_rulebook().appeal.grounds)
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]  # a choice field


class EnclosureForm(forms.Form):
    """What is said of files that are enclosed."""

    is_translation = forms.BooleanField(
        label=gettext_lazy("These are translations of other documents here"), required=False
    )
