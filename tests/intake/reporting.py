"""Providers, their files, and what became of them."""

import csv
import io
from itertools import count

from django.core.files.base import ContentFile

from recert import clock
from recert.board import the_rulebook
from recert.intake.actions.intakes import read_file, send_file, start_intake
from recert.intake.actions.taking import take_some
from recert.intake.models import Completion, Review
from recert.intake.reading import COLUMNS
from recert.organisations.models import Organisation
from recert.policy.permissions import Actor, Role
from recert.policy.rulebook import PerHour
from recert.transcript.models import Activity
from tests.making import AT

TODAY = AT.date()
NUMBERS = count(1)
KINDS = [
    key
    for key, one in the_rulebook().kinds.items()
    if one.reported_by_providers and isinstance(one.earns, PerHour)
]
KIND = KINDS[0]
AREA = next(iter(the_rulebook().areas))


def make_provider(name="Harbour College"):
    return Organisation.objects.create(
        name=name, email="college@example.org", provides=True, admitted_at=AT
    )


def reporter(provider):
    return Actor(
        ref="AN-P",
        name=f"Petra for {provider.name}",
        roles=frozenset({Role.PROVIDER}),
        organisation=provider.pk,
    )


def said(completion=None, **fields):
    completion = completion or f"C-{next(NUMBERS)}"
    usual = {
        "completion": completion,
        "kind": KIND,
        "title": "Reading Gels",
        "completed_on": "2024-02-01",
        "contact_hours": "1.5",
        "areas": AREA,
    }
    return usual | fields


def about(person):
    return {
        "given_names": person.given_names,
        "family_name": person.family_name,
        "born_on": str(person.born_on),
        "email": person.email,
    }


def file_of(lines):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    return ContentFile(text.getvalue().encode())


def sent(provider, lines, *, started=True, at=AT):
    by = reporter(provider)
    intake = send_file(provider, file=file_of(lines), name="may.csv", by=by, at=at)
    intake = read_file(intake.pk, today=TODAY, at=at)
    return start_intake(intake.pk, by=by, at=at) if started else intake


def taken(provider, lines, *, at_once=1000, at=AT):
    intake = sent(provider, lines, at=at)
    while take_some(intake.pk, at=at, at_once=at_once):
        pass
    intake.refresh_from_db()
    return intake


def make_reported_of(person, provider):
    """Report what may be a person's, and change what they declared; answer the refs."""
    other_address = about(person) | {"email": "old@example.org"}
    certain = said(customer_number=person.customer_number)
    now = clock.now()
    intake = taken(provider, [said(**other_address), certain], at=now)
    Activity.objects.get(reported_by=provider.name).holds.create(holder="DE-0000-0000-0000")
    taken(provider, [{"completion": certain["completion"], "revoked": "yes"}], at=now)
    return {
        "intake": intake.ref,
        "completion": Completion.objects.get(state="unclear").ref,
        "review": Review.objects.get().ref,
    }
