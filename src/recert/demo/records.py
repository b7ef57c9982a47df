"""Makes the record of a persona: credentials, and a transcript written by the real actions."""

from __future__ import annotations

import hashlib
import tomllib
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from django.core.files.base import ContentFile

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant
from recert.demo.kinds import Kinds
from recert.demo.papers import certificate, photograph
from recert.journal.actions import record_event
from recert.people.models import Person
from recert.policy.case import build_case
from recert.policy.cycles import Cycle, first_cycle, next_cycle
from recert.policy.permissions import Actor
from recert.policy.points import points_text
from recert.policy.rulebook import PerActivity, PerHour, Purpose
from recert.policy.terms import Terms, terms_of
from recert.transcript.actions import add_activity, add_document, change_activity, withdraw_activity
from recert.transcript.content import Content
from recert.transcript.models import Activity

BOARD: Final = Actor(name="Import")
"""Who takes over what the board knew before."""

SIZES: Final = (14, 11, 8, 6, 10, 5, 12)
"""How large activities are, in hundredths of the total that is asked for."""

HALF: Final = 50
ENTERED_AFTER: Final = timedelta(days=6)


@dataclass(slots=True)
class Draft:
    """An activity that a persona will enter, and what they do with it afterwards."""

    kind: str
    area: str
    on: date
    said: dict[str, Any]
    papers: tuple[Callable[[dict[str, str]], bytes], ...] = ()
    reported: bool = False
    mistyped: bool = False
    withdrawn: bool = False


@cache
def _titles() -> dict[str, list[str]]:
    return tomllib.loads(files(__package__).joinpath("titles.toml").read_text("utf-8"))


def noon(day: date) -> datetime:
    """Answer an instant of a day."""
    return datetime.combine(day, time(15), UTC)


