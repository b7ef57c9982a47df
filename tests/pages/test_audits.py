"""Audits as people see them: the certificant's checklist, the auditor's page, the public draw."""

import json
import subprocess
import sys
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from recert import clock
from recert.board import the_rulebook
from recert.declarations.actions.draws import declare_period, select_for_audit
from recert.declarations.auditing import published
from recert.declarations.models import Audit, AuditDraw, AuditPeriod, Declaration
from recert.journal.models import Event, Notice
from recert.policy.cycles import months_after, years_after
from recert.policy.permissions import Role
from recert.policy.sampling import Stratum
from tests.declarations.test_audits import ADMINISTRATOR, AUDITOR
from tests.declaring import at, earn_everything, submit
from tests.making import make_account, make_credential, make_person

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).parents[2] / "docs" / "check_audit_draw.py"


def today():
    return clock.today(the_rulebook().calendar.time_zone.value)


@pytest.fixture
def person():
    someone = make_person()
    certified_on = years_after(months_after(today(), 2), -3)  # it expires in two months
    someone.credential = make_credential(someone, certified_on=certified_on)
    earn_everything(someone, someone.credential, on=today())
    return someone


@pytest.fixture
def audit(person):
    declaration = submit(person.credential, on=today())
    reason = "A neighbour wrote to us."
    return select_for_audit(
        declaration.pk, because=reason, today=today(), by=AUDITOR, at=at(today())
    )


def picture(name="certificate.png", colour="white"):
    content = BytesIO()
    Image.new("RGB", (60, 40), colour).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


def test_the_certificant_sees_exactly_what_is_asked_for_and_sends_it(client, audit, person):
    client.force_login(person.account)
    page = reverse("portal:audit", args=[audit.ref])
    text = client.get(page).text
    assert "Certificate of participation" in text  # AUD-2
    assert text.count("missing") >= audit.items.count()
    item = audit.items.first()
    sent = {"files": picture(), "proves": "certificate-of-participation", "page": page}
    answer = client.post(reverse("portal:add-documents", args=[item.activity.ref]), sent)
    assert answer.url == page
    document = item.activity.documents.get()
    mark = reverse("portal:mark-document", args=[document.ref])
    client.post(mark, {"is_translation": "yes", "page": page})  # AUD-3
    assert ">translation<" in client.get(page).text.replace("\n", "")
    confirm = client.get(reverse("portal:send-audit", args=[audit.ref])).text
    assert "Something is missing still" in confirm
    client.post(reverse("portal:send-audit", args=[audit.ref]))
    audit.refresh_from_db()
    assert (audit.state, audit.sent_on) == ("sent", today())
    assert "the board looks at your documents" in client.get(page).text
    again = client.post(reverse("portal:send-audit", args=[audit.ref]))
    assert again.status_code == 409


def test_a_stranger_finds_no_audit(client, audit):
    client.force_login(make_person("Somebody Else").account)
    for name in ("portal:audit", "portal:send-audit"):
        assert client.get(reverse(name, args=[audit.ref])).status_code == 404
        assert client.post(reverse(name, args=[audit.ref])).status_code == 404
    audit.refresh_from_db()
    assert audit.state == "awaiting-documents"


def judged(client, audit, item, **said):
    address = reverse("desk:judge", args=[audit.ref, item.pk])
    return client.post(address, {"verdict": "accepted", "documented": "", "note": ""} | said)


def test_the_auditor_judges_each_activity_and_passes(client, audit, person):  # AUD-4
    client.force_login(person.account)
    client.post(reverse("portal:send-audit", args=[audit.ref]))
    client.force_login(make_account(staff=[Role.AUDITOR]))
    assert audit.ref in client.get(reverse("desk:audits")).text
    page = reverse("desk:audit", args=[audit.ref])
    assert "activities are not judged yet" in client.get(page).text
    decide = reverse("desk:decide-audit", args=[audit.ref])
    early = client.post(decide, {"outcome": "passed", "because": ""})
    assert early.status_code == 409
    for item in audit.items.all():
        assert judged(client, audit, item).status_code == 302
    assert "requirements are met" in client.get(page).text
    assert client.post(decide, {"outcome": "passed"}).status_code == 302
    assert Declaration.objects.get().state == "approved"
    kinds = set(Notice.objects.values_list("event__kind", flat=True))
    assert {"audit.opened", "audit.passed", "declaration.approved"} <= kinds


def test_fewer_points_can_be_accepted_and_then_it_may_not_be_enough(client, audit, person):
    client.force_login(person.account)
    client.post(reverse("portal:send-audit", args=[audit.ref]))
    client.force_login(make_account(staff=[Role.AUDITOR]))
    items = list(audit.items.all())
    for item in items[1:]:
        judged(client, audit, item)
    too_many = judged(client, audit, items[0], documented="99")
    assert too_many.status_code == 422
    silent = judged(client, audit, items[0], verdict="missing")
    assert "Say what is lacking" in silent.text
    judged(client, audit, items[0], documented="0.5", note="Half of the hours only.")
    decide = reverse("desk:decide-audit", args=[audit.ref])
    assert client.post(decide, {"outcome": "passed"}).status_code == 409
    assert client.post(decide, {"outcome": "not-passed"}).status_code == 302
    client.force_login(person.account)
    text = client.get(reverse("portal:audit", args=[audit.ref])).text
    assert "Half of the hours only." in text
    assert "0.5 points proven" in text


def test_the_same_file_of_two_people_is_told(client, audit, person):
    other = make_person("Another Person")
    other.credential = make_credential(other, certified_on=person.credential.certified_on)
    theirs = earn_everything(other, other.credential, on=today())
    for owner, activity in ((person, audit.items.first().activity), (other, theirs)):
        client.force_login(owner.account)
        client.post(reverse("portal:add-documents", args=[activity.ref]), {"files": picture()})
    client.force_login(make_account(staff=[Role.AUDITOR]))
    text = client.get(reverse("desk:audit", args=[audit.ref])).text
    assert "The very same file" in text
    assert "Another Person" in text


