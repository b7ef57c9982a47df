"""Finding a person at the desk."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from recert.people.models import Person
from recert.people.queries import kept_record
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
    found = _kept(exact)
    if found:
        return found
    return _kept(people_named(text))


def people_named(words: str) -> QuerySet[Person]:
    """Answer the people of whose name each word begins a part, by name."""
    found = Person.objects.annotate(family=Lower("family_name"), given=Lower("given_names"))
    for word in words.lower().split():
        found = found.filter(Q(family__startswith=word) | Q(given__startswith=word))
    return found.order_by("family", "given", "id")


def _kept(found: QuerySet[Person]) -> list[Person]:
    """Answer the records that those lead to, each once."""
    people = found.select_related("merged_into")[:MOST_FOUND]
    return list(dict.fromkeys(one for each in people if (one := kept_record(each))))


def record_called(actor: Actor, text: str) -> Person | None:
    """Answer the record with a customer number or a ref, or that to which it leads."""
    if not actor.may(Permission.SEE_RECORDS):
        raise not_found()
    exact = Person.objects.filter(Q(customer_number=text.strip().upper()) | Q(ref=read_ref(text)))
    return kept_record(exact.first())
