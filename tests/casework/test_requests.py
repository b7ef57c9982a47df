"""Requests: inactive status, names, cycles that end together, corrections of the record."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from recert.board import the_rulebook
from recert.casework.actions.decisions import (
    grant_correction,
    grant_inactive_status,
    grant_name,
    grant_shortening,
    refuse_request,
)
from recert.casework.actions.drafts import change_request, remove_enclosure, start_request
from recert.casework.actions.sending import send_request, withdraw_request
from recert.casework.asking import charge_of, inactive_choices, may_align, shortenings
from recert.casework.models import Request
from recert.credentials.models import Credential, CycleChange, InactivePeriod
from recert.declarations.models import Declaration
from recert.declarations.queries import positions_of
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.people.models import Person
from recert.policy.refusals import Refused
from tests.asking import (
    CERTIFIED,
    REGISTRAR,
    SAID,
    TODAY,
    Kind,
    begin,
    send,
    with_file,
)
from tests.declaring import at, draft, earn_everything, submit
from tests.making import actor, make_credential, make_person

pytestmark = pytest.mark.django_db

OPEN = date(2024, 11, 15)
EXTENDED = date(2026, 1, 31)
HARBOUR = Path(__file__).parents[1] / "rulebooks" / "harbour-sonography.toml"


@pytest.fixture
def person():
    someone = make_person()
    someone.credential = make_credential(someone, certified_on=CERTIFIED)
    return someone


@pytest.fixture
def harbour(settings):
    """Run for the second programme, in which cycles may be ended together."""
    settings.RULEBOOK = str(HARBOUR)
    the_rulebook.cache_clear()
    yield the_rulebook()
    del settings.RULEBOOK
    the_rulebook.cache_clear()


def now(on=TODAY):
    return {"today": on, "by": REGISTRAR, "at": at(on)}


def standing(credential, on):
    positions = positions_of(credential.person_id, as_of=on, planned=False)
    return positions.of(credential).standing


def letters():
    """Answer the letters about requests that are owed, each written, by the kind of its event."""
    owed = Notice.objects.filter(event__kind__startswith="request.").select_related("event")
    return {one.event.kind: letter_of(one) for one in owed}


# Inactive status


def test_inactive_status_is_granted_extends_the_cycle_and_ends(person):  # STA-1, STA-2, STA-3
    request = send(begin(person, Kind.INACTIVE, credential=person.credential))
    assert (request.state, request.submitted_on) == ("submitted", TODAY)
    assert "$40.00" in letters()["request.submitted"].text  # FEE-4
    decided = TODAY + timedelta(days=9)
    assert standing(person.credential, decided).state == "active"
    grant_inactive_status(request.pk, until_on=EXTENDED, because="", **now(decided))
    inactive = standing(person.credential, decided)
    assert (inactive.state, inactive.until, str(inactive.title)) == ("inactive", EXTENDED, "")
    assert inactive.cycle.starts == CERTIFIED
    text = letters()["request.granted"].text
    assert "ends on January 31, 2026" in text
    assert "It opens on October 31, 2025 and is due by December 31, 2025." in text
    back = date(2025, 11, 3)
    position = positions_of(person.pk, as_of=back, planned=False).of(person.credential)
    assert position.declarable.purpose == "return-from-inactive"
    assert standing(person.credential, EXTENDED + timedelta(days=1)).rule == "STA-3"


def test_the_fee_is_waived_for_military_service_with_documents(person):  # FEE-4
    request = begin(
        person,
        Kind.INACTIVE,
        credential=person.credential,
        ground="mandatory-military-service",
    )
    charge = charge_of(request, today=TODAY)
    assert (charge.amount.amount, charge.because) == (40, "Waived once the ground is documented.")
    by = actor(person)
    with pytest.raises(Refused) as refused:
        send_request(request.pk, today=TODAY, by=by, at=at(TODAY))
    assert refused.value.code == "no-card"
    with_file(request, person)
    assert charge_of(request, today=TODAY).amount.amount == 0
    send_request(request.pk, today=TODAY, by=by, at=at(TODAY))
    assert Request.objects.get().order is None
    assert "$" not in letters()["request.submitted"].text


def test_whoever_pays_less_than_is_owed_by_then_pays_the_rest_of_it(person):  # FEE-4
    request = begin(person, Kind.INACTIVE, credential=person.credential)
    assert charge_of(request, today=TODAY).rule == "FEE-4"
    assert charge_of(begin(person, Kind.NAME), today=TODAY) is None


def test_what_has_expired_or_never_does_cannot_become_inactive(person):  # STA-1
    make_credential(person, category="MB", certified_on=date(2018, 5, 4))
    make_credential(person, category="BB", certified_on=date(2009, 5, 4))
    renewed = make_credential(person, category="H", certified_on=date(2021, 7, 1), cycles=1)
    answers = {one.credential.category: one for one in inactive_choices(person.pk, as_of=TODAY)}
    assert answers["MLS"].why_not == ""
    assert "expired" in answers["MB"].why_not
    assert "never expires" in answers["BB"].why_not
    assert answers[renewed.category].why_not == ""  # its next cycle has not begun to be granted
    for category in ("MB", "BB"):
        credential = answers[category].credential
        request = begin(person, Kind.INACTIVE, credential=credential)
        with pytest.raises(Refused) as refused:
            send(request)
        assert refused.value.message == answers[category].why_not


def test_nor_what_is_declared_or_audited(person):
    earn_everything(person, person.credential, on=OPEN)
    request = begin(person, Kind.INACTIVE, credential=person.credential, on=OPEN)
    started = draft(person.credential, on=OPEN)
    assert inactive_choices(person.pk, as_of=OPEN)[0].why_not == ""  # a draft stands in no way
    submit(started.credential, on=OPEN)
    assert (
        "declaration of it is with the board" in inactive_choices(person.pk, as_of=OPEN)[0].why_not
    )
    with pytest.raises(Refused):
        send(request, on=OPEN)


def test_a_draft_turns_with_the_days_that_were_granted(person):  # STA-2
    earn_everything(person, person.credential, on=OPEN)
    draft(person.credential, on=OPEN)
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=OPEN), on=OPEN)
    grant_inactive_status(request.pk, until_on=EXTENDED, because="", **now(OPEN))
    with pytest.raises(Refused):
        draft(person.credential, on=OPEN)  # none is taken before its window opens
    turned = draft(person.credential, on=date(2025, 11, 3))
    assert (turned.purpose, turned.cycle_ends_on) == ("return-from-inactive", EXTENDED)


@pytest.mark.parametrize("until_on", [date(2025, 1, 31), date(2024, 12, 31), TODAY])
def test_an_extension_ends_later_than_the_cycle_does(person, until_on):  # STA-1
    request = send(begin(person, Kind.INACTIVE, credential=person.credential))
    with pytest.raises(Refused) as refused:
        grant_inactive_status(request.pk, until_on=until_on, because="", **now())
    assert "must end after 2025-01-31" in refused.value.message
    assert not InactivePeriod.objects.exists()


def test_whoever_asked_in_time_does_not_lose_by_the_time_that_it_takes(person):  # STA-1
    asked, decided = date(2025, 1, 30), date(2025, 2, 20)
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=asked), on=asked)
    assert standing(person.credential, decided).state == "expired"
    grant_inactive_status(request.pk, until_on=EXTENDED, because="", **now(decided))
    assert standing(person.credential, decided).state == "inactive"


def test_what_was_declared_since_is_decided_first(person):
    earn_everything(person, person.credential, on=OPEN)
    request = send(begin(person, Kind.INACTIVE, credential=person.credential, on=OPEN), on=OPEN)
    submit(person.credential, on=OPEN)
    with pytest.raises(Refused) as refused:
        grant_inactive_status(request.pk, until_on=EXTENDED, because="", **now(OPEN))
    assert "declaration" in refused.value.message


def test_of_one_kind_one_is_open_at_a_time(person):
    other = make_credential(person, category="MB", certified_on=date(2023, 1, 10))
    first = begin(person, Kind.INACTIVE, credential=person.credential)
    second = begin(person, Kind.INACTIVE, credential=other)
    begin(person, Kind.NAME)
    for again in (
        lambda: begin(person, Kind.INACTIVE, credential=other),
        lambda: begin(person, Kind.NAME),
        lambda: change_request(
            second.pk,
            credential=person.credential,
            said=SAID[Kind.INACTIVE],
            by=actor(person),
            at=at(TODAY),
        ),
    ):
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.code == "asked-already"
    withdraw_request(send(first).pk, today=TODAY, by=actor(person), at=at(TODAY))
    assert "request.withdrawn" in letters()
    begin(person, Kind.INACTIVE, credential=person.credential)


def test_nobody_asks_for_somebody_elses_credential(person):
    stranger = make_person("Somebody Else")
    with pytest.raises(Refused) as refused:
        start_request(
            stranger.pk,
            kind=Kind.INACTIVE,
            credential=person.credential,
            said={},
            by=actor(stranger),
            at=at(TODAY),
        )
    assert refused.value.code == "not-found"


def test_a_request_is_refused_with_a_reason_only(person):
    request = send(begin(person, Kind.INACTIVE, credential=person.credential))
    with pytest.raises(Refused) as refused:
        refuse_request(request.pk, because=" \n", **now())
    assert refused.value.code == "no-reason"
    refuse_request(request.pk, because="A year is needed, and it was a month.", **now())
    assert "The reason: A year is needed" in letters()["request.refused"].text
    assert standing(person.credential, TODAY).state == "active"


# Names


def test_a_name_changes_with_a_document_and_the_earlier_one_stays(person):  # PER-1
    request = begin(person, Kind.NAME)
    with pytest.raises(Refused) as refused:
        send(request)
    assert "official document" in refused.value.message
    taken_away = with_file(request, person, name="first.pdf")
    remove_enclosure(taken_away.ref, by=actor(person), at=at(TODAY))
    with pytest.raises(Refused):
        send(request)
    with_file(request, person)
    send(request)
    grant_name(request.pk, given_names="Amina", family_name="Haddad", because="", **now())
    changed = Person.objects.get(pk=person.pk)
    assert changed.name == "Amina Haddad"
    assert changed.former_names.get().family_name == "Benali"
    text = letters()["request.granted"].text
    assert "Your name on record is now Amina Haddad." in text
    assert "Dear Amina Haddad" in text
    event = Event.objects.get(kind="person.name-changed")
    assert event.because == "A license of May"


# Corrections of the board's own record


@pytest.mark.parametrize(
    ("what", "value", "before"),
    [
        ("born_on", date(1988, 3, 1), "1988-02-29"),
        ("certified_on", date(2022, 1, 11), "2022-01-10"),
        ("category", "MB", "MLS"),
        ("number", "MLS-7", None),
    ],
)
def test_the_record_is_corrected_with_before_and_after(person, what, value, before):
    credential = None if what == "born_on" else person.credential
    was = before or person.credential.number
    request = begin(person, Kind.CORRECTION, credential=credential, what=what)
    with pytest.raises(Refused) as refused:
        send(request)
    assert "document" in refused.value.message
    with_file(request, person)
    send(request)
    with pytest.raises(Refused) as refused:
        grant_correction(request.pk, value=value, because="", **now())
    assert refused.value.code == "no-reason"
    grant_correction(request.pk, value=value, because="As in the passport.", **now())
    record = Credential.objects.get() if credential else Person.objects.get()
    assert getattr(record, what) == value
    event = Event.objects.get(kind__in=["credential.corrected", "person.birth-corrected"])
    assert event.facts["before"] == {what: was}
    assert event.because == "As in the passport."
    assert "Our record is corrected" in letters()["request.granted"].text


def test_a_number_is_of_one_credential(person):
    other = make_credential(person, category="MB")
    request = begin(person, Kind.CORRECTION, credential=person.credential, what="number")
    with_file(request, person)
    send(request)
    with pytest.raises(Refused) as refused:
        grant_correction(request.pk, value=other.number, because="So it is.", **now())
    assert refused.value.code == "another-has-it"


def test_what_a_declaration_goes_by_is_not_corrected_under_it(person):
    earn_everything(person, person.credential, on=OPEN)
    request = begin(
        person, Kind.CORRECTION, credential=person.credential, what="certified_on", on=OPEN
    )
    with_file(request, person, on=OPEN)
    send(request, on=OPEN)
    submit(person.credential, on=OPEN)
    with pytest.raises(Refused) as refused:
        grant_correction(request.pk, value=date(2022, 1, 11), because="So.", **now(OPEN))
    assert refused.value.code == "under-way"


# Cycles that end together


def test_the_shipped_programme_ends_no_cycle_earlier(person):  # CYC-1
    make_credential(person, category="MB", certified_on=date(2022, 3, 1))
    assert not may_align()
    assert shortenings(person.pk, as_of=TODAY) == []


def harbour_person(harbour):
    someone = make_person()
    someone.first = make_credential(someone, category="SON", certified_on=date(2023, 4, 10))
    someone.second = make_credential(someone, category="ECHO", certified_on=date(2023, 9, 1))
    Credential.objects.update(program=harbour.key)
    return someone


def test_a_cycle_is_ended_earlier_so_that_two_end_together(harbour):
    person = harbour_person(harbour)
    (only,) = shortenings(person.pk, as_of=TODAY)
    assert (only.credential, only.ends_on) == (person.second, date(2025, 4, 9))
    request = send(begin(person, Kind.ALIGNMENT, credential=person.second, ends_on="2025-04-09"))
    before = positions_of(person.pk, as_of=TODAY, planned=False).of(person.second)
    grant_shortening(request.pk, because="", **now())
    after = positions_of(person.pk, as_of=TODAY, planned=False).of(person.second)
    assert after.standing.cycle.ends == date(2025, 4, 9)
    assert after.standing.cycle.starts == before.standing.cycle.starts
    assert after.assessment.terms.total == before.assessment.terms.total
    assert standing(person.second, date(2025, 4, 10)).state == "expired"
    assert "ends on April 9, 2025" in letters()["request.granted"].text
    assert shortenings(person.pk, as_of=TODAY) == []


def test_never_in_the_past_and_never_later(harbour):
    person = harbour_person(harbour)
    request = begin(person, Kind.ALIGNMENT, credential=person.second, ends_on="2025-04-09")
    send(request)
    late = date(2025, 4, 10)
    with pytest.raises(Refused) as refused:
        grant_shortening(request.pk, because="", **now(late))
    assert refused.value.code == "not-any-more"
    later = begin(person, Kind.ALIGNMENT, credential=person.first, ends_on="2025-08-31")
    with pytest.raises(Refused):
        send(later)
    assert not CycleChange.objects.exists()


def test_not_while_it_is_declared(harbour):
    person = harbour_person(harbour)
    Declaration.objects.create(
        credential=person.second,
        state="submitted",
        purpose="renewal",
        case={},
        started_at=at(TODAY),
        submitted_at=at(TODAY),
        submitted_on=TODAY,
        due_on=TODAY,
    )
    assert shortenings(person.pk, as_of=TODAY) == []
