"""The way to the mail server: one connection that is kept, encrypted, at a rate."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from random import Random
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from recert.journal import posting
from recert.journal.jobs import send_notice
from recert.journal.models import Notice, StoppedAddress
from recert.journal.pace import turn_from
from recert.journal.sending import NotSentYet
from recert.journal.stopping import STOPPED
from recert.running.up import free_port
from tests.journal.letters import AMINA, AT, owe
from tests.journal.mail_server import MailServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]

REMINDED = "credential.reminded"


def send(notice):
    send_notice(notice.pk)
    notice.refresh_from_db()
    return notice


# One connection


def test_letters_share_one_connection(mail):
    for _each in range(3):
        assert send(owe()).sent_at
    assert (len(mail.taken), mail.connections) == (3, 1)


def test_a_connection_does_not_carry_more_letters_than_servers_like(mail, monkeypatch):
    monkeypatch.setattr(posting, "MOST", 2)
    for _each in range(5):
        send(owe())
    assert (len(mail.taken), mail.connections) == (5, 3)


def test_a_connection_that_the_server_dropped_meanwhile_costs_no_letter_a_try(mail):
    send(owe())
    mail.drop()
    notice = send(owe())
    assert (notice.sent_at is None, notice.tries, notice.last_error) == (False, 1, "")
    assert mail.connections == 2


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_at_a_letter_is_not_used_again(mail, step):
    send(owe())
    mail.hangs_up_after = step
    notice = owe()
    with pytest.raises(NotSentYet):
        send_notice(notice.pk)
    mail.hangs_up_after = ""
    assert send(notice).sent_at
    sent = [one["Message-ID"] for one in mail.letters if one["Message-ID"] == notice.message_id]
    assert len(sent) == (2 if step == "data" else 1)  # after it, the server has the letter


def test_one_reader_who_is_refused_does_not_break_the_letter_of_the_next(mail):
    mail.rcpt = "550 5.1.1 no such mailbox"
    assert send(owe()).failed_at
    mail.rcpt = ""
    assert send(owe(reader=msgspec.structs.replace(AMINA, email="b@example.org"))).sent_at


FAULTS = [
    {},
    {"rcpt": "451 4.3.0 come back later"},
    {"data": "452 4.3.1 no room"},
    {"mail": "421 4.3.2 closing"},
    {"hangs_up_after": "mail"},
    {"hangs_up_after": "rcpt"},
    {"hangs_up_after": "data"},
]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_server_does_no_letter_is_lost_and_none_comes_twice_without_need(mail, seed):
    chance = Random(seed)  # noqa: S311  # an example, and the same each time
    owed = [owe() for _each in range(8)]
    may_repeat, tries = set(), 0
    while owed:
        fault, notice = chance.choice(FAULTS), chance.choice(owed)
        mail.mail = mail.rcpt = mail.data = mail.hangs_up_after = ""
        for name, value in fault.items():
            setattr(mail, name, value)
        tries += 1
        try:
            send_notice(notice.pk)
        except NotSentYet:
            if fault.get("hangs_up_after") == "data":  # it has the letter, and did not say so
                may_repeat.add(notice.message_id)
        else:
            owed.remove(notice)
    sent = [one["Message-ID"] for one in mail.letters]
    notices = Notice.objects.all()
    assert set(sent) == {one.message_id for one in notices}
    assert {one for one in sent if sent.count(one) > 1} == may_repeat
    assert sum(one.tries for one in notices) == tries
    assert all(one.sent_at and not one.failed_at for one in notices)


# Encryption


@pytest.fixture
def certificate(tmp_path):
    """A certificate for this machine that nobody knows, and the file of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251  # certificates are checked by the real clock
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def encrypted(mail, settings, certificate):
    """Answer a function that starts a server which speaks TLS, at once or when asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    started = []

    def start(*, at_once):
        server = MailServer()
        asked: dict[str, Any] = {"tls_context": context, "require_starttls": True}
        kinds = {"ssl_context": context} if at_once else asked
        controller = Controller(server, hostname="127.0.0.1", port=free_port(), **kinds)
        controller.start()
        started.append(controller)
        settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = not at_once, at_once
        return server

    yield start
    posting.hang_up()
    for controller in started:
        controller.stop()


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "when asked"])
def test_letters_are_encrypted_to_a_server_that_is_known(
    encrypted, certificate, monkeypatch, at_once
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = encrypted(at_once=at_once)
    assert send(owe()).sent_at
    assert send(owe()).sent_at
    assert len(server.taken) == 2
    assert at_once or all(one.ssl for one in server.sessions)
    assert server.connections == 1


def test_a_server_that_anybody_could_be_gets_no_letter(encrypted):
    server = encrypted(at_once=False)
    notice = owe()
    with pytest.raises(NotSentYet, match="certificate verify failed"):
        send_notice(notice.pk)
    assert not server.taken
    notice.refresh_from_db()
    assert notice.failed_at is None


def test_a_server_that_cannot_encrypt_gets_no_letter(mail, settings):
    settings.EMAIL_USE_TLS = True
    with pytest.raises(NotSentYet, match="STARTTLS"):
        send_notice(owe().pk)
    assert not mail.taken


# The rate


def test_without_a_rate_every_letter_goes_at_once():
    assert [turn_from(AT) for _each in range(3)] == [AT, AT, AT]


def test_turns_are_apart_whoever_takes_them_and_idle_time_is_not_saved_up(settings):
    settings.LETTERS_A_MINUTE = 60
    second = timedelta(seconds=1)
    assert [turn_from(AT) for _each in range(3)] == [AT, AT + second, AT + 2 * second]
    later = AT + timedelta(hours=1)
    assert [turn_from(later) for _each in range(2)] == [later, later + second]


def test_a_sender_waits_for_its_turn(mail, settings, monkeypatch):
    settings.LETTERS_A_MINUTE = 30
    waited: list[float] = []
    monkeypatch.setattr("recert.journal.jobs.time.sleep", waited.append)
    monkeypatch.setattr("recert.journal.jobs.clock.now", lambda: AT)
    sent = [send(owe()).sent_at for _each in range(3)]
    assert waited == [2.0, 4.0]
    assert sent == [AT, AT + timedelta(seconds=2), AT + timedelta(seconds=4)]


# Addresses at which there is nobody


@pytest.mark.parametrize(
    ("answer", "stops"),
    [
        ("550 5.1.1 no such mailbox", True),
        ("550 5.1.10 no such domain", True),
        ("550 no such mailbox", True),
        ("551 moved away", True),
        ("550 5.7.1 you are on a list", False),
        ("552 5.2.2 the mailbox is full", False),
        ("554 go away", False),
    ],
)
def test_a_refusal_for_good_stops_the_address_if_it_is_about_it(mail, answer, stops):
    mail.rcpt = answer
    notice = send(owe())
    assert notice.failed_at
    assert StoppedAddress.objects.filter(address=AMINA.email).exists() == stops


def test_a_refusal_of_the_words_says_nothing_about_the_address(mail):
    mail.data = "550 5.1.1 not these words"
    assert send(owe()).failed_at
    assert not StoppedAddress.objects.exists()


def test_to_an_address_that_is_stopped_nothing_is_sent(mail):
    waiting = owe()  # since before it was
    mail.rcpt = "550 5.1.1 no such mailbox"
    send(owe())
    mail.rcpt = ""
    assert send(waiting).last_error == STOPPED
    reader = msgspec.structs.replace(AMINA, email="AMINA@Example.org")
    decision = owe(reader=reader)
    assert (decision.last_error, decision.failed_at, decision.settled_at) == (STOPPED, AT, None)
    reminder = owe(REMINDED, reader=reader)
    assert (reminder.failed_at, reminder.settled_at) == (AT, AT)  # nobody has to look at it
    assert not mail.taken
    assert not Notice.objects.filter(sent_at=None, failed_at=None).exists()


# Letters that one may do without


def test_a_letter_that_one_may_do_without_is_stopped_by_one_click(mail):
    notice = send(owe(REMINDED))
    [letter] = mail.letters
    stop = letter["List-Unsubscribe"].strip()
    assert stop.startswith("<http://localhost:8000/letters/stop/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop.strip("<>") in letter.get_body(("plain",)).get_content()
    assert stop.strip("<>") in letter.get_body(("html",)).get_content()
    assert stop.strip("<>") not in notice.text
    assert "/letters/stop/…" in notice.text


@pytest.mark.parametrize("keys", [["due"], ["begins", "three-days"], ["unheard-of"], []])
def test_a_letter_that_nobody_may_do_without_is_not(mail, keys):
    notice = owe(REMINDED)
    [one] = notice.event.facts["reminders"]
    send(owe(REMINDED, reminders=[one | {"reminder": key} for key in keys]))
    send(owe("declaration.approved"))
    for letter in mail.letters:
        assert "List-Unsubscribe" not in letter
        assert "/letters/stop/" not in letter.get_body(("plain",)).get_content()


def test_what_comes_back_goes_to_where_the_operator_wants_it(mail, settings):
    settings.BOUNCES_TO = "returns@example.org"
    send(owe())
    [envelope], [letter] = mail.taken, mail.letters
    assert envelope.mail_from == "returns@example.org"
    assert letter["From"] == "recert <no-reply@localhost>"
