"""Notices: an event owes its letter with it or not at all, and the letter leaves nothing out."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.db import DatabaseError, transaction
from django.template import TemplateDoesNotExist
from moneyed import Money
from procrastinate.contrib.django.models import ProcrastinateJob

from recert.demo.personas import make_personas
from recert.journal import actions as journal
from recert.journal import notices
from recert.journal.facts import kept_facts
from recert.journal.letters import Incomplete, letter_of
from recert.journal.models import Event, Notice
from recert.journal.notices import NOTICES, telling_nobody
from recert.journal.queries import notice_called, notices_to
from recert.journal.readers import Reader
from recert.journal.secret_links import token_of
from recert.people.queries import reader_of
from recert.policy.permissions import NOBODY
from recert.policy.refusals import Refused
from recert.transcript import actions as transcript
from tests.journal.letters import AMINA, AT, OPTIONAL, SAMPLES, TOLD, owe
from tests.making import actor, make_account, make_activity, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

TOLD_KINDS = sorted(kind for kind, told in NOTICES.items() if told)


def note(kind, **given):
    return journal.record_event(kind, subject="DE", by=NOBODY, at=AT, **given)


# What is owed


def test_an_event_of_which_somebody_is_told_owes_one_letter_and_one_job():
    notice = owe()
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (
        "recert.journal.jobs.send_notice",
        {"notice_id": notice.pk},
    )
    assert (notice.to, notice.person, notice.owed_at) == (AMINA.email, AMINA.ref, AT)
    assert notice.message_id == f"<{notice.ref}@localhost>"
    assert (notice.sent_at, notice.failed_at, notice.tries) == (None, None, 0)


def test_the_message_id_names_the_host_of_the_address(settings):
    settings.ADDRESS = "https://cmp.example.org:8443"
    notice = owe()
    assert notice.message_id == f"<{notice.ref}@cmp.example.org>"


def test_an_event_of_which_nobody_is_told_owes_nothing():
    note("activity.added", tell=AMINA)
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_an_event_of_which_somebody_is_told_must_say_whom():
    with pytest.raises(AssertionError, match="nobody said to whom"):
        note(TOLD)
    assert not Event.objects.exists()


def test_an_event_of_which_nobody_has_said_who_is_told_cannot_happen():
    with pytest.raises(AssertionError, match="row in NOTICES"):
        note("activity.mistyped")
    with pytest.raises(AssertionError, match="row in NOTICES"):
        journal.record_events("activity.mistyped", {"AC": {}}, by=NOBODY, at=AT)


def test_what_happens_to_many_at_once_is_told_to_nobody():
    with pytest.raises(AssertionError, match="one by one"):
        journal.record_events(TOLD, {"DE": {}}, by=NOBODY, at=AT)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_owes_nothing():
    def fails():
        with transaction.atomic():
            owe()
            raise RuntimeError("the action fails later")

    with pytest.raises(RuntimeError, match="later"):
        fails()
    assert not Event.objects.exists()
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_its_job_nothing_happened(monkeypatch):
    def fails(_):
        raise RuntimeError("no job can be made")

    monkeypatch.setattr(journal, "defer_notice", fails)
    with pytest.raises(RuntimeError, match="no job"):
        owe()
    assert not Event.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        ("", "no email address"),
        ("amina at example", "is not one"),
        ("amina@example.org\nBcc: other@example.org", "is not one"),
        ("amina@example.org, other@example.org", "is not one"),
    ],
)
def test_a_letter_that_can_go_nowhere_is_kept_with_the_reason(email, problem):
    notice = owe(reader=msgspec.structs.replace(AMINA, email=email))
    assert problem in notice.last_error
    assert notice.failed_at == AT
    assert not ProcrastinateJob.objects.exists()


def test_people_who_are_invented_are_told_nothing():
    with telling_nobody():
        note(TOLD)
    assert Event.objects.count() == 1
    assert not Notice.objects.exists()
    with pytest.raises(AssertionError, match="to whom"):
        note(TOLD)


def test_the_personas_of_the_demo_come_without_letters(monkeypatch):
    told = dict.fromkeys(NOTICES, "certificant")  # whatever they may come to do
    monkeypatch.setattr(notices, "NOTICES", told)
    assert make_personas(as_of=date(2024, 5, 4))
    assert not Notice.objects.exists()


# The reader


def test_the_reader_is_the_person_as_they_read():
    person = make_person(email="amina@example.org", language="en-gb", time_zone="Asia/Manila")
    reader = reader_of(person)
    assert reader == Reader(person.ref, "Amina Benali", "amina@example.org", "en-gb", "Asia/Manila")


def test_without_an_address_on_record_the_one_of_the_account_is_taken():
    assert reader_of(make_person(email="")).email.endswith("@example.org")
    assert reader_of(make_person(email="", account=False)).email == ""
    account = make_account("other@example.org")
    found = reader_of(make_person(email="mine@example.org", account=False))
    assert found.email != account.email


# Moves, and the facts that they keep


def test_a_move_tells_and_keeps_further_facts(monkeypatch):
    monkeypatch.setattr(notices, "NOTICES", {"activity.withdrawn": "certificant"})
    person = make_person()
    activity = make_activity(person)
    by = actor(person)
    move = transcript.MOVES["withdraw_activity"]
    with pytest.raises(AssertionError, match="to whom"), transaction.atomic():
        journal.advance(activity, move, by=by, at=AT)
    activity.refresh_from_db()
    with transaction.atomic():
        event = journal.advance(
            activity,
            move,
            by=by,
            at=AT,
            tell=AMINA,
            facts={"path": "/transcript", "person": person},
            completed_on=date(2023, 1, 2),
        )
    assert event.facts == {
        "completed_on": "2023-01-02",
        "path": "/transcript",
        "person": person.ref,
    }
    event.refresh_from_db()
    assert event.facts["person"] == person.ref
    assert Notice.objects.get().event == event
    activity.refresh_from_db()
    assert activity.completed_on == date(2023, 1, 2)


def test_facts_are_kept_as_they_are_read_back():
    person = make_person()
    facts = {
        "on": date(2025, 1, 31),
        "at": AT,
        "fee": Decimal("95.00"),
        "amount": Money("95.00", "USD"),
        "who": person,
        "account": person.account,
        "areas": {"safety", "ethics"},
        "deep": [{"activity": make_activity(person), "none": None}],
    }
    kept = kept_facts(facts)
    assert kept["on"] == "2025-01-31"
    assert kept["at"] == "2024-05-04T12:00:00Z"
    assert (kept["fee"], kept["amount"]) == ("95.00", "95.00 USD")
    assert (kept["who"], kept["account"]) == (person.ref, person.account.ref)
    assert kept["areas"] == ["ethics", "safety"]
    assert kept["deep"][0]["activity"].startswith("AC-")
    event = note("activity.added", facts=facts)
    event.refresh_from_db()
    assert event.facts == kept


# What PostgreSQL holds to


@pytest.mark.parametrize(
    "change",
    [
        {"to": ""},
        {"sent_at": AT},
        {"text": "not sent"},
        {"failed_at": AT},
    ],
    ids=str,
)
def test_a_notice_says_nothing_that_cannot_be(change):
    notice = owe()
    with pytest.raises(DatabaseError, match="notice_"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(**change)


def test_nobody_is_owed_two_letters_for_one_event():
    notice = owe()
    notice.pk, notice.ref, notice.message_id = None, "NO-2", "<NO-2@localhost>"
    with pytest.raises(DatabaseError, match="notice_once"), transaction.atomic():
        notice.save(force_insert=True)


# The letter


@pytest.mark.parametrize("kind", TOLD_KINDS)
def test_each_letter_is_whole(kind):
    notice = owe(kind)
    letter = letter_of(notice)
    assert "\n" not in letter.subject
    assert letter.text.startswith("Dear Amina Benali,\n\n")
    assert "You get this letter because" in letter.text
    assert "ASCP Board of Certification\nInternational Credential" in letter.text
    assert "\n\n\n" not in letter.text
    facts = SAMPLES[kind]
    if "path" in facts:
        secret = token_of(facts["leads_to"]) if "leads_to" in facts else ""
        assert f"\nhttp://localhost:8000{facts['path']}{secret}\n" in letter.text


@pytest.mark.parametrize("kind", TOLD_KINDS)
def test_without_one_of_its_facts_no_letter_is_written(kind):
    optional = OPTIONAL.get(kind, set()) | {"path"}
    for name in set(SAMPLES[kind]) - optional:
        notice = owe(kind, **{name: None})
        with pytest.raises(Incomplete, match=name):
            letter_of(notice)
    for name in optional & set(SAMPLES[kind]):
        assert letter_of(owe(kind, **{name: None})).text


@pytest.fixture
def letter_with(settings, tmp_path):
    """Answer a function that writes a letter by a body of one's own."""

    def write(body, notice):
        folder = tmp_path / "notices" / notice.event.kind
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "subject.txt").write_text("Subject", "utf-8")
        (folder / "body.txt").write_text(body, "utf-8")
        pages, letters = settings.TEMPLATES
        settings.TEMPLATES = [pages, letters | {"DIRS": [tmp_path]}]
        return letter_of(notice).text

    return write


