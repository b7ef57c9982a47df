"""Each table says what becomes of it: when somebody takes everything, is merged, or is erased."""

# ruff: noqa: SLF001  # Django's own way in

import pytest
from django.apps import apps
from django.db import models

from recert.dossiers.merging import GOES_OVER, STAYS
from recert.dossiers.tables import OF_NOBODY, TABLES
from recert.people.models import Person

OURS = [
    one
    for one in apps.get_models()
    if one.__module__.startswith(("recert.", "allauth.")) and not one._meta.proxy
]


@pytest.mark.parametrize("model", OURS, ids=lambda one: one._meta.label)
def test_each_table_is_taken_out_and_erased_or_holds_nobody(model):
    in_tables = model in {table.model for table in TABLES}
    assert in_tables != (model._meta.label in OF_NOBODY)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_each_table_leads_to_the_person(table):
    assert list(table.model._default_manager.filter(**{f"{table.whose}__in": [1]})) == []
    fields = {one.name for one in table.model._meta.concrete_fields}
    assert table.hides <= fields
    if not isinstance(table.goes, str):
        assert set(table.goes) <= fields


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_each_text_of_a_table_goes_or_stays_on_purpose(table):
    """Find a new field that people type into before somebody is erased without it."""
    if isinstance(table.goes, str):
        return
    texts = {
        one.name
        for one in table.model._meta.concrete_fields
        if isinstance(one, models.TextField | models.CharField | models.JSONField)
        and not one.choices
        and one.name != "ref"
    }
    assert texts - set(table.goes) == STAYING.get(table.name, set())


STAYING = {
    "completion": {"number", "digest"},  # a provider's own, and what it sent again is known by
    "person": {"customer_number"},
    "credential": {"program", "category", "number"},
    "badge": {"category", "number", "title", "superscript"},
    "activity": {"kind", "portions", "reported_by"},
    "document": {"proves", "media_type"},
    "hold": {"holder"},
    "note": {"subject", "by_ref"},
    "order": {"currency"},
    "orderline": {"subject", "fee", "title", "rule", "because"},  # of the rulebook
    "attempt": {"currency", "intent", "charge", "failure_code"},
    "refund": {"asked_by", "asked_by_ref", "agreed_by", "processor_ref"},  # of staff
    "allocation": {"portions"},
    "declaration": {"purpose", "attested", "case", "answer", "rulebook"},  # the case word by word
    "declaredactivity": {"counted"},
    "auditdraw": {"number", "spared"},
    "audit": {"judged_by"},
    "audititem": {"attested_by", "documents"},  # refs of documents, and verdicts
    "erasure": {"asked_by", "ended_by"},
    "merger": {"moved"},
    "signedform": {"form"},
    "request": {"decided_by"},
    "appeal": {"ground", "proposed_by", "proposed_by_ref", "decided_by"},  # of staff
    "enclosure": {"media_type"},
}


def test_each_table_that_names_a_person_goes_over_or_stays_on_purpose():
    naming = {
        one
        for one in apps.get_models()
        if any(field.related_model is Person for field in one._meta.concrete_fields)
    }
    stays = {one._meta.label for one in naming - set(GOES_OVER)}
    assert stays == set(STAYS)
