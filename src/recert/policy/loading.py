"""Rulebook files: find one, read it, and refuse it with every mistake at once.

The only file of the kernel that opens a file.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import msgspec

from recert.policy.checking import mistakes_between
from recert.policy.decoding import decode
from recert.policy.mistakes import Mistake, Unusable, nearest
from recert.policy.rulebook import Rulebook

LARGEST = 1_000_000
"""The largest rulebook file that is read, in bytes; the shipped one is a twentieth of it."""


def shipped_rulebooks() -> dict[str, Path]:
    """Answer the programmes that come with recert: file by key."""
    folder = Path(str(files("recert") / "rulebook"))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def load_rulebook(key_or_path: str | Path) -> Rulebook:
    """Load a programme, by the key of a shipped one or from a TOML file.

    Raises `Unusable` with every mistake of the file, each with its path in the file; and for a
    key that is not shipped, with the keys that are.
    """
    shipped = shipped_rulebooks()
    if isinstance(key_or_path, str) and key_or_path in shipped:
        return _load_shipped(key_or_path)
    path = Path(key_or_path)
    if path.suffix != ".toml" and isinstance(key_or_path, Path):
        raise Unusable([Mistake((), "expected a .toml file")], str(path))
    if path.suffix != ".toml":
        message = f"there is no programme {key_or_path!r}; {nearest(str(key_or_path), shipped)}"
        raise Unusable([Mistake((), f"{message} (or the path of a .toml file)")])
    return rulebook_from_bytes(_bytes_of(path), name=str(path))


@cache
def _load_shipped(key: str) -> Rulebook:
    path = shipped_rulebooks()[key]
    return rulebook_from_bytes(path.read_bytes(), name=path.name)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise Unusable([Mistake((), f"cannot be read: {reason}")], str(path)) from None
    if len(content) > LARGEST:
        message = f"larger than {LARGEST:,} bytes; a rulebook is a text file of some 50,000"
        raise Unusable([Mistake((), message)], str(path))
    return content


def rulebook_from_bytes(content: bytes, *, name: str) -> Rulebook:
    """Read a rulebook from the bytes of a TOML file; `name` stands in what is said of mistakes.

    Raises `Unusable`: for TOML that cannot be parsed (with line and column), else with every
    field that is unknown, missing or of the wrong kind, and every value that contradicts another.
    """
    try:
        data = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise Unusable([Mistake((), "not a text in UTF-8; expected a TOML file")], name) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unusable([Mistake((), f"not valid TOML: {error}")], name) from None
    if "fingerprint" in data:
        message = "does not belong into the file; it is worked out from it"
        raise Unusable([Mistake(("fingerprint",), message)], name)
    try:
        decoded = decode(data, Rulebook)
    except Unusable as unusable:
        raise Unusable(unusable.mistakes, name) from None
    if mistakes := decoded.all_mistakes(mistakes_between(decoded.value)):
        raise Unusable(mistakes, name)
    return msgspec.structs.replace(decoded.value, fingerprint=sha256(content).hexdigest())