def test_a_declaration_is_chosen_by_hand_only_with_a_reason(client, person):  # AUD-1
    declaration = submit(person.credential, on=today())
    client.force_login(make_account(staff=[Role.AUDITOR]))
    address = reverse("desk:select-audit", args=[declaration.ref])
    assert client.post(address, {"because": " "}).status_code == 422
    assert client.post(address, {"because": "A letter came."}).status_code == 302
    assert Audit.objects.get().by_hand == "A letter came."


def period_from(starts_on, share=3_000):
    return declare_period(
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=30),
        strata=[Stratum(title="All", share=share)],
        spares_audited_before=False,
        today=starts_on - timedelta(days=1),
        by=ADMINISTRATOR,
        at=at(starts_on - timedelta(days=1)),
    )


def test_a_period_is_declared_beforehand_and_a_second_draw_is_refused(client):  # AUD-1
    client.force_login(make_account(staff=[Role.ADMINISTRATOR]))
    address = reverse("desk:declare-period")
    starts = today() + timedelta(days=1)
    said = {
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=90)).isoformat(),
        "title-1": "All",
        "share-1": "5",
    }
    late = client.post(address, said | {"starts_on": today().isoformat()})
    assert late.status_code == 422
    assert client.post(address, said).status_code == 302
    period = AuditPeriod.objects.get()
    assert period.strata[0]["share"] == 500
    assert period.key not in client.get(reverse("desk:audit-periods")).text
    again = client.post(address, said)
    assert "a day is drawn once only" in again.text
    assert Event.objects.filter(kind="audit.draw-refused").count() == 1
    client.logout()
    public = client.get(reverse("portal:audit-periods")).text
    assert period.commitment in public
    file = json.loads(client.get(reverse("portal:audit-period", args=[period.ref])).content)
    assert "key" not in file
    assert file["commitment"] == period.commitment


def test_the_key_is_published_once_the_period_is_over(client):  # AUD-1
    running = period_from(today() - timedelta(days=2))
    over = period_from(date(2024, 3, 1))
    client.force_login(make_account(staff=[Role.ADMINISTRATOR]))
    early = client.post(reverse("desk:publish-key", args=[running.ref]))
    assert early.status_code == 409
    client.post(reverse("desk:publish-key", args=[over.ref]))
    file = json.loads(client.get(reverse("portal:audit-period", args=[over.ref])).content)
    assert file["key"] == over.key


def test_each_certificant_gets_a_receipt_of_the_draw(client, person):  # AUD-1
    period = period_from(today() - timedelta(days=1))
    declaration = submit(person.credential, on=today())
    client.force_login(person.account)
    page = reverse("portal:declaration", args=[declaration.ref])
    secret = client.get(page).text
    assert f"<code>{declaration.ref}</code>" in secret
    assert period.commitment in secret
    number = AuditDraw.objects.get().number
    assert number not in secret
    assert period.key not in secret
    AuditPeriod.objects.update(published_at=clock.now())
    assert number in client.get(page).text


def check(tmp_path, period):
    file = tmp_path / "period.json"
    file.write_text(json.dumps(period), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_anybody_can_draw_again_and_finds_what_was_changed(tmp_path):  # AUD-1
    period = period_from(today() - timedelta(days=1))
    for number in range(12):
        one = make_person(f"Person {number}")
        certified_on = years_after(months_after(today(), 2), -3)
        one.credential = make_credential(one, certified_on=certified_on, category="PBT")
        earn_everything(one, one.credential, on=today())
        submit(one.credential, on=today())
    assert AuditDraw.objects.count() == 12
    assert 0 < AuditDraw.objects.filter(selected=True).count() < 12
    assert check(tmp_path, json.loads(json.dumps(published(period))))[0] == 1  # no key yet
    AuditPeriod.objects.update(published_at=clock.now())
    period.refresh_from_db()
    told = json.loads(json.dumps(published(period)))
    assert check(tmp_path, told)[0] == 0
    for change in (
        {"selected": not told["draws"][0]["selected"]},
        {"declaration": "DE-0000-0000-0000"},
        {"number": "0" * 16},
    ):
        changed = told | {"draws": [told["draws"][0] | change, *told["draws"][1:]]}
        assert check(tmp_path, changed)[0] == 1
    assert check(tmp_path, told | {"key": "00" * 32})[0] == 1


def test_who_was_audited_in_the_last_cycle_can_be_spared(person):
    declare_period(
        starts_on=today() - timedelta(days=1),
        ends_on=today(),
        strata=[Stratum(title="All", share=10_000)],
        spares_audited_before=True,
        today=today() - timedelta(days=2),
        by=ADMINISTRATOR,
        at=at(today()),
    )
    earlier = Declaration.objects.create(
        credential=person.credential,
        state="approved",
        purpose="renewal",
        case={},
        started_at=clock.now(),
        submitted_at=clock.now(),
        submitted_on=date(2020, 1, 1),
        decided_on=date(2020, 2, 1),
        grant=person.credential.grants.create(
            starts_on=date(2019, 1, 1), ends_on=date(2019, 2, 1), granted_on=date(2019, 1, 1)
        ),
    )
    Audit.objects.create(
        declaration=earlier,
        state="passed",
        selected_on=date(2020, 1, 1),
        documents_due_on=date(2020, 2, 1),
        ended_on=date(2020, 1, 9),
    )
    declaration = submit(person.credential, on=today())
    assert declaration.draw.spared == "audited-before"
    assert declaration.state == "submitted"
