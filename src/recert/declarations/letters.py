"""What letters about a declaration say: facts that its events keep, as texts and days."""

from __future__ import annotations

from django.urls import reverse

from recert.board import the_rulebook
from recert.declarations.models import Audit, Declaration
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


def letter_about(audit: Audit, **facts: object) -> dict[str, object]:
    """Answer what every letter about an audit begins with."""
    return facts_of(audit.declaration) | {"audit": audit.ref} | facts
