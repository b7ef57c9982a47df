"""Audits: drawn so that nobody can guess or repeat it, documents judged, and what follows."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from recert import rulebook
from recert.board import the_rulebook
from recert.credentials.models import Grant
from recert.declarations.actions.audits import (
    fail_overdue,
    find_short,
    judge_item,
    open_appeal,
    pass_audit,
    send_documents,
)
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.actions.drafts import start_declaration
from recert.declarations.actions.draws import declare_period
from recert.declarations.models import Audit, Declaration
from recert.declarations.queries import positions_of
from recert.policy.permissions import SYSTEM, Actor, Role
from recert.policy.sampling import WHOLE, Stratum
from tests.declaring import REVIEWER, at, earn_everything, submit
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


def not_proven(person):
    """Answer an audit that found nothing proven; it can be answered until 2025-01-31."""
    audit = Audit.objects.get(declaration__credential=person.credential)
    send_documents(audit.pk, today=OPEN, by=actor(person), at=at(OPEN))
    judge(audit, verdict="missing")
    return find_short(audit.pk, because="Nothing was sent.", today=OPEN, by=AUDITOR, at=at(OPEN))


def position(person, day):
    (found,) = positions_of(person.pk, as_of=day, planned=False).each
    return found


LAST = date(2025, 1, 31)
AFTER = LAST + timedelta(days=1)
WEEKS_LATER = LAST + timedelta(days=21)


def test_an_audit_that_nobody_answered_ends_by_itself(person):  # AUD-5, STA-6
    declare_all_audited()
    declaration = submit(person.credential, on=OPEN)
    audit = not_proven(person)
    assert audit.respond_by == LAST
    before = position(person, LAST)
    assert before.declaration == declaration
    assert before.standing.state in {"active", "due", "renewal-pending"}
    after = position(person, AFTER)  # and no job has run
    assert (after.standing.state, after.declaration) == ("expired", None)
    assert after.declarable.purpose == "reinstatement"

    fail_overdue(audit.pk, today=WEEKS_LATER, by=SYSTEM, at=at(WEEKS_LATER))
    noted = Declaration.objects.get()
    assert (noted.state, noted.decided_on) == ("denied", AFTER)
    assert Audit.objects.get().ended_on == AFTER
    assert position(person, AFTER).standing == after.standing


def test_whoever_comes_back_before_it_was_noted_can_declare_anew(person):  # AUD-5, STA-4
    declare_all_audited()
    old = submit(person.credential, on=OPEN)
    not_proven(person)
    new = start_declaration(
        person.credential.pk, today=WEEKS_LATER, by=actor(person), at=at(WEEKS_LATER)
    )
    assert (new.state, new.purpose) == ("draft", "reinstatement")
    old.refresh_from_db()
    assert (old.state, old.decided_on) == ("denied", AFTER)


def test_an_appeal_keeps_it_open(person):  # AUD-6
    declare_all_audited()
    declaration = submit(person.credential, on=OPEN)
    audit = not_proven(person)
    open_appeal(audit.pk, today=LAST, by=actor(person), at=at(LAST))
    assert position(person, WEEKS_LATER).declaration == declaration
    assert position(person, WEEKS_LATER).standing.state == "renewal-pending"


@pytest.fixture
def audits_do_not_block(settings, tmp_path):
    """Let the programme renew at once, and audit afterwards."""
    text = (Path(rulebook.__path__[0]) / "ascp-international.toml").read_text("utf-8")
    changed = text.replace("blocking = { value = true", "blocking = { value = false")
    assert changed != text
    settings.RULEBOOK = str(tmp_path / "programme.toml")
    Path(settings.RULEBOOK).write_text(changed, "utf-8")
    the_rulebook.cache_clear()
    yield
    the_rulebook.cache_clear()


def test_a_renewal_whose_audit_nobody_answered_holds_no_more(person, audits_do_not_block):  # AUD-5
    declare_all_audited()
    declaration = submit(person.credential, on=OPEN)
    approve_declaration(declaration.pk, today=OPEN, by=REVIEWER, at=at(OPEN))
    audit = not_proven(person)
    assert position(person, LAST).standing.state == "active"
    assert position(person, AFTER).standing.state == "expired"  # and no job has run
    fail_overdue(audit.pk, today=WEEKS_LATER, by=SYSTEM, at=at(WEEKS_LATER))
    assert Grant.objects.get().revoked_on == AFTER


def test_and_one_that_was_made_up_for_holds_on(person, audits_do_not_block):  # AUD-5
    declare_all_audited()
    declaration = submit(person.credential, on=OPEN)
    approve_declaration(declaration.pk, today=OPEN, by=REVIEWER, at=at(OPEN))
    audit = not_proven(person)
    open_appeal(audit.pk, today=LAST, by=actor(person), at=at(LAST))
    assert Grant.objects.get().revoked_on is None
    assert position(person, WEEKS_LATER).standing.state == "active"
