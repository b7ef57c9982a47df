"""Fills a database with a believable board of invented people, quickly and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant, InactivePeriod
from recert.declarations.models import Use
from recert.journal.models import Event
from recert.people.models import Address, Person
from recert.policy import Rulebook
from recert.policy.refusals import Refused
from recert.refs import ref_from
from recert.seeding.copying import copy_rows, next_ids
from recert.seeding.lives import Life, draw_life, draw_stage
from recert.seeding.people import Identity, draw_birthday, draw_identity
from recert.seeding.transcripts import Entry, Writer, asked_of, portions_text
from recert.transcript.models import Activity

CHUNK: Final = 1000
"""So many people are kept in memory, and come in one transaction."""

USUAL: Final = 20
"""So many activities a person has on average."""

TO_FILL_A_CYCLE: Final = 10.3
"""So many activities fill a cycle then; people have had one or several."""

FIRST_NUMBER: Final = 1_000_001
ROUNDS: Final = 7
"""Every so many people the next category has its turn, so that the rare ones occur too."""

REF_BITS: Final = 60


@dataclass(frozen=True, slots=True)
class Seeded:
    """How much was written."""

    people: int = 0
    credentials: int = 0
    activities: int = 0

    def __add__(self, other: Seeded) -> Seeded:
        """Add up two."""
        return Seeded(
            self.people + other.people,
            self.credentials + other.credentials,
            self.activities + other.activities,
        )


@dataclass(slots=True)
class Someone:
    """An invented person with all that belongs to them, before it is written."""

    chance: Random
    number: str
    who: Identity
    born_on: date
    lives: list[Life]
    entries: list[Entry]

    def ref(self, prefix: str) -> str:
        """Draw a ref."""
        return ref_from(prefix, self.chance.getrandbits(REF_BITS))


def seed_board(
    *,
    certificants: int,
    as_of: date,
    seed: int = 1,
    add: bool = False,
    activities_each: int = USUAL,
    progress: Callable[[Seeded], None] | None = None,
) -> Seeded:
    """Write a board of invented people as it would be on a day; the same for the same arguments.

    `activities_each` is an average. `progress` is told after each chunk, which is a transaction.
    Raises `Refused` where there are people already, unless they are to be added to.
    """
    there = Person.objects.count()
    if there and not add:
        raise Refused(
            "people-there",
            _("This board has %(count)s people already; nothing was changed.") % {"count": there},
        )
    book, done = the_rulebook(), Seeded()
    to_fill = TO_FILL_A_CYCLE * activities_each / USUAL
    for first in range(there, there + certificants, CHUNK):
        last = min(first + CHUNK, there + certificants)
        some = [
            draw_someone(book, place, seed=seed, to_fill=to_fill, as_of=as_of)
            for place in range(first, last)
        ]
        with transaction.atomic():
            done += _write(book, some, as_of)
        if progress:
            progress(done)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # so that the first pages are as quick as the later ones
    return done


def seed_person(*, activities: int, as_of: date, seed: int = 1) -> Person:
    """Write one person with a number of activities in the cycle that runs on a day."""
    book = the_rulebook()
    place = Person.objects.count()
    chance = Random(f"{seed}/one/{place}")  # noqa: S311  # invented
    number = f"CN{FIRST_NUMBER + place}"
    who = draw_identity(chance, number=number)
    category = next(key for key, one in book.categories.items() if one.required_from)
    life = draw_life(
        chance, book, category=category, stage="first-cycle", diligence=1.0, as_of=as_of
    )
    born_on = draw_birthday(chance, certified_on=life.certified_on)
    writer = Writer(chance, book, who, to_fill=TO_FILL_A_CYCLE, as_of=as_of)
    terms = asked_of(book, category, life.spans[-1])
    if terms:
        own_area = book.categories[category].area
        writer.fill_with(activities, life.spans[-1], terms, own_area=own_area)
    someone = Someone(chance, number, who, born_on, [life], writer.entries)
    with transaction.atomic():
        _write(book, [someone], as_of)
    return Person.objects.get(customer_number=number)


def draw_someone(book: Rulebook, place: int, *, seed: int, to_fill: float, as_of: date) -> Someone:
    """Draw the person at a place; who that is does not depend on how many others there are."""
    chance = Random(f"{seed}/{place}")  # noqa: S311  # invented people need no secure chance
    number = f"CN{FIRST_NUMBER + place}"
    who = draw_identity(chance, number=number)
    diligence = chance.choice(DILIGENCE)
    lives = [
        draw_life(
            chance,
            book,
            category=category,
            stage=draw_stage(chance),
            diligence=diligence,
            as_of=as_of,
        )
        for category in _draw_categories(chance, book, place)
    ]
    lives.sort(key=lambda life: life.certified_on)
    born_on = draw_birthday(chance, certified_on=lives[0].certified_on)
    writer = Writer(chance, book, who, to_fill=to_fill, as_of=as_of)
    for rank, life in enumerate(lives):
        for span in life.spans:
            terms = asked_of(book, life.category, span)
            if terms:
                own_area = book.categories[life.category].area
                writer.fill(span, terms, own_area=own_area, whole=rank == 0)
    writer.slip(certified_on=lives[0].certified_on)
    entries = sorted(writer.entries, key=lambda entry: entry.completed_on)
    return Someone(chance, number, who, born_on, lives, entries)


DILIGENCE: Final = (0.3, 0.6, 0.8, 0.9, 1.0, 1.0, 1.05, 1.1, 1.1, 1.2)
"""How much of what is asked people earn; most earn a little more."""

HOW_MANY: Final = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
"""How many credentials people have."""


def _draw_categories(chance: Random, book: Rulebook, place: int) -> list[str]:
    """Draw the categories of a person; those without an area of their own are met most often."""
    keys = list(book.categories)
    weights = [
        len(keys) / 4 if one.required_from and not one.area else 1
        for one in book.categories.values()
    ]
    (first,) = chance.choices(keys, weights)
    if place % ROUNDS == 0:
        first = keys[place // ROUNDS % len(keys)]
    wanted = min(chance.choice(HOW_MANY), len(keys))
    found = [first]
    while len(found) < wanted:
        (another,) = chance.choices(keys, weights)
        if another not in found:
            found.append(another)
    return found


# Writing


def _write(book: Rulebook, some: list[Someone], as_of: date) -> Seeded:
    people = next_ids(Person, len(some))
    refs = [someone.ref("PE") for someone in some]
    copy_rows(Person, PERSON, map(_person, people, refs, some))
    copy_rows(Address, ADDRESS, _addresses(people, some))
    credentials = next_ids(Credential, sum(len(someone.lives) for someone in some))
    copy_rows(Credential, CREDENTIAL, _credentials(book, people, credentials, some))
    lives = [life for someone in some for life in someone.lives]
    copy_rows(Grant, GRANT, _grants(credentials, lives))
    copy_rows(InactivePeriod, INACTIVE, _inactive(credentials, lives))
    activities = next_ids(Activity, sum(len(someone.entries) for someone in some))
    copy_rows(Activity, ACTIVITY, _activities(people, activities, some, as_of))
    copy_rows(Use, USE, _uses(credentials, activities, some))
    copy_rows(Event, EVENT, _events(refs, some, as_of))
    return Seeded(len(people), len(credentials), len(activities))


PERSON: Final = (
    "id",
    "ref",
    "customer_number",
    "born_on",
    "given_names",
    "family_name",
    "email",
    "phone",
    "language",
    "time_zone",
    "workplace",
    "job_title",
    "gender",
)


def _person(key: int, ref: str, someone: Someone) -> tuple[object, ...]:
    who = someone.who
    return (
        key,
        ref,
        someone.number,
        someone.born_on,
        who.given_names,
        who.family_name,
        who.email,
        who.phone,
        who.language,
        who.time_zone,
        who.workplace,
        who.job_title,
        who.gender,
    )


ADDRESS: Final = ("person_id", "use", "lines", "city", "region", "postal_code", "country")


def _addresses(people: list[int], some: list[Someone]) -> Iterator[tuple[object, ...]]:
    for person, someone in zip(people, some, strict=True):
        for home in someone.who.homes:
            yield (person, *home)


CREDENTIAL: Final = ("id", "ref", "person_id", "program", "category", "number", "certified_on")


def _credentials(
    book: Rulebook, people: list[int], keys: list[int], some: list[Someone]
) -> Iterator[tuple[object, ...]]:
    each = iter(keys)
    for person, someone in zip(people, some, strict=True):
        for life in someone.lives:
            number = f"{life.category}-{someone.number[2:]}"
            ref = someone.ref("CR")
            yield next(each), ref, person, book.key, life.category, number, life.certified_on


GRANT: Final = ("credential_id", "starts_on", "ends_on", "granted_on")
INACTIVE: Final = ("credential_id", "granted_on", "until_on")


def _grants(credentials: list[int], lives: list[Life]) -> Iterator[tuple[object, ...]]:
    for credential, life in zip(credentials, lives, strict=True):
        for cycle, granted_on in life.grants:
            yield credential, cycle.starts, cycle.ends, granted_on


def _inactive(credentials: list[int], lives: list[Life]) -> Iterator[tuple[object, ...]]:
    for credential, life in zip(credentials, lives, strict=True):
        for granted_on, until in life.inactive:
            yield credential, granted_on, until


ACTIVITY: Final = (
    "id",
    "ref",
    "person_id",
    "state",
    "kind",
    "title",
    "completed_on",
    "provider",
    "contact_hours",
    "earned",
    "pages",
    "repeat",
    "approved",
    "from_on",
    "covers",
    "portions",
    "reported_by",
    "entry_key",
    "entered_at",
    "changed_at",
)
LATEST_ENTRY: Final = 40
"""Within so many days people enter what they did."""


def _activities(
    people: list[int], keys: list[int], some: list[Someone], as_of: date
) -> Iterator[tuple[object, ...]]:
    each = iter(keys)
    entered, withdrawn = Activity.State.ENTERED.value, Activity.State.WITHDRAWN.value
    for person, someone in zip(people, some, strict=True):
        chance = someone.chance
        for entry in someone.entries:
            day = entry.completed_on + timedelta(days=int(chance.random() * LATEST_ENTRY))
            at = f"{min(day, as_of)} 12:00+00"
            yield (
                next(each),
                someone.ref("AC"),
                person,
                withdrawn if entry.withdrawn else entered,
                entry.kind,
                entry.title,
                entry.completed_on,
                entry.provider,
                entry.contact_hours,
                entry.earned,
                entry.pages,
                entry.repeat,
                entry.approved,
                entry.from_on,
                f"{{{','.join(entry.covers)}}}",
                portions_text(entry.portions),
                entry.reported_by,
                f"{chance.getrandbits(128):032x}",
                at,
                at,
            )


USE: Final = ("credential_id", "activity_id", "cycle_ends_on")


def _uses(
    credentials: list[int], activities: list[int], some: list[Someone]
) -> Iterator[tuple[object, ...]]:
    """Answer what the earlier cycles of each credential used up."""
    of_lives, begins = iter(credentials), 0
    for someone in some:
        for life in someone.lives:
            credential, used = next(of_lives), set[int]()
            for span in life.spans:
                if span.used_until is None:
                    continue
                for place, entry in enumerate(someone.entries, begins):
                    if entry.completed_on in span.period and place not in used:
                        used.add(place)
                        if not entry.withdrawn:
                            yield credential, activities[place], span.used_until
        begins += len(someone.entries)


EVENT: Final = ("kind", "subject", "about", "by", "at", "facts")


def _events(refs: list[str], some: list[Someone], as_of: date) -> Iterator[tuple[object, ...]]:
    """Answer one event for each person: that their record came from elsewhere."""
    at = f"{as_of} 12:00+00"
    for ref, someone in zip(refs, some, strict=True):
        credentials, activities = len(someone.lives), len(someone.entries)
        facts = f'{{"credentials": {credentials}, "activities": {activities}}}'
        yield "record.imported", ref, ref, "Import", at, facts
