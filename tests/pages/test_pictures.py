"""The desk in pictures: the numbers are right, and each stands in a table too."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recert.board import the_rulebook
from recert.credentials.figures import ends_by_month
from recert.credentials.models import Credential, Grant
from recert.credentials.queries import credentials_held_by
from recert.declarations.actions.decisions import approve_declaration, withdraw_declaration
from recert.declarations.actions.draws import select_for_audit
from recert.declarations.models import Audit, Declaration
from recert.policy.permissions import Role
from recert.policy.standing import standing_on
from recert.portal.charts import Series, picture_of
from tests.declarations.test_audits import AUDITOR
from tests.declaring import BOOK, REVIEWER, at, declared
from tests.making import actor, make_account, make_credential, make_person

pytestmark = pytest.mark.django_db

TODAY = date(2024, 12, 4)
PICTURES = "/desk/pictures"


@pytest.fixture(autouse=True)
def day_of_the_board(monkeypatch):
    zone = ZoneInfo(BOOK.calendar.time_zone.value)
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=zone)
    monkeypatch.setattr("recert.clock.now", lambda: noon)


@pytest.fixture
def seen(client):
    client.force_login(make_account(staff=[Role.REVIEWER, Role.FINANCE]))

    def look():
        answer = client.get(PICTURES)
        return {one.key: one for one in answer.context["pictures"]}

    return look


def table(picture):
    return {label: values for label, values in picture.rows if any(one != "0" for one in values)}


def test_what_came_and_was_decided_stands_by_week(seen):
    last = TODAY - timedelta(days=7)
    approved, withdrawn, waits = (declared(on=last), declared(on=TODAY), declared(on=TODAY))
    approve_declaration(approved.pk, today=TODAY, by=REVIEWER, at=at(TODAY))
    by = actor(withdrawn.credential.person)
    withdraw_declaration(withdrawn.pk, today=TODAY, by=by, at=at(TODAY))
    old = declared(on=TODAY)
    days = {"submitted_on": date(2024, 1, 8), "submitted_at": at(date(2024, 1, 8))}
    Declaration.objects.filter(pk=old.pk).update(**days)
    found = seen()
    assert table(found["weeks"]) == {"25 Nov": ["1", "0"], "2 Dec": ["2", "2"]}
    assert found["weeks"].says == "In 13 weeks 3 came and 2 were decided."
    assert table(found["outcomes"]) == {"2 Dec": ["1", "0", "1", "0"]}
    assert found["outcomes"].says == "50 percent were approved."
    assert table(found["ages"]) == {"0–5": ["1"], "> 45": ["1"]}  # noqa: RUF001  # as it is printed
    assert found["ages"].says == "2 declarations wait for a decision."
    assert waits.state == "submitted"


def test_what_waited_is_told_by_business_days(seen):
    for days in (0, 7, 8, 14, 28, 60):
        one = declared(on=TODAY)
        day = TODAY - timedelta(days=days)
        Declaration.objects.filter(pk=one.pk).update(submitted_on=day)
    # Thanksgiving is no business day: of seven days four are.
    ages = {"0–5": ["3"], "6–10": ["1"], "11–20": ["1"], "31–45": ["1"]}  # noqa: RUF001  # as above
    assert table(seen()["ages"]) == ages


def test_audits_stand_by_month(seen):
    for state, day in (("passed", TODAY), ("failed", TODAY), (None, None)):
        one = declared(on=TODAY)
        made = select_for_audit(one.pk, because="So.", today=TODAY, by=AUDITOR, at=at(TODAY))
        selected = date(2024, 10, 31)
        Audit.objects.filter(pk=made.pk).update(
            selected_on=selected, **({"state": state, "ended_on": day} if state else {})
        )
    found = seen()["audits"]
    assert table(found) == {"Oct 24": ["3", "0", "0"], "Dec 24": ["0", "1", "1"]}
    assert found.says == "3 selected, 1 passed, 1 failed in twelve months."


def test_fees_are_for_who_sees_payments(client, seen):
    declaration = declared(on=TODAY)
    fee = declaration.order.lines.get()
    assert table(seen()["fees-usd"])["Dec 24"] == [f"${fee.amount:.0f}"]
    client.force_login(make_account(staff=[Role.AUDITOR]))
    assert "fees-usd" not in {one.key for one in client.get(PICTURES).context["pictures"]}


def test_what_lies_ahead_is_what_the_kernel_says():
    person, book = make_person(), the_rulebook()
    category = iter(book.categories)
    for back in (100, 700, 1000, 1095, 1096, 1130, 3000):
        day = TODAY - timedelta(days=back)
        for cycles in (0, 1, 2):
            make_credential(person, category=next(category, "MLS"), certified_on=day, cycles=cycles)
            if next(iter(category), None) is None:
                category = iter(book.categories)
    Grant.objects.filter(pk=Grant.objects.first().pk).update(revoked_on=TODAY)
    until = date(2025, 11, 30)
    expected = {}
    for held in credentials_held_by(person.pk):
        standing = standing_on(book, held.holding, as_of=TODAY)
        if standing.cycle and TODAY <= standing.cycle.ends <= until:
            month = standing.cycle.ends.replace(day=1)
            expected[month] = expected.get(month, 0) + 1
    assert Credential.objects.count() == 21
    assert expected
    by = actor(person)
    staff = type(by)(ref="AN", name="A", roles=frozenset({Role.REVIEWER}))
    assert ends_by_month(staff, since=TODAY, until=until) == expected
    early = make_credential(person, category="MLS", certified_on=date(2018, 12, 5), cycles=1)
    last = early.grants.get()
    assert TODAY <= last.ends_on <= until
    assert ends_by_month(staff, since=TODAY, until=until) != expected
    following = {"starts_on": last.ends_on.replace(day=1), "ends_on": date(2027, 12, 31)}
    Grant.objects.create(credential=early, granted_on=TODAY, **following)  # renewed before its end
    assert ends_by_month(staff, since=TODAY, until=until) == expected


def test_each_picture_has_its_table_and_is_empty_where_nothing_is(client, seen):
    assert all(one.is_empty for one in seen().values())
    declared(on=TODAY)
    answer = client.get(PICTURES)
    drawn = [one for one in answer.context["pictures"] if not one.is_empty]
    assert answer.text.count('<svg class="picture__drawn"') == len(drawn) == 4
    assert answer.text.count("In numbers") == len(answer.context["pictures"])


def test_pictures_ask_as_often_for_one_as_for_many(client, seen):
    def counted():
        with CaptureQueriesContext(connection) as queries:
            seen()
        return len(queries)

    declared(on=TODAY)
    seen()
    one = counted()
    for back in range(4):
        declared(on=TODAY - timedelta(days=back * 5))
    assert counted() == one < 20


# Drawing


def test_bars_stand_on_the_ground_and_fit():
    series = [Series("A", "good", [0, 3, 17]), Series("B", "bad", [1, 0, 4])]
    beside = picture_of("k", "T", "S", ["x", "y", "z"], series)
    stacked = picture_of("k", "T", "S", ["x", "y", "z"], series, stacked=True)
    for one, top in ((beside, 17), (stacked, 21)):
        assert len(one.bars) == 4
        assert int(one.lines[-1].label) >= top
        assert min(float(bar.y) for bar in one.bars) >= 9
        assert max(float(bar.y) + float(bar.height) for bar in one.bars) <= one.ground + 0.2
        assert max(float(bar.x) + float(bar.width) for bar in one.bars) <= one.width
    last = [bar for bar in stacked.bars if bar.x == stacked.bars[-1].x]
    assert float(last[1].y) + float(last[1].height) == pytest.approx(float(last[0].y), abs=0.2)


def test_nothing_can_be_drawn_too():
    assert picture_of("k", "T", "S", [], [Series("A", "good", [])]).is_empty
    assert picture_of("k", "T", "S", ["x"], [Series("A", "good", [0])]).is_empty
