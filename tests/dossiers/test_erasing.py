"""Erasing a person: two do it, what says who they are goes, and the rest stays as it was."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from recert import clock
from recert.declarations.actions.decisions import approve_declaration
from recert.declarations.models import Declaration
from recert.declarations.queries import positions_of
from recert.dossiers.actions import erasures
from recert.dossiers.actions.erasures import ask_erasure, call_off_erasure, erase_person
from recert.dossiers.jobs import sweep_words_of_erased
from recert.dossiers.models import Erasure
from recert.journal.actions import record_event
from recert.journal.chaining import chain_events
from recert.journal.models import Event, Notice
from recert.journal.verifying import verify_journal
from recert.people.actions import change_address, change_details, change_name
from recert.people.models import Account, Address, FormerName, Person
from recert.people.queries import person_seen_by
from recert.policy.permissions import Actor, Role
from recert.policy.refusals import Refused
from recert.transcript.actions import add_activity, change_activity
from recert.transcript.models import Activity, Document
from tests.declarations.test_life import CERTIFIED, OPEN
from tests.declaring import REVIEWER, at, earn_everything, submit
from tests.making import AT, actor, make_account, make_credential, make_document, make_person

pytestmark = pytest.mark.django_db(transaction=True)

DORA = Actor(ref="AN-D", name="Dora", roles=frozenset({Role.ADMINISTRATOR}))
EMIL = Actor(ref="AN-E", name="Emil", roles=frozenset({Role.ADMINISTRATOR}))
REGISTRAR = Actor(ref="AN-R", name="Rita Registrar", roles=frozenset({Role.REGISTRAR}))
SECRETS = ("Benali", "Amina", "amina", "Casablanca", "Hospital", "Laboratory Days", "certificate")


@pytest.fixture(autouse=True)
def files_are_apart(settings, tmp_path):
    storages = settings.STORAGES["default"]
    default = storages | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def person():
    """Somebody with a bit of everything, renewed."""
    someone = make_person("Amina Benali", email="amina@example.org", workplace="The Hospital")
    credential = make_credential(someone, certified_on=CERTIFIED)
    activity = earn_everything(someone, credential, on=OPEN)
    Activity.objects.filter(person=someone).update(
        title=Concat(Value("Laboratory Days "), F("ref")), provider="Hospital"
    )
    make_document(activity, name="certificate of Amina.pdf")
    declaration = submit(credential, on=OPEN)
    approve_declaration(declaration.pk, today=OPEN, by=REVIEWER, at=at(OPEN))
    said = {"lines": "12 Rue Amina", "city": "Casablanca", "region": "", "postal_code": ""}
    by = actor(someone)
    change_address(someone.pk, use="home", said=said | {"country": "MA"}, by=by, at=AT)
    change_name(
        someone.pk,
        given_names="Amina",
        family_name="Benali Haddad",
        because="Marriage license of Amina",
        on=OPEN,
        by=REGISTRAR,
        at=AT,
    )
    someone.refresh_from_db()
    return someone


WHEN = at(OPEN + timedelta(days=30))


def erase(person, when=WHEN):
    erasure = ask_erasure(person.pk, because="Article 17.", by=DORA, at=when)
    return erase_person(erasure.pk, by=EMIL, at=when)


def all_that_is_kept():
    """Answer every text of every table, as somebody finds it who looks for a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608  # our own tables
            yield from ((name, text) for (text,) in cursor.fetchall())


def test_nothing_that_says_who_they_are_is_left_anywhere(person):  # STA-7
    assert any("Casablanca" in text for _name, text in all_that_is_kept())
    assert default_storage.exists(str(Document.objects.get().file.name))
    path = str(Document.objects.get().file.name)
    erase(person)
    found = [
        (name, secret) for name, text in all_that_is_kept() for secret in SECRETS if secret in text
    ]
    assert found == []
    assert not default_storage.exists(path)


def test_numbers_dates_decisions_and_standing_stay(person):
    before = positions_of(person.pk, as_of=OPEN + timedelta(days=200))
    numbers = person.customer_number, person.credentials.get().number
    declared = Declaration.objects.get()
    erase(person)
    after = positions_of(person.pk, as_of=OPEN + timedelta(days=200))
    assert [one.standing for one in after.each] == [one.standing for one in before.each]
    person.refresh_from_db()
    assert (person.customer_number, person.credentials.get().number) == numbers
    now = Declaration.objects.get()
    assert (now.state, now.submitted_on, now.answer) == ("approved", OPEN, declared.answer)
    assert now.case["activities"][0]["title"] == "(erased)"
    assert [one["completed_on"] for one in now.case["activities"]] == [
        one["completed_on"] for one in declared.case["activities"]
    ]


