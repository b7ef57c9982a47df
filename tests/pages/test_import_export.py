"""Files of activities: read, shown line by line, saved at once, taken back; and taken along."""

import csv
import json
from codecs import BOM_UTF8
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from recert.casefile import COLUMNS
from recert.journal.models import Event
from recert.policy.refusals import Refused
from recert.transcript.bulk import save_import
from recert.transcript.models import Activity, TranscriptImport
from tests.making import (
    AT,
    BOOK,
    HOURLY,
    actor,
    make_activity,
    make_credential,
    make_document,
    make_person,
)

pytestmark = pytest.mark.django_db

UPLOAD = reverse("portal:import")
HEADER = "kind,title,completed_on,contact_hours,covers"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(datetime(2026, 11, 23, 18, tzinfo=UTC)):
        yield


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
    return [(one.line, one.fate) for one, _served in client.get(answer.url).context["lines"]]


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
    left = left_out(client, answer)
    assert [bool(row["why"]) for row in left] == [True] * 6
    client.post(answer.url)
    titles = person.activities.values_list("title", flat=True)
    assert sorted(titles) == ["Another", "Laboratory Days", "There already"]
    wanted = ["added" if one == "new" else one for one in wanted]
    assert fates(client, answer) == [*enumerate(wanted, 2)]
    assert left_out(client, answer) == left


def left_out(client, answer):
    table = client.get(answer.url + "/left-out.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(table)))


def test_what_was_left_out_is_put_right_and_sent_again(client, person):
    answer = send(client, lines(f"{HOURLY},=1+1,04.05.2022,2,", f"{HOURLY},'=2,04.05.2022,2,"))
    table = client.get(answer.url + "/left-out.csv").content
    assert all(row["title"].startswith("'=") for row in left_out(client, answer))
    again = send(client, table.replace(b"04.05.2022", b"2022-05-04"))
    assert fates(client, again) == [(2, "new"), (3, "new")]
    client.post(again.url)
    assert set(person.activities.values_list("title", flat=True)) == {"=1+1", "=2"}


def test_what_it_brings_is_told(client, person):
    make_credential(person, certified_on=date(2025, 1, 10))
    answer = send(client, lines(f"{HOURLY},New,2025-05-04,2,chemistry"))
    page = client.get(answer.url)
    (effect,) = page.context["effects"]
    assert (effect.before, effect.after) == (0, 200)
    ((served,),) = [served for _one, served in page.context["lines"]]
    assert (served.counted, served.claimed, served.because) == (200, 200, "")


def test_what_a_line_does_not_bring_is_told_with_the_reason(client, person):
    make_credential(person, certified_on=date(2025, 1, 10))
    page = client.get(send(client, lines(f"{HOURLY},Long ago,1999-05-04,2,chemistry")).url)
    ((served,),) = [served for _one, served in page.context["lines"]]
    assert served.counted == 0
    assert "outside the days that count: January 10, 2025" in page.text


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


def test_all_is_saved_or_nothing(client, person, monkeypatch):
    answer = send(client, lines(GOOD, f"{HOURLY},Another,2022-05-05,1,"))

    def fails(*_args, **_facts):
        raise Refused("no", "The journal is full.")

    monkeypatch.setattr("recert.transcript.bulk.record_events", fails)
    assert client.post(answer.url).status_code == 409
    assert not person.activities.exists()
    assert fates(client, answer) == [(2, "new"), (3, "new")]


def test_what_somebody_entered_meanwhile_is_not_added_again(client, person):
    answer = send(client, lines(GOOD, f"{HOURLY},Another,2022-05-05,1,"))
    make_activity(person, "Laboratory Days")
    client.post(answer.url)
    assert person.activities.count() == 2
    assert fates(client, answer) == [(2, "there"), (3, "added")]


def test_a_strangers_file_does_not_exist(client, person):
    answer = send(client, lines(GOOD))
    client.force_login(make_person("Somebody Else").account)
    for method in (client.get, client.post):
        for path in ("", "/undo", "/left-out.csv"):
            assert method(answer.url + path).status_code == 404
    assert not Activity.objects.exists()


def test_files_that_were_read_and_not_saved_are_not_piled_up(client, person):
    saved = send(client, lines(GOOD))
    client.post(saved.url)
    for _each in range(7):
        send(client, lines(f"{HOURLY},Another,2022-05-04,2,"))
    assert person.imports.filter(saved_at=None).count() == 5
    person.imports.filter(saved_at=None).update(read_at=AT)
    send(client, lines(GOOD))
    assert person.imports.filter(saved_at=None).count() == 1
    assert client.get(saved.url).status_code == 200


def bomb():
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (b"\xef\xbb\xbf \n", "a.csv", "empty"),
        ((HEADER + "\n" + GOOD.replace("Lab", "\x00Lab")).encode(), "a.csv", "not a text"),
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
    assert any(says in one for one in answer.context["form"].errors["file"])
    assert not TranscriptImport.objects.exists()


def test_what_is_no_table_is_told_where_it_is_wrong(client, person):
    told = send(client, "\nkind,titel,completed_on,when\n").context["form"].errors["file"]
    assert [one.partition(":")[0] for one in told] == ["Line 2"] * 3
    assert "did you mean title?" in told[0]
    workbook = Workbook()
    workbook.active.title = "Mine"
    workbook.active.append(["kind"])
    content = BytesIO()
    workbook.save(content)
    (told,) = send(client, content.getvalue()).context["form"].errors["file"]
    assert told.startswith("Sheet “Mine”, line 1: missing columns")


def test_a_form_without_a_file_is_told_so(client, person):
    answer = client.post(UPLOAD)
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["file"])


