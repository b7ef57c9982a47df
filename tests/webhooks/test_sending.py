"""Telling somebody's program something: signed, once more, and never inside our own network."""

import base64
import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from recert.policy.refusals import Refused
from recert.webhooks import sending
from recert.webhooks.sending import checked_url, secret_of, tell

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def listener(settings):
    """Answer the address of a program that keeps what it is told, and what it was told."""
    settings.WEBHOOKS_INSIDE = True
    heard, status = [], [204]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), body))
            self.send_response(status[0])
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_said):
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?a=1", heard, status
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_told_can_be_checked_with_the_secret_alone(listener):
    url, heard, _status = listener
    told = tell(url, webhook="WH-1", message="WD-1", body=b'{"a": 1}', at=AT)
    assert (told.is_taken, told.status) == (True, 204)
    [(path, headers, body)] = heard
    assert (path, json.loads(body)) == ("/hook?a=1", {"a": 1})
    # As the standard says to check it.
    key = base64.b64decode(secret_of("WH-1").removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("WD-1", "1772600767")
    assert secret_of("WH-2") != secret_of("WH-1")


@pytest.mark.parametrize("status", [302, 400, 410, 500])
def test_only_a_2xx_is_taken_and_no_redirect_is_followed(listener, status):
    url, heard, answers = listener
    answers[0] = status
    told = tell(url, webhook="WH-1", message="WD-1", body=b"{}", at=AT)
    assert (told.is_taken, told.status, told.error) == (False, status, f"answered {status}")
    assert len(heard) == 1


def test_whoever_is_not_there_is_told_of_as_such(settings):
    settings.WEBHOOKS_INSIDE = True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        told = tell(url, webhook="WH-1", message="WD-1", body=b"{}", at=AT)
    assert (told.is_taken, told.status) == (False, None)
    assert "refused" in told.error


def test_whoever_says_nothing_holds_up_nobody(settings, monkeypatch):
    settings.WEBHOOKS_INSIDE = True
    monkeypatch.setattr(sending, "SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        told = tell(url, webhook="WH-1", message="WD-1", body=b"{}", at=AT)
    assert told.status is None


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https:///nowhere",
        "https://",
        "https://name:word@example.org/",
        "https://example.org:25/",
        "https://example.org:99999/",
        "https://localhost/",
        "https://database/",
        "https://thing.internal/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://example.org/a b",
        "https://example.org/\r\nX: y",
        "https://example.org/#part",
        "https://[::1",
        "https://example.org/" + "a" * 500,
        "",
    ],
)
def test_what_is_no_address_on_the_internet_is_refused(url):
    with pytest.raises(Refused, match="https://"):
        checked_url(url)


@pytest.mark.parametrize("url", ["https://example.org/hook?x=1", "https://example.org:8443/"])
def test_an_address_on_the_internet_is_taken(url):
    assert checked_url(url) == url


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.8", "::1", "fe80::1%eth0"])
def test_a_name_that_leads_inside_is_not_asked(monkeypatch, inside):
    def look_up(host, port, **_said):
        outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))
        return [outside, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside, port))]

    def connect(*_said, **_more):
        raise AssertionError("it was asked")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    told = tell("https://example.org/", webhook="WH-1", message="WD-1", body=b"{}", at=AT)
    assert told.status is None
    assert "inside" in told.error


def test_the_address_that_was_looked_into_is_the_one_that_is_asked(monkeypatch):
    asked = []

    def look_up(host, port, **_said):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    def connect(address, **_said):
        asked.append(address)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    tell("https://example.org/", webhook="WH-1", message="WD-1", body=b"{}", at=AT)
    assert asked == [("93.184.215.14", 443)]