def test_the_chain_is_whole_and_says_what_was_erased(person):
    chain_events()
    count = Event.objects.filter(about=person.ref).count()
    erase(person)
    chain_events()
    verified = verify_journal()
    assert verified.findings == []
    assert verified.erased == count + 2  # and what was noted of the erasure
    kept = Event.objects.get(kind="person.erased")
    assert (kept.by, kept.because, kept.facts) == ("Emil", "Article 17.", {"refs": [person.ref]})


def test_the_account_is_closed_and_letters_are_gone(person):
    waiting = Notice.objects.filter(sent_at=None, failed_at=None).count()
    assert waiting
    account = person.account
    erase(person)
    assert not Account.objects.filter(pk=account.pk).exists()
    assert not Notice.objects.filter(sent_at=None, failed_at=None).exists()
    assert set(Notice.objects.values_list("to", "name")) == {("erased", "erased")}


def test_it_takes_two(person):
    erasure = ask_erasure(person.pk, because="Asked.", by=DORA, at=AT)
    with pytest.raises(Refused) as refusal:
        erase_person(erasure.pk, by=DORA, at=AT)
    assert refusal.value.code == "asked-it"
    with pytest.raises(DatabaseError), transaction.atomic():  # the database says so as well
        Erasure.objects.update(state="done", ended_by="AN-D", ended_at=AT)
    call_off_erasure(erasure.pk, by=DORA, at=AT)
    with pytest.raises(Refused) as refusal:
        erase_person(erasure.pk, by=EMIL, at=AT)
    assert refusal.value.code == "wrong-state"
    assert Person.objects.get(pk=person.pk).erased_at is None


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_else_may(person, role):
    other = Actor(ref="AN-X", name="Somebody", roles=frozenset({role}))
    with pytest.raises(Refused):
        ask_erasure(person.pk, because="Asked.", by=other, at=AT)
    erasure = ask_erasure(person.pk, because="Asked.", by=DORA, at=AT)
    for act in (erase_person, call_off_erasure):
        with pytest.raises(Refused):
            act(erasure.pk, by=other, at=AT)


def test_what_is_not_decided_yet_is_decided_first():
    someone = make_person()
    credential = make_credential(someone, certified_on=CERTIFIED)
    earn_everything(someone, credential, on=OPEN)
    declaration = submit(credential, on=OPEN)
    with pytest.raises(Refused, match=declaration.ref):
        erase(someone)


def test_who_works_for_the_board_is_not_erased():
    someone = make_person(account=False)
    someone.account = make_account(staff=[Role.REVIEWER])
    someone.save()
    with pytest.raises(Refused, match="work for the board"):
        erase(someone)


def test_twice_is_refused(person):
    erase(person)
    with pytest.raises(Refused) as refusal:
        ask_erasure(person.pk, because="Again.", by=DORA, at=WHEN)
    assert refusal.value.code == "erased"


def test_what_is_under_way_brings_nothing_back(person):
    """Send what was typed before the erasure, after it."""
    by = actor(person)
    activity = Activity.objects.filter(person=person).first()
    version = person.version
    erase(person)
    details = {"email": "amina@example.org", "phone": "", "language": "en"}
    details |= {"time_zone": "UTC", "workplace": "Hospital", "job_title": "", "gender": ""}
    with pytest.raises(Refused):
        change_details(person.pk, said=details, version=version, by=by, at=WHEN)
    with pytest.raises(Refused):
        change_activity(activity.pk, said={"title": "Amina"}, version=1, by=by, at=WHEN)
    with pytest.raises(DatabaseError, match="nothing new comes"):
        add_activity(
            person,
            said={"kind": "book", "title": "Amina", "completed_on": date(2024, 1, 1)},
            entry_key="5c4b2a4e-8f86-4a53-9d7c-2e5b0f5a8f11",
            by=by,
            at=WHEN,
        )
    for model in (Address, FormerName):
        assert not model.objects.exists()


def test_what_was_noted_at_that_very_moment_is_swept(person, monkeypatch):
    erase(person)
    with transaction.atomic():
        late = record_event(
            "document.opened",
            subject="DO-1",
            about=person.ref,
            by=REVIEWER,
            at=WHEN,
            because="Amina asked.",
        )
    monkeypatch.setattr(clock, "now", lambda: WHEN + timedelta(hours=1))
    chain_events()
    assert sweep_words_of_erased(0) == 1
    late.refresh_from_db()
    assert late.because == ""
    assert sweep_words_of_erased(0) == 0
    assert verify_journal().is_whole


def test_a_failed_erasure_leaves_everything(person, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("the journal is full")

    monkeypatch.setattr(erasures, "erase_words", fails)
    with pytest.raises(RuntimeError, match="full"):
        erase(person)
    assert default_storage.exists(str(Document.objects.get().file.name))
    assert person_seen_by(DORA, person.ref).family_name == "Benali Haddad"
