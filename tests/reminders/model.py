"""When people are to be written to, worked out from the rules alone; the system is not asked.

The days of the programme are written down here once more, on purpose.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
COURTESIES = {"begins", "twelve-months", "six-months", "opens"}


def month_end(day):
    """Answer the last day of a month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_on(day, count):
    """Answer the same day some months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def three_years(starts):
    """Answer the last day of the cycle that begins on a day: the end of a month."""
    return month_end(months_on(starts, 36))


@dataclass(frozen=True)
class Span:
    """A cycle, from its first day to its last."""

    starts: date
    ends: date

    def moments(self):
        """Answer the days on which something is to be said of it."""
        return {
            "begins": self.starts,
            "twelve-months": months_on(self.ends, -12),
            "six-months": months_on(self.ends, -6),
            "opens": months_on(self.ends, -3),
            "due": months_on(self.ends, -1),
            "two-weeks": self.ends - 14 * DAY,
            "three-days": self.ends - 3 * DAY,
            "expired": self.ends + DAY,
        }


@dataclass
class Card:
    """A credential and what happens to it, each thing with its day."""

    category: str
    certified_on: date
    voluntary: bool = False
    grants: list[tuple[date, Span]] = field(default_factory=list)  # decided on, the cycle
    inactive: list[tuple[date, date]] = field(default_factory=list)  # decided on, until
    shortened: list[tuple[date, Span]] = field(default_factory=list)  # decided on, as it is then
    with_board: list[tuple[date, date, str]] = field(
        default_factory=list
    )  # from, until, how it ends
    all_points_from: date | None = None  # those of its first cycle here

    def known(self, day):
        """Answer the cycles that were granted by a day."""
        return [span for decided_on, span in self.grants if decided_on <= day]

    def cycle(self, day):
        """Answer the cycle that runs on a day, or ran last, as it was known on that day."""
        begun = [span for span in self.known(day) if span.starts <= day]
        if begun:
            span = max(begun, key=lambda one: one.starts)
        elif self.voluntary:
            return None
        else:
            span = Span(self.certified_on, three_years(self.certified_on))
        if self.voluntary:
            return span
        for decided_on, shorter in self.shortened:
            if decided_on <= day and shorter.starts == span.starts:
                span = Span(span.starts, min(span.ends, shorter.ends))
        for decided_on, until in self.inactive:
            if span.starts <= decided_on <= day:
                span = Span(span.starts, max(span.ends, until))
        return span

    def waits(self, day):
        """Answer whether the board has it, or has renewed it already: there is nothing to do."""
        at_board = any(first <= day < last for first, last, _ in self.with_board)
        return at_board or any(span.starts > day for span in self.known(day))

    def has_all(self, day, span):
        """Answer whether nothing is missing for a cycle."""
        return (
            self.all_points_from is not None
            and self.all_points_from <= day
            and span.ends > self.all_points_from
            and span == self.cycle(self.all_points_from)
        )

    def is_said(self, name, day, *, today, courtesies):
        """Answer whether what fell on a day is said today, which may be some days later."""
        then, span = self.cycle(day), self.cycle(today)
        if then is None or span is None or day < self.certified_on:
            return False
        same = then.starts == span.starts and (name == "begins" or then.ends == span.ends)
        wanted = courtesies or name not in COURTESIES
        waits = self.waits(day) or self.waits(today)
        falls = same and span.moments()[name] == day
        return falls and wanted and not waits and self._matters(name, span, today)

    def _matters(self, name, span, today):
        """Answer whether there is something to do about it, and not only to wait."""
        over = today > span.ends
        if name == "begins":
            return self.voluntary or not over
        if over or name == "expired":
            return over and name == "expired"
        if self.voluntary:  # its declaration is always taken, so it neither opens nor is due
            return name not in {"opens", "due"}
        is_open = today >= months_on(span.ends, -3)
        return is_open or not self.has_all(today, span)

    def days(self):
        """Answer each name and day on which something might have to be said."""
        changes = [self.certified_on]
        changes += [on for each in (self.grants, self.inactive, self.shortened) for on, _ in each]
        changes += [max(on, span.starts) for on, span in self.grants]
        spans = {self.cycle(on) for on in changes} - {None}
        return {(name, on) for span in spans for name, on in span.moments().items()}


@dataclass
class Someone:
    """A person with their credentials."""

    number: int
    zone: str
    cards: list[Card]
    courtesies: bool = True
    changes_mind_on: date | None = None

    def wants_courtesies(self, day):
        """Answer whether they want letters that one may do without."""
        changed = self.changes_mind_on is not None and self.changes_mind_on <= day
        return self.courtesies != changed


def letters(people, runs):
    """Answer all letters: the day, the person, and what is said of which credential until when.

    `runs` are the days on which somebody writes; what fell on another day waits for the next one.
    """
    written_on, following = {}, None
    for day in [runs[0] + n * DAY for n in range((runs[-1] - runs[0]).days, -1, -1)]:
        following = day if day in runs else following
        written_on[day] = following
    found = {}
    for someone in people:
        for place, card in enumerate(someone.cards):
            for name, day in card.days():
                today = written_on.get(day)
                if today is None:
                    continue
                wants = someone.wants_courtesies(today)
                if card.is_said(name, day, today=today, courtesies=wants):
                    of_day = found.setdefault((today, someone.number), {})
                    if place not in of_day or of_day[place][0] < day:
                        of_day[place] = (day, name, card.cycle(today).ends)
    return {
        (today, number): {
            (place, name, ends if today <= ends else None)
            for place, (_, name, ends) in said.items()
        }
        for (today, number), said in found.items()
    }
