"""Finding a person at the desk."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from recert.people.models import FormerName, Person
from recert.people.queries import kept_record
from recert.policy.permissions import Actor, Permission
from recert.policy.refusals import not_found
from recert.refs import read_ref

MOST_FOUND = 50


def people_like(actor: Actor, words: str) -> list[Person]:
    """Answer the people whose name begins so, or who have this number, ref or address.

    Each word must begin a given or a family name, of now or of earlier; those of now come first.
    All of it is indexed, so that a million are no wait. Eight queries at most.
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
    found = _kept(people_named(text))
    if len(found) < MOST_FOUND:
        found += _kept(Person.objects.filter(pk__in=_named_before(text)).order_by("id"))
    return list(dict.fromkeys(found))[:MOST_FOUND]


def people_named(words: str) -> QuerySet[Person]:
    """Answer the people of whose name each word begins a part, by name."""
    found = Person.objects.annotate(family=Lower("family_name"), given=Lower("given_names"))
    return found.filter(_beginning(words)).order_by("family", "given", "id")


def _named_before(words: str) -> list[int]:
    """Answer the ids of people of whose earlier name each word begins a part.

    A query of its own: beside the names of now it would keep the indexes from being used.
    """
    found = FormerName.objects.annotate(family=Lower("family_name"), given=Lower("given_names"))
    found = found.filter(_beginning(words)).order_by("id")
    return list(found.values_list("person_id", flat=True)[:MOST_FOUND])


def _beginning(words: str) -> Q:
    """Answer what finds names, in small letters, of which each word begins a part."""
    every = Q()
    for word in words.lower().split():
        every &= Q(family__startswith=word) | Q(given__startswith=word)
    return every


def _kept(found: QuerySet[Person]) -> list[Person]:
    """Answer the records that those lead to, each once."""
    whole = found.select_related("merged_into").prefetch_related("former_names")
    people = whole[:MOST_FOUND]
    return list(dict.fromkeys(one for each in people if (one := kept_record(each))))


def record_called(actor: Actor, text: str) -> Person | None:
    """Answer the record with a customer number or a ref, or that to which it leads."""
    if not actor.may(Permission.SEE_RECORDS):
        raise not_found()
    exact = Person.objects.filter(Q(customer_number=text.strip().upper()) | Q(ref=read_ref(text)))
    return kept_record(exact.first())
