"""Each persona stands where their card says, whenever the demo is made."""

from datetime import date
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from recert.board import the_rulebook
from recert.declarations.auditing import checklist_of
from recert.declarations.declared import assessment_declared
from recert.declarations.queries import positions_of
from recert.demo import records, stories
from recert.demo.papers import certificate, photograph
from recert.demo.personas import (
    CERTIFICANTS,
    STAFF_PERSONAS,
    employers_link,
    make_personas,
)
from recert.journal.models import Event
from recert.people.models import Account, Person, PrivateLink
from recert.people.queries import actor_of, has_second_factor
from recert.policy.fees import within_months
from recert.policy.next_step import next_step
from recert.policy.permissions import STAFF
from recert.transcript.content import content_of
from recert.transcript.models import Activity, Document

DAYS = [
    date(2026, 1, 1),
    date(2026, 2, 28),
    date(2026, 5, 31),
    date(2026, 8, 20),
    date(2026, 11, 23),
    date(2028, 2, 29),
]
BOOK = the_rulebook()
FACTS = {
    "heading": "Certificate",
    "name": "Śliwa نورة",
    "title": "Thin Films, Thick Films",
    "provider": "Somebody",
    "day": "2026-01-01",
    "amount": "2 contact hours",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=DAYS, ids=str)
def day(request, django_db_setup, django_db_blocker):
    del django_db_setup
    patched = pytest.MonkeyPatch()
    for name, paper in {"certificate": b"%PDF-1.7 small", "photograph": b"small"}.items():
        # Papers differ, as a document is taken once for an activity.
        patched.setattr(stories, name, lambda facts, paper=paper: paper + repr(facts).encode())
        patched.setattr(records, name, getattr(stories, name))
    with django_db_blocker.unblock(), transaction.atomic():
        assert make_personas(as_of=request.param)
        yield request.param
        transaction.set_rollback(True)
    patched.undo()


def positions(key, day):
    person = Person.objects.get(account__email=f"{key}@demo.example.org")
    return positions_of(person.pk, as_of=day)


def only(key, day):
    (position,) = positions(key, day).each
    return position


def step(position, day):
    found = next_step(position.standing, position.declarable, position.plan, as_of=day)
    return found.step


def findings(position):
    return {
        loss.finding.code for ledger in position.assessment.ledgers() for loss in ledger.not_counted
    }


def test_one_is_half_way(day):
    position = only("marisol", day)
    assert position.standing.state == "active"
    assert position.standing.cycle is not None
    assert 400 < (position.standing.cycle.ends - day).days < 700
    assert step(position, day) == "earn"
    assert "cap-per-year" in findings(position)
    assert len(position.plan.to_do) >= 2
    activities = Activity.objects.filter(person=position.credential.person)
    assert activities.filter(state="withdrawn").count() == 1
    assert activities.exclude(reported_by="").count() == 1
    assert activities.filter(portions__isnull=True).exists()
    assert activities.filter(version=2).count() == 1
    assert Document.objects.filter(activity__in=activities).count() >= 5


def test_one_is_ready_to_declare(day):
    position = only("anil", day)
    assert position.assessment.outcome == "met"
    assert step(position, day) == "declare"
    assert str(position.standing.title).endswith("CM")


def test_one_is_late_and_could_allocate_otherwise(day):
    position = only("tunde", day)
    assert position.standing.state == "due"
    assert position.declarable.late
    assert step(position, day) == "allocate-otherwise"
    assert position.plan.reallocating_wins > 0
    assert position.plan.fewest > 0
    assert position.plan.moves


def test_one_holds_three_credentials(day):
    found = positions("anh", day)
    assert len({one.credential.category for one in found.each}) == 3
    assert len({one.standing.cycle for one in found.each}) >= 2
    assert {one.standing.state for one in found.each} == {"active", "due"}
    both = [one for one in found.each if one.standing.state == "due"]
    assert [step(one, day) for one in both] == ["declare", "declare"]
    ends = [one.standing.cycle.ends for one in both]
    assert within_months(min(ends), max(ends), BOOK.reduction.within_months.value)  # FEE-3
    assert found.together.fewest > 0
    assert Event.objects.filter(kind="points.allocated", about=found.each[0].credential.person.ref)


