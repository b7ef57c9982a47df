"""What staff type about what waits, checked."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.desk.sources import SOURCES, kind_words
from recert.people.forms import LineField, LinesField
from recert.people.queries import staff_who_may
from recert.policy.permissions import Actor, Permission
from recert.queue.queries import MINE, NOBODYS, Wanted
from recert.queue.sources import sources_for

OVERDUE: Final = "overdue"


class MatterFilter(forms.Form):
    """Which matters are shown: only kinds about which somebody may decide."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Looked after by"), required=False)
    late = forms.ChoiceField(label=gettext_lazy("Time"), required=False)

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        words, every = kind_words(), ("", _("All"))
        kinds = [(one.kind, words[one.kind]) for one in sources_for(actor, SOURCES)]
        categories = the_rulebook().categories.items()
        choices = {
            "kind": [every, *kinds],
            "category": [every, *((key, f"{key} · {one.title}") for key, one in categories)],
            "whose": [("", _("Everybody")), (MINE, _("You")), (NOBODYS, _("Nobody yet"))],
            "late": [every, (OVERDUE, _("Our own date has passed"))],
        }
        for name, some in choices.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]  # choice fields

    def wanted(self) -> Wanted:
        """Answer what is asked for; what is no choice asks for nothing."""
        self.is_valid()
        said = self.cleaned_data if self.is_bound else {}
        return Wanted(
            kind=said.get("kind", ""),
            category=said.get("category", ""),
            whose=said.get("whose", ""),
            overdue=said.get("late") == OVERDUE,
        )


class RemarkForm(forms.Form):
    """A note for the other staff."""

    text = LinesField(
        label=gettext_lazy("Write a note"),
        max_length=4000,
        help_text=gettext_lazy(
            "For staff, and for who takes out all that is on record of them. It cannot be changed."
        ),
    )


class HandOverForm(forms.Form):
    """Who looks after something from now on, and why."""

    to = forms.ChoiceField(label=gettext_lazy("To whom"))
    because = LineField(label=gettext_lazy("Why"), required=False, max_length=300)

    def __init__(self, *args: Any, needs: Permission, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.accounts = {one.ref: one for one in staff_who_may(needs)}
        self.fields["to"].choices = [(ref, one.email) for ref, one in self.accounts.items()]  # type: ignore[attr-defined]  # a choice field


class SettleForm(forms.Form):
    """Why a letter that could not be sent needs nothing more."""

    because = LineField(
        label=gettext_lazy("What was done instead?"),
        max_length=300,
        help_text=gettext_lazy("For example that they were called, or that it is of no use now."),
    )
