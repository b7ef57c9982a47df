"""Finding a person at the desk."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from recert.people.models import Person
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.refs import read_ref

MOST_FOUND = 50


def people_like(actor: Actor, words: str) -> list[Person]:
    """Answer the people whose name begins so, or who have this number, ref or address.

    Each word must begin the given or the family name; indexed, so that a million are no wait.
    """
    if not actor.may(Permission.SEE_RECORDS):
        raise not_found()
    text = words.strip()
    if not text:
        return []
    exact = Person.objects.filter(
        Q(customer_number=text.upper()) | Q(ref=read_ref(text)) | Q(email__iexact=text)
    )
    found = list(exact[:MOST_FOUND])
    if found:
        return found
    return list(people_named(text)[:MOST_FOUND])


def people_named(words: str) -> QuerySet[Person]:
    """Answer the people of whose name each word begins a part, by name."""
    found = Person.objects.annotate(family=Lower("family_name"), given=Lower("given_names"))
    for word in words.lower().split():
        found = found.filter(Q(family__startswith=word) | Q(given__startswith=word))
    return found.order_by("family", "given", "id")
