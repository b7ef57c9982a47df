"""What staff type at the desk, checked."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.declarations.declared import PAID_FOR
from recert.declarations.waiting import Wanted, state_words
from recert.people.forms import LineField, LinesField
from recert.people.queries import account_at
from recert.policy.permissions import STAFF
from recert.portal.templatetags.words import role as role_word


class SearchForm(forms.Form):
    """Whom one looks for."""

    words = LineField(
        label=gettext_lazy("Name, number, email or ref"), max_length=120, required=False
    )


class QueueFilter(forms.Form):
    """Which declarations are shown."""

    words = LineField(label=gettext_lazy("Name, number or ref"), required=False, max_length=120)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    late = forms.ChoiceField(label=gettext_lazy("Time"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        book, words = the_rulebook(), state_words()
        purposes = [(key, one.title) for key, one in book.declarations.items()]
        categories = [(key, f"{key} · {one.title}") for key, one in book.categories.items()]
        late = [
            ("late", _("Submitted after the due date")),
            ("overdue", _("Our own date has passed")),
        ]
        choices = {
            "state": [
                (WAITING, _("Waiting for us")),
                *((one, words[one]) for one in PAID_FOR if one != WAITING),
                (ALL, _("All")),
            ],
            "purpose": [("", _("All")), *purposes],
            "category": [("", _("All")), *categories],
            "late": [("", _("All")), *late],
        }
        for name, some in choices.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]  # choice fields

    def wanted(self) -> Wanted:
        """Answer what is asked for; what is no choice asks for nothing."""
        said = self.cleaned_data if self.is_bound and self.is_valid() else {}
        state = said.get("state") or WAITING
        asked = {name: said.get(name, "") for name in ("purpose", "category", "late", "words")}
        return Wanted(state="" if state == ALL else state, **asked)


WAITING: Final = "submitted"
ALL: Final = "all"

QUICK_TEXTS: Final = (
    gettext_lazy("Its points lie in an area that it was not about; allocate them to another."),
    gettext_lazy("The title does not say what it was about; please write it out."),
    gettext_lazy("Please name who offered it, as on the certificate."),
    gettext_lazy("The contact hours are more than this course gives."),
    gettext_lazy("The day is not the one on which it was completed."),
    gettext_lazy("It seems to be entered twice; leave one out."),
    gettext_lazy("It is entered as another kind of activity than it was."),
    gettext_lazy("It belongs to the job or its orientation, and is no continuing education."),
)
"""What is lacking in an activity most often, offered while one types."""

LACKS: Final = "lacks-"


class DeficiencyForm(forms.Form):
    """What is lacking: of each activity, and of the whole."""

    because = LinesField(
        label=gettext_lazy("What is lacking in the whole"), required=False, max_length=2000
    )

    def __init__(self, *args: Any, activities: Iterable[str], **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        for ref in activities:
            self.fields[LACKS + ref] = LineField(
                label=_("What is lacking in it?"),
                required=False,
                max_length=300,
                widget=forms.TextInput(attrs={"list": "quick-texts", "autocomplete": "off"}),
            )

    @property
    def reasons(self) -> dict[str, str]:
        """What was said of activities, by their refs."""
        return {
            name.removeprefix(LACKS): text
            for name, text in self.cleaned_data.items()
            if name.startswith(LACKS) and text
        }

    @property
    def says_something(self) -> bool:
        """Whether anything is said to be lacking."""
        return bool(self.reasons or self.cleaned_data["because"])


class NoteForm(forms.Form):
    """A note to an approval."""

    because = LineField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Kept in the history beside your name; the certificant sees it."),
    )


class PaymentFilter(forms.Form):
    """Which payments are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.fields["state"].choices = [("", _("All")), *payment_words().items()]  # type: ignore[attr-defined]  # a choice field


def payment_words() -> dict[str, str]:
    """Answer what people call each state of an attempt to pay."""
    return {"succeeded": _("Paid"), "open": _("Open"), "failed": _("Failed")}


class RefundForm(forms.Form):
    """How much is given back, and why."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=Decimal("0.01"), max_digits=10, decimal_places=2
    )
    because = LineField(
        label=gettext_lazy("Why is it given back?"),
        max_length=300,
        help_text=gettext_lazy("The journal keeps it beside your name, and the letter says it."),
    )


class ReasonForm(forms.Form):
    """Why a document is opened."""

    because = LineField(
        label=gettext_lazy("Why do you open it?"),
        max_length=300,
        help_text=gettext_lazy("The journal keeps the reason beside your name."),
    )


class DecisionForm(forms.Form):
    """What is said to the certificant about a decision; a "no" has a reason."""

    because = LineField(
        label=gettext_lazy("What to tell the certificant"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("It stands in the letter. Who is refused is told why."),
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