def test_the_boards_own_columns_are_not_taken(client, person):
    header = f"{HEADER},used_in_cycle_ending"
    answer = send(client, lines(f"{GOOD},2021-01-31", header=header))
    assert fates(client, answer) == [(2, "new")]
    assert "are the board" in client.get(answer.url).text


@pytest.mark.parametrize(
    "title",
    ["=1+1", "'=1+1", "@home", "-5 degrees", "+1", "Ä Ö Ü", "محاضرة", 'a, b; "c"', "<b>x</b>"],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_taken_along_can_be_read_again(client, person, form, title):
    portions = {"ethics": 50, "safety": 150}
    make_activity(person, title, provider="=cmd()", covers=["ethics", "safety"], portions=portions)
    make_activity(person, f"{title} two", covers=["safety", "chemistry"], from_on=None)
    make_activity(person, "Free", covers=["safety", "chemistry"], portions={"safety": 100})
    content = client.get(reverse("portal:export", args=[form])).content
    other = make_person("Somebody Else")
    client.force_login(other.account)
    client.post(send(client, content, f"mine.{form}").url)
    said = ("title", "provider", "completed_on", "contact_hours", "covers", "portions")
    mine, theirs = (sorted(map(str, one.activities.values_list(*said))) for one in (person, other))
    assert mine == theirs


def test_every_kind_of_activity_can_be_read_from_the_template(client, person):
    template = client.get(reverse("portal:import-template")).content
    answer = send(client, template)
    told = fates(client, answer)
    assert {fate for _line, fate in told} == {"new"}
    client.post(answer.url)
    assert person.activities.count() == len(told)


def test_nothing_in_a_table_runs(client, person):
    make_activity(person, "=HYPERLINK(1)")
    content = client.get(reverse("portal:export", args=["csv"])).content
    assert content.startswith(BOM_UTF8)  # else a spreadsheet takes it for another encoding
    table = content.decode("utf-8-sig")
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
        assert (len(document.pages) == 1) == (number < 2)
        assert document.docinfo["/Author"] == person.name


NAMES = ["محمد بن علي", "Жанна Ω", "王小明", "🧪 and 👩‍🔬", r"#panic() $x$ \u{41} //", "x" * 300]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_the_record(client, name):
    someone = make_person(f"{name} {name}")
    client.force_login(someone.account)
    make_credential(someone, certified_on=date(2024, 1, 10))
    make_activity(someone, name, provider=name, completed_on=date(2024, 5, 4))
    answer = client.get(reverse("portal:export", args=["pdf"]))
    with pikepdf.open(BytesIO(answer.content)) as document:
        assert document.docinfo["/Author"] == someone.name


def test_what_the_record_says(client, person, monkeypatch):
    credential = make_credential(person, certified_on=date(2024, 1, 10))
    proved = make_activity(person, "Proved", completed_on=date(2024, 5, 4))
    make_document(proved)
    make_activity(person, "New", completed_on=date(2025, 5, 4), portions={"chemistry": 150})
    make_activity(person, "Reported", completed_on=date(1999, 5, 4), reported_by="Lab")
    make_activity(person, "Withdrawn", state=Activity.State.WITHDRAWN)
    told: dict = {}

    def compiled(template, *, sys_inputs, timestamp):
        told.update(json.loads(sys_inputs["facts"]), timestamp=timestamp)
        return b"%PDF"

    monkeypatch.setattr("recert.portal.typesetting.typst.compile", compiled)
    client.get(reverse("portal:export", args=["pdf"]))
    (card,) = told["credentials"]
    assert credential.number in card["category"]
    assert card["days"].startswith("Days that count: January 10, 2024")
    assert card["bars"][0]["title"] == "Total"
    assert [year["year"] for year in told["years"]] == ["2025", "2024", "1999"]
    lines = [one for year in told["years"] for one in year["activities"]]
    assert [one["documents"] for one in lines] == ["no", "yes", "not needed"]
    assert [one["areas"] for one in lines] == [["Chemistry 1.5"], ["Chemistry"], ["Chemistry"]]
    sums = [[each["sum"] for each in one["counts"]] for one in lines]
    assert sums == [["1.5 of 1.5"], ["2 of 2"], []]
    assert BOOK.title in told["program"]
    assert person.customer_number in told["number"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "pdf"])
