"""What personas declared before the demo begins, by the real actions, as of past days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.actions.drafts import attest, start_declaration
from recert.declarations.actions.submissions import settle_payment, start_payment
from recert.declarations.models import Declaration
from recert.demo.records import noon
from recert.payments.actions.attempts import keep_intent
from recert.payments.gateway import Card, Found
from recert.people.models import StaffRole
from recert.people.queries import actor_of
from recert.policy.permissions import SYSTEM, Actor, Role

CARD: Final = Card(method="pm_demo", customer="cus_demo", brand="visa", last4="4242")
"""A card that no processor knows: what was paid with it cannot be given back."""

WHILE_ONE_PAYS: Final = timedelta(minutes=7)


def declare(credential: Credential, *, on: date, by: Actor) -> Declaration:
    """Declare a credential on a day, and pay what it costs, as far as we would know of it."""
    at = noon(on)
    declaration = start_declaration(credential.pk, today=on, by=by, at=at)
    attest(declaration.pk, keys=the_rulebook().attestations, by=by, at=at)
    paid_at = at + WHILE_ONE_PAYS
    attempt = start_payment(declaration.pk, card=CARD, today=on, by=by, at=paid_at)
    if attempt:
        intent = keep_intent(attempt.pk, intent=f"pi_{attempt.ref}", by=SYSTEM, at=paid_at)
        charge = f"ch_{attempt.ref}"
        found = Found(intent, "succeeded", attempt.money, client_secret="", charge=charge)
        settle_payment(attempt.pk, found=found, at=paid_at)
    declaration.refresh_from_db()
    return declaration


def staff_actor(role: Role) -> Actor:
    """Answer the persona who has a role of staff."""
    return actor_of(StaffRole.objects.select_related("account").get(role=role).account)
