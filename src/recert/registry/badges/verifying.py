"""Is a badge what it seems? Answered from files alone, in words.

A badge is taken apart by what it should be: what stands there that should not, and what does not
stand there, is said with its place. A list is believed only where the badge names it and the same
board has signed it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from recert.registry.badges.contexts import CREDENTIALS, OPEN_BADGES
from recert.registry.badges.lists import is_set
from recert.registry.badges.multikeys import read_multikey
from recert.registry.badges.proofs import SUITE, NotSigned, check_proof

Document = dict[str, Any]


class _Wrong(ValueError):
    """One thing that is wrong, with its place."""


@dataclass
class Verdict:
    """What was found: all that is wrong, what is well, and what could not be seen."""

    wrong: list[str] = field(default_factory=list)
    well: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def verify_badge(
    badge: Document, *, keys: Document, status_list: Document | None, at: datetime
) -> Verdict:
    """Answer whether a badge is what it seems at an instant, by the keys of a board.

    `keys` is the document that the board publishes at /.well-known/did.json.
    """
    verdict = Verdict()

    def look(part: Callable[[], str]) -> bool:
        try:
            verdict.well.append(part())
        except _Wrong as error:
            verdict.wrong.append(str(error))
            return False
        return True

    look(lambda: _is_a_badge(badge))
    issuer = issuer_of(badge)
    look(lambda: _is_signed(badge, issuer, keys, "the badge"))
    look(lambda: _is_its_time(badge, at, "the badge"))
    if not isinstance(badge.get("credentialStatus"), dict):
        verdict.unseen.append("It names no list of revoked badges, so nobody can see a revocation.")
    elif status_list is None:
        named = badge["credentialStatus"].get("statusListCredential")
        verdict.unseen.append(
            f"Whether it was revoked could not be seen: save {named} and name it with --status-list"
        )
    elif look(lambda: _list_is_of(status_list, badge, keys, at)):
        look(lambda: _is_not_revoked(status_list, badge))
    return verdict


def _is_a_badge(badge: Document) -> str:
    contexts, types = badge.get("@context"), badge.get("type")
    if not isinstance(contexts, list) or contexts[:2] != [CREDENTIALS, OPEN_BADGES]:
        raise _Wrong(f"@context: expected {CREDENTIALS} and then {OPEN_BADGES}")
    wanted = {"VerifiableCredential"}, {"OpenBadgeCredential", "AchievementCredential"}
    if not isinstance(types, list) or not all(one & _texts(types) for one in wanted):
        raise _Wrong("type: expected VerifiableCredential and OpenBadgeCredential")
    subject = badge.get("credentialSubject")
    if not isinstance(subject, dict) or "AchievementSubject" not in _texts(subject.get("type")):
        raise _Wrong("credentialSubject: expected one of the type AchievementSubject")
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict) or not isinstance(achievement.get("name"), str):
        raise _Wrong("credentialSubject.achievement: expected one with a name")
    return f"It is an Open Badge 3.0: {achievement['name']}."


def _texts(value: object) -> set[str]:
    values = value if isinstance(value, list) else [value]
    return {one for one in values if isinstance(one, str)}


def issuer_of(document: Document) -> str:
    """Answer by which name a document says who issued it; empty where it does not."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def _is_signed(document: Document, issuer: str, keys: Document, what: str) -> str:
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise _Wrong(f"proof: {what} is not signed, or signed more than once")
    for name, expected in (
        ("type", "DataIntegrityProof"),
        ("cryptosuite", SUITE),
        ("proofPurpose", "assertionMethod"),
    ):
        if proof.get(name) != expected:
            raise _Wrong(f"proof.{name}: expected {expected}, found {proof.get(name)!r}")
    method = _method(proof.get("verificationMethod"), issuer, keys, what)
    try:
        key = read_multikey(str(method.get("publicKeyMultibase")))
        check_proof(document, key=key)
    except NotSigned as error:
        raise _Wrong(f"proof: {what} is not as it was signed; {error}") from error
    except ValueError as error:
        raise _Wrong(f"keys: {error}") from error
    return f"{what.capitalize()} is as {issuer} signed it on {proof.get('created')}."


