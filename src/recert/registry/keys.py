"""The keys with which the board signs what it says of people: Ed25519, the newest signs.

Each is a file in the data folder, and stays there when a newer one is made, so that what an
earlier one signed can be checked for ever.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings


def signing_key() -> Ed25519PrivateKey:
    """Answer the key that signs now; the first is drawn when it is first asked for."""
    return _read((_files() or [new_key()])[-1])


def public_keys() -> list[Ed25519PublicKey]:
    """Answer the public halves of all keys, the newest first; none are drawn for it."""
    return [_read(file).public_key() for file in reversed(_files())]


def new_key() -> Path:
    """Draw a key, which signs from now on, and answer its file."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    files = _files()
    number = int(files[-1].stem) + 1 if files else 1
    written, named = folder / f"new-{secrets.token_hex(8)}", folder / f"{number:04}.pem"
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(written, named)  # whole or not at all, and never over another process's
    except FileExistsError:
        return named
    finally:
        written.unlink()
    return named


def _folder() -> Path:
    return Path(settings.DATA) / "signing-keys"


def _files() -> list[Path]:
    return sorted(_folder().glob("[0-9]*.pem"))


def _read(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file}: expected an Ed25519 key")
    return key
