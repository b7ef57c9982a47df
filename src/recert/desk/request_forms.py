"""What staff type about requests and appeals, checked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.casework.asking import Correctable
from recert.casework.models import Appeal, Request
from recert.casework.wording import kind_words, request_state_words
from recert.people.forms import LineField, LinesField
from recert.transcript.forms import DayField

Kind, State = Request.Kind, Request.State


class RequestFilter(forms.Form):
    """Which requests are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        words = request_state_words()
        states = [
            (State.SUBMITTED, _("Waiting for us")),
            *((one, words[one]) for one in (State.GRANTED, State.REFUSED, State.WITHDRAWN)),
        ]
        self.fields["state"].choices = states  # type: ignore[attr-defined]  # a choice field
        self.fields["kind"].choices = [("", _("All")), *kind_words().items()]  # type: ignore[attr-defined]  # likewise


class AppealFilter(forms.Form):
    """Which appeals are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.fields["state"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("Waiting for us")),
            (Appeal.State.GRANTED, _("Granted")),
            (Appeal.State.DENIED, _("Denied")),
        ]


def reason_field(*, required: bool = False) -> LinesField:
    """Answer a field for the reason that a certificant reads."""
    return LinesField(
        label=_("For the certificant"),
        required=required,
        max_length=2000,
        help_text=_("It stands in the letter, and in the history beside your name."),
    )


class RefusalForm(forms.Form):
    """Why a request is refused."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        options.setdefault("auto_id", "refuse_%s")
        super().__init__(*args, **options)
        self.fields["because"] = reason_field(required=True)


class GrantForm(forms.Form):
    """What is granted: the fields that a kind of request needs, and a word for the certificant."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # as above
        request: Request,
        found: Correctable | None,
        **options: Any,  # noqa: ANN401  # as above
    ) -> None:
        said = request.said
        options["initial"] = {
            "given_names": said.get("given_names"),
            "family_name": said.get("family_name"),
            "value": as_typed(said.get("should_be", ""), found),
        }
        super().__init__(*args, **options)
        match request.kind:
            case Kind.INACTIVE:
                self.fields["until_on"] = DayField(
                    label=_("Last day of the extension"),
                    help_text=_("The cycle ends on this day, and so does the inactive status."),
                )
            case Kind.NAME:
                self.fields["given_names"] = LineField(label=_("Given names"), max_length=200)
                self.fields["family_name"] = LineField(
                    label=_("Family name"), max_length=200, required=False
                )
            case Kind.CORRECTION if found:
                self.fields["value"] = field_for(found)
        correction = request.kind == Kind.CORRECTION
        self.fields["because"] = reason_field(required=correction)


def field_for(found: Correctable) -> forms.Field:
    """Answer the field for what is corrected."""
    label = _("Right is")
    if isinstance(found.says, date):
        return DayField(label=label)
    if found.what == "category":
        choices = [(key, f"{key} · {one.title}") for key, one in the_rulebook().categories.items()]
        return forms.ChoiceField(label=label, choices=choices)
    return LineField(label=label, max_length=80)


def as_typed(text: str, found: Correctable | None) -> str:
    """Answer what a certificant wrote as a first value of the field, where it is one."""
    if found is None:
        return ""
    if isinstance(found.says, date):
        try:
            return date.fromisoformat(text.strip()).isoformat()
        except ValueError:
            return ""
    return text


class OutcomeForm(forms.Form):
    """How an appeal is decided, or what is proposed."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]  # a choice field
            (Appeal.Outcome.GRANTED, _("Granted: the audit counts as passed")),
            (Appeal.Outcome.DENIED, _("Denied: the declaration is denied")),
        ]
        self.fields["because"] = reason_field(required=True)


class SendBackForm(forms.Form):
    """What speaks against a proposal."""

    because = LinesField(
        label=gettext_lazy("What speaks against it?"),
        max_length=2000,
        help_text=gettext_lazy(
            "The history keeps it beside your name; the certificant does not see it."
        ),
    )
