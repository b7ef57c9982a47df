"""Where staff stand: worst first, the same as the kernel says, in as many queries for many."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from recert import clock
from recert.board import the_rulebook
from recert.declarations.queries import positions_of
from recert.employers.staff import GROUPS, ending_by_month, rows_of, staff_of, with_points
from recert.policy.cycles import years_after
from tests.declaring import certified_for, earn_everything, submit
from tests.employing import consent, make_member, make_organisation
from tests.making import make_credential, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]


@pytest.fixture
def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def lakeside():
    return make_organisation()


@pytest.fixture
def manager(lakeside):
    return make_member(lakeside)


def hold(lakeside, name, certified_on, **fields):
    """Make somebody who consented, with a credential."""
    person = make_person(name)
    consent(person, lakeside)
    return make_credential(person, certified_on=certified_on, **fields)


def ends_in(today, days):
    """Answer the day of certification after which the first cycle ends about then, or after."""
    return years_after(today + timedelta(days=days), -the_rulebook().cycle.years.value)


@pytest.fixture
def staff(lakeside, today):
    """Make one of each group."""
    declared = hold(lakeside, "Wanda Waits", certified_for(today))
    earn_everything(declared.person, declared, on=today)
    submit(declared, on=today)
    return {
        "calm": hold(
            lakeside,
            "Cara Calm",
            the_rulebook().categories["MLS"].required_from - timedelta(days=400),
        ),
        "ended": hold(lakeside, "Ed Ended", years_after(today, -5)),
        "later": hold(lakeside, "Lara Later", years_after(today, -1)),
        "soon": hold(lakeside, "Sun Soon", ends_in(today, 20)),
        "waits": declared,
    }


def test_the_worst_is_first(lakeside, staff, today):
    rows = staff_of(lakeside, as_of=today)
    assert [one.group for one in rows] == list(GROUPS)
    assert {one.group: one.credential for one in rows} == staff


def test_it_is_what_the_kernel_says(lakeside, staff, today):
    for row in with_points(staff_of(lakeside, as_of=today), as_of=today):
        position = positions_of(row.person.pk, as_of=today).of(row.credential)
        assert row.standing == position.standing
        assert row.short == (position.plan.fewest if position.plan else None)
        if row.standing.valid:
            assert row.ends_on == position.standing.until


def test_the_page_filters_by_its_address(client, lakeside, manager, staff):
    client.force_login(manager.account)
    path = reverse("portal:staff", args=[lakeside.ref])

    def names(**said):
        page = client.get(path, said)
        assert page.status_code == 200
        return [one.row.person.name for one in page.context["rows"]]

    assert len(names()) == len(staff)
    assert names(group="soon") == ["Sun Soon"]
    assert names(words="lAR") == ["Lara Later"]
    assert names(within="90") == ["Sun Soon"]
    assert names(within="nonsense", group="no such") == names()
    assert names(page="99999999") == names()
    assert names(page="2") == []


def test_files_say_what_the_page_says(client, lakeside, manager, staff):
    hold(lakeside, "=1+1 Guarded", ends_in(staff["soon"].certified_on, 0))
    client.force_login(manager.account)
    answer = client.get(reverse("portal:staff-file", args=[lakeside.ref, "csv"]), {"group": "soon"})
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Name", "Sun Soon"]
    answer = client.get(reverse("portal:staff-file", args=[lakeside.ref, "xlsx"]))
    sheet = load_workbook(BytesIO(answer.content)).active
    found = list(sheet.iter_rows(values_only=True))
    assert len(found) == len(staff) + 2
    assert not any(str(row[0]).startswith("=") for row in found)
    assert client.get(reverse("portal:staff-file", args=[lakeside.ref, "pdf"])).status_code == 404


@pytest.mark.usefixtures("staff")
def test_many_cost_no_more_queries_than_few(
    client, lakeside, manager, today, django_assert_max_num_queries
):
    client.force_login(manager.account)
    path = reverse("portal:staff", args=[lakeside.ref])
    with django_assert_max_num_queries(30) as counted:
        client.get(path)
    for number in range(30):
        hold(lakeside, f"Person {number}", ends_in(today, 5 * number))
    with django_assert_max_num_queries(len(counted)):
        client.get(path)


def test_months_ahead_add_up(lakeside, staff, today):
    rows = staff_of(lakeside, as_of=today)
    months = ending_by_month(rows, as_of=today, months=48)
    assert len(months) == 48
    assert [month for month, _one, _other in months] == sorted({one for one, _a, _b in months})
    ahead = [one for one in rows if one.ends_on and one.ends_on >= today]
    assert sum(one + other for _month, one, other in months) == len(ahead)
    assert sum(one for _month, one, _other in months) == sum(one.is_at_risk for one in rows)


def test_nobody_is_seen_who_did_not_consent(lakeside, staff, today):
    make_credential(make_person("Nora Not"), certified_on=ends_in(today, 10))
    assert {one.credential.pk for one in staff_of(lakeside, as_of=today)} == {
        one.pk for one in staff.values()
    }
    assert rows_of({}, as_of=today) == []