def test_one_takes_part_because_she_wants_to(day):
    position = only("kaethe", day)
    assert position.standing.state == "voluntary-maintained"
    assert 60 < (position.standing.until - day).days < 200
    assert position.assessment.outcome == "met"


def test_one_has_expired_and_can_come_back(day):
    position = only("sukarmi", day)
    assert position.standing.state == "expired"
    assert position.purpose == "reinstatement"
    assert step(position, day) == "declare"
    assert position.credential.person.family_name == ""


def test_one_waits_for_the_board(day):
    position = only("camila", day)
    assert position.declaration.state == "submitted"
    assert position.declaration.due_on > day
    assert position.declaration.submitted_on < day
    assert not position.declaration.late
    assert step(position, day) == "wait-for-decision"
    assert assessment_declared(position.declaration).outcome == "met"


def test_one_is_deficient_and_has_time_to_put_it_right(day):
    declaration = only("wanjiru", day).declaration
    assert declaration.state == "deficient"
    assert declaration.correct_by > day
    assert declaration.activities.exclude(deficiency="").count() == 1
    event = Event.objects.get(kind="declaration.deficient")
    assert event.because
    assert event.by == "reviewer@demo.example.org"


def test_one_is_audited_and_has_documents_to_add(day):
    declaration = only("daniyar", day).declaration
    assert declaration.state == "under-audit"
    audit = declaration.audit
    assert audit.state == "awaiting-documents"
    assert audit.documents_due_on > day
    there = [one.evidence.is_complete for one in checklist_of(audit)]
    assert any(there)
    assert not all(there)


def test_one_waits_for_another_name(day):
    person = only("leilani", day).credential.person
    request = person.requests.get()
    assert (request.kind, request.state) == ("name-change", "submitted")
    assert request.enclosures.get().name == "marriage-license.pdf"


def test_one_is_inactive(day):
    position = only("jiwoo", day)
    assert position.standing.state == "inactive"
    assert position.standing.title.text == ""
    assert 300 < (position.standing.until - day).days < 700


def test_one_is_new(day):
    position = only("noura", day)
    assert position.standing.state == "active"
    assert position.assessment.entries == []
    assert step(position, day) == "earn"


def test_nothing_is_in_the_future(day):
    assert not Activity.objects.filter(completed_on__gt=day).exists()
    assert max(Event.objects.values_list("at", flat=True)).date() < day


def test_the_journal_tells_it_in_order(day):
    del day
    for persona in CERTIFICANTS:
        person = Person.objects.get(account__email=persona.email)
        events = Event.objects.filter(about=person.ref).order_by("id")
        assert events[0].kind == "record.imported"
        assert events[1].kind == "person.bound"
        kinds = {*events.values_list("kind", flat=True)}
        assert persona.key == "noura" or "activity.added" in kinds


def test_everybody_can_sign_in(day):
    del day
    for persona in (*CERTIFICANTS, *STAFF_PERSONAS):
        account = Account.objects.get(email=persona.email)
        assert not account.has_usable_password()
        assert EmailAddress.objects.filter(user=account, verified=True, primary=True).exists()
        assert has_second_factor(account) == bool(persona.role)
        assert (account.email, actor_of(account).is_staff) == (persona.email, bool(persona.role))


def test_there_is_one_for_each_role_of_staff():
    assert {one.role for one in STAFF_PERSONAS} == STAFF


def test_an_employer_has_a_link(day):
    link = employers_link()
    assert link is not None
    assert link.purpose == PrivateLink.Purpose.STANDING
    assert link.expires_at.date() > day
    assert link.person.credentials.count() == 3


def test_they_are_made_once(day):
    assert not make_personas(as_of=day)
    assert Person.objects.count() == len(CERTIFICANTS)


@pytest.mark.parametrize("paper", [certificate, photograph])
def test_papers_are_documents_as_people_upload_them(paper):
    data = paper(FACTS)
    content = content_of(BytesIO(data), name="paper")
    is_pdf = data.startswith(b"%PDF")
    assert records.content_of_paper(data, is_pdf=is_pdf) == content
