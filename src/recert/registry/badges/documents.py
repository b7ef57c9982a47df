"""Badges and their lists as documents: Open Badges 3.0 on Verifiable Credentials 2.0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from recert.policy.rulebook import Rulebook
from recert.registry.badges.contexts import CREDENTIALS, OPEN_BADGES
from recert.registry.badges.lists import written
from recert.registry.badges.offers import Offer
from recert.registry.badges.proofs import instant

Document = dict[str, Any]

LIST_LASTS: Final = timedelta(days=2)
"""How long a list may be believed. It is made anew whenever somebody asks for it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose badge it is: by name, or by a hash of something that only those who know them know."""

    text: str
    kind: str
    salt: str = ""

    @property
    def written(self) -> Document:
        """As it stands in the badge."""
        if not self.salt:
            said: Document = {"identityHash": self.text, "hashed": False}
        else:
            digest = sha256(f"{self.text}{self.salt}".encode()).hexdigest()
            said = {"identityHash": f"sha256${digest}", "hashed": True, "salt": self.salt}
        return {"type": "IdentityObject", "identityType": self.kind, **said}


def named_holder(name: str) -> Holder:
    """Answer a holder by name."""
    return Holder(name, "name")


def hashed_holder(email: str, salt: str) -> Holder:
    """Answer a holder by a hash of their address, for those who know it."""
    return Holder(email.strip().lower(), "emailAddress", salt)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a list, by the list's address."""

    list_address: str
    index: int

    @property
    def written(self) -> Document:
        """As it stands in the badge."""
        return {
            "id": f"{self.list_address}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_address,
        }


@dataclass(frozen=True, slots=True)
class Achievement:
    """What was achieved, in words, and where more of it is told and drawn."""

    address: str
    picture: str
    name: str
    code: str
    description: str
    narrative: str
    caption: str

    @property
    def written(self) -> Document:
        """As it stands in the badge."""
        return {
            "id": self.address,
            "type": ["Achievement"],
            "achievementType": "Certification",
            "name": self.name,
            "humanCode": self.code,
            "description": self.description,
            "criteria": {"id": self.address, "narrative": self.narrative},
            "image": {"id": self.picture, "type": "Image", "caption": self.caption},
        }


def badge_document(
    book: Rulebook,
    offer: Offer,
    achievement: Achievement,
    *,
    address: str,
    issuer: Document,
    holder: Holder,
    number: str,
    subject: str,
    place: Place,
) -> Document:
    """Answer a badge before it is signed; its days are the board's days."""
    said: Document = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement.name,
        "description": achievement.description,
        "issuer": issuer,
        "validFrom": instant(_begin_of(book, offer.starts)),
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "identifier": [holder.written],
            "achievement": achievement.written,
        },
        "credentialStatus": place.written,
    }
    if not holder.salt:  # a number leads to the page where anybody verifies it
        said["credentialSubject"]["licenseNumber"] = number
    if offer.until:
        last = _begin_of(book, offer.until + timedelta(days=1)) - timedelta(seconds=1)
        said["validUntil"] = instant(last)
    return said


def _begin_of(book: Rulebook, day: date) -> datetime:
    zone = ZoneInfo(book.calendar.time_zone.value)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def list_document(
    places: Iterable[int], *, address: str, issuer: Document, at: datetime
) -> Document:
    """Answer the list of badges that hold no more, before it is signed."""
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer["id"],
        "validFrom": instant(at),
        "validUntil": instant(at + LIST_LASTS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": written(places),
        },
    }
