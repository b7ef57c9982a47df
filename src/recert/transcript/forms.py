"""What certificants type about activities and documents, checked; nothing is saved here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.people.lines import clean_line
from recert.policy.case import EARLIEST, LATEST, Activity, fields_of
from recert.policy.points import MOST, Points
from recert.policy.rulebook import Kind, PerCredential, Rulebook
from recert.transcript.models import Activity as Row

POINTS = "points-"
"""What the names of the fields begin with that hold the points of an area."""

LONGEST_TITLE, LONGEST_PROVIDER = 300, 200


class PointsField(forms.Field):
    """A number of points or hours, such as 1.25; read as hundredths."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: object) -> Points | None:
        """Read what was typed; a decimal comma is one too."""
        text = str(value or "").strip().replace(",", ".")
        if not text:
            return None
        try:
            points = Points.parse(text)
        except ValueError:
            message = _("Enter a number such as 1.25, up to %(most)s, in hundredths at the finest.")
            raise ValidationError(message, params={"most": f"{MOST:,}"}) from None
        if not points:
            raise ValidationError(_("Enter a number above 0."))
        return points

    def prepare_value(self, value: object) -> object:
        """Write hundredths as they are typed."""
        return str(Points(value)) if isinstance(value, int) else value


class DayField(forms.DateField):
    """A day, in the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(input_formats=["%Y-%m-%d"], **options)

    def validate(self, value: date | None) -> None:
        """Refuse what is a slip of the keyboard."""
        super().validate(value)
        if value and not EARLIEST <= value <= LATEST:
            raise ValidationError(_("Check the year."))


class ActivityForm(forms.Form):
    """An activity of a kind. It asks for what the kind needs, and for nothing else.

    `cleaned_data["said"]` is what the actions take.
    """

    template_name = "forms/activity.html"
    entry_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        help_text=gettext_lazy("As it stands on the certificate or in the program."),
    )
    provider = forms.CharField(
        label=gettext_lazy("Provider"),
        max_length=LONGEST_PROVIDER,
        required=False,
        help_text=gettext_lazy("Who offered it. Choose from the list, or type another."),
        widget=forms.TextInput(attrs={"list": "providers", "autocomplete": "off"}),
    )
    completed_on = DayField(label=gettext_lazy("Completed on"))

    OWN: ClassVar[dict[str, type[forms.Field]]] = {}

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.book: Rulebook = the_rulebook()
        self.kind_key = kind
        self.kind: Kind = self.book.kinds[kind]
        self.asked = fields_of(self.kind)
        for name, field in self._own_fields():
            self.fields[name] = field
        areas = self.kind.areas or tuple(self.book.areas)
        self.fields["covers"] = forms.MultipleChoiceField(
            label=_("Areas"),
            required=False,
            choices=[(key, self.book.areas[key].title) for key in areas],
            widget=forms.CheckboxSelectMultiple,
        )
        for key in areas:
            self.fields[POINTS + key] = PointsField(
                label=self.book.areas[key].title, required=False
            )

    def _own_fields(self) -> Iterator[tuple[str, forms.Field]]:
        for name, needed in self.asked.items():
            match name:
                case "contact_hours":
                    yield name, PointsField(label=_("Contact hours"), help_text=self._hours_help())
                case "pages":
                    yield name, forms.IntegerField(label=_("Pages"), min_value=1, max_value=100_000)
                case "earned":
                    yield name, forms.ChoiceField(label=_("Earned"), choices=self._credentials())
                case "repeat":
                    label = _("I presented this before")
                    yield name, forms.BooleanField(label=label, required=False)
                case "from":
                    label, text = _("First day"), _("Where it took more than one day.")
                    yield "from_on", DayField(label=label, required=needed, help_text=text)
                case "to" | "approved":  # `completed_on` is the last day; the board approves
                    continue

    def _hours_help(self) -> str:
        equivalents = getattr(self.kind.earns, "equivalents", ())
        said = [f"1 {one.unit} = {one.contact_hours}" for one in equivalents]
        return "; ".join(said)

    def _credentials(self) -> list[tuple[str, object]]:
        earns = self.kind.earns
        classes = earns.classes if isinstance(earns, PerCredential) else ()
        groups = [(one.title, [(key, key) for key in one.credentials]) for one in classes]
        return [("", _("Choose")), *groups]

    @property
    def area_rows(self) -> list[tuple[BoundWidget, forms.BoundField]]:
        """Each area: the box to tick, and the points to give it."""
        boxes = list(self["covers"])
        return [(box, self[POINTS + str(box.data["value"])]) for box in boxes]

    def clean_title(self) -> str:
        """Keep a title as one line."""
        return self._line("title")

    def clean_provider(self) -> str:
        """Keep a provider as one line."""
        return clean_line(self.cleaned_data["provider"])

    def _line(self, name: str) -> str:
        line = clean_line(self.cleaned_data[name])
        if not line:
            raise ValidationError(self.fields[name].error_messages["required"], code="required")
        return line

    def clean(self) -> dict[str, Any]:
        """Put what was typed together, and check what only shows in it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        from_on, completed_on = cleaned.get("from_on"), cleaned.get("completed_on")
        if from_on and completed_on and from_on > completed_on:
            self.add_error("from_on", _("The first day lies after the last one."))
        covers, portions = self._areas(cleaned)
        cleaned["said"] = {
            "kind": self.kind_key,
            "title": cleaned.get("title", ""),
            "provider": cleaned.get("provider", ""),
            "completed_on": completed_on,
            "contact_hours": cleaned.get("contact_hours"),
            "pages": cleaned.get("pages"),
            "earned": cleaned.get("earned", ""),
            "repeat": cleaned.get("repeat", False),
            "from_on": from_on,
            "covers": covers,
            "portions": portions,
        }
        return cleaned

    def _areas(self, cleaned: dict[str, Any]) -> tuple[list[str], dict[str, int] | None]:
        """Answer the areas, and their points where any were given.

        Ticked areas without points leave it to the rules where the points serve best.
        """
        ticked = list(cleaned.get("covers") or ())
        given = {
            name.removeprefix(POINTS): int(value)
            for name, value in cleaned.items()
            if name.startswith(POINTS) and value
        }
        if not given:
            return ticked, None
        for area in ticked:
            if area not in given and POINTS + area not in self.errors:
                message = _("Give points to each area that you ticked, or to none of them.")
                self.add_error(POINTS + area, message)
        return [*ticked, *(area for area in given if area not in ticked)], given

    def fact(self, ref: str) -> Activity | None:
        """Answer what was typed as the kernel takes it, as far as it is enough to judge it."""
        said = self.cleaned_data.get("said")
        own = set(self.asked) - {"repeat", "approved", "from", "to"}
        if (
            not said
            or not said["completed_on"]
            or any(said.get(name) in (None, "") for name in own)
        ):
            return None
        portions, hours = said["portions"], said["contact_hours"]
        return Activity(
            id=ref,
            kind=self.kind_key,
            title=said["title"],
            completed_on=said["completed_on"],
            provider=said["provider"],
            contact_hours=hours,
            earned=said["earned"] or None,
            pages=said["pages"],
            repeat=said["repeat"],
            from_=said["from_on"],
            allocation=portions and {area: Points(some) for area, some in portions.items()},
            covers=tuple(said["covers"]) or None,
        )


