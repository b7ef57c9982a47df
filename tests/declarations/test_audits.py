"""Audits: drawn so that nobody can guess or repeat it, documents judged, and what follows."""

from datetime import date, timedelta

import pytest

from recert.declarations.actions.audits import find_short, judge_item, pass_audit, send_documents
from recert.declarations.actions.draws import declare_period
from recert.declarations.models import Audit, Declaration
from recert.policy.permissions import Actor, Role
from recert.policy.sampling import WHOLE, Stratum
from tests.declaring import at, earn_everything, submit
from tests.making import actor, make_credential, make_person

pytestmark = pytest.mark.django_db

CERTIFIED = date(2022, 1, 10)  # the cycle ends on 2025-01-31
OPEN = date(2024, 11, 15)
AUDITOR = Actor(ref="AN-A", name="Ada Auditor", roles=frozenset({Role.AUDITOR}))
ADMINISTRATOR = Actor(ref="AN-D", name="Dora", roles=frozenset({Role.ADMINISTRATOR}))


@pytest.fixture
def person():
    someone = make_person()
    someone.credential = make_credential(someone, certified_on=CERTIFIED)
    earn_everything(someone, someone.credential, on=OPEN)
    return someone


def declare_all_audited():
    day = OPEN - timedelta(days=60)
    return declare_period(
        starts_on=date(2024, 10, 1),
        ends_on=date(2024, 12, 31),
        strata=[Stratum(title="All", share=WHOLE)],
        spares_audited_before=False,
        today=day,
        by=ADMINISTRATOR,
        at=at(day),
    )


def judge(audit, verdict="accepted", documented=None):
    for item in audit.items.all():
        judge_item(
            item.pk,
            verdict=verdict,
            documented=documented,
            documents={},
            note="",
            by=AUDITOR,
            at=at(OPEN),
        )


def test_an_audit_that_is_passed_renews(person):  # AUD-1, AUD-2, AUD-4
    declare_all_audited()
    declaration = submit(person.credential, on=OPEN)
    assert declaration.state == "under-audit"
    audit = Audit.objects.get()
    assert audit.documents_due_on == date(2024, 12, 31)
    send_documents(audit.pk, today=OPEN, by=actor(person), at=at(OPEN))
    judge(audit)
    decided = OPEN + timedelta(days=20)
    pass_audit(audit.pk, today=decided, by=AUDITOR, at=at(decided))
    assert Declaration.objects.get().state == "approved"


def test_what_is_not_proven_does_not_count(person):  # AUD-5
    declare_all_audited()
    submit(person.credential, on=OPEN)
    audit = Audit.objects.get()
    send_documents(audit.pk, today=OPEN, by=actor(person), at=at(OPEN))
    judge(audit, verdict="missing")
    find_short(audit.pk, because="Nothing was sent.", today=OPEN, by=AUDITOR, at=at(OPEN))
    audit.refresh_from_db()
    assert audit.state == "not-passed"
    assert audit.respond_by == date(2025, 1, 31)
