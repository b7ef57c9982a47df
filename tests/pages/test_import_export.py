"""Files of activities: read, shown line by line, saved at once, taken back; and taken along."""

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from recert.casefile import COLUMNS
from recert.journal.models import Event
from recert.transcript.bulk import save_import
from recert.transcript.models import Activity, TranscriptImport
from tests.making import AT, BOOK, HOURLY, actor, make_activity, make_credential, make_person

pytestmark = pytest.mark.django_db

UPLOAD = reverse("portal:import")
HEADER = "kind,title,completed_on,contact_hours,covers"


@pytest.fixture
def person(client):
    someone = make_person()
    client.force_login(someone.account)
    return someone


def send(client, content, name="mine.csv"):
    if isinstance(content, str):
        content = content.encode()
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def lines(*rows, header=HEADER):
    return "\n".join([header, *rows])


GOOD = f"{HOURLY},Laboratory Days,2022-05-04,2,chemistry"


def fates(client, answer):
    page = client.get(answer.url)
    return [(one.line, one.fate) for one in page.context["fates"]]


def test_nothing_is_saved_before_it_was_shown(client, person):
    answer = send(client, lines(GOOD))
    assert fates(client, answer) == [(2, "new")]
    assert not person.activities.exists()
    client.post(answer.url)
    (activity,) = person.activities.all()
    assert (activity.title, activity.contact_hours) == ("Laboratory Days", 200)
    event = Event.objects.get()
    assert (event.kind, event.subject) == ("activity.imported", activity.ref)
    assert client.get(answer.url).status_code == 200


def test_each_line_has_its_fate_and_the_good_ones_are_added(client, person):
    make_activity(person, "There already")
    answer = send(
        client,
        lines(
            GOOD,
            f"{HOURLY},There already,2022-05-04,2,",
            GOOD,
            "alchemy,Gold,2022-05-04,2,",
            f"{HOURLY},No hours,2022-05-04,,",
            f"{HOURLY},Wrong day,04.05.2022,2,",
            f"{HOURLY},,2022-05-04,2,",
            f"{HOURLY},Another,2022-05-05,1.5,hematology",
        ),
    )
    wanted = ["new", "there", "twice", *["unreadable"] * 4, "new"]
    assert fates(client, answer) == [*enumerate(wanted, 2)]
    page = client.get(answer.url).text
    for words in ("unknown kind", "contact_hours: missing", "completed_on", "title"):
        assert words in page
    left = client.get(answer.url + "/left-out.csv").content.decode("utf-8-sig")
    assert [bool(row["why"]) for row in csv.DictReader(StringIO(left))] == [True] * 6
    client.post(answer.url)
    titles = person.activities.values_list("title", flat=True)
    assert sorted(titles) == ["Another", "Laboratory Days", "There already"]


def test_what_it_brings_is_told(client, person):
    make_credential(person, certified_on=date(2025, 1, 10))
    answer = send(client, lines(f"{HOURLY},New,2025-05-04,2,chemistry"))
    (effect,) = client.get(answer.url).context["effects"]
    assert (effect.before, effect.after) == (0, 200)


def test_a_second_click_adds_nothing_and_all_can_be_taken_back(client, person):
    answer = send(client, lines(GOOD, f"{HOURLY},Another,2022-05-05,1,"))
    client.post(answer.url)
    client.post(answer.url)
    assert person.activities.count() == 2
    undo = answer.url + "/undo"
    client.post(undo)
    assert set(person.activities.values_list("state", flat=True)) == {Activity.State.WITHDRAWN}
    assert client.post(undo).status_code == 409
    assert client.post(answer.url).status_code == 409
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["activity.imported"] * 2 + ["activity.withdrawn"] * 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_add_each_line_once(client, person):
    send(client, lines(*(f"{HOURLY},Course {n},2022-05-04,1," for n in range(30))))
    read = TranscriptImport.objects.get()

    def save(_):
        try:
            return save_import(read.pk, by=actor(person), at=AT)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(save, range(2))) == [30, 30]
    assert person.activities.count() == Event.objects.count() == 30


def test_a_strangers_file_does_not_exist(client, person):
    answer = send(client, lines(GOOD))
    client.force_login(make_person("Somebody Else").account)
    for method in (client.get, client.post):
        assert method(answer.url).status_code == 404
    assert not Activity.objects.exists()


