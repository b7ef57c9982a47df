"""The query that plans reminders, held against the kernel on every day of a year."""

from collections import Counter
from datetime import date, timedelta

import pytest

from recert.board import the_rulebook
from recert.credentials.models import Credential
from recert.declarations.queries import held_by
from recert.people.models import Person
from recert.policy.reminders import reminders_on
from recert.policy.standing import cycle_on, standing_on
from recert.reminders.planning import due_on
from recert.seeding.boards import seed_board
from tests.declaring import earn_everything, submit
from tests.making import make_credential, make_person

pytestmark = pytest.mark.django_db

BOOK = the_rulebook()
START = date(2026, 5, 4)
YEAR = [START + timedelta(days=number) for number in range(-183, 183)]


def holdings():
    for person in Person.objects.values_list("pk", flat=True):
        for held, _declaration in held_by(person, START):
            yield held


def expected_on(holding, day):
    """Answer what the kernel says of one credential on a day; it knows nothing of the query."""
    standing = standing_on(BOOK, holding, as_of=day)
    if standing.pending or standing.state == "not-certified":
        return []
    if standing.participation == "voluntary":
        cycles = [g.cycle for g in holding.grants if g.granted_on <= day and g.cycle.starts <= day]
        cycle = max(cycles, key=lambda one: one.starts, default=None)
    else:
        cycle = cycle_on(BOOK, holding, as_of=day)[0]
    if cycle is None or standing.renewed:
        return []
    return reminders_on(BOOK, cycle, as_of=day)


def test_on_each_day_of_a_year_the_query_finds_what_the_kernel_says():  # PER-2
    seed_board(certificants=150, as_of=START)
    expected: Counter[tuple[int, str, date]] = Counter()
    found: Counter[tuple[int, str, date]] = Counter()
    for held in holdings():
        for day in YEAR:
            for key in expected_on(held.holding, day):
                expected[held.credential.pk, key, day] += 1
    for day in YEAR:
        for one in due_on(day):
            found[one.credential, one.reminder, day] += 1
    assert found == expected
    assert len({key for _credential, key, _day in expected}) == len(BOOK.reminders)


def due(day):
    return [(one.reminder, one.credential) for one in due_on(day)]


def test_the_days_of_one_cycle():  # CYC-4, PER-2
    credential = make_credential(make_person(), certified_on=date(2022, 1, 10))
    days = {
        date(2022, 1, 10): "begins",
        date(2024, 1, 31): "twelve-months",
        date(2024, 7, 31): "six-months",
        date(2024, 10, 31): "opens",
        date(2024, 12, 31): "due",
        date(2025, 1, 17): "two-weeks",
        date(2025, 1, 28): "three-days",
        date(2025, 2, 1): "expired",
    }
    for day, key in days.items():
        assert due(day) == [(key, credential.pk)]
        assert due(day + timedelta(days=1)) == []


def test_what_is_with_the_board_is_not_reminded_of():
    person = make_person()
    credential = make_credential(person, certified_on=date(2022, 1, 10))
    earn_everything(person, credential, on=date(2024, 11, 15))
    submit(credential, on=date(2024, 11, 15))
    assert due(date(2024, 12, 31)) == []
    assert due(date(2024, 10, 31)) == [("opens", credential.pk)]  # as it was on that day


def test_an_extension_cancels_what_named_the_old_date():  # STA-1
    credential = make_credential(make_person(), certified_on=date(2022, 1, 10))
    credential.inactive_periods.create(granted_on=date(2024, 11, 1), until_on=date(2026, 1, 31))
    assert due(date(2024, 12, 31)) == []
    assert due(date(2025, 2, 1)) == []
    assert due(date(2025, 12, 31)) == [("due", credential.pk)]


def test_nobody_is_reminded_of_what_never_expires():  # PAR-3
    make_credential(make_person(), certified_on=date(2005, 3, 15), category="MT")
    assert [due(day) for day in (date(2008, 3, 31), date(2008, 4, 1))] == [[], []]
    assert Credential.objects.count() == 1


def test_a_shortened_cycle_has_its_own_days():  # CYC-1
    credential = make_credential(make_person(), certified_on=date(2022, 1, 10))
    credential.changes.create(
        cycle_starts_on=date(2022, 1, 10), ends_on=date(2024, 11, 30), granted_on=date(2024, 6, 1)
    )
    assert due(date(2024, 1, 31)) == [("twelve-months", credential.pk)]  # as it was on that day
    assert due(date(2024, 7, 31)) == []  # six months before the day that it had
    assert due(date(2024, 8, 30)) == [("opens", credential.pk)]
    assert due(date(2024, 10, 30)) == [("due", credential.pk)]
    assert due(date(2024, 12, 1)) == [("expired", credential.pk)]
    assert due(date(2025, 2, 1)) == []


def test_what_nobody_put_right_is_reminded_of_again():  # DEC-6
    person = make_person()
    credential = make_credential(person, certified_on=date(2022, 1, 10))
    earn_everything(person, credential, on=date(2024, 11, 1))
    declaration = submit(credential, on=date(2024, 11, 1))
    declaration.state, declaration.correct_by = "deficient", date(2024, 12, 31)
    declaration.save()
    assert due(date(2024, 12, 31)) == []
    assert due(date(2025, 1, 17)) == [("two-weeks", credential.pk)]
    declaration.state, declaration.answer_by = "under-audit", date(2025, 1, 17)
    declaration.save()
    assert due(date(2025, 1, 17)) == []
    assert due(date(2025, 1, 28)) == [("three-days", credential.pk)]