def _method(named: object, issuer: str, keys: Document, what: str) -> Document:
    """Answer the key with which a document says it was signed, where it is one of its issuer."""
    if not issuer:
        raise _Wrong(f"issuer: {what} does not say who issued it")
    if keys.get("id") != issuer:
        raise _Wrong(f"issuer: {what} is of {issuer}, and the keys are of {keys.get('id')}")
    if not isinstance(named, str) or named.partition("#")[0] != issuer:
        raise _Wrong(f"proof.verificationMethod: expected a key of {issuer}, found {named!r}")
    methods, allowed = keys.get("verificationMethod"), keys.get("assertionMethod")
    listed = methods if isinstance(methods, list) else []
    found = [one for one in listed if isinstance(one, dict) and one.get("id") == named]
    if not found or not isinstance(allowed, list) or named not in allowed:
        raise _Wrong(f"proof.verificationMethod: {issuer} has no such key now: {named}")
    return dict(found[0])


def _is_its_time(document: Document, at: datetime, what: str) -> str:
    first = _instant(document.get("validFrom"), "validFrom", what)
    if at < first:
        raise _Wrong(f"validFrom: {what} is valid only from {_shown(first)}")
    if "validUntil" not in document:
        return f"Valid since {_shown(first)}, and without a last day."
    last = _instant(document["validUntil"], "validUntil", what)
    if at > last:
        raise _Wrong(f"validUntil: {what} expired, on {_shown(last)}")
    return f"Valid from {_shown(first)} until {_shown(last)}."


def _instant(value: object, name: str, what: str) -> datetime:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _Wrong(f"{name}: expected an instant in {what}, found {value!r}")
    return found


def _shown(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


PURPOSE: Final = "revocation"


def _list_is_of(status_list: Document, badge: Document, keys: Document, at: datetime) -> str:
    """Bind a list to a badge: the one that it names, signed by the same board, and not too old."""
    named = badge["credentialStatus"].get("statusListCredential")
    if not isinstance(named, str) or status_list.get("id") != named:
        raise _Wrong(f"status list: the badge names {named}, and this is {status_list.get('id')}")
    if "BitstringStatusListCredential" not in _texts(status_list.get("type")):
        raise _Wrong("status list: type: expected BitstringStatusListCredential")
    issuer = issuer_of(status_list)
    if issuer != issuer_of(badge):
        raise _Wrong(f"status list: it is of {issuer}, and the badge of {issuer_of(badge)}")
    said = _is_signed(status_list, issuer, keys, "the status list")
    _is_its_time(status_list, at, "the status list")
    return said


def _is_not_revoked(status_list: Document, badge: Document) -> str:
    entry, subject = badge["credentialStatus"], status_list.get("credentialSubject")
    if entry.get("type") != "BitstringStatusListEntry" or entry.get("statusPurpose") != PURPOSE:
        raise _Wrong("credentialStatus: expected a BitstringStatusListEntry for revocation")
    if not isinstance(subject, dict) or subject.get("statusPurpose") != PURPOSE:
        raise _Wrong("status list: credentialSubject: expected a list of revocations")
    index = entry.get("statusListIndex")
    if not isinstance(index, str) or not index.isdecimal() or len(index) > len("131072"):
        raise _Wrong(f"credentialStatus.statusListIndex: expected a number, found {index!r}")
    try:
        revoked = is_set(str(subject.get("encodedList")), int(index))
    except ValueError as error:
        raise _Wrong(f"status list: encodedList: {error}") from error
    if revoked:
        raise _Wrong(
            f"REVOKED: the list of {status_list.get('validFrom')} says that it holds no more"
        )
    return f"It was not revoked, as of {status_list.get('validFrom')}."