def initial_of(row: Row) -> dict[str, object]:
    """Answer what a form says of an activity that is there."""
    points = {POINTS + area: some for area, some in (row.portions or {}).items()}
    return {
        "title": row.title,
        "provider": row.provider,
        "completed_on": row.completed_on,
        "contact_hours": row.contact_hours,
        "pages": row.pages,
        "earned": row.earned,
        "repeat": row.repeat,
        "from_on": row.from_on,
        "covers": row.covers,
        "version": row.version,
        "entry_key": row.entry_key,
        **points,
    }


class TranscriptFilter(forms.Form):
    """Which activities of a transcript are shown."""

    words = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    since = DayField(label=gettext_lazy("From"), required=False)
    until = DayField(label=gettext_lazy("Until"), required=False)
    shown = forms.ChoiceField(label=gettext_lazy("Show"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        kinds = [(key, kind.title) for key, kind in the_rulebook().kinds.items()]
        self.fields["kind"].choices = [("", _("All kinds")), *kinds]  # type: ignore[attr-defined]  # a choice field
        self.fields["shown"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", _("Activities")),
            ("without-documents", _("Without documents")),
            ("withdrawn", _("Withdrawn")),
        ]

    def clean_words(self) -> str:
        """Take a line."""
        return clean_line(self.cleaned_data["words"])


class DocumentsForm(forms.Form):
    """Files that prove an activity."""

    proves = forms.ChoiceField(label=gettext_lazy("What they prove"), required=False)
    is_translation = forms.BooleanField(
        label=gettext_lazy("They translate other documents of this activity"), required=False
    )

    def __init__(self, *args: Any, kind: Kind, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        documents = the_rulebook().documents
        choices = [(key, documents[key].title) for key in kind.documents]
        self.fields["proves"].choices = [*choices, ("", _("Something else"))]  # type: ignore[attr-defined]  # a choice field
        self.fields["proves"].initial = choices[0][0] if choices else ""
