"""What staff type about audits, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.board import the_rulebook
from recert.declarations.auditing import Checked
from recert.declarations.models import Audit, AuditItem
from recert.people.forms import LineField
from recert.policy.points import Points
from recert.policy.sampling import WHOLE, Stratum
from recert.transcript.forms import DayField, PointsField

FOUND = "document-"
"""How the fields begin that say what was found of one document."""

STRATA = 3
"""So many strata one page takes; more is more than people keep apart."""


def verdict_choices() -> list[tuple[str, str]]:
    """Answer the verdicts as people call them."""
    words = {
        AuditItem.Verdict.ACCEPTED: _("accepted"),
        AuditItem.Verdict.UNREADABLE: _("unreadable"),
        AuditItem.Verdict.MISMATCH: _("does not match"),
        AuditItem.Verdict.MISSING: _("missing"),
    }
    return [(str(key), word) for key, word in words.items()]


class AuditFilter(forms.Form):
    """Which audits are listed."""

    state = forms.ChoiceField(label=gettext_lazy("State"))

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as Django passes them on
        super().__init__(*args, **options)
        self.fields["state"].choices = [  # type: ignore[attr-defined]  # a choice field
            (Audit.State.SENT, _("Documents to judge")),
            (Audit.State.AWAITING_DOCUMENTS, _("Documents wanted")),
            (Audit.State.NOT_PASSED, _("Not passed yet")),
            (Audit.State.APPEALED, _("Appeal under way")),
            (Audit.State.PASSED, _("Passed")),
            (Audit.State.FAILED, _("Failed")),
        ]


class JudgementForm(forms.Form):
    """What was found of an activity: of each document, of the whole, and the points proven."""

    verdict = forms.ChoiceField(label=gettext_lazy("Of the whole"), widget=forms.RadioSelect)
    documented = PointsField(
        label=gettext_lazy("Points proven"),
        required=False,
        help_text=gettext_lazy("Empty for all that it is worth."),
    )
    note = LineField(
        label=gettext_lazy("For the certificant"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("What is lacking, and what would do."),
    )

    def __init__(self, *args: Any, row: Checked, **options: Any) -> None:  # noqa: ANN401  # as above
        item = row.item
        options["initial"] = {
            "verdict": item.verdict or ("" if row.documents else AuditItem.Verdict.MISSING),
            "documented": item.documented if item.verdict == "accepted" else None,
            "note": item.note,
        }
        super().__init__(*args, **options)
        self.row = row
        self.fields["verdict"].choices = verdict_choices()  # type: ignore[attr-defined]  # a choice field
        for document in row.documents:
            self.fields[FOUND + document.ref] = forms.ChoiceField(
                label=document.name,
                required=False,
                choices=[("", _("not looked at")), *verdict_choices()[:3]],
                initial=item.documents.get(document.ref, ""),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse more points than were claimed, and a "no" without a word."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        documented = cleaned.get("documented")
        if documented is not None and documented > self.row.claimed:
            raise ValidationError(
                {
                    "documented": _("It counts for %(claimed)s at most.")
                    % {"claimed": Points(self.row.claimed)}
                }
            )
        if cleaned.get("verdict") not in {None, "accepted"} and not cleaned.get("note"):
            raise ValidationError({"note": _("Say what is lacking, and what would do.")})
        cleaned["documents"] = {
            name.removeprefix(FOUND): value
            for name, value in cleaned.items()
            if name.startswith(FOUND) and value
        }
        return cleaned


class DecisionForm(forms.Form):
    """How an audit is decided."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), widget=forms.RadioSelect)
    because = LineField(label=gettext_lazy("For the certificant"), max_length=500, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("passed", _("Passed: what was declared is proven")),
            ("not-passed", _("Not passed yet: it can be made up for, or appealed")),
        ]


class PeriodForm(forms.Form):
    """A period in which declarations are drawn: its days, and which share of which."""

    starts_on = DayField(label=gettext_lazy("First day of submission"))
    ends_on = DayField(label=gettext_lazy("Last day of submission"))
    spares_audited_before = forms.BooleanField(
        label=gettext_lazy("Spare those whose last declaration was audited"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(*args, **options)
        book = the_rulebook()
        purposes = [("", _("all purposes")), *((k, v.title) for k, v in book.declarations.items())]
        categories = [("", _("all categories")), *((key, key) for key in book.categories)]
        for number in range(1, STRATA + 1):
            self.fields[f"title-{number}"] = LineField(
                label=_("Stratum %(number)s: its name") % {"number": number},
                max_length=80,
                required=number == 1,
            )
            self.fields[f"share-{number}"] = PointsField(
                label=_("Stratum %(number)s: share, in percent") % {"number": number},
                required=number == 1,
            )
            self.fields[f"purpose-{number}"] = forms.ChoiceField(
                label=_("Stratum %(number)s: purpose") % {"number": number},
                choices=purposes,
                required=False,
            )
            self.fields[f"category-{number}"] = forms.ChoiceField(
                label=_("Stratum %(number)s: category") % {"number": number},
                choices=categories,
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        """Put the strata together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            raise ValidationError({"ends_on": _("The last day comes before the first.")})
        strata = []
        for number in range(1, STRATA + 1):
            title, share = cleaned.get(f"title-{number}"), cleaned.get(f"share-{number}")
            if not title and share is None:
                continue
            if not title or share is None or share > WHOLE:
                field = f"share-{number}" if title else f"title-{number}"
                raise ValidationError({field: _("A stratum has a name, and a share up to 100.")})
            purpose, category = cleaned[f"purpose-{number}"], cleaned[f"category-{number}"]
            strata.append(
                Stratum(
                    title=title,
                    share=int(share),
                    purposes=(purpose,) if purpose else (),
                    categories=(category,) if category else (),
                )
            )
        cleaned["strata"] = strata
        return cleaned
