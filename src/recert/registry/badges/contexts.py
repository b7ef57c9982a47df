"""What the words of a badge mean: the contexts of JSON-LD, from files and never from the network.

Two come with PyLD; that of Open Badges is laid out by `make setup`, from a package of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from pyld.documentloader.frozen import BUNDLED_CONTEXTS, FrozenDocumentLoader

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
DID: Final = "https://www.w3.org/ns/did/v1"
MULTIKEY: Final = "https://w3id.org/security/multikey/v1"

KNOWN: Final = frozenset({CREDENTIALS, OPEN_BADGES})
"""All that a badge of ours names; a badge that names others is not one of ours."""


def open_badges_file() -> Path:
    """Answer where `make setup` lays out the context of Open Badges."""
    return Path(settings.ASSETS) / "contexts" / "open-badges-3.0.3.json"


@cache
def loader() -> FrozenDocumentLoader:
    """Answer what loads contexts: those that badges name, and no others."""
    return FrozenDocumentLoader(
        {CREDENTIALS: BUNDLED_CONTEXTS[CREDENTIALS], OPEN_BADGES: open_badges_file()}
    )
