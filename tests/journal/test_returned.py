"""What comes back: by the provider's report, or by mail, and what becomes of its letter."""

from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import msgspec
import pytest
from django.test import Client
from typer.testing import CliRunner

from recert.cli.notices import app
from recert.cli.problems import Problem
from recert.journal.models import Event, Notice, StoppedAddress
from recert.journal.queries import notices_that_came_back
from recert.journal.returned import Report, notice_of, report_in_mail, reports_in
from recert.policy.permissions import NOBODY, SYSTEM
from recert.policy.refusals import Refused
from recert.queue.actions import return_letter
from recert.queue.returns import take_report
from tests.journal.letters import AMINA, AT, owe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_jobs")]

WHERE = "/letters/returns"
SECRET = "only the provider knows it"


def sent(**given):
    notice = owe(**given)
    notice.sent_at, notice.subject, notice.text = AT, "A letter", "Dear Amina,\n"
    notice.save()
    return notice


@pytest.fixture
def report(client, settings):
    settings.MAIL_WEBHOOK_SECRET = SECRET

    def send(*reports, secret=SECRET):
        return client.post(
            WHERE,
            msgspec.json.encode({"reports": reports}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )

    return send


BOUNCE = {"kind": "bounce", "reason": "550 5.1.1 nobody is called so here"}


# By the provider's report


def test_a_bounce_stops_the_address_and_waits_at_the_desk(report):
    notice = sent()
    answer = report(BOUNCE | {"message_id": notice.message_id})
    assert answer.json() == {"noted": 1, "known": 0, "passing": 0, "unknown": 0}
    notice.refresh_from_db()
    assert notice.sent_at == AT
    assert notice.failed_at
    assert notice.last_error == "550 5.1.1 nobody is called so here"
    stopped = StoppedAddress.objects.get()
    assert (stopped.address, stopped.complained, stopped.notice) == (AMINA.email, False, notice)
    event = Event.objects.get(kind="letter.returned")
    assert (event.subject, event.about, event.by) == (notice.ref, AMINA.ref, SYSTEM.name)
    assert list(notices_that_came_back()) == [notice]


def test_a_report_that_comes_twice_is_noted_once(report):
    one = BOUNCE | {"message_id": sent().message_id}
    assert report(one, one).json()["known"] == 1
    assert report(one).json()["known"] == 1
    assert Event.objects.filter(kind="letter.returned").count() == 1


def test_a_complaint_stops_the_address_too(report):
    notice = sent()
    report({"kind": "complaint", "message_id": notice.message_id.strip("<>")})
    assert StoppedAddress.objects.get().complained
    assert Event.objects.get(kind="letter.returned").facts["complained"]


def test_what_may_still_be_delivered_changes_nothing(report):
    one = BOUNCE | {"message_id": sent().message_id, "permanent": False}
    assert report(one).json()["passing"] == 1
    assert not StoppedAddress.objects.exists()
    assert Notice.objects.get().failed_at is None


def test_without_our_message_id_the_last_letter_to_the_address_is_meant(report):
    sent()
    last = sent()
    sent(reader=msgspec.structs.replace(AMINA, email="other@example.org"))
    owe()  # not sent yet
    assert report(BOUNCE | {"address": "Amina@Example.ORG"}).json()["noted"] == 1
    assert Event.objects.get(kind="letter.returned").subject == last.ref


def test_what_is_about_no_letter_of_ours_is_counted(report):
    sent()
    others = [{"message_id": "<x@example.org>"}, {"address": "nobody@example.org"}, {}]
    assert report(*(BOUNCE | one for one in others)).json()["unknown"] == 3
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"reports": [{"kind": "opened"}]}', "$.reports[0].kind"),
        (b'{"reports": [{"kind": "bounce", "adress": "a"}]}', "adress"),
        (b'{"reports": [{"kind": "bounce", "address": 1}]}', "$.reports[0].address"),
        (b"\xff\xfe", "malformed"),
    ],
)
def test_a_report_that_cannot_be_read_says_where(client, settings, body, says):
    settings.MAIL_WEBHOOK_SECRET = SECRET
    headers = {"Authorization": f"Bearer {SECRET}"}
    answer = client.post(WHERE, body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert says in answer.json()["error"]


def test_only_who_knows_the_secret_reports(report, client):
    one = BOUNCE | {"message_id": sent().message_id}
    assert report(one, secret="guessed").status_code == 401  # noqa: S106  # invented
    assert client.post(WHERE, b"{}", content_type="application/json").status_code == 401
    assert client.get(WHERE).status_code == 405
    assert not StoppedAddress.objects.exists()


def test_without_a_secret_there_is_no_such_page(settings):
    settings.MAIL_WEBHOOK_SECRET = ""
    answer = Client().post(
        WHERE, b"{}", content_type="application/json", headers={"Authorization": "Bearer "}
    )
    assert answer.status_code == 404


def test_a_reason_is_kept_on_one_line_that_is_not_too_long(report):
    notice = sent()
    report(BOUNCE | {"message_id": notice.message_id, "reason": "a\x00\n" + "long " * 900})
    notice.refresh_from_db()
    assert len(notice.last_error) == 500
    assert "\n" not in notice.last_error


def test_nobody_else_notes_it():
    with pytest.raises(Refused, match="not allowed"):
        return_letter(sent().pk, says="no", by=NOBODY, at=AT)


# By mail


def read(mail):
    """Read a mail that is about one of our letters."""
    report = report_in_mail(mail)
    assert report is not None
    return report


def came_back(notice, *, action="failed", status="5.1.1", said="smtp; 550 5.1.1 no mailbox"):
    """Write what a mail server writes to the sender (RFC 3464)."""
    mail = MIMEMultipart("report")
    mail.set_param("report-type", "delivery-status")
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["Message-ID"] = "<theirs@mx.example.org>"
    mail.attach(MIMEText("I'm sorry to have to inform you."))
    status_part = MIMEMultipart("delivery-status")
    status_part.set_type("message/delivery-status")
    about, of = EmailMessage(), EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example.org"
    of["Final-Recipient"] = f"rfc822; {notice.to}"
    of["Original-Recipient"] = f"rfc822;{notice.to}"
    of["Action"], of["Status"], of["Diagnostic-Code"] = action, status, said
    status_part.set_payload([about, of])
    mail.attach(status_part)
    mail.attach(enclosed(notice))
    return mail.as_bytes()


def enclosed(notice):
    letter = EmailMessage()
    letter["From"], letter["To"] = "no-reply@localhost", notice.to
    letter["Message-ID"], letter["Subject"] = notice.message_id, "A letter"
    letter.set_content("Dear Amina,")
    return MIMEMessage(letter)


def complaint(notice):
    """Write what a reader's provider writes (RFC 5965)."""
    mail = MIMEMultipart("report")
    mail.set_param("report-type", "feedback-report")
    mail.attach(MIMEText("This is an abuse report."))
    part = MIMEText("Feedback-Type: abuse\nVersion: 1\nUser-Agent: Mail/1\n")
    part.set_type("message/feedback-report")
    mail.attach(part)
    mail.attach(enclosed(notice))
    return mail.as_bytes()


def test_a_mail_that_says_that_nobody_is_there():
    notice = sent()
    report = read(came_back(notice))
    assert report == Report(
        "bounce", message_id=notice.message_id, reason="550 5.1.1 no mailbox", permanent=True
    )
    assert notice_of(report) == notice
    assert take_report(report, notice, at=AT) == "noted"
    assert StoppedAddress.objects.get().says == "550 5.1.1 no mailbox"


def test_a_mail_that_says_that_it_takes_longer():
    notice = sent()
    report = read(came_back(notice, action="delayed", status="4.4.1", said="smtp; 451"))
    assert not report.permanent
    assert take_report(report, notice, at=AT) == "passing"
    assert not StoppedAddress.objects.exists()


def test_a_mail_that_says_that_the_reader_complained():
    notice = sent()
    report = read(complaint(notice))
    assert report.kind == "complaint"
    assert take_report(report, notice, at=AT) == "noted"
    assert StoppedAddress.objects.get().complained


def test_a_mail_that_quotes_the_headers_of_ours():
    notice = sent()
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "MAILER-DAEMON@mx.example.org", "failure notice"
    mail.set_content(
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{notice.to}>:\n192.0.2.1 does not like recipient.\n"
        "Remote host said: 550 no such user\n\n"
        "--- Below this line is a copy of the message.\n\n"
        f"Message-ID: {notice.message_id}\nTo: {notice.to}\n\nDear Amina,\n"
    )
    report = read(mail.as_bytes())
    assert (report.kind, report.permanent) == ("bounce", True)
    assert notice_of(report) == notice


def test_who_does_not_know_the_letter_stops_nobody():
    notice = sent()
    forged = came_back(notice).replace(notice.message_id.encode(), b"<guessed@localhost>")
    assert report_in_mail(forged) is None


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00\xff" * 50,
        b"Subject: hello\n\nI am on holiday.\n",
        b"Content-Type: multipart/x\n\n",
    ],
)
def test_any_other_mail_is_about_no_letter(mail):
    sent()
    assert report_in_mail(mail) is None


