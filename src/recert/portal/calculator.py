"""What do I need? Answered to anybody by the kernel itself; the address holds the question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.declarations.queries import Position
from recert.declarations.supposing import holding_supposed, position_supposed
from recert.people.access import Request, public
from recert.policy.case import Activity, fields_of
from recert.policy.cycles import first_cycle
from recert.policy.dated import NotInForce
from recert.policy.points import Points
from recert.policy.rulebook import PerCredential
from recert.portal.cards import card_of
from recert.portal.ledgers import lines_of
from recert.transcript.forms import DayField, PointsField

FEW: Final = 3
MORE: Final = 3
MOST: Final = 30
"""Rows for activities: at first, with each click on "more", and at most."""

LARGEST: Final = 100_000
"""Pages of a work, at most."""


class CertificationForm(forms.Form):
    """Which certification, and when it expires."""

    category = forms.ChoiceField(label=gettext_lazy("Certification"))
    expires = DayField(
        label=gettext_lazy("Expires on"),
        required=False,
        help_text=gettext_lazy(
            "The last day of your cycle, as it stands on your certificate. Leave it empty if your "
            "certification never expires."
        ),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.today = today
        found = [(key, f"{key} · {one.title}") for key, one in the_rulebook().categories.items()]
        self.fields["category"].choices = [("", _("Choose")), *found]  # type: ignore[attr-defined]  # a choice field

    def clean_expires(self) -> date | None:
        """Take a day on which a cycle ends that has begun."""
        day: date | None = self.cleaned_data["expires"]
        category = self.cleaned_data.get("category")
        if not category:
            return day
        book = the_rulebook()
        if day is None:
            if "voluntary" not in book.declarations:
                raise ValidationError(_("Enter the expiration date; each certification has one."))
            return None
        last = first_cycle(book, certified_on=self.today).ends
        if day > last:
            message = _("A cycle that has begun expires on %(last)s at the latest.")
            raise ValidationError(message % {"last": last})
        try:
            holding_supposed(category, ends_on=day, as_of=self.today)
        except ValueError as error:
            raise ValidationError(_("Check the day. %(why)s") % {"why": error}) from None
        return day


class ActivityRow(forms.Form):
    """One activity, as few words as the kernel needs."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    amount = PointsField(label=gettext_lazy("Contact hours, or pages"), required=False)
    earned = forms.ChoiceField(label=gettext_lazy("Certification earned"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    on = DayField(label=gettext_lazy("Completed on"), required=False)

    def __init__(self, *args: Any, number: int, today: date, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.number, self.today = number, today
        book = the_rulebook()
        kinds = [(key, one.title) for key, one in book.kinds.items()]
        areas = [(key, one.title) for key, one in book.areas.items()]
        self._choose("kind", [("", _("None")), *kinds])
        self._choose("area", [("", _("Wherever it serves best")), *areas])
        self._choose("earned", [("", _("Nothing")), *((key, key) for key in _earnable())])
        self.use_required_attribute = False

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Ask for what the kind needs."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        kind = the_rulebook().kinds.get(said.get("kind", ""))
        if kind is None:
            if said.get("amount") or said.get("earned"):
                self.add_error("kind", _("Choose what kind of activity it was."))
            return said
        asked = fields_of(kind)
        if "contact_hours" in asked and not said.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Enter the contact hours."))
        if "pages" in asked and "amount" not in self.errors:
            pages = said.get("amount") or 0
            if not pages or pages % 100 or pages > LARGEST * 100:
                self.add_error("amount", _("Enter how many pages it has, a whole number."))
        if "earned" in asked and not said.get("earned"):
            self.add_error("earned", _("Choose what you earned."))
        area = said.get("area")
        if area and kind.areas and area not in kind.areas:
            titles = ", ".join(the_rulebook().areas[key].title for key in kind.areas)
            self.add_error("area", _("It may only go to: %(areas)s.") % {"areas": titles})
        return said

    def fact(self) -> Activity | None:
        """Answer the activity as the kernel takes it; None where the row says nothing."""
        said, book = self.cleaned_data, the_rulebook()
        kind = book.kinds.get(said["kind"])
        if kind is None:
            return None
        asked, amount = fields_of(kind), said["amount"]
        areas = (said["area"],) if said["area"] else kind.areas or tuple(book.areas)
        return Activity(
            id=str(self.number),
            kind=said["kind"],
            title=_("%(kind)s, row %(number)s") % {"kind": kind.title, "number": self.number + 1},
            completed_on=said["on"] or self.today,
            contact_hours=Points(amount) if "contact_hours" in asked else None,
            pages=int(amount) // 100 if "pages" in asked else None,
            earned=said["earned"] if "earned" in asked else None,
            approved="approved" in asked,  # supposed that the board agrees
            covers=areas,
        )


def _earnable() -> Iterator[str]:
    for kind in the_rulebook().kinds.values():
        if isinstance(kind.earns, PerCredential):
            for one in kind.earns.classes:
                yield from one.credentials


@public
def need(request: Request) -> HttpResponse:
    """Say what a certification needs, with some activities: the assessment, and the plan."""
    is_asked = "category" in request.GET
    form = CertificationForm(request.GET if is_asked else None, today=request.today)
    rows = [
        ActivityRow(
            request.GET if is_asked else None,
            prefix=str(number),
            number=number,
            today=request.today,
        )
        for number in range(_rows_asked(request))
    ]
    is_good = all([form.is_valid(), *(row.is_valid() for row in rows)])
    position = _position(form, rows, request.today) if is_good else None
    page = {
        "form": form,
        "rows": rows,
        "more": min(len(rows) + MORE, MOST),
        "is_full": len(rows) >= MOST,
        "is_asked": is_asked,
        "card": card_of(position, as_of=request.today) if position else None,
        "lines": lines_of(position) if position else [],
        "supposed": True,
        "today": request.today,
        "current": "need",
        "address": request.build_absolute_uri(),
    }
    failed = is_asked and position is None and not request.htmx  # a part is shown whatever it says
    return render(request, "portal/programme/need.html", page, status=422 if failed else 200)


def _rows_asked(request: Request) -> int:
    """Answer how many rows the page has: those that were asked for, and all that are filled."""
    asked = request.GET.get("rows", "")
    count = int(asked) if asked.isdecimal() and len(asked) < len(str(MOST)) + 1 else FEW
    filled = [
        number
        for number in range(MOST)
        if request.GET.get(f"{number}-kind") or request.GET.get(f"{number}-amount")
    ]
    return min(max(count, FEW, *(number + 1 for number in filled)), MOST)


def _position(form: CertificationForm, rows: list[ActivityRow], today: date) -> Position | None:
    said = form.cleaned_data
    holding = holding_supposed(said["category"], ends_on=said["expires"], as_of=today)
    activities = [fact for fact in (row.fact() for row in rows) if fact]
    try:
        return position_supposed(holding, activities, as_of=today)
    except NotInForce as error:
        form.add_error("expires", str(error))
        return None