@pytest.mark.parametrize(
    "body",
    [
        "{{ mistyped }}",
        "{{ facts.mistyped }}",
        "{{ facts.deep.mistyped }}",
        "{{ facts.deep.none }}",
        "{{ facts.none }}",
        "{{ facts.mistyped|day }}",
        "{{ mistyped|instant }}",
        "{% blocktranslate %}a {{ mistyped }}{% endblocktranslate %}",
        "{% blocktranslate with x=facts.mistyped|day %}a {{ x }}{% endblocktranslate %}",
        "{% if facts.mistyped %}a{% endif %}",
        "{% for one in facts.mistyped %}a{% endfor %}",
        "{% include 'notices/none.txt' %}",
    ],
)
def test_a_letter_with_a_hole_is_not_written(letter_with, body):
    notice = owe(deep={"none": None}, none=None)
    with pytest.raises((Incomplete, TemplateDoesNotExist), match=r"mistyped|none"):
        letter_with(body, notice)


def test_what_may_be_absent_is_asked_for(letter_with):
    notice = owe(deep={"one": 1, "none": None}, listed=[{"name": "A"}, "B"])
    body = (
        '{% if "mistyped" in facts %}a{% endif %}{% if "none" in facts.deep %}b{% endif %}'
        "{% for name, value in facts.deep.items %}{{ name }}={{ value }} {% endfor %}"
        "{{ facts.listed.0.name }}{{ facts.listed.1 }}{{ facts.deep|length }}"
    )
    assert letter_with(body, notice) == "one=1 AB1\n"