def test_queries_do_not_grow_with_the_transcript(
    client, person, form, django_assert_num_queries, django_assert_max_num_queries
):
    make_credential(person, certified_on=date(2024, 1, 10))
    make_activity(person, completed_on=date(2024, 5, 4))
    path = reverse("portal:export", args=[form])
    client.get(path)  # the first of a session notes who came
    with django_assert_max_num_queries(20) as counted:
        client.get(path)
    number = len(counted)
    for place in range(20):
        make_activity(person, f"Course {place}", completed_on=date(2024, 5, 4))
    with django_assert_num_queries(number):
        client.get(path)


def test_there_is_no_other_form(client, person):
    assert client.get(reverse("portal:export", args=["exe"])).status_code == 404


def test_queries_do_not_grow_with_the_file(
    client, person, django_assert_num_queries, django_assert_max_num_queries
):
    make_credential(person, cycles=1)
    answer = send(client, lines(GOOD))
    with django_assert_max_num_queries(21) as counted:
        client.get(answer.url)
    number = len(counted)  # now, since the next request forgets them
    many = send(client, lines(*(f"{HOURLY},Course {n},2022-05-04,1," for n in range(300))))
    with django_assert_num_queries(number):
        client.get(many.url)


def test_the_columns_are_those_of_the_case_format():
    assert set(HEADER.split(",")) <= set(COLUMNS)
    assert BOOK.kinds[HOURLY]


def test_a_kind_may_be_called_by_its_title(client, person):
    title = BOOK.kinds[HOURLY].title.upper()
    client.post(send(client, lines(f'"{title}",Laboratory Days,2022-05-04,2,chemistry')).url)
    assert person.activities.get().kind == HOURLY
