"""Who the invented people are: what they are called, and where they live and work."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Any, Final

YOUNGEST, OLDEST = 20, 34
"""Between these ages people are certified first, in years."""

WITH_PHONE: Final = 0.6
WITH_GENDER: Final = 0.3
WITH_WORK_ADDRESS: Final = 0.25
GENDERS: Final = ("woman", "woman", "man", "man", "non-binary")
JOBS: Final = (
    "Technologist",
    "Senior Technologist",
    "Section Supervisor",
    "Laboratory Manager",
    "Quality Officer",
    "Lecturer",
    "",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A country, as `places.toml` tells of it."""

    country: str
    facts: dict[str, Any]
    sets: tuple[dict[str, Any], ...]
    set_weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What the board knows of an invented person."""

    given_names: str
    family_name: str
    email: str
    phone: str
    language: str
    time_zone: str
    workplace: str
    university: str
    job_title: str
    gender: str
    homes: tuple[tuple[str, str, str, str, str, str], ...]  # use, lines, city, region, code, land


@cache
def _places() -> tuple[list[Place], list[int]]:
    told = tomllib.loads(files(__package__).joinpath("places.toml").read_text("utf-8"))
    places = [
        Place(
            country,
            facts,
            tuple(facts["names"]),
            tuple(accumulate(one["weight"] for one in facts["names"])),
        )
        for country, facts in told.items()
    ]
    return places, list(accumulate(place.facts["weight"] for place in places))


def draw_identity(chance: Random, *, number: str) -> Identity:
    """Draw a person; the customer number keeps their address for letters apart from others'."""
    places, weights = _places()
    (place,) = chance.choices(places, cum_weights=weights)
    facts = place.facts
    (names,) = chance.choices(place.sets, cum_weights=place.set_weights)
    given, family = _one(chance, names["given"]), _one(chance, names["family"])
    city, region = _one(chance, facts["cities"])
    workplace = facts["hospital"].format(city=city)
    lines = _line(chance, facts)
    homes = [("home", lines, city, region, _digits(chance, facts["postal"]), place.country)]
    if chance.random() < WITH_WORK_ADDRESS:
        code = _digits(chance, facts["postal"])
        homes.append(
            ("work", f"{workplace}\n{_line(chance, facts)}", city, region, code, place.country)
        )
    return Identity(
        given_names=given,
        family_name=family,
        email=f"{_in_ascii(given)}.{number.lower()}@example.org",
        phone=_digits(chance, f"{facts['calling']} 555 01##")
        if chance.random() < WITH_PHONE
        else "",
        language=facts["language"],
        time_zone=_one(chance, facts["zones"]),
        workplace=workplace,
        university=facts["university"].format(city=city),
        job_title=_one(chance, JOBS),
        gender=_one(chance, GENDERS) if chance.random() < WITH_GENDER else "",
        homes=tuple(homes),
    )


def draw_birthday(chance: Random, *, certified_on: date) -> date:
    """Draw the birthday of somebody who was certified first on a day."""
    days = int(chance.uniform(YOUNGEST, OLDEST) * 365.25)
    return certified_on - timedelta(days=days)


def _one(chance: Random, some: Any) -> Any:  # noqa: ANN401  # what the file holds
    """Choose one; quicker than `choice`, and this is asked a million times."""
    return some[int(chance.random() * len(some))]


def _line(chance: Random, facts: dict[str, Any]) -> str:
    number, street = int(chance.random() * 180) + 1, _one(chance, facts["streets"])
    return str(facts["line"].format(number=number, street=street))


def _digits(chance: Random, pattern: str) -> str:
    return "".join(str(int(chance.random() * 10)) if one == "#" else one for one in pattern)


UNDIVIDED: Final = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "\u0131": "i", "ß": "ss"})
"""Letters that no normalisation takes their stroke from."""


@cache
def _in_ascii(name: str) -> str:
    """Write a name as it stands in an address; "person" where nothing of it can."""
    divided = unicodedata.normalize("NFKD", name.translate(UNDIVIDED))
    plain = divided.encode("ascii", "ignore").decode()
    return "".join(one for one in plain.lower() if one.isalnum()) or "person"
