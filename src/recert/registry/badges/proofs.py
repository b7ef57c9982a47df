"""Signatures on documents that others read as data: Data Integrity with `eddsa-rdfc-2022`.

What is signed is what a document says, whatever the order and the spaces of its text: the
canonical RDF of its JSON-LD. A word that no context explains would say nothing and so be covered
by no signature; such a document is neither signed nor taken for signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

from recert.registry.badges.contexts import loader
from recert.registry.badges.multikeys import base58, read_base58

SUITE: Final = "eddsa-rdfc-2022"
Document = dict[str, Any]


class NotSigned(ValueError):
    """A document is not as it was signed, or cannot be read as one; it says what was found."""


def instant(at: datetime) -> str:
    """Write an instant as documents do."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def signed(document: Document, *, key: Ed25519PrivateKey, named: str, at: datetime) -> Document:
    """Answer a document with a proof: signed by a key that is found under a name."""
    proof: Document = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": instant(at),
        "verificationMethod": named,
        "proofPurpose": "assertionMethod",
    }
    value = base58(key.sign(_digest(document, proof)))
    return {**document, "proof": {**proof, "proofValue": value}}


def check_proof(document: Mapping[str, Any], *, key: Ed25519PublicKey) -> None:
    """Check that a document is as the holder of a key signed it. Raises `NotSigned`."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    proof = dict(document["proof"])
    value = proof.pop("proofValue", None)
    try:
        signature = read_base58(value if isinstance(value, str) else "")
    except ValueError as error:
        raise NotSigned("its signature cannot be read") from error
    digest = _digest(bare, proof)
    try:
        key.verify(signature, digest)
    except InvalidSignature as error:
        raise NotSigned("its signature does not fit what it says") from error


def _digest(document: Document, proof: Document) -> bytes:
    proof = {"@context": document.get("@context"), **proof}
    return sha256(_canonical(proof)).digest() + sha256(_canonical(document)).digest()


def _canonical(document: Document) -> bytes:
    """Write what a document says, the same however its text is arranged. Raises `NotSigned`."""
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": loader(),
    }
    try:
        return str(jsonld.normalize(_in_full(document), options)).encode()
    except (jsonld.JsonLdError, RecursionError) as error:
        raise NotSigned("it cannot be read as JSON-LD") from error


def _in_full(document: Document) -> list[Document]:
    """Write out what each word of a document means, and leave none out. Raises `NotSigned`."""
    dropped: list[str] = []
    try:
        options = {"documentLoader": loader(), "base": NOWHERE}
        found = jsonld.expand(document, options, on_property_dropped=dropped.append)
    except (jsonld.JsonLdError, RecursionError) as error:
        raise NotSigned("it cannot be read as JSON-LD") from error
    dropped += _relative(found)
    if dropped:
        raise NotSigned(f"it has a word that its contexts do not explain: {dropped[0]}")
    return list(found)


NOWHERE: Final = "nowhere://unexplained/"
"""What names are read from that lead on from where a document lies; a badge lies anywhere."""


def _leads_nowhere(name: str) -> bool:
    return name.startswith(NOWHERE) or ":" not in name


def _relative(part: object) -> list[str]:
    """Answer the names in a document that lead nowhere, and so would be left out."""
    if isinstance(part, list):
        return [name for one in part for name in _relative(one)]
    if not isinstance(part, dict) or "@value" in part:
        return []
    names = [part["@id"]] if "@id" in part else []
    names += part.get("@type", [])
    lost = [name.removeprefix(NOWHERE) for name in names if _leads_nowhere(name)]
    return lost + _relative([value for key, value in part.items() if key not in {"@id", "@type"}])
