"""What certificants type into a declaration, checked; nothing is saved here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.declarations.allocating import Portions, Share, portions_text
from recert.policy.points import Points
from recert.transcript.forms import PointsField


class PortionField(PointsField):
    """Points of an activity in an area; none at all is written as 0 too, or left empty."""

    def to_python(self, value: object) -> Points | None:
        """Read what was typed."""
        text = str(value or "").strip()
        if text and set(text) <= set("0.,") and "0" in text:
            return None
        return super().to_python(value)


@dataclass(frozen=True, slots=True)
class ShareRow:
    """An activity in the form: its share, its fields by area, and what was saved meanwhile."""

    share: Share
    fields: list[tuple[str, BoundField]]
    was: str
    can_open: bool
    changed: bool


class AllocationForm(forms.Form):
    """Points by area of the activities of a draft.

    Each activity brings along how its points lay when the form was opened: what was saved in
    another window since is told, and what this form does not change is left as it is.
    `opened` are the refs of activities that may use any area.
    """

    def __init__(
        self,
        data: Any = None,  # noqa: ANN401  # as Django takes it
        *,
        shares: Sequence[Share],
        opened: Iterable[str] = (),  # as Django takes it
    ) -> None:
        super().__init__(data)
        self.shares, self.opened = list(shares), set(opened)
        self.changed: list[Share] = []
        areas = the_rulebook().areas
        for share in self.shares:
            for area in self._areas(share):
                self.fields[field_of(share.ref, area)] = PortionField(
                    label=_("%(activity)s: %(area)s")
                    % {"activity": share.title, "area": areas[area].title},
                    required=False,
                    initial=(share.allocated or {}).get(area),
                )

    def _areas(self, share: Share) -> tuple[str, ...]:
        return (*share.areas, *share.others) if share.ref in self.opened else share.areas

    def _is_sent(self, share: Share) -> bool:
        return self.is_bound and was_of(share.ref) in self.data

    def _was(self, share: Share) -> str:
        """Answer how the points lay when the form was opened; what is told is known from then."""
        now = portions_text(share.allocated)
        known = not self._is_sent(share) or share in self.changed
        return now if known else str(self.data[was_of(share.ref)])

    @property
    def rows(self) -> list[ShareRow]:
        """Each activity with its fields."""
        areas = the_rulebook().areas
        return [
            ShareRow(
                share=share,
                fields=[
                    (areas[area].title, self[field_of(share.ref, area)])
                    for area in self._areas(share)
                ],
                was=self._was(share),
                can_open=bool(share.others) and share.ref not in self.opened,
                changed=share in self.changed,
            )
            for share in self.shares
        ]

    def typed(self) -> dict[str, dict[str, int] | None]:
        """Answer how the points lie as typed, by activity, of those that were sent.

        Nothing in any area leaves it to the rules, unless the activity itself says otherwise.
        """
        found: dict[str, dict[str, int] | None] = {}
        for share in self.shares:
            if not self._is_sent(share):
                continue
            names = {area: field_of(share.ref, area) for area in self._areas(share)}
            given = {area: self.cleaned_data.get(name) for area, name in names.items()}
            some = {area: int(points) for area, points in given.items() if points}
            found[share.ref] = some or (None if share.own is None else {})
        return found

    def clean(self) -> dict[str, Any]:
        """Find what to move, and what was saved in another window meanwhile."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        moves: dict[str, Portions | None] = {}
        changed = []
        typed = self.typed()
        for share in self.shares:
            if share.ref not in typed:
                continue
            now, then = portions_text(share.allocated), portions_text(typed[share.ref])
            was = str(self.data[was_of(share.ref)])
            if then in (now, was):  # as it is, or not changed here
                continue
            if was != now:
                changed.append(share)
            moves[share.ref] = None if typed[share.ref] == share.own else typed[share.ref]
        self.changed = changed
        if changed:
            raise forms.ValidationError(
                _(
                    "In another window points were allocated while this page was open. Nothing was "
                    "overwritten: below is what you typed, and beside it what is there now. Save "
                    "again to put what you typed in its place."
                ),
                code="changed-meanwhile",
            )
        cleaned["moves"] = moves
        return cleaned


def field_of(ref: str, area: str) -> str:
    """Answer the name of the field that holds the points of an activity in an area."""
    return f"points-{ref}-{area}"


def was_of(ref: str) -> str:
    """Answer the name of the field that says how the points of an activity lay."""
    return f"was-{ref}"


class AttestForm(forms.Form):
    """The sentences of the rulebook, each of which must be put one's name to."""

    def __init__(self, data: Any = None, *, attested: Iterable[str] = ()) -> None:  # noqa: ANN401  # as above
        super().__init__(data)
        given = set(attested)
        for key, sentence in the_rulebook().attestations.items():
            self.fields[key] = forms.BooleanField(
                label=sentence.text,
                initial=key in given,
                error_messages={"required": _("Tick this sentence if it is so.")},
            )

    @property
    def rows(self) -> list[tuple[BoundField, str]]:
        """Each sentence with its rule."""
        sentences = the_rulebook().attestations
        return [(self[key], sentence.rule) for key, sentence in sentences.items()]

    @property
    def keys(self) -> list[str]:
        """The keys of the sentences that were ticked."""
        return [key for key in self.fields if self.cleaned_data.get(key)]


class LeaveOutForm(forms.Form):
    """Which activities of a declaration are left out of it."""

    def __init__(self, data: Any = None, *, refs: Sequence[str]) -> None:  # noqa: ANN401  # as above
        super().__init__(data)
        self.fields["left_out"] = forms.MultipleChoiceField(
            required=False, choices=[(ref, ref) for ref in refs]
        )
