"""The form of the card processor on a page of ours: the card goes there, and a name comes here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recert.declarations.paying import card_from, set_up_card
from recert.payments.gateway import Card, CardRefused, CardSetup, Unreachable, the_gateway
from recert.people.access import Request, own_record
from recert.policy.refusals import Refused
from recert.portal.policies import policy_with_cards

SET_UP: Final = "set-up"
"""The field in which the browser says under which name the processor has checked a card."""

LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card of the sandbox, and what becomes of it."""

    number: str
    says: Promise


TEST_CARDS: Final = (
    TestCard("4242 4242 4242 4242", gettext_lazy("is charged")),
    TestCard("4000 0025 0000 3155", gettext_lazy("its bank asks first (3-D Secure)")),
    TestCard("4000 0000 0000 0002", gettext_lazy("is declined when it is entered")),
    TestCard("4000 0000 0000 0341", gettext_lazy("is declined when it is charged")),
)


def card_entered(request: Request) -> Card:
    """Answer the card that the browser names. Raises `CardRefused` and `Unreachable`."""
    name = request.POST.get(SET_UP, "").replace("\0", "")[:LONGEST_NAME]
    if not name:
        raise CardRefused("no-card", _("Enter a card first."))
    return card_from(own_record(request), name, gateway=the_gateway())


@dataclass(frozen=True, slots=True)
class CardForm:
    """What a page needs to show the form, or why it cannot; the status is the page's."""

    set_up: CardSetup | None
    unreachable: bool
    problem: str
    status: int

    @property
    def for_page(self) -> dict[str, object]:
        """What its templates use."""
        return {
            "set_up": self.set_up,
            "unreachable": self.unreachable,
            "problem": self.problem,
            "cards": settings.CARDS,
            "test_cards": TEST_CARDS if settings.CARDS["address"] else (),
        }


def card_form(request: Request, *, problem: str = "", wanted: bool = True) -> CardForm:
    """Open a form for a card at the processor, where one is wanted.

    `problem` is what went wrong with the last one.
    """
    status = 422 if problem else 200
    if not wanted:
        return CardForm(None, unreachable=False, problem=problem, status=status)
    try:
        set_up = set_up_card(
            own_record(request), gateway=the_gateway(), once=str(uuid.uuid4()), at=request.at
        )
    except Unreachable:
        return CardForm(None, unreachable=True, problem=problem, status=503)
    except Refused as refusal:  # no processor is set up
        return CardForm(None, unreachable=False, problem=refusal.message, status=503)
    return CardForm(set_up, unreachable=False, problem=problem, status=status)


def with_cards(response: HttpResponse) -> HttpResponse:
    """Let a page, and no other, load what the card processor's form needs."""
    cards: dict[str, Any] = settings.CARDS
    response["Content-Security-Policy"] = policy_with_cards(
        scripts=cards["script_sources"],
        frames=cards["frame_sources"],
        connections=cards["connect_sources"],
    )
    return response
