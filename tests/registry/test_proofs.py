"""What is signed: every word, whatever the order of the text; and nothing beside it."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.registry.badges.contexts import CREDENTIALS, OPEN_BADGES
from recert.registry.badges.multikeys import base58, multikey, read_base58, read_multikey
from recert.registry.badges.proofs import NotSigned, check_proof, signed

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "did:web:board.example#key"
BARE = {
    "@context": [CREDENTIALS, OPEN_BADGES],
    "id": "https://board.example/badges/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:board.example", "type": ["Profile"], "name": "A Board"},
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2029-01-31T00:00:00Z",
    "credentialSubject": {
        "id": "urn:uuid:7b6f5a8e-4c1d-4a77-9f6e-0b1c2d3e4f50",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityHash": "Amina",
                "identityType": "name",
                "hashed": False,
            }
        ],
        "achievement": {
            "id": "https://board.example/of/MLS",
            "type": ["Achievement"],
            "name": "MLS",
            "description": "Certified",
            "criteria": {"narrative": "By rule"},
        },
    },
}
SIGNED = signed(BARE, key=KEY, named=NAME, at=AT)


def leaves(value, path=()):
    """Answer where each word of a document stands."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path


def placed(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


def changed(path, change):
    copy = json.loads(json.dumps(SIGNED))
    change(placed(copy, path), path[-1])
    return copy


LEAVES = list(leaves(SIGNED))


def refused(document):
    with pytest.raises(NotSigned) as caught:
        check_proof(document, key=KEY.public_key())
    return str(caught.value)


def test_what_was_signed_is_taken():
    check_proof(SIGNED, key=KEY.public_key())


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_no_word_can_be_changed(path):
    def other(holder, name):
        value = holder[name]
        holder[name] = value[:-1] + ("x" if value[-1] != "x" else "y") if value else not value

    refused(changed(path, other))


@pytest.mark.parametrize("path", LEAVES, ids=str)
def test_no_word_can_be_taken_out(path):
    def without(holder, name):
        del holder[name]

    refused(changed(path, without))


def objects(value, path=()):
    """Answer where each object of a document stands."""
    if isinstance(value, dict):
        yield path
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from objects(one, (*path, name))


@pytest.mark.parametrize("path", list(objects(SIGNED)), ids=str)
def test_no_word_can_be_put_in(path):
    """One that no context explains would be covered by no signature."""
    copy = json.loads(json.dumps(SIGNED))
    placed(copy, (*path, ""))["licence"] = "Unlimited"
    assert refused(copy).endswith("do not explain: licence")


def test_names_that_lead_nowhere_are_refused():
    copy = json.loads(json.dumps(BARE))
    copy["credentialSubject"]["id"] = "somebody"
    with pytest.raises(NotSigned, match="somebody"):
        signed(copy, key=KEY, named=NAME, at=AT)


def test_contexts_from_elsewhere_are_not_loaded():
    copy = {**BARE, "@context": [CREDENTIALS, "https://elsewhere.example/context.json"]}
    with pytest.raises(NotSigned, match="JSON-LD"):
        signed(copy, key=KEY, named=NAME, at=AT)


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_the_text_is_nothing(random):
    def shuffled(value):
        if isinstance(value, dict):
            names = list(value)
            random.shuffle(names)
            return {name: shuffled(value[name]) for name in names}
        return value

    check_proof(shuffled(SIGNED), key=KEY.public_key())


def test_another_key_is_refused():
    other = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(NotSigned, match="does not fit"):
        check_proof(SIGNED, key=other)


@given(st.binary(max_size=60))
def test_base58_comes_back(data):
    assert read_base58(base58(data)) == data


def test_a_key_comes_back():
    public = KEY.public_key()
    assert multikey(public).startswith("z6Mk")  # as every Ed25519 key does
    assert read_multikey(multikey(public)).public_bytes_raw() == public.public_bytes_raw()


@pytest.mark.parametrize("text", ["", "z", "z0", "6Mkf", "z6Mk", "z" * 500, base58(b"\xed\x01no")])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_multikey(text)
