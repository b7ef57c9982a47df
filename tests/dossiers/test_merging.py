"""Two records of one person: made one, led to by both numbers, and told apart again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connections

from recert.declarations.actions.allocations import allocate_points
from recert.declarations.models import Allocation
from recert.declarations.queries import positions_of
from recert.dossiers.actions.erasures import ask_erasure
from recert.dossiers.actions.mergers import merge_records, undo_merger
from recert.dossiers.merging import GOES_OVER, choices_between
from recert.dossiers.models import Merger
from recert.dossiers.queries import scope_of
from recert.journal.models import Event
from recert.journal.queries import events_like
from recert.people.actions import bind_account, change_details, make_link
from recert.people.models import Address, Person, PrivateLink
from recert.people.queries import person_seen_by, who_is
from recert.people.search import people_like, record_called
from recert.policy.permissions import Actor, Role
from recert.policy.refusals import Refused
from recert.transcript.actions import add_activity, withdraw_activity
from tests.declarations.test_life import CERTIFIED, OPEN
from tests.declaring import begin_payment, draft, earn_everything, submit
from tests.making import (
    AT,
    BOOK,
    CATEGORY,
    actor,
    make_account,
    make_activity,
    make_credential,
    make_person,
)

pytestmark = pytest.mark.django_db(transaction=True)

RITA = Actor(ref="AN-R", name="Rita Registrar", roles=frozenset({Role.REGISTRAR}))
DORA = Actor(ref="AN-D", name="Dora", roles=frozenset({Role.ADMINISTRATOR}))
TODAY = date(2024, 5, 4)
OTHER_CATEGORY = next(key for key in BOOK.categories if key != CATEGORY)


@pytest.fixture
def kept():
    person = make_person("Amina Benali", email="amina@example.org", born_on=date(1988, 2, 29))
    person.credential = make_credential(person, certified_on=CERTIFIED)
    person.activity = make_activity(person, "Of the first")
    return person


@pytest.fixture
def other():
    person = make_person(
        "Amina Haddad", account=False, phone="555", born_on=date(1988, 2, 28), customer_number="C99"
    )
    person.credential = make_credential(
        person, category=OTHER_CATEGORY, certified_on=date(2021, 1, 1)
    )
    person.activity = make_activity(person, "Of the second")
    Address.objects.create(person=person, use="home", lines="1 Street", city="Fes", country="MA")
    return person


def merge(kept, other, take=(), *, by=RITA):
    return merge_records(
        kept.pk, other.pk, take=take, because="Same passport.", today=TODAY, by=by, at=AT
    )


def undo(merger, *, by=RITA):
    return undo_merger(merger.pk, because="Two cousins.", by=by, at=AT + timedelta(days=3))


def rows():
    """Answer who has what, and what each record says, to compare."""
    having = {model: sorted(model.objects.values_list("pk", "person_id")) for model in GOES_OVER}
    said = [
        {name: getattr(one, name) for name in SAID}
        for one in Person.objects.order_by("pk").select_related("account")
    ]
    where = list(Address.objects.order_by("person_id").values("person_id", "use", "lines", "city"))
    links = list(PrivateLink.objects.order_by("pk").values_list("pk", "revoked_at"))
    return having, said, where, links


SAID = ("given_names", "family_name", "born_on", "email", "phone", "account_id", "merged_into_id")


def test_everything_goes_over_and_both_numbers_lead_there(kept, other):
    merge(kept, other, take=["phone"])
    assert kept.credentials.count() == 2
    assert {one.title for one in kept.activities.all()} == {"Of the first", "Of the second"}
    kept.refresh_from_db()
    assert (kept.phone, kept.name, kept.born_on) == ("555", "Amina Benali", date(1988, 2, 29))
    for by_other in (other.ref, other.customer_number.lower()):
        assert people_like(RITA, by_other) == [kept]
        assert record_called(RITA, by_other) == kept
    assert people_like(RITA, "Haddad") == [kept]  # an earlier name from now on
    assert person_seen_by(RITA, other.ref) == kept
    assert [(one.family_name, one.until_on) for one in kept.former_names.all()] == [
        ("Haddad", TODAY)
    ]
    assert len(positions_of(kept.pk, as_of=TODAY).each) == 2


def test_the_other_number_binds_the_kept_record(kept, other):
    kept.account = None
    kept.save()
    merge(kept, other)
    account = make_account()
    by = who_is(account)[0]
    bound = bind_account(
        account, customer_number=other.customer_number, born_on=other.born_on, by=by, at=AT
    )
    assert bound == kept


def test_what_differs_is_shown_and_chosen(kept, other):
    choices = {one.key: (one.kept, one.other, one.takes) for one in choices_between(kept, other)}
    assert choices == {
        "name": ("Amina Benali", "Amina Haddad", False),
        "born_on": ("1988-02-29", "1988-02-28", False),
        "phone": ("", "555", True),
        "home": ("", "1 Street, Fes, MA", True),
    }
    merge(kept, other, take=["name", "born_on", "home"])
    kept.refresh_from_db()
    assert (kept.name, kept.born_on, kept.phone) == ("Amina Haddad", date(1988, 2, 28), "")
    assert kept.addresses.get().city == "Fes"
    assert kept.former_names.get().family_name == "Benali"


@pytest.mark.parametrize("take", [(), ("name", "born_on", "phone", "home", "account")])
@pytest.mark.parametrize("with_account", [False, True])
def test_a_merger_is_undone_without_a_trace(kept, other, take, with_account):
    if with_account:
        other.account = make_account()
        other.save()
        make_link(other, purpose=PrivateLink.Purpose.CALENDAR, by=actor(other), at=AT)
        make_link(kept, purpose=PrivateLink.Purpose.CALENDAR, by=actor(kept), at=AT)
    before = rows()
    merger = merge(kept, other, take)
    assert rows() != before
    open_calendars = PrivateLink.objects.filter(person=kept, revoked_at=None).count()
    assert open_calendars == (1 if with_account else 0)
    undo(merger)
    assert rows() == before


def test_what_came_since_stays_with_the_kept_record(kept, other):
    merger = merge(kept, other, take=["phone"])
    kept.refresh_from_db()
    new = make_activity(kept, "Since then")
    said = {name: getattr(kept, name) for name in DETAILS} | {"phone": "777"}
    change_details(kept.pk, said=said, version=kept.version, by=actor(kept), at=AT)
    undo(merger)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.phone, other.phone) == ("777", "555")
    assert list(other.activities.all()) == [other.activity]
    assert set(kept.activities.all()) == {kept.activity, new}


DETAILS = ("email", "phone", "language", "time_zone", "workplace", "job_title", "gender")


def test_each_is_one_event_with_all_that_undoes_it(kept, other):
    merger = merge(kept, other, take=["phone"])
    event = Event.objects.get(kind="person.merged")
    assert (event.subject, event.about) == (other.ref, kept.ref)
    assert (event.by, event.because) == ("Rita Registrar", "Same passport.")
    assert event.facts["moved"] == merger.moved
    assert event.facts["before"] == merger.before
    undo(merger)
    assert Event.objects.filter(kind="person.unmerged", about=kept.ref).count() == 1


def test_the_journal_of_both_is_one(kept, other):
    withdraw_activity(kept.activity.pk, by=actor(kept), at=AT)
    other.account = make_account()
    other.save()
    withdraw_activity(other.activity.pk, by=actor(other), at=AT)
    merge(kept, other)
    for ref in (kept.ref, other.ref, other.customer_number):
        scope = scope_of(RITA, ref)
        assert scope.person == kept
        kinds = [one.kind for one in events_like(about=scope.about)]
        assert kinds == ["person.merged", "activity.withdrawn", "activity.withdrawn"]


# What is in the way is told, and nothing happens


def refused(act, *args, **options):
    before = rows()
    with pytest.raises(Refused) as refusal:
        act(*args, **options)
    assert rows() == before
    assert not Event.objects.filter(kind__in=["person.merged", "person.unmerged"]).exists() or (
        act is undo
    )
    return refusal.value


def test_a_certification_is_not_there_twice(kept, other):
    twin = make_credential(other, certified_on=CERTIFIED)
    refusal = refused(merge, kept, other)
    assert refusal.code == "conflict"
    assert twin.number in refusal.message


def test_an_entry_is_not_there_twice(kept, other):
    other.activity.entry_key = kept.activity.entry_key
    other.activity.save()
    assert "Of the second" in refused(merge, kept, other).message


def test_a_payment_ends_first(kept, other):
    earn_everything(kept, kept.credential, on=OPEN)
    attempt = begin_payment(draft(kept.credential, on=OPEN), on=OPEN)
    assert attempt.ref in refused(merge, kept, other).message


def test_who_is_to_be_erased_is_not_merged(kept, other):
    ask_erasure(other.pk, because="Asked.", by=DORA, at=AT)
    assert "erased" in refused(merge, kept, other).message


def test_what_was_merged_is_not_merged_again(kept, other):
    merge(kept, other)
    third = make_person("Third Record")
    with pytest.raises(Refused, match="merged already"):
        merge(third, other)


def test_nobody_merges_their_own_record_or_one_with_itself(kept, other):
    rita = Actor(ref="AN-R", name="Rita", roles=frozenset({Role.REGISTRAR}), person=other.pk)
    assert refused(merge, kept, other, by=rita).code == "own-case"
    assert refused(merge, kept, kept).code == "same-record"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.REGISTRAR}))
def test_nobody_else_may(kept, other, role):
    somebody = Actor(ref="AN-X", name="Somebody", roles=frozenset({role}))
    assert refused(merge, kept, other, by=somebody).code == "not-permitted"
    merger = merge(kept, other)
    assert refused(undo, merger, by=somebody).code == "not-permitted"


def test_what_has_grown_together_is_not_told_apart(kept, other):
    merger = merge(kept, other)
    moves = {other.activity.ref: {"chemistry": 200}}
    allocate_points(kept.credential.pk, moves=moves, by=actor(kept), at=AT)
    refusal = refused(undo, merger)
    assert (refusal.code, "Of the second" in refusal.message) == ("conflict", True)
    Allocation.objects.all().delete()
    undo(merger)


def test_a_declaration_of_both_is_not_told_apart(kept, other):
    merger = merge(kept, other)
    earn_everything(kept, kept.credential, on=OPEN)
    kept.activities.update(completed_on=OPEN - timedelta(days=30))
    submit(kept.credential, on=OPEN)
    assert "was declared with" in refused(undo, merger).message


def test_what_was_merged_on_is_undone_from_the_end(kept, other):
    first = merge(kept, other)
    third = make_person("Third Record", account=False)
    last = merge(third, kept, take=["account"])
    assert person_seen_by(RITA, other.ref) == third
    assert "undo that first" in refused(undo, first).message
    undo(last)
    undo(first)
    assert person_seen_by(RITA, other.ref) == other


def test_twice_is_refused(kept, other):
    merger = merge(kept, other)
    undo(merger)
    assert "undone already" in refused(undo, merger).message


# At the same time


def together(*acts):
    def run(act):
        try:
            act()
        except (Refused, DatabaseError) as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def test_two_who_merge_the_same_records_merge_them_once(kept, other):
    done = together(lambda: merge(kept, other), lambda: merge(other, kept))
    assert done == ["Refused", "done"]
    assert Merger.objects.count() == 1
    assert Person.objects.filter(merged_into=None).count() == 1


def test_what_is_entered_while_records_are_merged_is_not_lost(kept, other):
    other.account = make_account()
    other.save()
    by = actor(other)
    keys = [f"5c4b2a4e-8f86-4a53-9d7c-2e5b0f5a8f1{number}" for number in range(4)]

    def enter(key):
        said = {"kind": "book", "title": f"Book {key}", "completed_on": TODAY}
        add_activity(other, said=said, entry_key=key, by=by, at=AT)

    done = together(lambda: merge(kept, other), *(lambda key=key: enter(key) for key in keys))
    entered = done.count("done") - 1
    assert kept.activities.filter(title__startswith="Book").count() == entered
    assert not other.activities.exists()


def test_a_payment_and_a_merger_at_once_do_not_cross(kept, other):
    earn_everything(kept, kept.credential, on=OPEN)
    declaration = draft(kept.credential, on=OPEN)
    together(
        lambda: merge(other, kept, take=["account"]), lambda: begin_payment(declaration, on=OPEN)
    )
    moved = Merger.objects.exists()
    assert moved != kept.orders.exists()
