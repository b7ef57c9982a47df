"""What the programme says of declarations, rule by rule, as the certificant meets it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory

from recert import edge
from recert.credentials.models import Grant, InactivePeriod
from recert.declarations import jobs
from recert.declarations.actions import submissions
from recert.declarations.actions.allocations import allocate_points
from recert.declarations.actions.decisions import (
    approve_declaration,
    delete_declaration,
    find_deficient,
    withdraw_declaration,
)
from recert.declarations.actions.drafts import attest, leave_out, start_declaration
from recert.declarations.actions.submissions import correct_declaration, start_payment
from recert.declarations.declared import charges_of, draft_of
from recert.declarations.models import Declaration, Use
from recert.declarations.queries import positions_of
from recert.journal.models import Event, Notice
from recert.payments.models import Refund
from recert.payments.queries import account_of
from recert.policy.calendar import BusinessDays, board_day
from recert.policy.loading import rulebook_from_bytes, shipped_rulebooks
from recert.policy.permissions import SYSTEM
from recert.policy.refusals import Refused
from recert.transcript.actions import FIELDS, change_activity
from recert.transcript.models import Document
from tests.declarations.stages import CERTIFIED, OPEN, SMALL, State, audited, ready
from tests.declaring import (
    BOOK,
    CARD,
    REVIEWER,
    at,
    draft,
    earn_everything,
    enter,
    submit,
)
from tests.making import actor, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ENDS = date(2025, 1, 31)  # of the cycle of whoever was certified on CERTIFIED
TENTH = date(2035, 1, 31)


def fresh(one):
    return type(one).objects.get(pk=one.pk)


def paid(declaration):
    """Answer what a declaration cost, line by line."""
    return [line.amount for line in declaration.order.lines.all()]


def approved(declaration, *, on):
    approve_declaration(declaration.pk, today=on, by=REVIEWER, at=at(on))
    return fresh(declaration)


def deficient(declaration, *, on):
    named = {"today": on, "by": REVIEWER, "at": at(on)}
    find_deficient(declaration.pk, reasons={}, because="A page lacks.", **named)
    return fresh(declaration)


def corrected(declaration, *, on):
    by = actor(declaration.credential.person)
    return correct_declaration(declaration.pk, today=on, by=by, at=at(on))


def standing(credential, day):
    return positions_of(credential.person_id, as_of=day, planned=False).of(credential).standing


def title(credential, day):
    return positions_of(credential.person_id, as_of=day, planned=False).of(credential).title


def begun(credential, *, on):
    by = actor(credential.person)
    return start_declaration(credential.pk, today=on, by=by, at=at(on))


# == Days ==========================================================================================


@pytest.mark.parametrize(
    ("day", "purpose", "late"),
    [
        (date(2024, 10, 31), "renewal", False),
        (date(2024, 12, 31), "renewal", False),
        (date(2025, 1, 1), "renewal", True),
        (ENDS, "renewal", True),
        (ENDS + DAY, "reinstatement", False),
        (TENTH - DAY, "reinstatement", False),
    ],
)
def test_what_is_declared_on_each_day_that_matters(day, purpose, late):  # CYC-4, STA-4
    declaration = submit(ready(on=day), on=day)
    assert (declaration.purpose, declaration.late) == (purpose, late)
    facts = Event.objects.get(kind="declaration.submitted").facts
    assert facts["expires_on"] == (ENDS.isoformat() if late else None)  # the warning


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2024, 10, 30), "The declaration opens on 2024-10-31"),  # CYC-4
        (TENTH, "examination"),  # STA-5, with the way out
    ],
)
def test_on_the_days_around_them_nothing_is_taken(day, says):
    credential = make_credential(make_person(), category=SMALL, certified_on=CERTIFIED)
    with pytest.raises(Refused, match=says):
        begun(credential, on=day)
    assert not Declaration.objects.exists()


def test_a_draft_that_stayed_until_the_day_after_is_for_another_purpose():  # CYC-4, STA-4
    declaration = draft(ready(on=ENDS), on=ENDS)
    with pytest.raises(Refused, match="has changed with the day"):
        start_payment(
            declaration.pk,
            card=CARD,
            today=ENDS + DAY,
            by=actor(declaration.credential.person),
            at=at(ENDS + DAY),
        )
    again = begun(declaration.credential, on=ENDS + DAY)
    assert (again.pk, again.purpose, again.attested) == (declaration.pk, "reinstatement", {})


@pytest.mark.parametrize(
    ("certified_on", "instant", "purpose"),
    [
        (date(2022, 1, 10), datetime(2025, 2, 1, 5, 59, tzinfo=UTC), "renewal"),
        (date(2022, 1, 10), datetime(2025, 2, 1, 6, 1, tzinfo=UTC), "reinstatement"),
        (date(2022, 3, 10), datetime(2025, 4, 1, 4, 59, tzinfo=UTC), "renewal"),  # summer time
        (date(2022, 3, 10), datetime(2025, 4, 1, 5, 1, tzinfo=UTC), "reinstatement"),
        (date(2021, 10, 10), datetime(2024, 11, 1, 4, 59, tzinfo=UTC), "renewal"),
        (date(2021, 11, 10), datetime(2024, 12, 1, 5, 59, tzinfo=UTC), "renewal"),  # winter again
        (date(2021, 11, 10), datetime(2024, 12, 1, 6, 1, tzinfo=UTC), "reinstatement"),
    ],
)
def test_the_last_day_ends_at_midnight_in_chicago(certified_on, instant, purpose, monkeypatch):
    """CYC-6."""
    credential = make_credential(make_person(), category=SMALL, certified_on=certified_on)
    monkeypatch.setattr(edge.clock, "now", lambda: instant)
    seen = []

    def page(request):
        seen.append(request)
        return HttpResponse()

    asked = edge.Edge(page)
    request = RequestFactory().get("/")
    request.user = credential.person.account
    request.session = SessionStore()
    asked(request)
    assert seen[0].today == board_day(BOOK, at=instant)
    declaration = start_declaration(
        credential.pk, today=seen[0].today, by=seen[0].actor, at=seen[0].at
    )
    assert declaration.purpose == purpose


@pytest.mark.parametrize(
    ("certified_on", "on", "granted"),
    [
        (CERTIFIED, OPEN, (date(2025, 1, 1), date(2028, 1, 31))),
        (date(2022, 1, 31), date(2025, 1, 31), (date(2025, 1, 1), date(2028, 1, 31))),
        (date(2021, 2, 28), date(2024, 2, 29), (date(2024, 2, 1), date(2027, 2, 28))),  # leap year
    ],
)
def test_a_renewal_begins_with_the_month_in_which_the_cycle_ends(certified_on, on, granted):
    """CYC-1, CYC-2, CYC-3."""
    credential = ready(certified_on=certified_on, on=on)
    declaration = submit(credential, on=on)
    assert declaration.cycle_starts_on == certified_on
    declaration = approved(declaration, on=on)
    assert (declaration.grant.starts_on, declaration.grant.ends_on) == granted
    assert standing(credential, max(on, granted[0])).cycle.starts == granted[0]


def test_what_is_decided_after_the_end_leaves_no_gap():  # CYC-2, STA-6
    credential = ready(on=ENDS)
    declaration = submit(credential, on=ENDS)
    decided = date(2025, 3, 12)
    assert standing(credential, decided).state == "renewal-pending"
    declaration = approved(declaration, on=decided)
    assert (declaration.grant.starts_on, declaration.grant.granted_on) == (
        date(2025, 1, 1),
        decided,
    )


def test_a_reinstatement_begins_on_the_day_it_is_approved():  # CYC-8, CYC-1
    on, decided = date(2025, 6, 2), date(2025, 6, 20)
    credential = ready(on=on)
    declaration = approved(submit(credential, on=on), on=decided)
    assert (declaration.grant.starts_on, declaration.grant.ends_on) == (
        decided,
        date(2028, 6, 30),
    )
    assert standing(credential, decided - DAY).state == "expired"
    assert standing(credential, decided).state == "active"


def test_activities_count_on_the_first_day_and_on_the_day_of_submission():  # CYC-3, CYC-5
    credential = ready()
    person = credential.person
    inside = [enter(person, "related", 100, day) for day in (CERTIFIED, OPEN)]
    outside = [enter(person, "related", 100, day) for day in (CERTIFIED - DAY, OPEN + DAY)]
    ledgers = draft_of(draft(credential, on=OPEN), as_of=OPEN).assessment.ledgers()
    counted = {one.activity for one in ledgers if any(one.counted.values())}
    assert {one.ref for one in inside} <= counted
    assert not {one.ref for one in outside} & counted


def test_the_board_has_thirty_business_days():  # CYC-7
    declaration = submit(ready(), on=OPEN)
    # Without Thanksgiving and Christmas Day: six weeks and two days.
    assert declaration.due_on == date(2024, 12, 31)
    assert Event.objects.get(kind="declaration.submitted").facts["due_on"] == "2024-12-31"


# == The declaration ===============================================================================


def test_what_the_board_recorded_itself_counts_and_stays_as_it_is():  # DEC-1
    credential = ready()
    person = credential.person
    course = enter(person, "related", 100, OPEN - DAY)
    course.reported_by = "The board"
    course.save()
    drafted = draft_of(draft(credential, on=OPEN), as_of=OPEN)
    assert course.ref in {one.activity for one in drafted.assessment.ledgers()}
    said = {name: getattr(course, name) for name in FIELDS} | {"title": "Another"}
    with pytest.raises(Refused, match="reported this activity"):
        change_activity(course.pk, said=said, version=1, by=actor(person), at=at(OPEN))


def test_a_declaration_fills_itself_and_can_be_added_to_and_allocated_anew():  # DEC-2, ACT-7
    credential = ready()
    person, by = credential.person, actor(credential.person)
    declaration = draft(credential, on=OPEN)
    mine = set(person.activities.values_list("ref", flat=True))

    def refs():
        return {
            one.id for one in draft_of(fresh(declaration), as_of=OPEN).assessment.case.activities
        }

    assert refs() == mine
    added = enter(person, "related", 100, OPEN - DAY)
    assert refs() == mine | {added.ref}
    leave_out(declaration.pk, refs=[added.ref], by=by, at=at(OPEN))
    assert refs() == mine
    own = person.activities.get(portions__has_key="phlebotomy")
    moves = {own.ref: {"related": own.contact_hours}}
    allocate_points(credential.pk, moves=moves, by=by, at=at(OPEN))
    assert draft_of(fresh(declaration), as_of=OPEN).assessment.outcome == "not-met"


def test_it_is_submitted_only_once_nothing_is_lacking():  # DEC-3
    credential = make_credential(make_person(), category=SMALL, certified_on=CERTIFIED)
    by = actor(credential.person)
    declaration = begun(credential, on=OPEN)

    def refusal(card=CARD):
        with pytest.raises(Refused) as refused:
            start_payment(declaration.pk, card=card, today=OPEN, by=by, at=at(OPEN))
        return refused.value.code

    assert refusal() == "not-met"
    earn_everything(credential.person, credential, on=OPEN)
    assert refusal() == "not-attested"
    keys = list(BOOK.attestations)
    attest(declaration.pk, keys=keys[1:], by=by, at=at(OPEN))
    assert refusal() == "not-attested"
    attest(declaration.pk, keys=keys, by=by, at=at(OPEN))
    assert refusal(card=None) == "no-card"
    assert fresh(declaration).state == State.DRAFT


def test_no_document_is_asked_for_unless_it_is_audited():  # DEC-3, DEC-8
    declaration = approved(submit(ready(), on=OPEN), on=OPEN)
    assert declaration.state == State.APPROVED
    assert not Document.objects.exists()


def test_an_email_tells_of_each_change():  # DEC-4
    credential = ready()
    declaration = submit(credential, on=OPEN)
    declaration = deficient(declaration, on=OPEN)
    corrected(declaration, on=OPEN + DAY)
    approved(declaration, on=OPEN + 2 * DAY)
    kinds = ["submitted", "deficient", "corrected", "approved"]
    told = Notice.objects.order_by("id").values_list("event__kind", "event__subject")
    assert list(told) == [(f"declaration.{kind}", declaration.ref) for kind in kinds]
    assert set(Notice.objects.values_list("to", flat=True)) == {credential.person.account.email}


@pytest.mark.parametrize("kind", ["withdrawn", "deleted"])
def test_and_of_each_end(kind):  # DEC-4
    declaration = submit(ready(), on=OPEN)
    if kind == "withdrawn":
        by = actor(declaration.credential.person)
        withdraw_declaration(declaration.pk, today=OPEN, by=by, at=at(OPEN))
    else:
        over = deficient(declaration, on=OPEN).correct_by + DAY
        delete_declaration(declaration.pk, today=over, by=SYSTEM, at=at(over))
    assert Notice.objects.latest("id").event.kind == f"declaration.{kind}"


def test_what_was_processed_is_renewed_deficient_or_audited():  # DEC-5
    assert approved(submit(ready(), on=OPEN), on=OPEN).state == State.APPROVED
    assert deficient(submit(ready(), on=OPEN), on=OPEN).state == State.DEFICIENT
    assert audited("awaiting-documents").declaration.state == State.UNDER_AUDIT


FOUND = date(2024, 12, 2)
CORRECT_BY = date(2025, 1, 15)  # thirty business days: without Christmas and New Year's Day


def test_thirty_business_days_to_put_it_right():  # DEC-6, CYC-7
    assert deficient(submit(ready(), on=OPEN), on=FOUND).correct_by == CORRECT_BY
    days = [FOUND + number * DAY for number in range(1, (CORRECT_BY - FOUND).days + 1)]
    assert sum(day in BusinessDays(BOOK) for day in days) == 30


def test_put_right_on_the_last_day_it_is_submitted_again_without_paying():  # DEC-6
    declaration = deficient(submit(ready(), on=OPEN), on=FOUND)
    before = account_of(declaration.order)
    declaration = corrected(declaration, on=CORRECT_BY)
    assert (declaration.state, declaration.submitted_on) == (State.SUBMITTED, OPEN)
    assert (declaration.corrected_on, declaration.correct_by) == (CORRECT_BY, None)
    assert declaration.due_on == BusinessDays(BOOK).after(CORRECT_BY, business_days=30)
    assert account_of(declaration.order) == before
    assert approved(declaration, on=CORRECT_BY).state == State.APPROVED


def test_what_was_done_to_put_it_right_counts():  # DEC-6
    credential = ready()
    declaration = deficient(submit(credential, on=OPEN), on=FOUND)
    own = credential.person.activities.get(portions__has_key="safety")
    leave_out(declaration.pk, refs=[own.ref], by=actor(credential.person), at=at(FOUND))
    with pytest.raises(Refused, match="not met"):
        corrected(declaration, on=CORRECT_BY)
    enter(credential.person, "safety", 100, CORRECT_BY)
    assert corrected(declaration, on=CORRECT_BY).state == State.SUBMITTED


def test_the_day_after_it_is_too_late_though_no_job_has_run():  # DEC-6
    credential = ready()
    declaration = deficient(submit(credential, on=OPEN), on=FOUND)
    with pytest.raises(Refused, match="Begin a new declaration"):
        corrected(declaration, on=CORRECT_BY + DAY)
    assert standing(credential, CORRECT_BY).pending
    assert not standing(credential, CORRECT_BY + DAY).pending
    again = draft(credential, on=CORRECT_BY + DAY)
    assert again.pk != declaration.pk
    assert fresh(declaration).state == State.DELETED
    assert [one.amount.amount for one in charges_of(again, today=CORRECT_BY + DAY)] == [95]


def test_a_job_deletes_it_and_the_transcript_stays(monkeypatch):  # DEC-6
    credential = ready()
    declaration = deficient(submit(credential, on=OPEN), on=FOUND)
    count = credential.person.activities.filter(state="entered").count()
    monkeypatch.setattr(jobs.clock, "now", lambda: at(CORRECT_BY))
    jobs.note_what_is_over(0)
    assert fresh(declaration).state == State.DEFICIENT
    monkeypatch.setattr(jobs.clock, "now", lambda: at(CORRECT_BY + 9 * DAY))  # it was off for long
    jobs.note_what_is_over(0)
    jobs.note_what_is_over(0)
    declaration = fresh(declaration)
    assert (declaration.state, declaration.decided_on) == (State.DELETED, CORRECT_BY + DAY)
    assert Event.objects.filter(kind="declaration.deleted").count() == 1
    assert credential.person.activities.filter(state="entered", holds=None).count() == count
    assert not Refund.objects.exists()


def test_deleted_after_the_end_the_next_one_is_a_reinstatement():  # DEC-6, FEE-2
    credential = ready(on=ENDS)
    over = deficient(submit(credential, on=ENDS), on=ENDS).correct_by + DAY
    again = draft(credential, on=over)
    assert again.purpose == "reinstatement"
    assert sum(one.amount.amount for one in charges_of(again, today=over)) == 95 + 125


def test_the_designation_comes_with_the_new_cycle_and_a_letter_with_its_days():  # DEC-7, PAR-1
    credential = ready()
    decided = date(2024, 12, 20)
    approved(submit(credential, on=OPEN), on=decided)
    assert title(credential, date(2024, 12, 31)) == "PBT(ASCPi)"
    assert title(credential, date(2025, 1, 1)) == "PBT(ASCPi)ᶜᴹ"
    facts = Event.objects.get(kind="declaration.approved").facts
    assert (facts["starts_on"], facts["ends_on"]) == ("2025-01-01", "2028-01-31")
    assert facts["title"] == "PBT(ASCPi)ᶜᴹ"


def test_points_serve_one_cycle_of_a_credential_and_may_serve_another():  # ACT-2
    person = make_person()
    credential = ready(person=person)
    approved(submit(credential, on=OPEN), on=OPEN)
    assert Use.objects.count() == 4
    other = make_credential(person, category=SMALL, certified_on=date(2022, 1, 20))
    assert submit(other, on=OPEN).state == State.SUBMITTED
    later = date(2027, 12, 1)
    assert positions_of(person.pk, as_of=later).of(credential).assessment.outcome == "not-met"


# == Fees ==========================================================================================


def test_a_declaration_costs_95_dollars_which_are_not_refunded():  # FEE-1
    declaration = submit(ready(), on=OPEN)
    assert paid(declaration) == [95]
    by = actor(declaration.credential.person)
    withdraw_declaration(declaration.pk, today=OPEN, by=by, at=at(OPEN))
    assert account_of(declaration.order).paid.amount == Decimal(95)
    assert not Refund.objects.exists()


def test_expired_it_costs_125_more():  # FEE-2, STA-4
    on = ENDS + DAY
    assert paid(submit(ready(on=on), on=on)) == [95, 125]


FRIDAY, SATURDAY, MONDAY = date(2024, 11, 15), date(2024, 11, 16), date(2024, 11, 18)


@pytest.mark.parametrize(
    ("second_certified", "first_on", "second_on", "second_costs"),
    [
        (date(2022, 1, 20), FRIDAY, FRIDAY, 15),  # the same expiration date
        (date(2021, 12, 20), FRIDAY, FRIDAY, 15),  # a month before
        (date(2022, 1, 20), FRIDAY, SATURDAY, 95),  # Saturday counts with Monday
        (date(2022, 1, 20), SATURDAY, MONDAY, 15),
        (date(2022, 1, 20), FRIDAY, MONDAY, 95),
        (date(2021, 9, 20), FRIDAY, FRIDAY, 95),  # more than three months apart
    ],
)
def test_a_second_one_on_the_same_business_day(
    second_certified, first_on, second_on, second_costs
):  # FEE-3
    person = make_person()
    first = submit(ready(person=person, on=first_on), on=first_on)
    second = ready(person=person, certified_on=second_certified, on=second_on)
    declaration = submit(second, on=second_on)
    costs = [one.amount for one in declaration.order.lines.exclude(fee="reinstatement")]
    assert (paid(first), costs) == ([95], [second_costs])


def test_of_three_each_must_be_near_every_other():  # FEE-3
    person, on = make_person(), date(2024, 11, 29)
    days = (date(2021, 11, 20), date(2022, 1, 20), date(2022, 2, 20))  # to the ends of their months
    costs = []
    for day in days:
        credential = ready(person=person, certified_on=day, on=on)
        costs += paid(submit(credential, on=on))
    assert costs == [95, 15, 15]
    lonely = make_credential(person, category=SMALL, certified_on=date(2009, 3, 1))
    earn_everything(person, lonely, on=on)
    assert paid(submit(lonely, on=on)) == [95]  # nothing of it expires


def test_what_was_withdrawn_or_deleted_on_the_day_has_still_been_paid():  # FEE-1, FEE-3
    person = make_person()
    first = submit(ready(person=person), on=OPEN)
    withdraw_declaration(first.pk, today=OPEN, by=actor(person), at=at(OPEN))
    second = ready(person=person, certified_on=date(2022, 1, 20))
    assert paid(submit(second, on=OPEN)) == [15]


def test_a_fee_is_that_of_the_day_of_submission(monkeypatch):  # FEE-5
    text = shipped_rulebooks()["ascp-international"].read_text("utf-8")
    fee = '{ from = 2022-01-01, amount = "95.00" }'
    book = rulebook_from_bytes(
        text.replace(fee, f'{fee}, {{ from = 2024-11-16, amount = "105.00" }}').encode(),
        name="dearer",
    )
    monkeypatch.setattr("recert.declarations.declared.the_rulebook", lambda: book)
    assert paid(submit(ready(), on=OPEN)) == [95]
    assert paid(submit(ready(on=OPEN + DAY), on=OPEN + DAY)) == [105]


def test_where_nothing_is_to_be_paid_it_is_submitted_at_once(monkeypatch):
    monkeypatch.setattr(submissions, "charges_of", lambda _declaration, **_day: [])
    declaration = draft(ready(), on=OPEN)
    by = actor(declaration.credential.person)
    assert start_payment(declaration.pk, card=None, today=OPEN, by=by, at=at(OPEN)) is None
    assert fresh(declaration).state == State.SUBMITTED


# == Who takes part ================================================================================


def test_not_maintained_it_is_no_longer_valid():  # PAR-2
    credential = make_credential(make_person(), category=SMALL, certified_on=CERTIFIED)
    assert standing(credential, ENDS).valid
    after = standing(credential, ENDS + DAY)
    assert (after.valid, str(after.title)) == (False, "")


LONG_AGO = date(2009, 9, 9)


def test_who_was_certified_before_2012_may_take_part():  # PAR-3
    credential = make_credential(make_person(), category="MLS", certified_on=LONG_AGO)
    on, decided = date(2022, 5, 15), date(2022, 5, 20)
    earn_everything(credential.person, credential, on=on)
    declaration = submit(credential, on=on)
    assert (declaration.purpose, declaration.cycle, declaration.late) == ("voluntary", None, False)
    assert paid(declaration) == [95]  # PAR-5: to be a member of anything changes nothing
    grant = approved(declaration, on=decided).grant
    assert (grant.starts_on, grant.ends_on) == (decided, date(2025, 5, 31))
    titles = [title(credential, day) for day in (decided - DAY, decided, grant.ends_on)]
    assert titles == ["MLS(ASCPi)", "MLS(ASCPi)ᶜᴹ", "MLS(ASCPi)ᶜᴹ"]
    after = standing(credential, grant.ends_on + DAY)  # by itself
    assert (after.state, after.valid, str(after.title)) == ("voluntary", True, "MLS(ASCPi)")


def test_for_it_the_three_years_before_count():  # PAR-4
    credential = make_credential(make_person(), category="MLS", certified_on=LONG_AGO)
    on = date(2022, 5, 15)
    first = enter(credential.person, "related", 100, date(2019, 5, 15))
    before = enter(credential.person, "related", 200, date(2019, 5, 14))
    last = enter(credential.person, "related", 300, on)
    case = draft_of(draft(credential, on=on), as_of=on).assessment.case
    assert {one.id for one in case.activities} == {first.ref, last.ref}
    assert before.ref not in {one.id for one in case.activities}


def test_maintained_voluntarily_the_next_one_follows_without_a_gap():  # PAR-3, CYC-2
    credential = make_credential(make_person(), category="MLS", certified_on=LONG_AGO)
    on = date(2022, 5, 15)
    earn_everything(credential.person, credential, on=on)
    ends = approved(submit(credential, on=on), on=on).grant.ends_on
    earn_everything(credential.person, credential, on=ends)
    declaration = submit(credential, on=ends)
    assert declaration.cycle.ends == ends
    grant = approved(declaration, on=ends + 30 * DAY).grant
    assert (grant.starts_on, grant.ends_on) == (ends.replace(day=1), date(2028, 5, 31))


def test_an_old_title_is_maintained_as_the_current_one():  # PAR-6
    credential = make_credential(make_person(), category="MT", certified_on=LONG_AGO)
    on = date(2024, 5, 15)
    earn_everything(credential.person, credential, on=on)
    grant = approved(submit(credential, on=on), on=on).grant
    titles = [title(credential, day) for day in (on - DAY, on, grant.ends_on + DAY)]
    assert titles == ["MT(ASCPi)", "MLS(ASCPi)ᶜᴹ", "MT(ASCPi)"]


# == Inactive, expired, reinstated, pending ========================================================

ASLEEP_UNTIL = date(2026, 1, 31)


def asleep():
    credential = make_credential(make_person(), category=SMALL, certified_on=CERTIFIED)
    InactivePeriod.objects.create(
        credential=credential, granted_on=date(2024, 6, 1), until_on=ASLEEP_UNTIL
    )
    return credential


def test_back_from_inactive_with_the_points_of_all_its_days_and_one_fee():  # STA-1, STA-2
    credential, on = asleep(), date(2025, 12, 1)
    assert standing(credential, on).state == "inactive"
    earn_everything(credential.person, credential, on=on, completed_on=CERTIFIED)
    declaration = submit(credential, on=on)
    assert declaration.purpose == "return-from-inactive"
    assert (declaration.cycle.starts, declaration.cycle.ends) == (CERTIFIED, ASLEEP_UNTIL)
    assert paid(declaration) == [95]
    grant = approved(declaration, on=on).grant
    assert (grant.starts_on, grant.ends_on) == (date(2026, 1, 1), date(2029, 1, 31))
    assert standing(credential, on).state == "active"


def test_who_does_not_come_back_has_expired():  # STA-3
    credential = asleep()
    after = standing(credential, ASLEEP_UNTIL + DAY)
    assert (after.state, after.rule) == ("expired", "STA-3")
    assert begun(credential, on=ASLEEP_UNTIL + DAY).purpose == "reinstatement"


def test_a_reinstatement_draws_from_the_three_years_before_it():  # STA-4
    on = date(2029, 6, 2)
    credential = make_credential(make_person(), category=SMALL, certified_on=CERTIFIED)
    enter(credential.person, "related", 100, date(2026, 6, 1))
    counted = enter(credential.person, "related", 200, date(2026, 6, 2))
    case = draft_of(draft(credential, on=on), as_of=on).assessment.case
    assert [one.id for one in case.activities] == [counted.ref]


def test_after_ten_years_what_was_begun_is_taken_no_more():  # STA-5
    on = TENTH - DAY
    declaration = draft(ready(on=on), on=on)
    by = actor(declaration.credential.person)
    with pytest.raises(Refused, match="examination"):
        start_payment(declaration.pk, card=CARD, today=TENTH, by=by, at=at(TENTH))
    with pytest.raises(Refused, match="examination"):
        begun(declaration.credential, on=TENTH)


def test_what_was_declared_before_the_tenth_year_is_decided_after_it():  # STA-5
    on = TENTH - DAY
    credential = ready(on=on)
    declaration = approved(submit(credential, on=on), on=TENTH + 20 * DAY)
    assert declaration.grant.starts_on == TENTH + 20 * DAY
    assert standing(credential, TENTH + 20 * DAY).state == "active"


@pytest.mark.parametrize("end", ["approved", "withdrawn", "deleted"])
def test_declared_on_the_last_day_it_is_valid_until_it_is_decided(end):  # STA-6
    credential = ready(on=ENDS)
    declaration, decided = submit(credential, on=ENDS), date(2025, 3, 3)
    if end == "approved":
        approved(declaration, on=decided)
    elif end == "withdrawn":
        by = actor(credential.person)
        withdraw_declaration(declaration.pk, today=decided, by=by, at=at(decided))
    else:
        decided = deficient(declaration, on=date(2025, 2, 3)).correct_by + DAY
    for day in (ENDS + DAY, decided - DAY):
        pending = standing(credential, day)
        assert (pending.state, pending.valid) == ("renewal-pending", True)
    assert standing(credential, decided).state == ("active" if end == "approved" else "expired")


def test_what_is_declared_after_the_end_keeps_nothing_valid():  # STA-6
    on = ENDS + DAY
    credential = ready(on=on)
    submit(credential, on=on)
    assert standing(credential, on).state == "expired"
    with pytest.raises(Refused, match="nothing to put right"):
        corrected(Declaration.objects.get(), on=on)


def test_nothing_is_erased_and_any_past_day_can_be_asked_for():  # STA-7
    credential = ready(on=ENDS)
    deleted = deficient(submit(credential, on=ENDS), on=ENDS)
    over = deleted.correct_by + DAY
    on = over + DAY
    earn_everything(credential.person, credential, on=on, completed_on=on)
    reinstated = approved(submit(credential, on=on), on=on + 5 * DAY)
    days = {
        date(2024, 6, 1): "active",
        ENDS: "active",
        ENDS + DAY: "renewal-pending",
        over: "expired",
        on + 4 * DAY: "expired",
        on + 5 * DAY: "active",
    }
    assert {day: standing(credential, day).state for day in days} == days
    states = Declaration.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [State.DELETED, State.APPROVED]
    assert fresh(deleted).case
    assert Grant.objects.get() == reinstated.grant


def test_an_award_serves_one_of_two_declarations():  # ACT-1.5
    person = make_person()
    credential, other = ready(person=person), ready(person=person, certified_on=date(2022, 1, 20))
    award = make_activity(
        person,
        "An award",
        kind="advanced-certification",
        completed_on=date(2024, 1, 1),
        contact_hours=None,
        earned="QLS",
        portions={"related": 1200},
    )
    submit(credential, on=OPEN)
    ledgers = draft_of(draft(other, on=OPEN), as_of=OPEN).assessment.ledgers()
    assert not any(next(one for one in ledgers if one.activity == award.ref).counted.values())
