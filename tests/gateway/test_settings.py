"""Which card processor the settings name, and what a page with a card may load."""

import importlib

import pytest

import recert.settings


@pytest.fixture
def cards(monkeypatch):
    """Read the settings in an environment."""

    def read(**environment):
        for name in ("STRIPE_KEY", "STRIPE_PUBLIC_KEY", "STRIPE_WEBHOOK_SECRET", "SANDBOX"):
            monkeypatch.delenv(f"RECERT_{name}", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(f"RECERT_{name}", value)
        return importlib.reload(recert.settings).CARDS

    yield read
    monkeypatch.undo()
    importlib.reload(recert.settings)


def test_there_is_none_by_itself(cards):
    assert (cards()["key"], cards()["public_key"]) == ("", "")


def test_a_sandbox_has_keys_of_its_own(cards):
    given = {"SANDBOX": "http://127.0.0.1:4242/", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
    found = cards(**given)
    assert (found["key"][:3], found["public_key"][:3]) == ("sk_", "pk_")
    assert found["webhook_secret"] == "whsec_1"
    assert found["address"] == "http://127.0.0.1:4242"
    assert found["script"] == "http://127.0.0.1:4242/js.stripe.com/v3/"
    assert found["script_sources"] == found["connect_sources"] == ["http://127.0.0.1:4242"]
    assert found["frame_sources"] == []


def test_a_key_is_never_given_to_a_sandbox(cards):
    found = cards(SANDBOX="http://127.0.0.1:1", STRIPE_KEY="sk_1", STRIPE_PUBLIC_KEY="pk_1")
    assert (found["key"], found["public_key"], found["address"]) == ("sk_1", "pk_1", "")
    assert found["script"] == "https://js.stripe.com/v3/"
    everything = {*found["script_sources"], *found["frame_sources"], *found["connect_sources"]}
    assert everything >= {"https://js.stripe.com", "https://hooks.stripe.com"}
    assert all(one.startswith("https://") and one.endswith("stripe.com") for one in everything)


def test_it_is_waited_for_as_long_as_is_said(cards):
    assert (cards()["seconds"], cards(STRIPE_SECONDS="2.5")["seconds"]) == (10.0, 2.5)