@dataclass(slots=True)
class Record:
    """The record of one persona while it is made."""

    person: Person
    actor: Actor
    as_of: date
    drafts: list[Draft] = field(default_factory=list)
    _turns: dict[str, int] = field(default_factory=dict)

    def certify(
        self, category: str, fits: Callable[[Cycle], int | None], *, renewals: int = 0
    ) -> tuple[Credential, Cycle]:
        """Make a credential, renewed so many times, whose last cycle fits best; answer both."""
        book = the_rulebook()
        certified_on = self._day_of(category, fits, renewals)
        credential = self.credential(category, certified_on)
        cycle = first_cycle(book, certified_on=certified_on)
        for _each in range(renewals):
            granted_on = cycle.ends - timedelta(days=24)
            cycle = next_cycle(book, cycle)
            Grant.objects.create(
                credential=credential,
                starts_on=cycle.starts,
                ends_on=cycle.ends,
                granted_on=granted_on,
            )
        return credential, cycle

    def credential(self, category: str, certified_on: date) -> Credential:
        """Make a credential."""
        return Credential.objects.create(
            person=self.person,
            program=the_rulebook().key,
            category=category,
            number=f"{category}-{self.person.customer_number}",
            certified_on=certified_on,
        )

    def _day_of(self, category: str, fits: Callable[[Cycle], int | None], renewals: int) -> date:
        """Find the day of certification with which the last cycle fits best on the day."""
        book = the_rulebook()
        required_from = book.categories[category].required_from or date.min
        best: tuple[int, date] | None = None
        for away in range(3 * 366 + 366 * book.cycle.years.value * (renewals + 2)):
            day = self.as_of - timedelta(days=away)
            if day < required_from or away % 3:
                continue
            cycle = first_cycle(book, certified_on=day)
            for _each in range(renewals):
                cycle = next_cycle(book, cycle)
            how_well = fits(cycle)
            if how_well is not None and (best is None or (how_well, day) > best):
                best = (how_well, day)
        if best is None:
            raise ValueError(f"{category}: no day of certification fits on {self.as_of}")
        return best[1]

    # The transcript

    def turn(self, name: str) -> int:
        """Answer how often something had its turn already."""
        self._turns[name] = self._turns.get(name, -1) + 1
        return self._turns[name]

    def earn(
        self,
        area: str,
        points: int,
        *,
        on: date,
        kind: str = "",
        portions: Mapping[str, int] | None = None,
        also: str = "",
        papers: tuple[Callable[[dict[str, str]], bytes], ...] = (),
        **after: bool,
    ) -> Draft:
        """Note an activity that brings some points to an area.

        `also` is another area that it covers; then nobody allocated it.
        """
        book = the_rulebook()
        kinds = Kinds(book)
        if not kind:
            kind = kinds.courses[self.turn("course") % len(kinds.courses)]
        rule = book.kinds[kind]
        titles = _titles().get(area, [book.areas[area].title])
        title = titles[self.turn(area) % len(titles)]
        if self._turns[area] >= len(titles):
            title = f"{title}, {on.year}"
        said: dict[str, Any] = {"kind": kind, "completed_on": on}
        match rule.earns:
            case PerHour(points=rate):
                said["contact_hours"] = -(-points * 100 // int(rate))
            case PerActivity(points=each):
                points = int(each)
                title = f"{rule.title}: {title}"
        said["title"] = title
        said["covers"] = [area, also] if also else [*(portions or [area])]
        said["portions"] = None if also else dict(portions or {area: points})
        offered = [one.name for one in book.providers] or [book.board]
        is_at_work = kinds.is_at_work(rule)
        place = self.turn("provider") % len(offered)
        said["provider"] = self.person.workplace if is_at_work else offered[place]
        draft = Draft(kind, area, on, said, papers, **after)
        self.drafts.append(draft)
        return draft

    def terms(self, category: str, purpose: Purpose, cycle: Cycle | None) -> Terms:
        """Answer what a declaration asks for."""
        book = the_rulebook()
        case = build_case(
            book,
            category=category,
            purpose=purpose,
            cycle=cycle,
            as_of=self.as_of,
            activities=(),
        )
        return terms_of(book, case)

    def earn_by_area(
        self, terms: Terms, period: Cycle, *, hundredths: int, without: tuple[str, ...] = ()
    ) -> None:
        """Note activities over a period that bring so much of a hundred of what is asked.

        First each area that is asked for, but those `without`; then the rest, anywhere.
        """
        parts = [
            (need.areas[0], max(HALF, -(-need.points // HALF) * HALF))
            for need in terms.needs
            if need.key not in without
        ]
        left = terms.total * hundredths // 100 - sum(points for _area, points in parts)
        others = [area for area in the_rulebook().areas if area not in without]
        while left > 0:
            size = terms.total * SIZES[self.turn("size") % len(SIZES)] // 100
            points = max(HALF, min(left, size) // HALF * HALF)
            parts.append((others[self.turn("other") * 3 % len(others)], points))
            left -= points
        days = list(_spread(period, len(parts)))
        order = sorted(range(len(parts)), key=lambda place: place * 7 % len(parts))
        for day, place in zip(days, order, strict=True):
            area, points = parts[place]
            papers = (certificate,) if place % 3 == 0 else (photograph,) if place % 7 == 1 else ()
            self.earn(area, points, on=day, papers=papers)

    def write(self) -> None:
        """Let the persona enter what was noted, in the order in which it happened."""
        self.drafts.sort(key=lambda draft: draft.on)
        for draft in self.drafts:
            self._enter(draft)
        self.drafts.clear()

    def _enter(self, draft: Draft) -> None:
        at = noon(min(draft.on + ENTERED_AFTER, self.as_of - timedelta(days=1)))
        if draft.reported:
            self._take_report(draft, at)
            return
        said = draft.said
        if draft.mistyped:
            said = said | {"title": said["title"].replace(" ", "  ", 1).lower()}
        activity, _is_new = add_activity(
            self.person, said=said, entry_key=uuid.uuid4(), by=self.actor, at=at
        )
        for number, paper in enumerate(draft.papers, 1):
            self._prove(activity, paper, number, at)
        if draft.mistyped:
            change_activity(
                activity.pk,
                said=draft.said,
                version=activity.version,
                by=self.actor,
                at=at + timedelta(minutes=4),
            )
        if draft.withdrawn:
            withdraw_activity(activity.pk, by=self.actor, at=at + timedelta(minutes=9))

    def _take_report(self, draft: Draft, at: datetime) -> None:
        """Take an activity that its provider recorded by itself (DEC-1)."""
        provider = draft.said["provider"]
        activity = Activity.objects.create(
            person=self.person, reported_by=provider, entered_at=at, changed_at=at, **draft.said
        )
        record_event(
            "activity.added",
            subject=activity.ref,
            about=self.person.ref,
            by=Actor(name=provider),
            at=at,
            facts={"title": activity.title, "reported_by": provider},
        )

    def _prove(
        self,
        activity: Activity,
        paper: Callable[[dict[str, str]], bytes],
        number: int,
        at: datetime,
    ) -> None:
        book = the_rulebook()
        documents = book.kinds[activity.kind].documents
        hours = activity.contact_hours
        data = paper(
            {
                "heading": book.documents[documents[0]].title if documents else "Certificate",
                "name": self.person.name,
                "title": activity.title,
                "provider": activity.provider,
                "day": activity.completed_on.isoformat(),
                "amount": f"{points_text(hours)} contact hours" if hours else "",
            }
        )
        is_pdf = data.startswith(b"%PDF")
        name = f"{activity.completed_on}-{number}.{'pdf' if is_pdf else 'png'}"
        add_document(
            activity.pk,
            file=ContentFile(data),
            name=name,
            content=content_of_paper(data, is_pdf=is_pdf),
            proves=documents[0] if documents else "",
            by=self.actor,
            at=at + timedelta(minutes=2),
        )


def content_of_paper(data: bytes, *, is_pdf: bool) -> Content:
    """Answer what a look into a paper of ours would find."""
    media_type, extension = ("application/pdf", ".pdf") if is_pdf else ("image/png", ".png")
    return Content(media_type, extension, len(data), hashlib.sha256(data).hexdigest())


def _spread(period: Cycle, count: int) -> Iterator[date]:
    """Answer so many days, evenly over a period."""
    days = (period.ends - period.starts).days
    for number in range(count):
        yield period.starts + timedelta(days=days * (2 * number + 1) // (2 * count))
