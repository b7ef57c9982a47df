"""What the register says of a credential to anybody: what it is worth on a day, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from recert.board import the_rulebook
from recert.credentials.models import Credential, Grant
from recert.declarations.verifying import Verified, standings_among, verify
from recert.people.models import Person
from recert.policy.cycles import Cycle
from recert.policy.permissions import Actor
from recert.policy.standing import Standing, State, Title, title_of
from recert.registry.models import Listing

Said = Literal[
    "not-certified",
    "active",
    "renewal-pending",
    "inactive",
    "gap",
    "revoked",
    "expired",
    "voluntary",
    "voluntary-maintained",
]
SAID: Final[dict[State, Said]] = {
    "not-certified": "not-certified",
    "active": "active",
    "due": "active",  # that somebody has not declared yet is their own affair
    "renewal-pending": "renewal-pending",
    "inactive": "inactive",
    "expired": "expired",
    "examination-needed": "expired",
    "voluntary": "voluntary",
    "voluntary-maintained": "voluntary-maintained",
}
"""What the register calls each standing."""

MOST_WORDS: Final = 8
"""Of a name; where one ends and the family's begins nobody knows, so each place is tried."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a credential is worth on a day.

    `title` is empty where it may not be used; `bare` is what it is called all the same. `until` is
    the last day, None where it has none. `next`: the cycle that was granted and begins later.
    `back_on`: after a gap, the first day of the cycle that came after it.
    """

    number: str
    category: str
    on: date
    said: Said
    valid: bool
    title: Title
    bare: Title
    cycle: Cycle | None
    until: date | None
    next: Cycle | None
    back_on: date | None
    says: str
    rule: str


def answer_about(number: str, *, on: date, today: date) -> Answer | None:
    """Answer what the credential with a number is worth on a day; of none there is nothing."""
    known = verify([number], as_of=on)
    found = known.get(number) or known.get(number.upper())
    return _answer(found, on, today) if found else None


def answers_by_name(name: str, category: str, *, on: date, today: date) -> list[Answer]:
    """Answer the credentials of one category of those with a name who allow to be found by it."""
    people = _listed(name).values("pk")
    found = Credential.objects.filter(person__in=people, category=category)
    return [
        _answer(Verified(credential, standing), on, today)
        for credential, (standing,) in standings_among(
            list(found.values_list("pk", flat=True)), days=[on]
        )
    ]


def is_listed(actor: Actor) -> bool:
    """Answer whether somebody allows to be found by their name."""
    return Listing.objects.filter(person=actor.person).exists()


def _listed(name: str) -> QuerySet[Person]:
    words = name.lower().split()[:MOST_WORDS]
    either = Q(pk__in=())
    for place in range(1, len(words) + 1):
        given, family = " ".join(words[:place]), " ".join(words[place:])
        either |= Q(given=given, family=family)
    named = Person.objects.annotate(given=Lower("given_names"), family=Lower("family_name"))
    return named.filter(either, listing__isnull=False, erased_at=None, merged_into=None)


def _answer(found: Verified, on: date, today: date) -> Answer:
    credential, standing = found.credential, found.standing
    book = the_rulebook()
    grants = list(credential.grants.all())
    said = _said(standing, grants, on, today)
    says, rule = standing.says, standing.rule
    if standing.state == "due" and standing.cycle:  # as it is told before the window opens
        says, rule = f"Valid until {standing.cycle.ends}.", book.standing.expires.rule
    return Answer(
        number=credential.number,
        category=credential.category,
        on=on,
        said=said,
        valid=standing.valid,
        title=standing.title,
        bare=title_of(book, credential.category, maintained=False),
        cycle=standing.cycle,
        until=standing.until,
        next=standing.renewed,
        back_on=_back_on(grants, on, today) if said == "gap" else None,
        says=says,
        rule=rule,
    )


def _said(standing: Standing, grants: list[Grant], on: date, today: date) -> Said:
    said = SAID[standing.state]
    if said != "expired":
        return said
    if _back_on(grants, on, today):
        return "gap"
    return "revoked" if any(_was_revoked(one, on) for one in grants) else "expired"


def _was_revoked(grant: Grant, on: date) -> bool:
    """Answer whether without its revocation a cycle would run on a day."""
    return (
        grant.revoked_on is not None
        and grant.revoked_on <= on
        and grant.starts_on <= on <= grant.ends_on
    )


def _back_on(grants: list[Grant], on: date, today: date) -> date | None:
    """Answer when a cycle began after a day, as it is known today."""
    later = [
        one.starts_on
        for one in grants
        if on < one.starts_on <= today
        and one.granted_on <= today
        and (one.revoked_on is None or one.revoked_on > today)
    ]
    return min(later, default=None)
