"""Issuing a badge to whoever asks for theirs, and ending one."""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.journal.actions import record_event
from recert.people.actions import must_be_themselves
from recert.people.models import Person
from recert.people.queries import reader_of
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import Refused, not_found
from recert.refs import new_ref
from recert.registry.badges.achievements import achievement_of
from recert.registry.badges.documents import (
    Holder,
    Place,
    badge_document,
    hashed_holder,
    named_holder,
)
from recert.registry.badges.issuer import address, profile_of_board, signer
from recert.registry.badges.lists import FULL, draw_place
from recert.registry.badges.offers import Offer
from recert.registry.badges.proofs import signed
from recert.registry.badges.queries import (
    badgeable,
    last_list,
    list_address,
    no_longer_so,
    places_taken,
)
from recert.registry.models import Badge


@transaction.atomic
def issue_badge(credential_id: int, *, named: bool, today: date, by: Actor, at: datetime) -> Badge:
    """Issue a badge of one's own credential, with one's name or without; the one before ends."""
    credential = _own(credential_id, by)
    found = badgeable(by, credential.ref, as_of=today)
    if found.offer is None:
        raise Refused(
            "no-badge",
            _("There is no badge of a credential that may not be used, or waits for the board."),
        )
    ref, number = new_ref("BD"), _list_with_room()
    index = draw_place(places_taken(number))
    holder = _holder(credential.person, named=named)
    document = _signed_badge(
        credential, found.offer, holder, ref=ref, place=Place(list_address(number), index), at=at
    )
    ended = _end(credential, Badge.Ended.REPLACED, today=today, at=at)
    badge = Badge.objects.create(
        ref=ref,
        credential=credential,
        category=credential.category,
        number=credential.number,
        title=found.offer.title.text,
        superscript=found.offer.title.superscript,
        from_on=found.offer.starts,
        until_on=found.offer.until,
        named=named,
        list_number=number,
        list_index=index,
        document=document,
        issued_at=at,
    )
    record_event(
        "badge.issued",
        subject=badge.ref,
        about=credential.person.ref,
        by=by,
        at=at,
        facts={
            "title": found.offer.title.plain,
            "until": found.offer.until,
            "named": named,
            "instead_of": ended,
        },
    )
    return badge


def _signed_badge(
    credential: Credential, offer: Offer, holder: Holder, *, ref: str, place: Place, at: datetime
) -> str:
    book, sign = the_rulebook(), signer()
    bare = badge_document(
        book,
        offer,
        achievement_of(book, credential.category, offer.title),
        address=address(reverse("portal:badge", args=[ref])),
        issuer=profile_of_board(),
        holder=holder,
        number=credential.number,
        subject=uuid4().urn,
        place=place,
    )
    document = signed(bare, key=sign.key, named=sign.name, at=at)
    return json.dumps(document, ensure_ascii=False, indent=2)


def _holder(person: Person, *, named: bool) -> Holder:
    if named:
        return named_holder(person.name)
    email = reader_of(person).email
    if not email:
        raise Refused(
            "no-address",
            _(
                "A badge without your name says whose it is by a hash of your email address. "
                "Add one to your details first."
            ),
        )
    return hashed_holder(email, secrets.token_hex(16))


def _list_with_room() -> int:
    number = last_list()
    return number + 1 if Badge.objects.filter(list_number=number).count() >= FULL else number


def _own(credential_id: int, by: Actor) -> Credential:
    """Lock a credential for whoever holds it, and nobody in their name."""
    must_be_themselves(by)
    rows = Credential.objects.select_related("person").select_for_update(of=("self",))
    credential = rows.get(pk=credential_id)
    if credential.person_id != by.person or not by.may(Permission.KEEP_OWN_RECORD):
        raise not_found()
    return credential


@transaction.atomic
def give_back_badge(credential_id: int, *, today: date, by: Actor, at: datetime) -> None:
    """End the badge of one's own credential: it holds no more, wherever it was shown."""
    credential = _own(credential_id, by)
    ended = _end(credential, Badge.Ended.GIVEN_BACK, today=today, at=at)
    if not ended:
        raise Refused("no-badge", _("There is no badge to give back any more."))
    about = credential.person.ref
    record_event("badge.given-back", subject=ended[0], about=about, by=by, at=at)


def _end(credential: Credential, because: Badge.Ended, *, today: date, at: datetime) -> list[str]:
    """End the badges of a credential that have not ended, nor are over; answer their refs."""
    lasting = Q(until_on=None) | Q(until_on__gte=today)
    badges = list(credential.badges.filter(lasting, ended_at=None).select_for_update())
    for one in badges:
        one.ended_at, one.ended_because = at, because
        one.save(update_fields=["ended_at", "ended_because"])
    return [one.ref for one in badges]


@transaction.atomic
def end_badges(number: int, *, today: date, by: Actor, at: datetime) -> int:
    """Note of each badge of a list that what it says is so no more; it never is again."""
    if not by.may(Permission.KEEP_DEADLINES):
        raise Refused("not-permitted", _("You are not allowed to do this."))
    ended = no_longer_so(number, as_of=today)
    for one in ended:
        one.ended_at, one.ended_because = at, Badge.Ended.NOT_SO
        one.save(update_fields=["ended_at", "ended_because"])
        about = one.credential.person.ref
        record_event("badge.ended", subject=one.ref, about=about, by=by, at=at)
    return len(ended)
