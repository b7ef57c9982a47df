"""Signed forms: asked for, signed once, kept as they were, and what that proves (PER-3)."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connections, transaction

from recert.declarations.queries import positions_of
from recert.journal.letters import letter_of
from recert.journal.models import Event, Notice
from recert.journal.secret_links import token_of
from recert.journal.sending import send_owed
from recert.policy.permissions import NOBODY, Actor, Role
from recert.policy.refusals import Refused
from recert.transcript.actions import change_activity, restore_activity, withdraw_activity
from recert.transcript.evidence import evidence_of, lacking_documents
from recert.transcript.jobs import sweep_files
from recert.transcript.models import SignedForm
from recert.transcript.queries import activities_like
from recert.transcript.signing import actions, codes, flags
from recert.transcript.signing.actions import (
    MOVES,
    approve_claim,
    ask_again,
    cancel_form,
    decline_form,
    open_paper,
    refuse_claim,
    send_code,
    sign_form,
)
from recert.transcript.signing.queries import (
    claims_waiting,
    form_behind,
    forms_flagged,
    key_of,
    link_state,
    signer_of,
)
from tests.making import actor, make_activity, make_credential, make_person
from tests.signing import (
    ASKED,
    EMAIL,
    LATER,
    REVIEWER,
    ask,
    code,
    kept,
    make_assessment,
    make_claim,
    sign,
    typed_for,
)

pytestmark = pytest.mark.django_db
State = SignedForm.State


@pytest.fixture(autouse=True)
def files_are_apart(settings, tmp_path):
    default = settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def person():
    return make_person("Amina Benali", email="amina@example.org")


@pytest.fixture
def form(person):
    return ask(make_assessment(person))


# Its life, from the table of moves


def in_state(state, person):
    """Make a claim whose form is in a state."""
    form = ask(make_claim(person))
    match state:
        case State.CANCELLED:
            cancel_form(form.pk, by=actor(person), at=LATER)
        case State.DECLINED:
            decline_form(form.pk, link=1, because="No.", by=signer_of(form), at=LATER)
        case State.SIGNED | State.APPROVED | State.REFUSED:
            sign(form)
    if state == State.APPROVED:
        approve_claim(form.pk, by=REVIEWER, at=LATER)
    if state == State.REFUSED:
        refuse_claim(form.pk, because="No.", by=REVIEWER, at=LATER)
    form.refresh_from_db()
    assert form.state == state
    return form


def do(move, form, *, by=None):
    match move:
        case "cancel_form":
            cancel_form(form.pk, by=by or actor(form.activity.person), at=LATER)
        case "sign_form":
            signer, coded = by or signer_of(form), codes.code_of(form)
            assert sign_form(form.pk, link=form.link, code=coded, by=signer, at=LATER) is None
        case "decline_form":
            decline_form(form.pk, link=1, because="No.", by=by or signer_of(form), at=LATER)
        case "approve_claim":
            approve_claim(form.pk, by=by or REVIEWER, at=LATER)
        case "refuse_claim":
            refuse_claim(form.pk, because="No.", by=by or REVIEWER, at=LATER)


CASES = [(move, state) for move in MOVES for state in State]


@pytest.mark.parametrize(("move", "state"), CASES)
def test_each_move_goes_from_its_states_and_from_no_other(person, move, state):
    form = in_state(state, person)
    if move == "sign_form" and state == State.ASKED:
        form = code(form)
    events = Event.objects.count()
    if state in MOVES[move].sources:
        do(move, form)
        form.refresh_from_db()
        assert form.state == MOVES[move].target
        assert Event.objects.count() == events + 1
        assert Event.objects.latest("id").kind == MOVES[move].event
    else:
        before = SignedForm.objects.filter(pk=form.pk).values().get()
        with pytest.raises(Refused):
            do(move, form)
        assert SignedForm.objects.filter(pk=form.pk).values().get() == before
        assert Event.objects.count() == events


@pytest.mark.parametrize("move", MOVES)
def test_who_may_not_cannot(person, move):
    source = next(iter(MOVES[move].sources))
    form = in_state(source, person)
    if move == "sign_form":
        form = code(form)
    strangers = [NOBODY, actor(make_person("Somebody Else"))]
    others = frozenset({Role.AUDITOR, Role.REGISTRAR, Role.FINANCE, Role.ADMINISTRATOR})
    strangers.append(Actor(ref="AN-X", name="Staff", roles=others))
    strangers.append(Actor(ref="SF-OTHER", name="Another", roles=frozenset({Role.SIGNER})))
    for by in strangers:
        with pytest.raises(Refused):
            do(move, form, by=by)
    form.refresh_from_db()
    assert form.state == source


def test_a_failed_event_undoes_the_signature(form, monkeypatch):
    coded = code(form)

    def fails(*_args, **_named):
        raise RuntimeError("the journal is away")

    monkeypatch.setattr(actions, "hold_activities", fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        sign_form(form.pk, link=1, code=codes.code_of(coded), by=signer_of(form), at=LATER)
    form.refresh_from_db()
    assert form.state == State.ASKED
    monkeypatch.undo()
    sign_form(form.pk, link=1, code=codes.code_of(coded), by=signer_of(form), at=LATER)
    form.refresh_from_db()
    assert kept(form).startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_signs(form):
    coded = code(form)

    def once(_):
        try:
            return sign_form(
                form.pk, link=1, code=codes.code_of(coded), by=signer_of(form), at=LATER
            )
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        assert sorted(map(str, threads.map(once, range(3)))) == ["None", "form-over", "form-over"]
    assert Event.objects.filter(kind="form.signed").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"state": "signed"},
        {"signed_at": LATER},
        {"state": "declined", "ended_at": LATER},
        {"state": "cancelled"},
        {"ended_at": LATER},
        {"expires_at": ASKED},
    ],
    ids=str,
)
def test_a_form_says_nothing_that_cannot_be(form, change):
    with pytest.raises(IntegrityError, match="signed_form_"), transaction.atomic():
        SignedForm.objects.filter(pk=form.pk).update(**change)


# Asking


def test_whoever_is_asked_gets_a_letter_whose_link_nothing_keeps(person):  # PER-3
    form = ask(make_assessment(person), note="For my renewal.")
    notice = Notice.objects.select_related("event").get()
    assert (notice.to, notice.name, notice.person) == (EMAIL, "Ada Employer", form.ref)
    letter = letter_of(notice)
    token = token_of(key_of(form))
    assert f"http://localhost:8000/sign/{token}\n" in letter.text
    assert "Amina Benali writes: “For my renewal.”" in letter.text
    assert "May 18, 2024" in letter.text
    assert form_behind(token) == (form, 1)
    send_owed(notice.pk, at=LATER)
    notice.refresh_from_db()
    assert "http://localhost:8000/sign/…\n" in notice.text
    assert token not in str(Event.objects.values()) + str(Notice.objects.values())


@pytest.mark.parametrize("change", [{"reported_by": "ASCP"}, {"state": "withdrawn"}, {"kind": ""}])
def test_for_what_needs_no_signature_nobody_is_asked(person, change):
    other = make_activity(person).kind
    change = {"kind": other} if "kind" in change else change
    with pytest.raises(Refused):
        ask(make_assessment(person, **{"kind": make_assessment(person).kind} | change))


def test_of_one_activity_one_is_asked_at_a_time(form):
    with pytest.raises(Refused, match="Cancel that one first"):
        ask(form.activity, name="Another", email="another@example.org")
    cancel_form(form.pk, by=actor(form.activity.person), at=LATER)
    assert ask(form.activity, name="Another", email="another@example.org").state == State.ASKED


def test_nobody_asks_for_somebody_else(form):
    with pytest.raises(Refused):
        actions.ask_for_signature(
            form.activity.pk,
            name="Ada",
            email=EMAIL,
            by=actor(make_person("Somebody Else")),
            at=ASKED,
        )
    with pytest.raises(Refused):
        ask_again(form.pk, by=actor(make_person("Somebody Else")), at=ASKED)


def test_asking_again_ends_the_link_before(form):
    code(form)
    form = ask_again(form.pk, by=actor(form.activity.person), at=LATER)
    assert (form.link, form.codes, form.expires_at) == (2, 0, LATER + timedelta(days=14))
    assert form.typed["signed_name"] == "Ada Employer"
    assert link_state(form, 1, at=LATER) == "replaced"
    assert link_state(form, 2, at=LATER) == "open"
    with pytest.raises(Refused):
        code(form, link=1)
    letter = letter_of(Notice.objects.select_related("event").latest("id"))
    assert token_of(f"{form.ref}.2") in letter.text


def test_a_link_lasts_two_weeks(form):
    ends = ASKED + timedelta(days=14)
    assert link_state(form, 1, at=ends - timedelta(seconds=1)) == "open"
    assert link_state(form, 1, at=ends) == "expired"
    with pytest.raises(Refused):
        code(form, at=ends)
    ask_again(form.pk, by=actor(form.activity.person), at=ends)
    form.refresh_from_db()
    assert link_state(form, 2, at=ends) == "open"


def test_what_was_withdrawn_or_became_something_else_is_not_signed(form):
    withdraw_activity(form.activity.pk, by=actor(form.activity.person), at=ASKED)
    with pytest.raises(Refused):
        code(form)
    assert form_behind(token_of(key_of(form)))[0].activity.state == "withdrawn"


@pytest.mark.parametrize(
    ("name", "email", "expected"),
    [
        ("Ada Employer", EMAIL, []),
        ("Ada Employer", "AMINA+work@example.org", [flags.OWN_ADDRESS]),
        ("BENALI, Amína", EMAIL, [flags.OWN_NAME]),
    ],
)
def test_ones_own_address_is_flagged_and_not_refused(person, name, email, expected):
    form = ask(make_assessment(person), name=name, email=email)
    assert form.flags == expected
    assert sign(form, name=name).flags == expected


def test_the_address_of_the_account_is_ones_own_too(person):
    form = ask(make_assessment(person), email=person.account.email.upper())
    assert form.flags == [flags.OWN_ADDRESS]


# The code


def test_a_code_is_six_digits_of_this_form_and_no_other(form, person):
    coded = code(form)
    assert len(codes.code_of(coded)) == 6
    assert codes.code_of(coded).isdecimal()
    first = codes.code_of(coded)
    again = code(form, at=LATER + timedelta(minutes=1))
    assert codes.code_of(again) != first
    assert first not in str(Event.objects.values()) + str(SignedForm.objects.values())


def test_a_second_click_sends_no_other_code(form):
    coded = code(form)
    by, typed = signer_of(form), typed_for(form, name="Ada E.")
    soon = LATER + timedelta(seconds=5)
    same, is_new = send_code(form.pk, link=1, typed=typed, version=1, by=by, at=soon)
    assert not is_new
    assert codes.code_of(same) == codes.code_of(coded)
    assert same.typed["signed_name"] == "Ada E."


def wrong(form):
    return f"{(int(codes.code_of(form)) + 1) % 1_000_000:06}"


def test_a_wrong_code_is_counted_and_ends_after_few_tries(form):
    coded, by = code(form), signer_of(form)
    for left in (4, 3, 2, 1, 0):
        assert sign_form(form.pk, link=1, code=wrong(coded), by=by, at=LATER) == left
    right = codes.code_of(coded)
    assert sign_form(form.pk, link=1, code=right, by=by, at=LATER) == 0
    form.refresh_from_db()
    assert form.state == State.ASKED
    assert sign(form, at=LATER + timedelta(minutes=1)).state == State.SIGNED


def test_a_code_is_good_for_minutes(form):
    coded, by = code(form), signer_of(form)
    right, late = codes.code_of(coded), LATER + codes.LASTS
    assert sign_form(form.pk, link=1, code=right, by=by, at=late) == 0
    last = late - timedelta(seconds=1)
    assert sign_form(form.pk, link=1, code=right, by=by, at=last) is None


def test_a_link_brings_only_so_many_codes(form):
    for number in range(codes.MOST_CODES):
        code(form, at=LATER + timedelta(minutes=number))
    after = LATER + timedelta(minutes=codes.MOST_CODES)
    with pytest.raises(Refused, match="send the letter again"):
        code(form, at=after)
    form = ask_again(form.pk, by=actor(form.activity.person), at=after)
    assert code(form, at=after).codes == 1


def test_what_changed_since_it_was_seen_is_not_signed(form, person):
    coded = code(form)
    said = {"kind": form.activity.kind, "title": "Another title", "covers": ["chemistry"]}
    said["completed_on"] = form.activity.completed_on
    change_activity(form.activity.pk, said=said, version=1, by=actor(person), at=LATER)
    right = codes.code_of(coded)
    with pytest.raises(Refused, match="changed the entry"):
        sign_form(form.pk, link=1, code=right, by=signer_of(form), at=LATER)
    with pytest.raises(Refused, match="changed the entry"):
        code(form, at=LATER + timedelta(minutes=1), version=1)


# What was signed


def test_what_was_signed_is_kept_as_it_was(form):  # PER-3
    signed = sign(form, answer="Hematology\n血液 & <b>chemistry</b>", name="Ada Ğ. Employer")
    content = kept(signed)
    assert content.startswith(b"%PDF")
    assert signed.sha256 == hashlib.sha256(content).hexdigest()
    assert signed.paper.name == f"forms/{signed.ref[3:5]}/{signed.ref}"
    assert signed.answers[0]["answer"] == "Hematology\n血液 & <b>chemistry</b>"
    assert (signed.signed_name, signed.signed_at, signed.typed) == ("Ada Ğ. Employer", LATER, {})
    event = Event.objects.get(kind="form.signed")
    assert event.facts["sha256"] == signed.sha256
    assert event.facts["answers"] == signed.answers
    assert (event.by, event.by_ref) == ("Ada Employer", signed.ref)
    notice = Notice.objects.select_related("event").get(event=event)
    assert notice.to == "amina@example.org"
    assert "as Ada Ğ. Employer." in letter_of(notice).text


def test_an_assessment_by_the_employer_proves_the_activity(person):  # ACT-1.6
    activity = make_assessment(person)
    assert not evidence_of(activity, ()).is_complete
    sign(ask(activity))
    activity.refresh_from_db()
    assert evidence_of(activity, ()).attested_by == "Ada Employer"
    assert evidence_of(activity, ()).is_complete
    assert lacking_documents([activity]) == []
    assert not activities_like(person.pk, shown="without-documents").exists()


def test_clinical_teaching_is_proven_the_same_way(person):  # ACT-1.7
    activity = make_assessment(person, "clinical-teaching")
    signed = sign(ask(activity))
    asks = [one["asks"] for one in signed.answers]
    assert asks == ["academic institution", "dates of instruction", "areas covered"]
    activity.refresh_from_db()
    assert evidence_of(activity, ()).is_complete


def test_what_was_signed_for_cannot_change(person):
    activity = make_assessment(person)
    sign(ask(activity))
    said = {"kind": activity.kind, "title": "Other", "completed_on": activity.completed_on}
    with pytest.raises(Refused, match="Ada Employer signed"):
        change_activity(activity.pk, said=said, version=1, by=actor(person), at=LATER)
    with pytest.raises(Refused, match="Ada Employer signed"):
        withdraw_activity(activity.pk, by=actor(person), at=LATER)


def test_staff_say_why_they_open_what_was_signed(form):
    signed = sign(form)
    with pytest.raises(Refused, match="Say why"):
        open_paper(signed, because=" ", by=REVIEWER, at=LATER)
    open_paper(signed, because="Audit", by=REVIEWER, at=LATER)
    assert Event.objects.get(kind="form.opened").because == "Audit"
    with pytest.raises(Refused):
        open_paper(signed, because="Curious", by=actor(form.activity.person), at=LATER)


# What stands out


def test_another_name_than_was_asked_is_flagged(form):
    assert sign(form, name="Grace Hopper").flags == [flags.ANOTHER_NAME]


def test_part_of_the_name_is_enough(form):
    assert sign(form, name="Dr. Ada M. EMPLOYER, PhD").flags == []


def test_signing_as_the_certificant_is_flagged(form):
    signed = sign(form, name="Amina Benali", person=form.activity.person_id)
    assert signed.flags == [flags.OWN_ACCOUNT, flags.OWN_NAME, flags.ANOTHER_NAME]


def test_what_differs_from_the_entry_is_flagged(person):
    assert sign(ask(make_claim(person)), answer="8").flags == [flags.DIFFERS]


def test_whoever_signs_for_unusually_many_is_flagged(monkeypatch):
    monkeypatch.setattr(flags, "MOST_PEOPLE", 2)
    people = [make_person(f"Person {name}") for name in ("One", "Two", "Three", "Four")]
    first = [sign(ask(make_assessment(one))) for one in people[:2]]
    first.append(sign(ask(make_assessment(people[0]))))  # for two people, if three times
    assert [one.flags for one in first] == [[], [], []]
    third = sign(ask(make_assessment(people[2]), email=EMAIL.upper()))
    assert third.flags == [flags.FOR_MANY]
    month = LATER + flags.WITHIN
    form = ask(make_assessment(people[3]), at=month)
    assert sign(form, at=month).flags == []
    assert forms_flagged(REVIEWER, at=month) == [third]


# Claims


@pytest.fixture
def claim(person):
    make_credential(person, certified_on=date(2020, 6, 10))
    return sign(ask(make_claim(person)), answer="12")


def counted(person):
    (position,) = positions_of(person.pk, as_of=date(2023, 5, 1), planned=False).each
    (ledger,) = position.assessment.ledgers()
    return sum(ledger.counted.values()), [one.finding.code for one in ledger.not_counted]


def test_a_claim_counts_once_the_board_approved_it(person, claim):  # ACT-5
    assert counted(person) == (0, ["covid-not-approved"])
    assert claims_waiting(REVIEWER) == [claim]
    approve_claim(claim.pk, because="Well done.", by=REVIEWER, at=LATER)
    assert counted(person) == (1200, [])
    assert claims_waiting(REVIEWER) == []
    notice = Notice.objects.select_related("event").get(event__kind="claim.approved")
    assert "A remark: Well done." in letter_of(notice).text


def test_a_refused_claim_is_told_and_can_be_signed_anew(person, claim):  # ACT-5
    with pytest.raises(Refused, match="Say why"):
        refuse_claim(claim.pk, because=" ", by=REVIEWER, at=LATER)
    refuse_claim(claim.pk, because="Routine work.", by=REVIEWER, at=LATER)
    claim.refresh_from_db()
    assert kept(claim).startswith(b"%PDF")
    notice = Notice.objects.select_related("event").get(event__kind="claim.refused")
    assert "The reason: Routine work." in letter_of(notice).text
    activity = claim.activity
    activity.refresh_from_db()
    assert not evidence_of(activity, ()).is_complete
    assert counted(person) == (0, ["covid-not-approved"])
    withdraw_activity(activity.pk, by=actor(person), at=LATER)
    restore_activity(activity.pk, by=actor(person), at=LATER)
    assert sign(ask(activity, at=LATER)).state == State.SIGNED


def test_nobody_decides_about_a_claim_of_their_own(person, claim):
    both = Actor(ref="AN-B", name="Both", roles=frozenset({Role.REVIEWER}), person=person.pk)
    for decide in (approve_claim, refuse_claim):
        with pytest.raises(Refused, match="Somebody else"):
            decide(claim.pk, because="Mine", by=both, at=LATER)


def test_what_is_no_claim_is_not_decided(form):
    with pytest.raises(Refused):
        approve_claim(sign(form).pk, by=REVIEWER, at=LATER)


def test_a_paper_is_not_swept_and_one_without_its_form_is(form):
    left = default_storage.save(f"forms/{form.ref[3:5]}/{form.ref}", ContentFile(b"left behind"))
    signed = sign(form)
    assert signed.paper.name != left
    for name in (left, signed.paper.name):
        os.utime(default_storage.path(name), (0, 0))
    assert sweep_files(0) == 1
    assert not default_storage.exists(left)
    assert kept(signed).startswith(b"%PDF")
