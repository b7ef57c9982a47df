"""The sandbox as a process: what it remembers when it is killed, and whom it tells."""

import os
import pickle
import subprocess
import sys
import time

import psutil
import pytest
from moneyed import Money

from recert.payments.gateway import NotKnown
from recert.running import sandbox_processor
from tests.fakes import DECLINED, GOOD
from tests.gateway.nonsense_server import NonsenseServer, says
from tests.gateway.processor import Processor

FEE = Money("95.00", "USD")


def prepared(processor, number=GOOD):
    gateway = processor.gateway()
    card = gateway.card_from(processor.set_up(number))
    return gateway.prepare_charge(FEE, card=card, reference="PA-1", once="one")


@pytest.fixture
def own(tmp_path):
    """A sandbox of this test."""
    with Processor(tmp_path) as one:
        yield one


def test_it_remembers_when_it_is_killed(own):
    gateway = own.gateway()
    done = gateway.confirm_charge(prepared(own).intent)
    waiting = prepared(own)
    own.kill()
    own.start()
    assert gateway.charge(done.intent) == done
    assert gateway.charge(waiting.intent) == waiting
    assert gateway.confirm_charge(waiting.intent).status == "succeeded"
    assert len(own.charges_of("PA-1")) == 2


def test_what_it_has_answered_it_remembers_whenever_it_is_killed(own):
    gateway = own.gateway()
    for _each in range(5):
        made = gateway.new_customer(reference="PE-1", once="one")
        own.kill()
        own.start()
        gateway = own.gateway()
        opened = gateway.set_up_card(customer=made, once="two")
        own.enter_card(opened.ref, GOOD)
        assert gateway.card_from(opened.ref).customer == made


def test_half_a_memory_is_put_aside_and_told(own):
    intent = prepared(own).intent
    own.stop()
    whole = own.memory.read_bytes()
    half = whole[: len(whole) // 2]
    own.memory.write_bytes(half)
    own.start()
    with pytest.raises(NotKnown):
        own.gateway().charge(intent)
    aside = own.memory.with_name("sandbox-payments.unreadable")
    assert aside.read_bytes() == half
    said = own.log.read_text()
    assert "The sandbox's memory could not be read (" in said
    assert str(aside) in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"nonsense", pickle.dumps([1]), b"cos\nno_such\n."]
)
def test_what_is_no_memory_is_put_aside(tmp_path, content, capsys):
    memory = tmp_path / "memory"
    memory.write_bytes(content)
    assert sandbox_processor.recalled(memory) == {}
    assert not memory.exists()
    assert (tmp_path / "memory.unreadable").read_bytes() == content
    assert "could not be read" in capsys.readouterr().err


def test_no_memory_is_an_empty_one(tmp_path, capsys):
    assert sandbox_processor.recalled(tmp_path / "memory") == {}
    assert capsys.readouterr().err == ""


def test_a_memory_is_whole_whenever_its_writing_ends(tmp_path):
    memory = tmp_path / "memory"
    sandbox_processor.keep(memory, {"a": 1})
    with pytest.raises(AttributeError):
        sandbox_processor.keep(memory, {"a": 2, "cannot be kept": lambda: None})
    assert sandbox_processor.recalled(memory) == {"a": 1}
    sandbox_processor.keep(memory, {"a": 3})
    assert sandbox_processor.recalled(memory) == {"a": 3}
    assert list(tmp_path.iterdir()) == [memory]


AS_BEFORE = """
import pickle, sys, warnings
warnings.simplefilter("ignore")
from localstripe import resources
resources.Store.dump_to_disk = lambda store: None
store = resources.Store()
dict.__setitem__(store, "payment_intent:pi_1", 1)
with open(sys.argv[1], "wb") as file:
    pickle.dump(store, file)
"""


def test_a_memory_of_an_earlier_version_is_read(tmp_path):
    memory = tmp_path / "sandbox-payments"
    subprocess.run([sys.executable, "-c", AS_BEFORE, str(memory)], check=True)
    with Processor(tmp_path) as one:
        one.gateway().new_customer(reference="PE-1", once="one")
        one.stop()
    assert sandbox_processor.recalled(memory)["payment_intent:pi_1"] == 1


def test_it_listens_to_this_machine_and_stops_at_once(own):
    gateway = own.gateway()
    gateway.new_customer(reference="PE-1", once="one")  # whose connection stays open
    listening = [
        one.laddr.ip
        for one in psutil.Process(own.process.pid).net_connections()
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]
    started = time.monotonic()
    own.stop()
    assert time.monotonic() - started < 5


# Whom it tells


def listening(handler):
    handler.server.told.put((handler.path, handler.headers, handler.body))
    says({})(handler)


@pytest.fixture
def listener():
    with NonsenseServer(listening) as server:
        yield server


@pytest.mark.parametrize("number", [GOOD, DECLINED])
def test_it_tells_of_what_happens_and_signs_it_each_time_it_starts(tmp_path, listener, number):
    host = f"127.0.0.1:{listener.server_port}"
    with Processor(tmp_path, webhook=f"http://{host}/payments/webhook") as processor:
        for _each in range(2):
            found = processor.gateway().confirm_charge(prepared(processor, number).intent)
            about = None
            while about is None:  # it tells of customers too
                path, headers, body = listener.told.get(timeout=30)
                assert (path, headers["Host"]) == ("/payments/webhook", host)
                about = processor.gateway().intent_in(body, headers["Stripe-Signature"])
            assert about == found.intent
            processor.kill()
            processor.start()
        command = psutil.Process(processor.process.pid).cmdline()
    assert processor.secret not in " ".join(command)
    assert os.environ.get("RECERT_STRIPE_WEBHOOK_SECRET") is None
