"""The sandbox as a process, and what a browser does to it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from recert.payments.gateway import Found
from recert.payments.stripe_gateway import StripeGateway
from recert.running.up import free_port
from tests.fakes import DECLINED_AT_ENTRY, signed_event

PATIENCE = 30
KEY, PUBLIC_KEY = "sk_test_sandbox", "pk_test_sandbox"


class Processor:
    """The sandbox on a folder, as `recert up` starts it; use it with `with`.

    It has what `tests.fakes.FakeGateway` has for browsers and for tests.
    """

    secret = "whsec_of_the_tests"
    """What its events are signed with."""

    process: subprocess.Popen

    def __init__(self, folder, *, webhook="", port=None):
        self.folder, self.webhook = folder, webhook
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.memory = folder / "sandbox-payments"
        self.log = folder / "card-processor.log"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        command = [sys.executable, "-m", "recert.running.sandbox_processor", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.memory), self.webhook],
                env=os.environ | {"RECERT_STRIPE_WEBHOOK_SECRET": self.secret},
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def gateway(self, *, seconds=10.0):
        return StripeGateway(
            key=KEY, webhook_secret=self.secret, address=self.address, seconds=seconds
        )

    def cards(self):
        """Answer what `settings.CARDS` is with this processor."""
        return {
            "key": KEY,
            "public_key": PUBLIC_KEY,
            "webhook_secret": self.secret,
            "address": self.address,
            "seconds": 10.0,
            "script": f"{self.address}/js.stripe.com/v3/",
            "script_sources": [self.address],
            "frame_sources": [],
            "connect_sources": [self.address],
        }

    # What the browser does

    def enter_card(self, set_up, number):
        """Type a card, and say yes where its bank asks."""
        card = {"number": number, "exp_month": "12", "exp_year": "2035", "cvc": "123"}
        typed = {"payment_method_data": {"type": "card", "card": card}}
        path = f"/v1/setup_intents/{set_up}/confirm"
        status, answer = self._from_browser(path, typed)
        assert status == (402 if number == DECLINED_AT_ENTRY else 200), answer
        if answer.get("status") == "requires_action":
            assert self._from_browser(path, {})[0] == 200

    def set_up(self, number, *, customer=""):
        """Answer a set-up in which a card was entered."""
        gateway = self.gateway()
        customer = customer or gateway.new_customer(reference="PE-SOMEBODY", once="customer")
        ref = gateway.set_up_card(customer=customer, once="set-up").ref
        self.enter_card(ref, number)
        return ref

    def authenticate(self, intent, *, success):
        """Answer what the bank asks the holder."""
        secret = self.gateway().charge(intent).client_secret
        path = f"/v1/payment_intents/{intent}/_authenticate"
        said = {"client_secret": secret, "success": success}
        assert self._from_browser(path, said)[0] in {200, 402}

    # What a test looks at

    def charges_of(self, reference) -> list[Found]:
        """Answer the charges that succeeded."""
        _status, answer = self._ask("GET", "/v1/payment_intents?limit=1000000")
        mine = [one for one in answer["data"] if one["metadata"].get("reference") == reference]
        gateway = self.gateway()
        return [gateway.charge(one["id"]) for one in mine if one["status"] == "succeeded"]

    def event_about(self, intent, *, at=None):
        """Answer the body of an event and its signature."""
        return signed_event({"object": "payment_intent", "id": intent}, self.secret, at=at)

    # How

    def _from_browser(self, path, typed):
        return self._ask("POST", path, {"key": PUBLIC_KEY} | typed, key="")

    def _ask(self, method, path, body=None, *, key=KEY):
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE)
        try:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE):
                return True
        except OSError:
            return False
