"""Badges, and the lists of those that hold no more, as the records have it now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from recert.board import the_rulebook
from recert.credentials.models import Credential, CycleChange, Grant, InactivePeriod
from recert.credentials.queries import as_holding
from recert.declarations.queries import held_by
from recert.policy.permissions import Actor
from recert.policy.refusals import not_found
from recert.policy.standing import Standing, standing_on
from recert.registry.badges.documents import Document, list_document
from recert.registry.badges.issuer import address, profile_of_board, signer
from recert.registry.badges.offers import Offer, offer_of, still_holds
from recert.registry.badges.proofs import signed
from recert.registry.models import Badge


@dataclass(frozen=True, slots=True)
class Badgeable:
    """A credential of somebody's own, what a badge of it would say today, and the one they have."""

    credential: Credential
    standing: Standing
    offer: Offer | None
    badge: Badge | None

    @property
    def is_newest(self) -> bool:
        """Whether the badge that they have says what one would say today."""
        badge, offer = self.badge, self.offer
        if badge is None or offer is None:
            return False
        said = (badge.title, badge.superscript, badge.from_on, badge.until_on)
        title = offer.title
        return said == (title.text, title.superscript, offer.starts, offer.until)


def badgeable(actor: Actor, ref: str, *, as_of: date) -> Badgeable:
    """Answer one's own credential, as a badge may say of it. Raises `Refused`."""
    found = [held for held, _ in held_by(actor.person or 0, as_of) if held.credential.ref == ref]
    if not found:
        raise not_found()
    credential, holding = found[0]
    standing = standing_on(the_rulebook(), holding, as_of=as_of)
    offer = offer_of(standing, certified_on=credential.certified_on, as_of=as_of)
    badge = credential.badges.filter(ended_at=None).first()
    return Badgeable(credential, standing, offer, badge)


def badge_called(ref: str) -> Badge:
    """Answer a badge to whoever has its address. Raises `Refused`."""
    found = Badge.objects.select_related("credential__person").filter(ref=ref).first()
    if found is None or found.credential.person.erased_at:
        raise not_found()
    return found


def holds_on(badge: Badge, *, as_of: date) -> bool:
    """Answer whether what a badge said is so on a day, and was not taken back."""
    return badge.pk not in {one.pk for one in _ended(Badge.objects.filter(pk=badge.pk), as_of)}


def places_taken(number: int) -> set[int]:
    """Answer which places of a list are taken."""
    taken = Badge.objects.filter(list_number=number)
    return set(taken.values_list("list_index", flat=True))


def last_list() -> int:
    """Answer the number of the last list that was begun; the first is 1."""
    last = Badge.objects.order_by("-list_number").values_list("list_number", flat=True).first()
    return last or 1


def list_address(number: int) -> str:
    """Answer where a list is published."""
    return address(reverse("portal:badge-list", args=[number]))


def signed_list(number: int, *, as_of: date, at: datetime) -> Document:
    """Answer a list, made from the records as they are now. Raises `Refused`."""
    if number < 1 or number > last_list():
        raise not_found()
    ended = _ended(Badge.objects.filter(list_number=number), as_of)
    places = sorted(one.list_index for one in ended)
    issuer, by = profile_of_board(), signer()
    bare = list_document(places, address=list_address(number), issuer=issuer, at=at)
    return signed(bare, key=by.key, named=by.name, at=at)


def _ended(badges: QuerySet[Badge], as_of: date) -> list[Badge]:
    """Answer which of some badges hold no more on a day."""
    return [*badges.exclude(ended_at=None).defer("document"), *_not_so(badges, as_of)]


def no_longer_so(number: int, *, as_of: date) -> list[Badge]:
    """Answer which badges of a list say what is so no more, and were not ended yet; locked."""
    return _not_so(Badge.objects.filter(list_number=number).select_for_update(of=("self",)), as_of)


def _not_so(badges: QuerySet[Badge], as_of: date) -> list[Badge]:
    """Answer which of some badges say what is so no more, and were not ended yet.

    Of most, nothing has been decided since they were issued; only the others are judged anew.
    """
    changed = badges.filter(ended_at=None).filter(_DECIDED_SINCE).defer("document")
    with_facts = changed.select_related("credential__person").prefetch_related(
        "credential__grants", "credential__inactive_periods", "credential__changes"
    )
    return [one for one in with_facts if not _holds(one, as_of)]


_OF_SAME = {"credential": OuterRef("credential")}
_DECIDED_SINCE = (
    Exists(Grant.objects.filter(**_OF_SAME, granted_on__gt=OuterRef("from_on")))
    | Exists(Grant.objects.filter(**_OF_SAME, revoked_on__isnull=False))
    | Exists(InactivePeriod.objects.filter(**_OF_SAME))
    | Exists(CycleChange.objects.filter(**_OF_SAME))
    | ~Q(credential__number=F("number"))
    | ~Q(credential__category=F("category"))
    | Q(credential__certified_on__gt=F("from_on"))
    | Q(credential__person__erased_at__isnull=False)
)
"""All that may make a badge hold no more before its last day: without it, the kernel would answer
from the facts from which it answered when the badge was issued.
"""


def _holds(badge: Badge, as_of: date) -> bool:
    credential = badge.credential
    if credential.person.erased_at:
        return False
    holding = as_holding(credential)
    return still_holds(the_rulebook(), holding, badge, number=credential.number, as_of=as_of)


def document_of(badge: Badge) -> Document:
    """Answer a badge as it was signed."""
    return dict(json.loads(badge.document))