def test_an_answer_that_quotes_a_letter_is_no_bounce():
    notice = sent()
    mail = EmailMessage()
    mail["Subject"], mail["In-Reply-To"] = "Re: A letter", notice.message_id
    mail.set_content(f"Thank you!\n\n> Message-ID: {notice.message_id}\n> Dear Amina,\n")
    assert report_in_mail(mail.as_bytes()) is None


def test_reports_are_read_in_their_order():
    body = b'{"reports": [{"kind": "bounce"}, {"kind": "complaint"}]}'
    assert [one.kind for one in reports_in(body)] == ["bounce", "complaint"]


# As a mail server pipes it in


@pytest.fixture
def command(monkeypatch):
    """Answer a function that pipes a mail into `recert notices bounces`."""
    monkeypatch.setattr("recert.cli.notices.running_system", lambda _data: None)

    def pipe(mail):
        return CliRunner().invoke(app, ["bounces", "-"], input=mail)

    return pipe


def test_a_mail_that_is_piped_in_is_taken(command):
    notice = sent()
    for became in ("noted", "known"):
        answer = command(came_back(notice))
        assert (answer.exit_code, answer.stdout) == (0, f"{became}\n")
    assert StoppedAddress.objects.count() == 1
    passing = command(came_back(sent(), action="delayed", status="4.4.1", said="smtp; 451"))
    assert passing.stdout == "passing\n"
    assert command(b"Subject: hello\n\nHello.\n").stdout == "unknown\n"


def test_while_nothing_runs_the_mail_server_keeps_the_mail(command, monkeypatch):
    def nothing_runs(_data):
        raise Problem("nothing runs on this folder")

    monkeypatch.setattr("recert.cli.notices.running_system", nothing_runs)
    answer = command(b"Subject: hello\n\nHello.\n")
    assert (answer.exit_code, answer.stdout) == (75, "")
    assert "nothing runs" in answer.stderr