def bomb():
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (b"\x00\x01\x02", "a.csv", "not a text"),
        (b"\xff\xfeA\x00", "a.csv", "UTF-16"),
        (b"%PDF-1.7", "a.pdf", "unknown column"),
        (b"kind;title;completed_on\n", "a.csv", "separated by"),
        (b"kind,title\nx,y\n", "a.csv", "missing columns"),
        (bomb(), "a.xlsx", "unpacks to more than"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "a.xlsx", "has a password"),
        (b"PK\x03\x04broken", "a.xlsx", "not a workbook"),
        (b"a" * 5_000_001, "a.csv", "larger than 5 MB"),
        (lines(*[GOOD] * 2001).encode(), "a.csv", "more than 2000 lines"),
        ((HEADER + "\n" + GOOD.replace("Lab", "\x07Lab")).encode(), "a.csv", "U+0007"),
    ],
)
def test_what_is_no_table_is_told(client, person, content, name, says):
    answer = send(client, content, name)
    assert answer.status_code == 422
    if content:
        assert any(says in one for one in answer.context["mistakes"])
    assert not TranscriptImport.objects.exists()


def test_the_boards_own_columns_are_not_taken(client, person):
    header = f"{HEADER},used_in_cycle_ending"
    answer = send(client, lines(f"{GOOD},2021-01-31", header=header))
    page = client.get(answer.url)
    assert page.context["fates"][0].fate == "new"
    assert "are the board" in page.text


@pytest.mark.parametrize(
    "title",
    ["=1+1", "'=1+1", "@home", "-5 degrees", "+1", "Ä Ö Ü", "محاضرة", 'a, b; "c"', "<b>x</b>"],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_taken_along_can_be_read_again(client, person, form, title):
    make_activity(person, title, provider="=cmd()", portions={"safety": 150, "ethics": 50})
    make_activity(person, f"{title} two", covers=["safety", "chemistry"], from_on=None)
    content = client.get(reverse("portal:export", args=[form])).content
    other = make_person("Somebody Else")
    client.force_login(other.account)
    client.post(send(client, content, f"mine.{form}").url)
    said = ("title", "provider", "completed_on", "contact_hours", "portions")
    mine, theirs = (sorted(map(str, one.activities.values_list(*said))) for one in (person, other))
    assert mine == theirs


def test_every_kind_of_activity_can_be_read_from_the_template(client, person):
    template = client.get(reverse("portal:import-template")).content
    answer = send(client, template)
    page = client.get(answer.url)
    assert {one.fate for one in page.context["fates"]} == {"new"}
    client.post(answer.url)
    assert person.activities.count() == len(page.context["fates"])


def test_nothing_in_a_table_runs(client, person):
    make_activity(person, "=HYPERLINK(1)")
    table = client.get(reverse("portal:export", args=["csv"])).content.decode("utf-8-sig")
    assert next(csv.DictReader(StringIO(table)))["title"] == "'=HYPERLINK(1)"
    workbook = load_workbook(BytesIO(client.get(reverse("portal:export", args=["xlsx"])).content))
    assert {cell.data_type for row in workbook.active for cell in row} <= {"s", "n", "inlineStr"}


def test_a_workbook_can_be_read(client, person):
    workbook = Workbook()
    workbook.active.append(HEADER.split(","))
    workbook.active.append([HOURLY, "From a workbook", date(2022, 5, 4), 2.5, "safety; ethics"])
    content = BytesIO()
    workbook.save(content)
    client.post(send(client, content.getvalue(), "mine.xlsx").url)
    activity = person.activities.get()
    assert (activity.contact_hours, activity.covers) == (250, ["safety", "ethics"])


@pytest.mark.parametrize("number", [0, 1, 120])
def test_the_record_to_print(client, person, number):
    make_credential(person, certified_on=date(2024, 1, 10))
    for place in range(number):
        make_activity(person, f"#let x = [*{place}*] $ @ <b> \\", completed_on=date(2024, 5, 4))
    answer = client.get(reverse("portal:export", args=["pdf"]))
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.content)) as document:
        assert len(document.pages) == {0: 1, 1: 1}.get(number, len(document.pages))
        assert document.docinfo["/Author"] == person.name


def test_queries_do_not_grow_with_the_file(
    client, person, django_assert_num_queries, django_assert_max_num_queries
):
    make_credential(person, cycles=1)
    answer = send(client, lines(GOOD))
    with django_assert_max_num_queries(20) as counted:
        client.get(answer.url)
    number = len(counted)  # now, since the next request forgets them
    many = send(client, lines(*(f"{HOURLY},Course {n},2022-05-04,1," for n in range(300))))
    with django_assert_num_queries(number):
        client.get(many.url)


def test_the_columns_are_those_of_the_case_format():
    assert set(HEADER.split(",")) <= set(COLUMNS)
    assert BOOK.kinds[HOURLY]
