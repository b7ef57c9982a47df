"""Receipts: whoever has the board's keys can check them alone, and any change shows."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from typer.testing import CliRunner

from recert.cli import app
from recert.cli.problems import Problem
from recert.policy.cycles import Cycle
from recert.policy.standing import Title
from recert.registry import keys
from recert.registry.jwks import decoded, encoded, key_id, key_set, keys_in
from recert.registry.receipts import (
    NotGenuine,
    canonical,
    check_receipt,
    read_receipt,
    receipt_of,
    written,
)
from recert.registry.verification import Answer
from tests.making import CATEGORY

AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
ANSWER = Answer(
    number="N-7",
    category=CATEGORY,
    on=date(2024, 5, 4),
    said="active",
    valid=True,
    title=Title(f"{CATEGORY}(ASCPi)", "CM"),
    bare=Title(f"{CATEGORY}(ASCPi)"),
    cycle=Cycle(starts=date(2022, 5, 1), ends=date(2025, 5, 31)),
    until=date(2025, 5, 31),
    next=None,
    back_on=None,
    says="Valid until 2025-05-31.",
    rule="PAR-2",
)


@pytest.fixture(autouse=True)
def keys_apart(settings, tmp_path):
    settings.DATA = tmp_path


def known():
    return keys_in(json.loads(json.dumps(key_set(keys.public_keys()))))


def test_a_receipt_is_genuine_and_has_the_designation():
    receipt = read_receipt(written(receipt_of(ANSWER, at=AT)))
    check_receipt(receipt, known=known())
    assert receipt["title"] == f"{CATEGORY}(ASCPi)ᶜᴹ"
    assert receipt["signature"]["kid"] == key_id(keys.public_keys()[0])


def test_what_a_receipt_says_is_about_the_credential_alone():
    assert set(receipt_of(ANSWER, at=AT)) == {
        *("kind", "board", "programme", "issuer", "asked_at", "on", "number", "category"),
        *("certification", "standing", "valid", "title", "cycle_starts", "cycle_ends", "until"),
        *("says", "rule", "signature"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "board",
        "asked_at",
        "on",
        "number",
        "standing",
        "valid",
        "title",
        "cycle_ends",
        "says",
    ],
)
def test_any_change_of_what_it_says_shows(name):
    receipt = receipt_of(ANSWER, at=AT)
    receipt[name] = "another" if isinstance(receipt[name], str) else not receipt[name]
    with pytest.raises(NotGenuine, match="does not fit"):
        check_receipt(receipt, known=known())


def test_something_added_or_left_out_shows():
    for changed in (
        {**receipt_of(ANSWER, at=AT), "more": "x"},
        {k: v for k, v in receipt_of(ANSWER, at=AT).items() if k != "until"},
    ):
        with pytest.raises(NotGenuine, match="does not fit"):
            check_receipt(changed, known=known())


@pytest.fixture(scope="module")
def signed_once(tmp_path_factory):
    """A receipt as a file, and the keys that it is checked by."""
    folder = tmp_path_factory.mktemp("keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "_folder", lambda: folder)
        return written(receipt_of(ANSWER, at=AT)), known()


@tried(max_examples=200)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_never_says_something_else(signed_once, place, byte):
    whole, own_keys = signed_once
    data = bytearray(whole)
    data[place % len(data)] = byte
    try:
        receipt = read_receipt(bytes(data))
        check_receipt(receipt, known=own_keys)
    except NotGenuine:
        return
    assert receipt == read_receipt(whole)  # a space, or the byte that it was


def test_old_keys_still_verify_and_others_do_not():
    old = receipt_of(ANSWER, at=AT)
    keys.new_key()
    new = receipt_of(ANSWER, at=AT)
    assert old["signature"]["kid"] != new["signature"]["kid"]
    for one in (old, new):
        check_receipt(one, known=known())
    with pytest.raises(NotGenuine, match="none of the board's"):
        check_receipt(new, known={old["signature"]["kid"]: known()[old["signature"]["kid"]]})


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b"\xff", b'{"kind": 1}', b"[" * 5000, b" " * 200_000, b'{"kind":"x"}'],
)
def test_what_is_no_receipt_is_said_to_be_none(data):
    with pytest.raises(NotGenuine):
        read_receipt(data)


def test_what_is_said_twice_is_refused():
    text = written(receipt_of(ANSWER, at=AT)).decode()
    twice = text.replace('"number": "N-7"', '"number": "N-8", "number": "N-7"')
    with pytest.raises(NotGenuine, match="twice"):
        read_receipt(twice.encode())


@given(
    st.dictionaries(
        st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])),
        st.text(st.characters(exclude_categories=["Cs"])) | st.booleans(),
    )
)
def test_the_canonical_form_is_one_and_loses_nothing(document):
    backwards = dict(reversed(document.items()))
    assert canonical(document) == canonical(backwards)
    assert json.loads(canonical(document)) == document


@given(st.binary(max_size=80))
def test_base64url_comes_back(data):
    assert decoded(encoded(data)) == data


class TestCommand:
    def run(self, *words):
        return CliRunner().invoke(app, ["receipt", "verify", *map(str, words)])

    def test_it_verifies_offline_with_a_saved_set_of_keys(self, tmp_path):
        file, saved = tmp_path / "receipt.json", tmp_path / "jwks.json"
        file.write_bytes(written(receipt_of(ANSWER, at=AT)))
        saved.write_text(json.dumps(key_set(keys.public_keys())), "utf-8")
        answer = self.run(file, "--keys", saved)
        assert answer.exit_code == 0
        assert "genuine" in answer.output
        assert "N-7" in answer.output

    def test_a_forged_one_is_told(self, tmp_path):
        file = tmp_path / "receipt.json"
        forged = receipt_of(ANSWER, at=AT) | {"number": "N-8"}
        file.write_bytes(written(forged))
        answer = self.run(file)
        assert answer.exit_code == 1
        assert "NOT GENUINE" in answer.output
        assert "N-8" not in answer.output

    def test_what_cannot_be_looked_at_is_told(self, tmp_path):
        broken = tmp_path / "keys.json"
        broken.write_text("[]", "utf-8")
        file = tmp_path / "receipt.json"
        file.write_bytes(written(receipt_of(ANSWER, at=AT)))
        for words in ((tmp_path / "missing.json",), (file, "--keys", broken)):
            assert isinstance(self.run(*words).exception, Problem)