def test_times_and_days_are_the_readers():
    chicago = letter_of(owe()).text
    assert "May 4, 2024, 7:00\u202fAM (Central Daylight Time)" in chicago
    assert "June 17, 2024" in chicago
    manila = msgspec.structs.replace(AMINA, language="en-gb", time_zone="Asia/Manila")
    text = letter_of(owe(reader=manila)).text
    assert "4 May 2024, 20:00 (Philippine Standard Time)" in text
    assert "17 June 2024" in text
    assert "US$95.00" in text


@pytest.fixture
def german(settings, tmp_path):
    catalog = Catalog(locale="de")
    catalog.add("Dear %(name)s,", "Guten Tag %(name)s,", flags=["python-format"])
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [*settings.LANGUAGES, ("de", "Deutsch")]


def test_a_letter_is_in_the_language_of_its_reader(german):
    reader = msgspec.structs.replace(AMINA, language="de", time_zone="Europe/Berlin")
    text = letter_of(owe(reader=reader)).text
    assert text.startswith("Guten Tag Amina Benali,\n")
    assert "4. Mai 2024, 14:00 (Mitteleuropäische Sommerzeit)" in text
    assert "95,00\xa0$" in text
    assert letter_of(owe()).text.startswith("Dear Amina Benali,\n")


def test_a_language_or_zone_that_nobody_knows_holds_no_letter_back():
    reader = msgspec.structs.replace(AMINA, language="xx", time_zone="Nowhere/At All")
    assert "7:00\u202fAM (Central Daylight Time)" in letter_of(owe(reader=reader)).text


def test_what_was_typed_arrives_as_typed():
    typed = 'Less than < 5 & "more" than {{ name }}; <b>Tom\'s</b> 50%'
    letter = letter_of(owe("declaration.deficient", because=typed, credential="A&B"))
    assert f"\n{typed}\n" in letter.text
    assert "A&B" in letter.subject


def test_a_name_stays_on_its_line():
    reader = msgspec.structs.replace(AMINA, name="Amina\r\nBcc: all@example.org\u2028Benali")
    text = letter_of(owe(reader=reader)).text
    assert text.startswith("Dear Amina Bcc: all@example.org Benali,\n")


def test_a_link_stays_on_our_host():
    with pytest.raises(Incomplete, match="leads nowhere"):
        letter_of(owe(path="@example.org/"))


# What is read


def test_what_somebody_was_told_is_listed_latest_first():
    first, second = owe(), owe("declaration.approved")
    owe(reader=msgspec.structs.replace(AMINA, ref="PE-OTHER"))
    assert notices_to([AMINA.ref]) == [second, first]
    assert notices_to([AMINA.ref], most=1) == [second]


def test_a_notice_is_found_by_its_ref():
    notice = owe()
    assert notice_called(notice.ref) == notice
    with pytest.raises(Refused):
        notice_called("NO-NONE")
