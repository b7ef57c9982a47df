"""Signing in through an organisation, by OpenID Connect, against one that plays it for real."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from recert.people.models import Account
from tests.making import make_account

pytestmark = pytest.mark.django_db

SOMEBODY = {"sub": "4711", "email": "ada@hospital.example.org", "email_verified": True}


class Organisation(BaseHTTPRequestHandler):
    """The least that an OpenID Connect provider answers."""

    def _answer(self, data):
        content = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self):
        here = f"http://127.0.0.1:{self.server.server_port}"
        if self.path.endswith("openid-configuration"):
            places = {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/userinfo",
                "jwks_uri": f"{here}/jwks",
            }
            self._answer(places)
        elif self.headers.get("Authorization") == "Bearer a-token":
            self._answer(SOMEBODY)

    def do_POST(self):
        typed = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.codes.append(typed["code"][0])
        self._answer({"access_token": "a-token", "token_type": "bearer"})

    def log_message(self, *_):
        pass


@pytest.fixture
def organisation(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Organisation)
    server.codes = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    app = {
        "provider_id": "organisation",
        "name": "Harbour Hospital",
        "client_id": "recert",
        "secret": "shared",
        "settings": {"server_url": f"http://127.0.0.1:{server.server_port}"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def come_back_from(client, organisation):
    path = reverse("openid_connect_login", args=["organisation"])
    asked = urlsplit(client.post(path).url)
    assert asked.path == "/authorize"
    state = parse_qs(asked.query)["state"][0]
    callback = reverse("openid_connect_callback", args=["organisation"])
    return client.get(callback, {"code": "a-code", "state": state})


def test_the_organisation_is_offered_where_there_is_one(client, organisation):
    assert "Harbour Hospital" in client.get(reverse("account_login")).text


def test_none_is_offered_where_there_is_none(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Harbour Hospital" not in client.get(reverse("account_login")).text


def test_whoever_the_organisation_knows_comes_in(client, organisation):
    come_back_from(client, organisation)
    assert organisation.codes == ["a-code"]
    account = Account.objects.get(email=SOMEBODY["email"])
    assert not account.has_usable_password()
    assert client.get(reverse("portal:home")).url == reverse("portal:bind")


def test_an_address_at_the_organisation_does_not_open_an_account_here(client, organisation):
    account = make_account(SOMEBODY["email"])
    come_back_from(client, organisation)
    assert client.get(reverse("portal:home")).status_code == 200
    assert not account.socialaccount_set.exists()


def test_an_answer_that_nobody_asked_for_is_not_taken(client, organisation):
    callback = reverse("openid_connect_callback", args=["organisation"])
    client.get(callback, {"code": "a-code", "state": "forged"})
    assert organisation.codes == []
    assert not Account.objects.exists()
