"""Appeals after an audit: who decides, what two people agree on, and what follows (AUD-6)."""

from datetime import date, timedelta

import pytest

from recert.board import the_rulebook
from recert.casework.actions.appeals import (
    agree_outcome,
    propose_outcome,
    send_appeal,
    send_back_appeal,
)
from recert.casework.actions.drafts import start_appeal
from recert.casework.models import Appeal
from recert.credentials.models import Grant
from recert.declarations.actions.audits import fail_overdue
from recert.declarations.models import Audit, Declaration
from recert.declarations.queries import positions_of
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.policy.permissions import SYSTEM, Actor, Role
from recert.policy.refusals import Refused
from tests.asking import AUDITOR, CERTIFIED, FIRST, SECOND, appeal_after, audit_not_passed
from tests.declaring import at, earn_everything
from tests.making import actor, make_credential, make_person

pytestmark = pytest.mark.django_db

OPEN = date(2024, 11, 15)
LATE = date(2025, 2, 20)
Outcome = Appeal.Outcome


@pytest.fixture
def person():
    someone = make_person()
    someone.credential = make_credential(someone, certified_on=CERTIFIED)
    earn_everything(someone, someone.credential, on=OPEN)
    someone.audit = audit_not_passed(someone.credential, on=OPEN)
    return someone


@pytest.fixture
def appeal(person):
    made = appeal_after(person.audit, on=OPEN)
    return send_appeal(made.pk, today=OPEN, by=actor(person), at=at(OPEN))


def now(by, on=OPEN):
    return {"today": on, "by": by, "at": at(on)}


def propose(appeal, outcome, *, by=FIRST, on=OPEN):
    return propose_outcome(appeal.pk, outcome=outcome, because="As shown.", **now(by, on))


def letters():
    """Answer the letters about appeals that are owed, each written, by the kind of its event."""
    owed = Notice.objects.filter(event__kind__startswith="appeal.").select_related("event")
    return {one.event.kind: letter_of(one) for one in owed}


def standing(person, on):
    return positions_of(person.pk, as_of=on, planned=False).each[0].standing


def test_an_appeal_that_is_granted_renews(person, appeal):  # AUD-6, AUD-4
    assert Audit.objects.get().state == "appealed"
    assert "Somebody who did not judge the audit" in letters()["appeal.sent"].text
    propose(appeal, Outcome.GRANTED)
    assert Declaration.objects.get().state == "under-audit"
    assert "appeal.granted" not in letters()
    agree_outcome(appeal.pk, **now(SECOND))
    decided = Appeal.objects.get()
    assert (decided.state, decided.decided_by, decided.reason) == (
        "granted",
        SECOND.name,
        "As shown.",
    )
    assert Audit.objects.get().state == "passed"
    assert Declaration.objects.get().state == "approved"
    assert Grant.objects.get().ends_on == date(2028, 1, 31)
    assert "appeal.granted" in letters()
    assert Notice.objects.filter(event__kind="declaration.approved").exists()


def test_an_appeal_that_is_denied_after_the_expiration_leaves_it_expired(person, appeal):  # AUD-6
    assert standing(person, LATE).state == "renewal-pending"  # STA-6
    propose(appeal, Outcome.DENIED, on=LATE)
    agree_outcome(appeal.pk, **now(SECOND, LATE))
    assert Audit.objects.get().state == "failed"
    assert Declaration.objects.get().state == "denied"
    assert standing(person, LATE).state == "expired"
    assert "As shown." in letters()["appeal.denied"].text


def test_without_an_answer_it_is_lost(person):  # AUD-5
    over = person.audit.respond_by + timedelta(days=1)
    draft = appeal_after(person.audit, on=OPEN)
    fail_overdue(person.audit.pk, today=over, by=SYSTEM, at=at(over))
    assert standing(person, over).state == "expired"
    with pytest.raises(Refused):
        send_appeal(draft.pk, today=over, by=actor(person), at=at(over))


