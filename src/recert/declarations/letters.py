"""What letters about a declaration say: facts that its events keep, as texts and days."""

from __future__ import annotations

from django.urls import reverse
from moneyed import Money

from recert.board import the_rulebook
from recert.declarations.models import Audit, Declaration
from recert.payments.models import Order
from recert.payments.queries import lines_of_order
from recert.policy.standing import title_of


def facts_of(declaration: Declaration) -> dict[str, object]:
    """Answer what every letter about a declaration begins with."""
    book, credential = the_rulebook(), declaration.credential
    return {
        "declaration": declaration.ref,
        "credential": title_of(book, credential.category, maintained=False).plain,
        "category": book.categories[credential.category].title,
        "purpose": declaration.purpose,
        "purpose_title": book.declarations[declaration.for_purpose].title,
        "path": reverse("portal:declaration", args=[declaration.ref]),
    }


def paid_facts(order: Order | None, *, card: str) -> dict[str, object]:
    """Answer what a letter says of a payment; nothing where nothing was to be paid."""
    if order is None:
        return {}
    lines = [(one.title, Money(one.amount, order.currency)) for one in lines_of_order(order)]
    return {
        "card": card,
        "lines": [{"title": title, "amount": amount} for title, amount in lines],
        "total": sum((amount for _title, amount in lines), Money(0, order.currency)),
    }


def letter_about(audit: Audit, **facts: object) -> dict[str, object]:
    """Answer what every letter about an audit begins with."""
    return facts_of(audit.declaration) | {"audit": audit.ref} | facts
