"""A board of thousands of invented people, and what happens to them on each day of a year."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from recert.board import the_rulebook
from recert.credentials.models import Credential, CycleChange, Grant, InactivePeriod
from recert.declarations.models import Declaration
from recert.people.models import Person
from recert.seeding.copying import copy_rows, next_ids
from recert.transcript.models import Activity
from tests.making import HOURLY
from tests.reminders.model import DAY, Card, Someone, Span, month_end, months_on, three_years

BOOK = the_rulebook()
START = date(2026, 3, 1)
YEAR = [START + n * DAY for n in range(365)]
ZONES = ("America/Chicago", "America/Chicago", "Europe/Berlin", "Asia/Tokyo", "Asia/Manila")
MLS_AREAS = ("safety", "ethics", "blood-banking", "chemistry", "hematology", "microbiology")
REQUIRED = ("MLS", "MLS", "PBT", "H", "BB")


def draw_people(count, *, seed):
    """Draw people with what will have happened to them by the end of the year."""
    chance = Random(seed)  # noqa: S311  # invented people need no secure chance
    return [_draw_someone(chance, number) for number in range(1, count + 1)]


def _draw_someone(chance, number):
    if chance.random() < 0.35:  # certified long ago: most of them do nothing, and get no letter
        return Someone(number, chance.choice(ZONES), [_draw_voluntary(chance)])
    cards, together = [], None
    for category in chance.sample(sorted(set(REQUIRED)), chance.choice([1, 1, 1, 1, 2, 2, 3])):
        # People who took several examinations at once have cycles that end together.
        if together is None or chance.random() < 0.4:
            together = months_on(START, chance.randrange(-2, 37))
        cards.append(_draw_card(chance, category, together))
    if chance.random() < 0.1:
        cards.append(_draw_voluntary(chance))
    if len(cards) == 1 and chance.random() < 0.15:
        _earn_all(chance, cards[0])
    return Someone(
        number,
        chance.choice(ZONES),
        cards,
        courtesies=chance.random() < 0.5,
        changes_mind_on=chance.choice(YEAR) if chance.random() < 0.1 else None,
    )


def _some_day(chance, month):
    return month.replace(day=chance.randint(1, month_end(month).day))


def _draw_card(chance, category, ends_in):
    card = Card(category, _some_day(chance, months_on(ends_in, -36)))
    if chance.random() < 0.5 and card.certified_on < date(2023, 1, 1):  # it was renewed once
        card.certified_on = _some_day(chance, months_on(card.certified_on.replace(day=1), -36))
        ended = three_years(card.certified_on)
        following = ended.replace(day=1)
        decided_on = ended - chance.randint(-20, 70) * DAY
        card.grants.append((decided_on, Span(following, three_years(following))))
    span = card.cycle(max(START, card.certified_on))
    what = chance.random()
    if what < 0.08:
        decided_on = _soon_after_something(chance, span)
        if card.certified_on < decided_on and span.starts <= decided_on <= span.ends:
            until = month_end(months_on(span.ends, chance.randint(3, 14)))
            card.inactive.append((decided_on, until))
    elif what < 0.16:
        decided_on = _soon_after_something(chance, span)
        earlier = month_end(months_on(span.ends, -chance.randint(1, 8)))
        if span.starts < decided_on <= earlier:
            card.shortened.append((decided_on, Span(span.starts, earlier)))
    _draw_declaration(chance, card, max([span.starts, *_changed_on(card)]))
    return card


def _soon_after_something(chance, span):
    """Answer a day, often one soon after something of a cycle was to be said."""
    said = [day for day in span.moments().values() if YEAR[0] <= day <= YEAR[-9]]
    if said and chance.random() < 0.7:
        return chance.choice(said) + chance.randint(1, 5) * DAY
    return chance.choice(YEAR)


def _changed_on(card):
    return [decided_on for each in (card.inactive, card.shortened) for decided_on, _ in each]


def _draw_declaration(chance, card, after):
    """Let somebody declare, or not; and let that be renewed, withdrawn, or never put right."""
    span = card.cycle(max(after, START, card.certified_on))
    opens = months_on(span.ends, -3)
    soon = chance.random() < 0.7
    declared_on = max(opens, after + DAY) + chance.randint(0, 20 if soon else 100) * DAY
    decided_on = declared_on + chance.randint(2, 45) * DAY
    if not YEAR[0] <= declared_on <= YEAR[-1]:
        return
    if declared_on > span.ends:
        if chance.random() < 0.3:  # somebody comes back after it has expired
            card.with_board.append((declared_on, decided_on, "approved"))
            card.grants.append((decided_on, Span(decided_on, three_years(decided_on))))
        return
    outcome = chance.choice(["approved"] * 5 + ["withdrawn", "deficient", "none"])
    if outcome == "none":
        return
    card.with_board.append((declared_on, decided_on, outcome))
    if outcome == "approved":
        following = span.ends.replace(day=1)
        card.grants.append((decided_on, Span(following, three_years(following))))


def _draw_voluntary(chance):
    card = Card("MT", date(2005, 3, chance.randint(1, 31)), voluntary=True)
    if chance.random() < 0.3:
        approved_on = months_on(START, -36) + chance.randint(-60, 1000) * DAY
        card.grants.append((approved_on, Span(approved_on, three_years(approved_on))))
    return card


def _earn_all(chance, card):
    """Let everything be entered on a day, where nothing else changes the cycle by then."""
    day = START + chance.randint(0, 200) * DAY
    span = card.cycle(day)
    fits = span and span.starts + 5 * DAY < day < span.ends.replace(day=1) - DAY
    if fits and card.category == "MLS" and not (card.inactive or card.shortened):
        card.all_points_from = day


class Board:
    """The rows of these people, as they are on each day."""

    def __init__(self, people):
        """Write who they are; nothing has happened yet."""
        keys = next_ids(Person, len(people))
        self.person = dict(zip(keys, people, strict=True))
        self.happens = defaultdict(list)
        credentials = iter(next_ids(Credential, sum(len(one.cards) for one in people)))
        self.card, rows = {}, []
        for key, someone in self.person.items():
            for place, card in enumerate(someone.cards):
                credential = next(credentials)
                self.card[credential] = (someone.number, place)
                ref = f"CR-{someone.number}-{place}"
                row = (credential, ref, key, BOOK.key, card.category, ref, card.certified_on)
                rows.append((max(START, card.certified_on), row))
                self._plan(credential, key, card)
            if someone.changes_mind_on:
                self._on(someone.changes_mind_on, "mind", key)
        copy_rows(
            Person,
            (
                "id",
                "ref",
                "customer_number",
                "born_on",
                "given_names",
                "family_name",
                "email",
                "time_zone",
                "courtesy_letters",
            ),
            (
                (
                    key,
                    f"PE-{one.number}",
                    f"C{one.number}",
                    "1980-01-01",
                    "Person",
                    f"Number {one.number}",
                    f"p{one.number}@example.org",
                    one.zone,
                    one.courtesies,
                )
                for key, one in self.person.items()
            ),
        )
        for day, row in rows:
            self._on(day, "credential", row)

    def _on(self, day, what, *said):
        if day <= YEAR[-1]:
            self.happens[max(day, START)].append((what, *said))

    def _plan(self, credential, person, card):
        for decided_on, span in card.grants:
            granted = Grant(
                credential_id=credential,
                starts_on=span.starts,
                ends_on=span.ends,
                granted_on=decided_on,
            )
            self._on(decided_on, "row", granted)
        for decided_on, until in card.inactive:
            rest = InactivePeriod(credential_id=credential, granted_on=decided_on, until_on=until)
            self._on(decided_on, "row", rest)
        for decided_on, span in card.shortened:
            change = CycleChange(
                credential_id=credential,
                cycle_starts_on=span.starts,
                ends_on=span.ends,
                granted_on=decided_on,
            )
            self._on(decided_on, "row", change)
        for declared_on, until, outcome in card.with_board:
            row = _declaration(credential, card.cycle(declared_on), declared_on, until, outcome)
            self._on(declared_on, "row", row)
            if outcome != "deficient":  # that ends by itself, and nobody need note it
                self._on(until, "decided", row, until, outcome)
        if card.all_points_from:
            for area in MLS_AREAS:
                self._on(card.all_points_from, "row", _course(person, area, card.all_points_from))

    def live(self, day):
        """Let happen what happens on a day."""
        of_kind = defaultdict(list)
        for what, *said in self.happens.pop(day, ()):
            of_kind[what].append(said)
        copy_rows(
            Credential,
            ("id", "ref", "person_id", "program", "category", "number", "certified_on"),
            [row for (row,) in of_kind["credential"]],
        )
        by_model = defaultdict(list)
        for (row,) in of_kind["row"]:
            by_model[type(row)].append(row)
        for model, rows in by_model.items():
            model.objects.bulk_create(rows)
        for row, until, outcome in of_kind["decided"]:
            grant = None
            if outcome == "approved":
                grant = Grant.objects.filter(credential=row.credential_id).latest("granted_on")
            row.state, row.decided_on, row.grant = outcome, until, grant
            row.save(update_fields=["state", "decided_on", "grant"])
        for (key,) in of_kind["mind"]:
            wants = not self.person[key].courtesies
            Person.objects.filter(pk=key).update(courtesy_letters=wants)


def _declaration(credential, span, declared_on, until, outcome):
    deficient = outcome == "deficient"
    return Declaration(
        credential_id=credential,
        state="deficient" if deficient else "submitted",
        purpose="renewal" if declared_on <= span.ends else "reinstatement",
        cycle_starts_on=span.starts,
        cycle_ends_on=span.ends,
        case={},
        started_at=datetime.combine(declared_on, time(12), UTC),
        submitted_at=datetime.combine(declared_on, time(12), UTC),
        submitted_on=declared_on,
        due_on=declared_on + timedelta(days=60),
        correct_by=until - DAY if deficient else None,
    )


def _course(person, area, day):
    at = datetime.combine(day, time(12), UTC)
    return Activity(
        person_id=person,
        kind=HOURLY,
        title=f"On {area}",
        completed_on=day - 3 * DAY,
        contact_hours=4000,
        covers=[area],
        portions={area: 4000},
        entered_at=at,
        changed_at=at,
    )