def test_too_late_it_is_not_taken(person):  # AUD-6
    draft = appeal_after(person.audit, on=OPEN)
    over = person.audit.respond_by + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        send_appeal(draft.pk, today=over, by=actor(person), at=at(over))
    assert refused.value.code == "too-late"
    with pytest.raises(Refused) as refused:
        start_appeal(
            person.audit.ref,
            ground="illness",
            letter="Again.",
            today=over,
            by=actor(person),
            at=at(over),
        )
    assert refused.value.code == "no-appeal"
    assert Appeal.objects.get().state == "draft"
    assert Audit.objects.get().state == "not-passed"


def test_whoever_judged_the_audit_neither_decides_nor_agrees(appeal):  # AUD-6
    both = Actor(ref=AUDITOR.ref, name="Ada", roles=frozenset({Role.AUDITOR, Role.REVIEWER}))
    with pytest.raises(Refused) as refused:
        propose(appeal, Outcome.GRANTED, by=both)
    assert refused.value.code == "judged-it"
    propose(appeal, Outcome.GRANTED)
    for act in (
        lambda: agree_outcome(appeal.pk, **now(both)),
        lambda: send_back_appeal(appeal.pk, because="No.", by=both, at=at(OPEN)),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "judged-it"


def test_whoever_proposed_does_not_agree(appeal):  # AUD-6
    propose(appeal, Outcome.DENIED)
    with pytest.raises(Refused) as refused:
        agree_outcome(appeal.pk, **now(FIRST))
    assert refused.value.code == "second-person"
    with pytest.raises(Refused):
        send_back_appeal(appeal.pk, because="Hm.", by=FIRST, at=at(OPEN))


def test_what_is_sent_back_is_decided_anew(appeal):
    propose(appeal, Outcome.DENIED)
    with pytest.raises(Refused) as refused:
        send_back_appeal(appeal.pk, because=" ", by=SECOND, at=at(OPEN))
    assert refused.value.code == "no-reason"
    send_back_appeal(appeal.pk, because="Read the letter again.", by=SECOND, at=at(OPEN))
    event = Event.objects.get(kind="appeal.sent-back")
    assert (event.facts["proposed"], event.facts["proposed_by"]) == ("denied", FIRST.name)
    propose(appeal, Outcome.GRANTED, by=SECOND)
    agree_outcome(appeal.pk, **now(FIRST))
    assert Appeal.objects.get().state == "granted"


def test_nobody_decides_about_an_appeal_of_their_own(appeal, person):
    own = Actor(ref="AN-O", name="O", roles=frozenset({Role.REVIEWER}), person=person.pk)
    with pytest.raises(Refused) as refused:
        propose(appeal, Outcome.GRANTED, by=own)
    assert refused.value.code == "own-case"


def test_one_person_is_enough_where_the_rulebook_says_so(appeal, monkeypatch):
    desk = the_rulebook().desk
    alone = type(desk)(second_person=type(desk.second_person)(value=(), rule="AUD-6"))
    monkeypatch.setattr("recert.casework.actions.appeals.the_rulebook", lambda: Book(alone))
    propose(appeal, Outcome.GRANTED)
    assert Appeal.objects.get().state == "granted"
    assert Declaration.objects.get().state == "approved"


class Book:
    """A rulebook of which only the desk is asked."""

    def __init__(self, desk):
        self.desk = desk


def test_an_appeal_and_its_audit_move_together_or_not_at_all(person, monkeypatch):
    draft = appeal_after(person.audit, on=OPEN)

    def fails(*_args, **_named):
        raise RuntimeError("it breaks")

    monkeypatch.setattr("recert.casework.actions.appeals.advance", fails)
    with pytest.raises(RuntimeError):
        send_appeal(draft.pk, today=OPEN, by=actor(person), at=at(OPEN))
    assert Audit.objects.get().state == "not-passed"


def test_a_stranger_finds_no_audit_to_appeal(person):
    stranger = actor(make_person("Somebody Else"))
    with pytest.raises(Refused) as refused:
        start_appeal(
            person.audit.ref,
            ground="illness",
            letter="It is mine.",
            today=OPEN,
            by=stranger,
            at=at(OPEN),
        )
    assert refused.value.code == "not-found"
