"""`recert badge verify`: what it says of files, without a database and without a network."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings as django_settings

from recert.policy.standing import Holding, standing_on
from recert.registry.badges.baking import bake_png, bake_svg
from recert.registry.badges.documents import (
    Achievement,
    Place,
    badge_document,
    list_document,
    named_holder,
)
from recert.registry.badges.issuer import did_document, key_name, profile_of_board
from recert.registry.badges.offers import offer_of
from recert.registry.badges.proofs import signed
from tests.making import BOOK, CATEGORY
from tests.registry.test_baking import SVG, png

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NAME = key_name(KEY.public_key())
AT = datetime(2024, 5, 4, 12, tzinfo=UTC)
LIST = "http://localhost:8000/badges/lists/1"
PLACE = 8 * 7 + 2


def made_badge(**changes):
    standing = standing_on(BOOK, Holding(CATEGORY, date(2024, 1, 15)), as_of=AT.date())
    achievement = Achievement(
        "https://board.example/of", "https://board.example/of.png", "MLS", "MLS", "?", "!", "…"
    )
    bare = badge_document(
        BOOK,
        offer_of(standing, certified_on=date(2024, 1, 15), as_of=AT.date()),
        achievement,
        address="http://localhost:8000/badges/BD-1",
        issuer=profile_of_board(),
        holder=named_holder("Amina Benali"),
        number="MLS-1",
        subject="urn:uuid:7b6f5a8e-4c1d-4a77-9f6e-0b1c2d3e4f50",
        place=Place(LIST, PLACE),
    )
    bare = {name: value for name, value in (bare | changes).items() if value is not None}
    return signed(bare, key=KEY, named=NAME, at=AT)


def made_list(places=(), *, key=KEY, at=AT, address=LIST, **changes):
    bare = list_document(places, address=address, issuer=profile_of_board(), at=at) | changes
    return signed(bare, key=key, named=key_name(key.public_key()), at=at)


KEYS = did_document([KEY.public_key()], profile="https://board.example/issuer")
BOTH = did_document([OTHER.public_key(), KEY.public_key()], profile="https://board.example/issuer")


@pytest.fixture
def verify(recert, tmp_path):
    """Verify a badge on a day, with what is given of keys and a list."""

    def run(badge, *, status_list=None, keys=KEYS, on="2024-05-05", name="badge.json"):
        content = badge if isinstance(badge, bytes) else json.dumps(badge).encode()
        (tmp_path / name).write_bytes(content)
        asked = ["badge", "verify", name, "--on", on]
        for option, document in (("--keys", keys), ("--status-list", status_list)):
            if document is not None:
                (tmp_path / f"{option[2:]}.json").write_text(json.dumps(document), "utf-8")
                asked += [option, f"{option[2:]}.json"]
        return recert(*asked, environment={"RECERT_ASSETS": str(django_settings.ASSETS)})

    return run


def test_a_badge_that_holds_is_valid(verify):
    status, out, err = verify(made_badge(), status_list=made_list())
    assert (status, err) == (0, "")
    for words in (
        "It is an Open Badge 3.0: MLS.",
        "The badge is as did:web:localhost%3A8000 signed it on 2024-05-04T12:00:00Z.",
        "Valid from 2024-01-15 06:00 UTC until 2027-02-01 05:59 UTC.",
        "It was not revoked, as of 2024-05-04T12:00:00Z.",
    ):
        assert words in out
    assert out.endswith("The badge is valid.\n")


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_picture_is_read_as_well(verify, form):
    said = json.dumps(made_badge())
    baked = bake_png(png(), said) if form == "png" else bake_svg(SVG, said).encode()
    assert verify(baked, status_list=made_list(), name=f"a.{form}")[0] == 0


def test_without_a_list_it_says_what_it_could_not_see(verify):
    status, out, _ = verify(made_badge())
    assert status == 0
    assert f"save {LIST} and name it with --status-list" in out
    assert out.endswith("The badge is valid, unless it was revoked.\n")


def test_after_the_board_took_another_key_it_is_still_valid(verify):
    assert verify(made_badge(), keys=BOTH, status_list=made_list(key=OTHER))[0] == 0


EMPTY = made_list()["credentialSubject"]
WRONG = {
    "revoked": (made_badge(), {"status_list": made_list([PLACE])}, "REVOKED: the list of"),
    "expired": (made_badge(), {"on": "2027-02-01"}, "validUntil: the badge expired, on 2027-02-01"),
    "not yet": (made_badge(), {"on": "2024-01-14"}, "validFrom: the badge is valid only from"),
    "changed": (made_badge() | {"name": "SBB"}, {}, "proof: the badge is not as it was signed"),
    "added to": (made_badge() | {"rank": "1"}, {}, "do not explain: rank"),
    "unsigned": (
        {name: one for name, one in made_badge().items() if name != "proof"},
        {},
        "proof: the badge is not signed",
    ),
    "twice": (made_badge() | {"proof": [{}, {}]}, {}, "signed more than once"),
    "otherwise": (
        made_badge() | {"proof": made_badge()["proof"] | {"cryptosuite": "eddsa-jcs-2022"}},
        {},
        "proof.cryptosuite: expected eddsa-rdfc-2022, found 'eddsa-jcs-2022'",
    ),
    "other keys": (
        made_badge(),
        {"keys": KEYS | {"id": "did:web:elsewhere.example"}},
        "the keys are of did:web:elsewhere.example",
    ),
    "no such key": (
        made_badge(),
        {"keys": did_document([OTHER.public_key()], profile="https://board.example/issuer")},
        "has no such key now",
    ),
    "a key for other things": (
        made_badge(),
        {"keys": KEYS | {"assertionMethod": []}},
        "no such key",
    ),
    "no badge": (made_badge() | {"type": ["VerifiableCredential"]}, {}, "type: expected"),
    "other contexts": (made_badge() | {"@context": []}, {}, "@context: expected"),
    "no subject": (made_badge() | {"credentialSubject": []}, {}, "credentialSubject: expected"),
    "no instant": (made_badge() | {"validUntil": "soon"}, {}, "validUntil: expected an instant"),
    "another list": (
        made_badge(),
        {"status_list": made_list(address=f"{LIST}0")},
        f"the badge names {LIST}, and this is {LIST}0",
    ),
    "a list of somebody else": (
        made_badge(),
        {"status_list": made_list(issuer="did:web:elsewhere.example")},
        "it is of did:web:elsewhere.example, and the badge of",
    ),
    "a list signed by somebody else": (
        made_badge(),
        {"status_list": made_list(key=OTHER)},
        "has no such key now",
    ),
    "a list that was changed": (
        made_badge(),
        {
            "status_list": made_list([PLACE])
            | {"credentialSubject": made_list()["credentialSubject"]}
        },
        "proof: the status list is not as it was signed",
    ),
    "an old list": (
        made_badge(),
        {"status_list": made_list(at=AT - timedelta(days=9))},
        "validUntil: the status list expired",
    ),
    "a badge for a list": (made_badge(), {"status_list": made_badge() | {"id": LIST}}, "type: exp"),
}


@pytest.mark.parametrize(("badge", "given", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_words(verify, badge, given, says):
    status, out, _ = verify(badge, **given)
    assert status == 1
    assert says in out
    assert "WRONG" in out
    assert out.endswith("The badge is NOT valid.\n")


def test_a_badge_that_names_no_list_cannot_be_seen_to_be_revoked(verify):
    status, out, _ = verify(made_badge(credentialStatus=None))
    assert status == 0
    assert "It names no list" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "badge.json: JSON: Expecting value in line 1, column 1"),
        (b"{", "in line 1, column 2"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG: it has no element"),
        (png(), "PNG: it has no text openbadgecredential"),
    ],
    ids=["empty", "cut", "svg", "png"],
)
def test_what_cannot_be_read_ends_with_its_place(verify, content, says):
    status, out, err = verify(content)
    assert (status, out) == (2, "")
    assert says in err


def test_a_file_that_is_not_there_is_said(recert):
    status, _, err = recert("badge", "verify", "nowhere.json")
    assert status == 2
    assert "nowhere.json: No such file or directory" in err


def test_without_the_issuer_s_keys_it_says_where_they_are(verify):
    status, _, err = verify(made_badge(), keys=None)
    assert status == 2
    assert "save https://localhost:8000/.well-known/did.json and name it with --keys" in err


def test_a_new_key_is_drawn_and_signs_from_then_on(recert):
    said = [recert("badge", "new-key", "--data", "here") for _ in range(2)]
    assert {status for status, _, _ in said} == {0}
    assert said[0][1].startswith("From now on this board signs with did:web:localhost%3A8000#z6Mk")
    assert said[0][1] != said[1][1]
